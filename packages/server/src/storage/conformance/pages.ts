// Both paginations: complete, in the order of insertion, and steady while others write.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Table } from '../../schema/table.ts';
import type { Store } from '../store.ts';
import type { Child } from './process.ts';
import { type Client, clients, keys, type Subject } from './subject.ts';

type Kept = { client_id: string } | { kid: string };
const idOf = (row: Kept) => ('kid' in row ? row.kid : row.client_id);

/** Follows the cursors to the end; `pause` is called between two pages. */
async function walk<Row extends Kept>(store: Store, table: Table<Row>, limit: number, pause = async () => {}) {
  const seen: string[] = [];
  for (let after: string | undefined; ; await pause()) {
    const page = await store.checkpoint(table, { limit, ...(after === undefined ? {} : { after }) });
    assert.ok(page, 'a cursor of ours is good');
    assert.ok(page.rows.length <= limit);
    seen.push(...page.rows.map(idOf));
    if (page.next === undefined) return seen;
    after = page.next;
  }
}

export function pages(subject: () => Subject, children: () => readonly Child[]): void {
  test('pages by offset tell the rows, the total and where they end', async () => {
    const store = subject().fresh();
    const ids = Array.from({ length: 25 }, (_, index) => `c${(index * 7) % 25}`);
    await store.transact(async (tx) => {
      for (const [index, client_id] of ids.entries()) {
        await tx.insert(clients, { client_id, app_type: index % 2 ? 'spa' : 'native' });
      }
    });
    const page = async (offset: number, limit: number, where: { app_type?: string } = {}) => {
      const { rows, total } = await store.page(clients, { where, offset, limit });
      return { ids: rows.map(idOf), total };
    };
    assert.deepEqual(await page(0, 10), { ids: ids.slice(0, 10), total: 25 });
    assert.deepEqual(await page(20, 10), { ids: ids.slice(20), total: 25 });
    assert.deepEqual(await page(25, 10), { ids: [], total: 25 });
    assert.deepEqual(await page(999, 10), { ids: [], total: 25 });
    assert.deepEqual(await page(0, 0), { ids: [], total: 25 });
    const spas = ids.filter((_, index) => index % 2);
    assert.deepEqual(await page(5, 3, { app_type: 'spa' }), { ids: spas.slice(5, 8), total: 12 });
    assert.deepEqual(await page(0, 3, { app_type: 'none' }), { ids: [], total: 0 });
  });

  test('rows are found by what a column begins with, byte by byte, and nothing in it is a pattern', async () => {
    const store = subject().fresh();
    const names = ['a%b', 'a%c', 'aXb', 'A%b', 'a', 'ä', 'a\u{1F600}', 'b', 'a%'];
    await store.transact(async (tx) => {
      for (const [index, app_type] of names.entries()) await tx.insert(clients, { client_id: `p${index}`, app_type });
    });
    const found = async (prefix: string) =>
      (await store.all(clients, { app_type: { prefix } })).map((row) => row.app_type);
    assert.deepEqual(await found('a%'), ['a%b', 'a%c', 'a%']);
    assert.deepEqual(await found('a'), ['a%b', 'a%c', 'aXb', 'a', 'a\u{1F600}', 'a%']);
    assert.deepEqual(await found(''), names);
    assert.deepEqual(await found('a_'), []);
    assert.deepEqual((await store.all(clients, { client_id: { prefix: 'p1' } })).length, 1, 'by the id too');
    const page = await store.page(clients, { where: { app_type: { prefix: 'a%' } }, offset: 1, limit: 1 });
    assert.deepEqual([page.rows[0]?.app_type, page.total], ['a%c', 3]);
  });

  test('pages by cursor are complete at every size, and the last one has no next', async () => {
    const store = subject().fresh();
    const ids = Array.from({ length: 12 }, (_, index) => `c${(index * 5) % 12}`);
    await store.transact(async (tx) => {
      for (const client_id of ids) await tx.insert(clients, { client_id, app_type: 'spa' });
    });
    for (const limit of [1, 2, 3, 4, 5, 11, 12, 13]) assert.deepEqual(await walk(store, clients, limit), ids);
    const first = await store.checkpoint(clients, { limit: 12 });
    assert.equal(first?.next, undefined);
    const spas = await store.checkpoint(clients, { limit: 5, where: { app_type: 'spa' } });
    await store.transact((tx) => tx.removeAll(clients, {}));
    const empty = await store.checkpoint(clients, { limit: 5, after: spas?.next ?? '' });
    assert.deepEqual(empty, { rows: [] });
  });

  test('a walk by cursor while rows come and go misses none that stay and shows none twice', async () => {
    const store = subject().fresh();
    const staying = Array.from({ length: 40 }, (_, index) => `stay${index}`);
    await store.transact(async (tx) => {
      for (const [index, client_id] of staying.entries()) {
        await tx.insert(clients, { client_id });
        await tx.insert(clients, { client_id: `leave${index}` });
      }
    });
    let step = 0;
    const seen = await walk(store, clients, 7, async () => {
      await store.transact(async (tx) => {
        for (const at of [step, 39 - step]) await tx.remove(clients, `leave${at}`);
        if (step < 10) await tx.insert(clients, { client_id: `new${step}` });
      });
      step++;
    });
    assert.equal(new Set(seen).size, seen.length);
    assert.deepEqual(
      seen.filter((id) => id.startsWith('stay')),
      staying,
    );
    assert.equal(seen.filter((id) => id.startsWith('new')).length, 10);
  });

  test('pages by offset do not move when rows are added', async () => {
    const store = subject().fresh();
    const add = (client_id: string) => store.transact((tx) => tx.insert(clients, { client_id }));
    for (const id of ['a', 'b', 'c', 'd']) await add(id);
    const seen: Client[] = [];
    for (let offset = 0; offset < 6; offset += 2) {
      seen.push(...(await store.page(clients, { offset, limit: 2 })).rows);
      await add(`0${offset}`);
    }
    assert.deepEqual(seen.map(idOf), ['a', 'b', 'c', 'd', '00', '02']);
  });

  test('a reader at the end of the list misses no row of a transaction that commits late', async () => {
    for (const table of [keys, { ...keys, watched: true }]) {
      const store = subject().fresh();
      const insert = (kid: string, ms: number) =>
        store.transact(async (tx) => {
          await tx.insert(table, { kid, alg: 'RS256' });
          await sleep(ms);
        });
      await insert('first', 0);
      const late = insert('late', 150);
      await sleep(30);
      const others = Promise.all(['b', 'c', 'd'].map((kid) => insert(kid, 0)));
      const seen: string[] = [];
      let after: string | undefined;
      for (const until = Date.now() + 3_000; seen.length < 5 && Date.now() < until; await sleep(5)) {
        // One row beyond each page keeps a cursor in hand, as a reader does that goes on later.
        const page = await store.checkpoint(table, { limit: 1, ...(after === undefined ? {} : { after }) });
        seen.push(...(page?.next === undefined && seen.length < 4 ? [] : (page?.rows.map(idOf) ?? [])));
        after = page?.next ?? after;
      }
      await Promise.all([late, others]);
      assert.deepEqual([...seen].sort(), ['b', 'c', 'd', 'first', 'late']);
    }
  });

  test('a reader misses no row while two processes insert into the same tables', async () => {
    const store = subject().fresh();
    const each = 30;
    const writing = children().map((child, at) =>
      child.ask('insertMany', store.tenant, { who: `p${at}`, times: each, racers: 3 }),
    );
    let busy = true;
    const written = Promise.all(writing).finally(() => {
      busy = false;
    });
    const seenBy = async <Row extends Kept>(table: Table<Row>) => {
      const seen: string[] = [];
      let after: string | undefined;
      for (let last = false; ; ) {
        const page = await store.checkpoint(table, { limit: 5, ...(after === undefined ? {} : { after }) });
        if (page?.next !== undefined) {
          seen.push(...page.rows.map(idOf));
          after = page.next;
        } else if (last) {
          return [...seen, ...(page?.rows.map(idOf) ?? [])];
        } else {
          last = !busy;
          await sleep(2);
        }
      }
    };
    const [seenClients, seenKeys] = await Promise.all([seenBy(clients), seenBy(keys), written]);
    const total = children().length * 3 * each;
    for (const [seen, table] of [
      [seenClients, clients],
      [seenKeys, keys],
    ] as const) {
      assert.equal(new Set(seen).size, seen.length, `${table.name}: none twice`);
      assert.equal(seen.length, total, `${table.name}: none skipped`);
    }
  });
}
