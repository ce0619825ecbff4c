// Transactions: all or nothing, apart from each other, and no update is lost.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Change, type Transaction, UniqueConflict } from '../store.ts';
import type { Child } from './process.ts';
import { clients, keys, type Subject } from './subject.ts';

export function transactions(subject: () => Subject, children: () => readonly Child[]): void {
  test('a transaction that throws keeps nothing and announces nothing', async () => {
    const { database, fresh } = subject();
    const store = fresh();
    const heard: Change[] = [];
    database.onChange((change) => change.tenant === store.tenant && heard.push(change));
    await store.transact(async (tx) => {
      await tx.insert(clients, { client_id: 'before' });
      await tx.keep({ kind: 'code', key: 'before' }, {}, 2_000);
    });
    const { cursor } = await database.changesSince(undefined);
    const failing = store.transact(async (tx) => {
      await tx.insert(clients, { client_id: 'a' });
      await tx.insert(keys, { kid: 'a', alg: 'RS256' });
      await tx.replace(clients, { client_id: 'before', name: 'changed' });
      await tx.put('settings', { changed: true });
      await tx.keep({ kind: 'code', key: 'a' }, {}, 2_000);
      await tx.spend({ kind: 'code', key: 'before' }, 1_000);
      await tx.claim({ kind: 'jti', key: 'a' }, 2_000);
      await tx.count('attempts', 5, 0, 10);
      throw new RangeError('changed my mind');
    });
    await assert.rejects(failing, { name: 'RangeError', message: 'changed my mind' });
    assert.deepEqual(await store.all(clients), [{ client_id: 'before' }]);
    assert.deepEqual(await store.all(keys), []);
    assert.equal(await store.document('settings'), undefined);
    await store.transact(async (tx) => {
      assert.equal((await tx.spend({ kind: 'code', key: 'a' }, 1_000)).kind, 'unknown');
      assert.equal((await tx.spend({ kind: 'code', key: 'before' }, 1_000)).kind, 'won');
      assert.equal(await tx.claim({ kind: 'jti', key: 'a' }, 2_000), true);
      assert.deepEqual(await tx.count('attempts', 5, 0, 10), { added: true, count: 1 });
    });
    const { changes } = await database.changesSince(cursor);
    assert.notEqual(changes, 'all');
    assert.deepEqual(changes === 'all' ? [] : changes.filter(({ tenant }) => tenant === store.tenant), []);
    assert.deepEqual(heard, [{ tenant: store.tenant, table: 'clients', id: 'before' }]);
  });

  test('a transaction sees its own writes; everybody else sees them after the commit, without waiting', async () => {
    const { database, fresh } = subject();
    const store = fresh();
    await store.transact((tx) => tx.insert(clients, { client_id: 'a', name: 'old' }));
    await store.transact(async (tx) => {
      await tx.replace(clients, { client_id: 'a', name: 'new' });
      await tx.insert(clients, { client_id: 'b' });
      await tx.put('settings', { on: true });
      assert.equal((await tx.get(clients, 'a'))?.name, 'new');
      assert.equal((await tx.page(clients, { offset: 0, limit: 9 })).total, 2);
      assert.deepEqual(await tx.document('settings'), { on: true });

      const began = performance.now();
      assert.equal((await store.get(clients, 'a'))?.name, 'old');
      assert.equal((await store.page(clients, { offset: 0, limit: 9 })).total, 1);
      assert.equal((await store.checkpoint(clients, { limit: 9 }))?.rows.length, 1);
      assert.equal(await store.find(clients, { name: 'new' }), undefined);
      assert.equal(await store.document('settings'), undefined);
      await database.ping();
      assert.ok(performance.now() - began < 500, 'readers do not wait for a writer');
    });
    assert.equal((await store.get(clients, 'a'))?.name, 'new');
    assert.equal((await store.all(clients)).length, 2);
  });

  test('a listener hears of a change before transact returns', async () => {
    const { database, fresh } = subject();
    const store = fresh();
    const heard: string[] = [];
    database.onChange(({ tenant, table, id }) => tenant === store.tenant && heard.push(`${table} ${id}`));
    await store.transact(async (tx) => {
      await tx.insert(clients, { client_id: 'a' });
      await tx.insert(keys, { kid: 'not watched', alg: 'RS256' });
      await tx.put('settings', {});
      await tx.replace(clients, { client_id: 'a', name: 'new' });
      await tx.replace(clients, { client_id: 'none' });
      await tx.remove(clients, 'none');
      await tx.remove(clients, 'a');
      assert.deepEqual(heard, []);
    });
    assert.deepEqual(heard, ['clients a', 'documents settings', 'clients a', 'clients a']);
  });

  test('after a failed write a transaction cannot go on, even if the error was caught', async () => {
    const store = subject().fresh();
    await store.transact((tx) => tx.insert(clients, { client_id: 'a' }));
    const swallowed = store.transact(async (tx) => {
      await tx.insert(clients, { client_id: 'b' });
      await tx.insert(clients, { client_id: 'a' }).catch(() => {});
    });
    await assert.rejects(swallowed, UniqueConflict);
    const goesOn = store.transact(async (tx) => {
      await tx.insert(clients, { client_id: 'a' }).catch(() => {});
      await assert.rejects(tx.insert(clients, { client_id: 'c' }), UniqueConflict);
      await assert.rejects(tx.get(clients, 'a'), UniqueConflict);
    });
    await assert.rejects(goesOn, UniqueConflict);
    const unheard = store.transact(async (tx) => {
      tx.insert(clients, { client_id: 'a' }).catch(() => {});
      await tx.insert(clients, { client_id: 'd' }).catch(() => {});
    });
    await assert.rejects(unheard, UniqueConflict);
    assert.deepEqual(await store.all(clients), [{ client_id: 'a' }]);
  });

  test('a transaction that is over cannot be written to', async () => {
    const store = subject().fresh();
    let kept: Transaction | undefined;
    await store.transact(async (tx) => {
      kept = tx;
    });
    await assert.rejects(
      kept?.insert(keys, { kid: 'a', alg: 'RS256' }) ?? Promise.resolve(),
      /The transaction is over/,
    );
    assert.deepEqual(await store.all(keys), []);
  });

  test('many transactions at once all come through, each once', async () => {
    const store = subject().fresh();
    await Promise.all(
      Array.from({ length: 60 }, (_, index) =>
        store.transact(async (tx) => {
          await tx.insert(clients, { client_id: `c${index}` });
          await sleep(0);
          await tx.insert(keys, { kid: `k${index}`, alg: 'RS256' });
        }),
      ),
    );
    assert.equal((await store.all(clients)).length, 60);
    assert.equal((await store.all(keys)).length, 60);
  });

  test('transactions that lock in opposite orders both come through', async () => {
    const store = subject().fresh();
    const table = { ...clients, watched: false };
    await store.transact(async (tx) => {
      for (const client_id of ['a', 'b']) await tx.insert(table, { client_id, count: 0 });
    });
    const addTo = (first: string, second: string) =>
      store.transact(async (tx) => {
        for (const client_id of [first, second]) {
          const row = await tx.lock(table, client_id);
          await sleep(20);
          await tx.replace(table, { client_id, count: (row?.count ?? 0) + 1 });
        }
      });
    await Promise.all([addTo('a', 'b'), addTo('b', 'a')]);
    assert.deepEqual(await store.all(table), [
      { client_id: 'a', count: 2 },
      { client_id: 'b', count: 2 },
    ]);
  });

  test('two processes that read, change and write a row lose no update', async () => {
    const store = subject().fresh();
    await store.transact((tx) => tx.insert(clients, { client_id: 'sum', count: 0 }));
    await Promise.all(children().map((child) => child.ask('addUp', store.tenant, { id: 'sum', times: 40 })));
    assert.equal((await store.get(clients, 'sum'))?.count, 40 * children().length);
  });

  test('a document is locked from its first reading on, also before it exists', async () => {
    const store = subject().fresh();
    const addOne = () =>
      store.transact(async (tx) => {
        const { sum } = (await tx.lockDocument<{ sum: number }>('sum')) ?? { sum: 0 };
        await sleep(1);
        await tx.put('sum', { sum: sum + 1 });
      });
    await Promise.all(Array.from({ length: 12 }, addOne));
    assert.deepEqual(await store.document('sum'), { sum: 12 });
  });

  test('of 20 insertions of the same thing from two processes one goes in', async () => {
    const store = subject().fresh();
    for (let round = 0; round < 20; round++) {
      const input = { key: `https://api/${round}`, racers: 10 };
      const outcomes = await Promise.all(
        children().map((child, at) => child.ask('insertSame', store.tenant, { ...input, who: `p${at}` })),
      );
      const counts = Object.groupBy(outcomes.flat().map(String), (outcome) => outcome);
      assert.deepEqual(
        Object.entries(counts)
          .map(([outcome, all]) => [outcome, all?.length])
          .sort(),
        [
          ['conflict on identifier', 19],
          ['inserted', 1],
        ],
      );
    }
  });
}
