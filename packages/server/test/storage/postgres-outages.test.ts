// PostgreSQL going away and coming back (DBO-01, -03, -04, -05, -06), on a server of this file's own.

import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { startChild } from '../../src/storage/conformance/process.ts';
import { clients, execute, keys, openAt, tenantId } from '../../src/storage/conformance/subject.ts';
import { type Database, type Store, StoreUnavailable } from '../../src/storage/store.ts';
import { type OwnPostgres, startPostgres } from '../support/postgres.ts';

let server: OwnPostgres;
let database: Database;
let store: Store;
let tenants = 0;
before(async () => {
  server = await startPostgres();
  // Two connections, so that using them up is quick; short time-outs for the same reason.
  database = await openAt(server, {
    postgres: { connections: 2, connect: 3_000, statement: 1_500, lock: 400, longest: 1_000 },
  });
});
beforeEach(async () => {
  await server.start();
  store = newStore();
});
after(async () => {
  await database.close();
  await server.remove();
});

const newStore = () => database.store(tenantId(`t${tenants++}`));
const insert = (client_id: string) => store.transact((tx) => tx.insert(clients, { client_id }));
const ids = async () => (await store.all(clients)).map((row) => row.client_id).join('');

/** Every way in fails with StoreUnavailable within `limit` ms, and none with anything else. */
async function allUnavailable(limit: number): Promise<void> {
  const attempts: Record<string, () => Promise<unknown>> = {
    get: () => store.get(clients, 'a'),
    page: () => store.page(clients, { offset: 0, limit: 5 }),
    insert: () => insert('during'),
    spend: () => store.transact((tx) => tx.spend({ kind: 'code', key: 'k' }, 1_000)),
    logs: () => database.appendLogs([{ tenant: store.tenant, log_id: '1', type: 's', date: 1, record: '{}' }]),
    changes: () => database.changesSince('{}'),
    tenants: () => database.tenants(),
    ping: () => database.ping(),
  };
  for (const [name, attempt] of Object.entries(attempts)) {
    const began = performance.now();
    await assert.rejects(attempt(), (error) => {
      assert.ok(error instanceof StoreUnavailable, `${name}: ${error}`);
      return true;
    });
    const took = performance.now() - began;
    assert.ok(took < limit, `${name} took ${took} ms`);
  }
}

/** How long until a write succeeds (ms), trying every 50 ms. */
async function recovery(): Promise<number> {
  const began = performance.now();
  for (let attempt = 0; ; attempt++) {
    try {
      await insert(`back${attempt}`);
      return performance.now() - began;
    } catch (error) {
      assert.ok(error instanceof StoreUnavailable, String(error));
      assert.ok(performance.now() - began < 10_000, 'back within 10 s');
      await sleep(50);
    }
  }
}

test('while the server is down everything is unavailable at once; when it is back everything works again', async () => {
  for (const stop of [() => server.stop('fast'), () => server.stop('immediate'), () => server.kill9()]) {
    await Promise.all([insert(`a${tenants}`), database.ping()]);
    await stop();
    // After a kill of the main process the others go on until they notice.
    while (
      await database.ping().then(
        () => true,
        () => false,
      )
    )
      await sleep(10);
    await allUnavailable(1_500);
    await server.start();
    assert.ok((await recovery()) < 5_000);
    store = newStore();
  }
});

test('connections that broke unnoticed cost nobody an error', async () => {
  await Promise.all([insert('a'), store.all(clients)]);
  await execute(
    server,
    'select pg_terminate_backend(pid) from pg_stat_activity where application_name = $$countersign$$',
  );
  const outcomes = await Promise.allSettled([insert('b'), store.all(clients), insert('c'), database.ping()]);
  assert.deepEqual(
    outcomes.filter((outcome) => outcome.status === 'rejected'),
    [],
  );
  assert.equal((await store.all(clients)).length, 3);
});

test('a connection that is cut in the middle of a transaction fails it, and nothing of it is kept', async () => {
  let attempts = 0;
  const cut = store.transact(async (tx) => {
    attempts++;
    await tx.insert(clients, { client_id: 'a' });
    await execute(server, `select pg_terminate_backend(pid) from pg_stat_activity where state = 'idle in transaction'`);
    await sleep(20);
    await tx.insert(clients, { client_id: 'b' });
  });
  await assert.rejects(cut, StoreUnavailable);
  const atTheEnd = store.transact(async (tx) => {
    attempts++;
    await tx.insert(clients, { client_id: 'c' });
    await execute(server, `select pg_terminate_backend(pid) from pg_stat_activity where state = 'idle in transaction'`);
    await sleep(20);
  });
  await assert.rejects(atTheEnd, StoreUnavailable);
  assert.equal(attempts, 2, 'what may have happened is not repeated');
  assert.equal(await ids(), '');
  await insert('d');
  assert.equal(await ids(), 'd');
});

test('a read-only database lets us read, and every write is unavailable', async () => {
  await insert('a');
  await execute(server, 'alter database postgres set default_transaction_read_only = on');
  await execute(
    server,
    'select pg_terminate_backend(pid) from pg_stat_activity where application_name = $$countersign$$',
  );
  try {
    await assert.rejects(insert('b'), /^StoreUnavailable: PostgreSQL is read-only/);
    assert.equal(await ids(), 'a');
  } finally {
    await execute(server, 'begin read write; alter database postgres set default_transaction_read_only = off; commit');
    await execute(
      server,
      'select pg_terminate_backend(pid) from pg_stat_activity where application_name = $$countersign$$',
    );
  }
  await insert('b');
  assert.equal(await ids(), 'ab');
});

test('a server that does not answer is unavailable after the time-outs, and usable again when it does', async () => {
  await insert('a');
  const client = new pg.Client(server.url);
  await client.connect();
  const { rows } = await client.query<{ pid: number }>(
    `select pid from pg_stat_activity where application_name = 'countersign'`,
  );
  assert.ok(rows.length > 0 && rows.length <= 2);
  for (const { pid } of rows) process.kill(pid, 'SIGSTOP');
  try {
    await assert.rejects(Promise.all([database.ping(), database.ping(), database.ping()]), StoreUnavailable);
  } finally {
    for (const { pid } of rows) process.kill(pid, 'SIGCONT');
    await client.end();
  }
  assert.ok((await recovery()) < 5_000);
});

test('statements, locks, connections and transactions are waited for only so long', async () => {
  await insert('a');
  await insert('b');
  const client = new pg.Client(server.url);
  await client.connect();
  await client.query('begin');
  await client.query(`select doc from clients where tenant = '${store.tenant}' and id = 'a' for update`);
  await assert.rejects(
    store.transact((tx) => tx.replace(clients, { client_id: 'a', name: 'n' })),
    /^StoreUnavailable: PostgreSQL could not lock a row in time \(55P03\)/,
  );
  await client.query('lock table clients in access exclusive mode');
  await assert.rejects(store.get(clients, 'a'), StoreUnavailable);
  await client.query('rollback');
  await client.end();

  const began = performance.now();
  const endless = [1, 2].map(() => store.transact(() => sleep(2_500)));
  const refused = Promise.allSettled(endless);
  await sleep(50);
  await insert('c');
  assert.ok(performance.now() - began < 2_300, 'an endless transaction gives its connection back');
  for (const outcome of await refused) assert.equal(outcome.status, 'rejected');
  assert.equal(await ids(), 'abc');
});

test('more work than connections is done one after the other', async () => {
  await Promise.all(Array.from({ length: 50 }, (_, at) => insert(`c${at}`)));
  assert.equal((await store.all(clients)).length, 50);
});

test('a deadlock is resolved by running the one that lost again', async () => {
  const table = { ...keys, watched: false };
  let runs = 0;
  let locked = 0;
  let bothLocked = () => {};
  const meeting = new Promise<void>((resolve) => {
    bothLocked = resolve;
  });
  await store.transact(async (tx) => {
    for (const kid of ['a', 'b']) await tx.insert(table, { kid, alg: '0' });
  });
  const patient = await openAt(server);
  const other = patient.store(store.tenant);
  const addTo = (first: string, second: string) =>
    other.transact(async (tx) => {
      runs++;
      for (const kid of [first, second]) {
        const row = await tx.lock(table, kid);
        locked++;
        if (locked === 2) bothLocked();
        await meeting;
        await tx.replace(table, { kid, alg: String(Number(row?.alg) + 1) });
      }
    });
  await Promise.all([addTo('a', 'b'), addTo('b', 'a')]);
  assert.ok(runs > 2, 'there was a deadlock');
  assert.deepEqual(
    (await store.all(table)).map((row) => row.alg),
    ['2', '2'],
  );
  await patient.close();
});

test('a process that dies in the middle of a transaction leaves nothing and blocks nobody', async () => {
  const child = await startChild(server);
  let opened = () => {};
  const open = new Promise<void>((resolve) => {
    opened = resolve;
  });
  const held = child.ask('hold', store.tenant, { id: 'held', ms: 60_000 }, opened);
  held.catch(() => {});
  await open;
  await child.kill9();
  await sleep(50);
  await store.transact((tx) => tx.insert(keys, { kid: 'held', alg: 'mine' }));
  assert.deepEqual(await store.all(keys), [{ kid: 'held', alg: 'mine' }]);
});

test('the crash of the server loses nothing that was acknowledged', async () => {
  const acknowledged: string[] = [];
  const writing = Array.from({ length: 2 }, async (_, side) => {
    for (let at = 0; ; at++) {
      await insert(`${side}-${at}`);
      acknowledged.push(`${side}-${at}`);
    }
  });
  const outcomes = Promise.allSettled(writing);
  while (acknowledged.length < 60) await sleep(2);
  await server.kill9();
  for (const outcome of await outcomes) {
    assert.ok(outcome.status === 'rejected' && outcome.reason instanceof StoreUnavailable);
  }
  await server.start();
  await recovery();
  const kept = new Set((await store.all(clients)).map((row) => row.client_id));
  assert.deepEqual(
    acknowledged.filter((id) => !kept.has(id)),
    [],
  );
});
