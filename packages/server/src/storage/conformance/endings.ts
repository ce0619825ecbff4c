// Rows that say when they end: they stay some minutes beyond it, and then go, of every tenant and in any number.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SINGLE_USE_KEPT_MS } from '../prune.ts';
import { type Login, logins, type Subject } from './subject.ts';

const END = Date.parse('2001-02-03T04:05:06.789Z');
const at = (ms: number) => new Date(ms).toISOString();

export function endings(subject: () => Subject): void {
  const insert = (rows: readonly Login[]) => {
    const store = subject().fresh();
    return store
      .transact(async (tx) => {
        for (const row of rows) await tx.insert(logins, row);
      })
      .then(() => store);
  };
  const idsOf = async (store: Awaited<ReturnType<typeof insert>>) => (await store.all(logins)).map(({ id }) => id);

  test('a row that ended stays for some minutes, as its clock may be ahead, and then goes; others stay', async () => {
    const store = await insert([
      { id: 'ended', expires_at: at(END) },
      { id: 'later', expires_at: at(END + 1) },
    ]);
    await subject().database.prune(END + SINGLE_USE_KEPT_MS, 0);
    assert.deepEqual(await idsOf(store), ['ended', 'later']);
    await subject().database.prune(END + SINGLE_USE_KEPT_MS + 1, 0);
    assert.deepEqual(await idsOf(store), ['later']);
    assert.equal(await store.get(logins, 'ended'), undefined);
  });

  test('a row whose end was moved stays until the new one', async () => {
    const store = await insert([{ id: 'a', expires_at: at(END) }]);
    await store.transact((tx) => tx.replace(logins, { id: 'a', expires_at: at(END + 60_000) }));
    await subject().database.prune(END + SINGLE_USE_KEPT_MS + 1, 0);
    assert.deepEqual(await idsOf(store), ['a']);
    await subject().database.prune(END + SINGLE_USE_KEPT_MS + 60_001, 0);
    assert.deepEqual(await idsOf(store), []);
  });

  test('a row that never ends stays', async () => {
    const store = await insert([{ id: 'a' }]);
    await subject().database.prune(Date.now(), 0);
    assert.deepEqual(await idsOf(store), ['a']);
  });

  test('many that ended go at once, of all tenants, and their number is told', async () => {
    const many = Array.from({ length: 600 }, (_, n) => ({ id: `row ${n}`, expires_at: at(END) }));
    const stores = [await insert(many), await insert(many)] as const;
    assert.equal(await subject().database.prune(END + SINGLE_USE_KEPT_MS + 1, 0), 1_200);
    for (const store of stores) assert.deepEqual(await idsOf(store), []);
    assert.equal(await subject().database.prune(END + SINGLE_USE_KEPT_MS + 1, 0), 0);
  });
}
