// SQLite with others at the same file: waiting for locks, giving up, long readers, long transactions (DBO-09).

import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, test } from 'node:test';
import { setImmediate as nextTick, setTimeout as sleep } from 'node:timers/promises';
import { type Child, startChild } from '../../src/storage/conformance/process.ts';
import { clients, type Fresh, keys, openAt, tenantId } from '../../src/storage/conformance/subject.ts';
import { type Database, StoreUnavailable } from '../../src/storage/store.ts';
import { freshDirectory } from './directory.ts';

let place: Fresh;
let other: Child;
before(async () => {
  place = await freshDirectory();
  await (await openAt(place)).close();
  other = await startChild(place);
});
after(async () => {
  await other.stop();
  await place.drop();
});

/** Opens the database and measures how long the event loop stood still at most (ms) while `work` ran. */
async function measured(work: (database: Database) => Promise<void>, options = {}): Promise<number> {
  const database = await openAt(place, options);
  let longest = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    longest = Math.max(longest, performance.now() - last - 5);
    last = performance.now();
  }, 5);
  try {
    await work(database);
    await sleep(10);
  } finally {
    clearInterval(timer);
    await database.close();
  }
  return longest;
}

/** The other process holds the write lock for so long (ms); resolves when it has it. */
function lockedFor(ms: number): Promise<{ done: Promise<unknown> }> {
  return new Promise((resolve, reject) => {
    const done = other.ask('hold', 'holder', { ms, id: `${ms}-${Math.random()}` }, () => resolve({ done }));
    done.catch(reject);
  });
}

test('while another process writes for 3 s, writers wait and succeed, readers go on, and nothing stands still', async () => {
  const lag = await measured(async (database) => {
    const store = database.store(tenantId('patient'));
    const { done } = await lockedFor(3_000);
    const began = performance.now();
    const writing = Promise.all(
      Array.from({ length: 10 }, (_, at) => store.transact((tx) => tx.insert(clients, { client_id: `c${at}` }))),
    );
    const read = performance.now();
    assert.deepEqual(await store.all(clients), []);
    assert.ok(performance.now() - read < 1_000, 'a reader does not wait');
    await writing;
    assert.ok(performance.now() - began > 2_500, 'the writers did wait');
    assert.equal((await store.all(clients)).length, 10);
    await done;
  });
  assert.ok(lag < 1_000, `the event loop stood still for ${lag} ms`);
});

test('while another process writes for longer than the deadline, writers give up and nothing of theirs is kept', async () => {
  const lag = await measured(
    async (database) => {
      const store = database.store(tenantId('impatient'));
      const { done } = await lockedFor(1_200);
      const began = performance.now();
      const attempts = await Promise.allSettled(
        ['a', 'b', 'c'].map((client_id) => store.transact((tx) => tx.insert(clients, { client_id }))),
      );
      const waited = performance.now() - began;
      for (const attempt of attempts) {
        assert.ok(attempt.status === 'rejected' && attempt.reason instanceof StoreUnavailable, attempt.status);
      }
      assert.ok(waited > 450 && waited < 1_000, `waited ${waited} ms`);
      await done;
      assert.deepEqual(await store.all(clients), []);
      await store.transact((tx) => tx.insert(clients, { client_id: 'a' }));
      assert.equal((await store.all(clients)).length, 1);
    },
    { sqlite: { deadline: 500 } },
  );
  assert.ok(lag < 400, `the event loop stood still for ${lag} ms`);
});

test('a process that never stops writing does not shut out another', async () => {
  const database = await openAt(place);
  const store = database.store(tenantId('busy'));
  let stop = false;
  const writing = (async () => {
    for (let at = 0; !stop; at++) {
      // Always one in the queue, so that there is no gap but the ones that are made on purpose.
      await Promise.all(
        [1, 2].map((side) =>
          store.transact(async (tx) => {
            await tx.insert(keys, { kid: `${side}-${at}`, alg: 'a' });
            // As on a slow disk: hardly ever is the lock free.
            await sleep(25);
          }),
        ),
      );
    }
  })();
  const began = performance.now();
  for (let at = 0; at < 10; at++) assert.equal(await other.ask('insertOne', 'guest', { id: `c${at}` }), 'inserted');
  const waited = performance.now() - began;
  stop = true;
  await writing;
  await database.close();
  assert.ok(waited < 4_000, `ten writes of the other took ${waited} ms`);
});

test('a transaction that does not come to an end is undone, and others go on', async () => {
  const database = await openAt(place, { sqlite: { longest: 200 } });
  const store = database.store(tenantId('endless'));
  const endless = store.transact(async (tx) => {
    await tx.insert(clients, { client_id: 'a' });
    await sleep(600);
    await tx.insert(clients, { client_id: 'b' });
  });
  const next = store.transact((tx) => tx.insert(clients, { client_id: 'c' }));
  await assert.rejects(endless, StoreUnavailable);
  await next;
  await sleep(500);
  assert.deepEqual(await store.all(clients), [{ client_id: 'c' }]);
  await database.close();
});

test('a search among many log events lets everything else go on', async () => {
  const database = await openAt(place);
  const tenant = tenantId('talkative');
  const events = Array.from({ length: 20_000 }, (_, at) => ({
    tenant,
    log_id: String(at).padStart(9, '0'),
    type: 's',
    date: at,
    record: '{}',
  }));
  await database.appendLogs(events);
  let turns = 0;
  let searching = true;
  const others = (async () => {
    for (; searching; turns++) await nextTick();
  })();
  const { total } = await database
    .store(tenant)
    .logs.page({ filter: { contains: ['nothing'] }, newestFirst: true, offset: 0, limit: 10 });
  searching = false;
  await others;
  assert.equal(total, 0);
  assert.ok(turns >= 20, `others had ${turns} turns`);
  await database.close();
});

test('the log file of SQLite stays small, and is cut after a long reader let it grow', async () => {
  const database = await openAt(place);
  const store = database.store(tenantId('large'));
  const walSize = async () => (await stat(path.join(place.dataDirectory ?? '', 'countersign.db-wal'))).size;
  const write = async (megabytes: number) => {
    for (let at = 0; at < megabytes * 2; at++)
      await store.transact((tx) => tx.put('large', { text: String(at % 10).repeat(500_000) }));
  };
  await write(40);
  assert.ok((await walSize()) < 20e6, `${await walSize()} bytes without a reader`);
  const reader = new DatabaseSync(path.join(place.dataDirectory ?? '', 'countersign.db'));
  reader.exec('begin');
  reader.prepare('select count(*) from documents').get();
  await write(30);
  const grown = await walSize();
  assert.ok(grown > 25e6, `${grown} bytes under a reader`);
  reader.exec('commit');
  reader.close();
  await write(3);
  assert.ok((await walSize()) < 20e6, `${await walSize()} bytes afterwards`);
  await database.close();
});
