// Rows: written and read back, found, replaced, removed, unique.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UniqueConflict } from '../store.ts';
import { type Api, apis, type Client, clients, grants, keys, type Subject } from './subject.ts';

export function rows(subject: () => Subject): void {
  test('a row is read back as it was written', async () => {
    const store = subject().fresh();
    const row: Client = {
      client_id: 'a',
      name: 'Ärzte 🩺 "quoted" \\ \\u0000 \u0001 \u2028',
      app_type: '',
      is_first_party: false,
      client_secret: 'secret ✓',
      keys: ['one', 'two'],
      callbacks: [],
      count: 9_007_199_254_740_991,
    };
    await store.transact((tx) => tx.insert(clients, row));
    assert.deepEqual(await store.get(clients, 'a'), row);
    await store.transact((tx) => tx.insert(clients, { client_id: 'b', name: null, client_secret: null }));
    assert.deepEqual(await store.get(clients, 'b'), { client_id: 'b', name: null, client_secret: null });
    assert.equal(await store.get(clients, 'c'), undefined);
  });

  test('rows are found by their lookups, in the order of insertion', async () => {
    const store = subject().fresh();
    const inserted: Client[] = [
      { client_id: 'z', name: 'one', is_first_party: true },
      { client_id: 'y', name: 'two', is_first_party: false },
      { client_id: 'x', name: 'one', is_first_party: false },
      { client_id: 'w', name: null },
    ];
    await store.transact(async (tx) => {
      for (const row of inserted) await tx.insert(clients, row);
    });
    const found = async (where: Parameters<typeof store.all<Client>>[1]) =>
      (await store.all(clients, where)).map((row) => row.client_id).join('');
    assert.equal(await found(undefined), 'zyxw');
    assert.equal(await found({}), 'zyxw');
    assert.equal(await found({ name: 'one' }), 'zx');
    assert.equal(await found({ is_first_party: 'false' }), 'yx');
    assert.equal(await found({ name: 'one', is_first_party: 'false' }), 'x');
    assert.equal(await found({ client_id: ['w', 'y', 'none'] }), 'yw');
    assert.equal(await found({ name: ['two', 'one'], client_id: ['x', 'y'] }), 'yx');
    assert.equal(await found({ name: [] }), '');
    assert.equal(await found({ name: 'null' }), '');
    assert.equal((await store.find(clients, { name: 'one' }))?.client_id, 'z');
    assert.equal(await store.find(clients, { name: 'three' }), undefined);
  });

  test('a condition on what is no lookup, or on undefined, is a mistake and not everything', async () => {
    const store = subject().fresh();
    await store.transact((tx) => tx.insert(keys, { kid: 'k', alg: 'RS256' }));
    await assert.rejects(store.all(clients, { callbacks: 'x' }), /clients\.callbacks is not a lookup/);
    const forgotten: { alg?: string } = JSON.parse('{}');
    const where = Object.assign({ alg: '' }, { alg: forgotten.alg });
    await assert.rejects(store.all(keys, where), /signing_keys\.alg is undefined/);
    await assert.rejects(
      store.transact((tx) => tx.removeAll(keys, where)),
      /signing_keys\.alg is undefined/,
    );
    assert.equal((await store.all(keys)).length, 1);
  });

  test('replacing writes the whole row with its lookups and keeps its place', async () => {
    const store = subject().fresh();
    await store.transact(async (tx) => {
      await tx.insert(clients, { client_id: 'a', name: 'old', app_type: 'spa', client_secret: 's' });
      await tx.insert(clients, { client_id: 'b' });
      assert.equal(await tx.replace(clients, { client_id: 'a', name: 'new' }), true);
      assert.equal(await tx.replace(clients, { client_id: 'c', name: 'new' }), false);
    });
    assert.deepEqual(await store.all(clients), [{ client_id: 'a', name: 'new' }, { client_id: 'b' }]);
    assert.equal(await store.find(clients, { name: 'old' }), undefined);
    assert.equal(await store.find(clients, { app_type: 'spa' }), undefined);
  });

  test('removing says whether there was something', async () => {
    for (const table of [keys, { ...keys, watched: true }]) {
      const store = subject().fresh();
      await store.transact(async (tx) => {
        for (const kid of ['a', 'b', 'c', 'd']) await tx.insert(table, { kid, alg: kid < 'c' ? 'RS256' : 'ES256' });
        assert.equal(await tx.remove(table, 'a'), true);
        assert.equal(await tx.remove(table, 'a'), false);
        assert.equal(await tx.removeAll(table, { alg: 'ES256' }), 2);
        assert.equal(await tx.removeAll(table, { alg: 'ES256' }), 0);
        assert.equal(await tx.removeAll(table, { alg: [] }), 0);
      });
      assert.deepEqual(await store.all(table), [{ kid: 'b', alg: 'RS256' }]);
    }
  });

  test('a second row with the same id or the same unique columns is refused, by the name of what is the same', async () => {
    const store = subject().fresh();
    const conflict = (work: Promise<unknown>, table: string, columns: string[]) =>
      assert.rejects(work, (error) => {
        assert.ok(error instanceof UniqueConflict, String(error));
        assert.deepEqual([error.table, error.columns], [table, columns]);
        return true;
      });
    const insert = (row: Api) => store.transact((tx) => tx.insert(apis, row));
    await insert({ id: '1', identifier: 'https://a' });
    await conflict(insert({ id: '1', identifier: 'https://b' }), 'resource_servers', ['id']);
    await conflict(insert({ id: '2', identifier: 'https://a' }), 'resource_servers', ['identifier']);
    await store.transact((tx) => tx.insert(clients, { client_id: 'c' }));
    await conflict(
      store.transact((tx) => tx.insert(clients, { client_id: 'c' })),
      'clients',
      ['client_id'],
    );
    await insert({ id: '2', identifier: 'https://b' });
    await conflict(
      store.transact((tx) => tx.replace(apis, { id: '2', identifier: 'https://a' })),
      'resource_servers',
      ['identifier'],
    );
    assert.deepEqual(await store.get(apis, '2'), { id: '2', identifier: 'https://b' });
    await store.transact(async (tx) => {
      await tx.remove(apis, '1');
      await tx.replace(apis, { id: '2', identifier: 'https://a' });
    });
  });

  test('columns that are unique together conflict only when all of them are there and the same', async () => {
    const store = subject().fresh();
    const grant = { audience: 'https://a', subject_type: 'client' };
    await store.transact(async (tx) => {
      await tx.insert(grants, { id: '1', client_id: 'c', ...grant });
      await tx.insert(grants, { id: '2', client_id: 'c', audience: 'https://a', subject_type: 'user' });
      await tx.insert(grants, { id: '3', client_id: 'c', audience: 'https://b', subject_type: 'client' });
      await tx.insert(grants, { id: '4', default_for: 'third_party_clients', ...grant });
      await tx.insert(grants, { id: '5', ...grant });
      await tx.insert(grants, { id: '6', ...grant });
    });
    const again = (row: object) => store.transact((tx) => tx.insert(grants, { id: '7', ...grant, ...row }));
    await assert.rejects(again({ client_id: 'c' }), { columns: ['client_id', 'audience', 'subject_type'] });
    await assert.rejects(again({ default_for: 'third_party_clients' }), {
      columns: ['default_for', 'audience', 'subject_type'],
    });
    assert.equal((await store.all(grants)).length, 6);
  });

  test('a lookup must be a scalar, and a row must have its id', async () => {
    const store = subject().fresh();
    const wrong = (row: object) => store.transact((tx) => tx.insert(clients, Object.assign({ client_id: 'a' }, row)));
    await assert.rejects(wrong({ name: { nested: true } }), /clients\.name is a lookup/);
    await assert.rejects(wrong({ client_id: undefined }), /a row of clients has no client_id/);
    assert.equal(await store.get(clients, 'a'), undefined);
  });
}
