// Announcements: every process hears of every committed change of a watched table, in order.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { CHANGES_KEPT_MS } from '../changes.ts';
import type { Change, Database } from '../store.ts';
import type { Child } from './process.ts';
import { clients, keys, type Subject } from './subject.ts';

async function since(database: Database, cursor: string) {
  const told = await database.changesSince(cursor);
  assert.ok(told.changes !== 'all', 'nothing is missing');
  return { cursor: told.cursor, changes: told.changes };
}

export function changes(subject: () => Subject, children: () => readonly Child[]): void {
  test('changes are told once each, in their order, and not those of tables that nobody watches', async () => {
    const { database, fresh } = subject();
    const store = fresh();
    const start = await database.changesSince(undefined);
    assert.equal(start.changes, 'all');
    await database.addTenant({ id: store.tenant, name: 'T', hosts: [] });
    await store.transact(async (tx) => {
      for (const client_id of ['b', 'a', 'a long id'.repeat(200)]) await tx.insert(clients, { client_id });
      await tx.insert(keys, { kid: 'k', alg: 'RS256' });
      await tx.put('settings', {});
      await tx.replace(clients, { client_id: 'a' });
      assert.equal(await tx.removeAll(clients, {}), 3);
    });
    const told = await since(database, start.cursor);
    const words = told.changes.map(({ table, id }) => `${table} ${id.slice(0, 9)}`);
    assert.deepEqual(words.slice(0, 6), [
      `tenants ${store.tenant.slice(0, 9)}`,
      'clients b',
      'clients a',
      'clients a long id',
      'documents settings',
      'clients a',
    ]);
    assert.deepEqual(words.slice(6).sort(), ['clients a', 'clients a long id', 'clients b']);
    assert.equal(told.changes[3]?.id, 'a long id'.repeat(200));
    assert.ok(told.changes.every(({ tenant }) => tenant === store.tenant));
    assert.deepEqual(await since(database, told.cursor), { cursor: told.cursor, changes: [] });
    assert.equal((await since(database, start.cursor)).changes.length, words.length);
  });

  test('while two processes write, a third hears everything, each tenant in the order of commits', async () => {
    const { database, fresh } = subject();
    const stores = [fresh(), fresh()];
    const [each, sides] = [30, 3];
    let { cursor } = await database.changesSince(undefined);
    let busy = true;
    const writing = Promise.all(
      children().flatMap((child, at) =>
        stores.map((store) => child.ask('insertMany', store.tenant, { who: `p${at}`, times: each, racers: sides })),
      ),
    ).finally(() => {
      busy = false;
    });
    const heard: Change[] = [];
    for (let last = false; !last; ) {
      last = !busy;
      const told = await since(database, cursor);
      cursor = told.cursor;
      // Whoever hears of a row can read it.
      for (const { tenant, id } of told.changes) {
        assert.ok(await database.store(tenant).get(clients, id), `${id} is there`);
      }
      heard.push(...told.changes);
      await sleep(3);
    }
    await writing;
    for (const store of stores) {
      const ids = heard.filter(({ tenant }) => tenant === store.tenant).map(({ id }) => id);
      assert.equal(ids.length, children().length * sides * each);
      assert.equal(new Set(ids).size, ids.length);
      const inOrder = (await store.all(clients)).map((row) => row.client_id);
      assert.deepEqual(ids, inOrder, 'the order of insertion is the order of commits');
    }
  });

  test('who was away for long hears that everything may have changed, and is up to date afterwards', async () => {
    const { database, fresh } = subject();
    const store = fresh();
    const { cursor } = await database.changesSince(undefined);
    const insert = (client_id: string) => store.transact((tx) => tx.insert(clients, { client_id }));
    await insert('a');
    await database.prune(Date.now() + CHANGES_KEPT_MS / 2, 0);
    assert.equal((await since(database, cursor)).changes.length, 1);
    await database.prune(Date.now() + CHANGES_KEPT_MS + 1_000, 0);
    const told = await database.changesSince(cursor);
    assert.equal(told.changes, 'all');
    await insert('b');
    const { changes: after } = await since(database, told.cursor);
    assert.deepEqual(after, [{ tenant: store.tenant, table: 'clients', id: 'b' }]);
    const ahead = JSON.stringify({ ...JSON.parse(told.cursor), [store.tenant]: 999 });
    assert.equal((await database.changesSince(ahead)).changes, 'all', 'a restored backup');
  });
}
