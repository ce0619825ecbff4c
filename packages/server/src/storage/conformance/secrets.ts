// Secrets at rest: a copy of the database shows none, and a sealed value opens only where it was put.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSealer } from '../index.ts';
import { StoreRefused } from '../store.ts';
import { clients, dump, execute, openAt, type Subject } from './subject.ts';

export function secrets(subject: () => Subject): void {
  test('a copy of the database holds no secret, no code and no name of a counter', async () => {
    const { place, fresh } = subject();
    const store = fresh();
    const canary = (what: string) => `canary-${what}-${store.tenant}`;
    await store.transact(async (tx) => {
      await tx.insert(clients, { client_id: 'a', client_secret: canary('old'), keys: [canary('in a list')] });
      await tx.replace(clients, { client_id: 'a', client_secret: canary('new'), keys: [canary('in a list')] });
      await tx.keep({ kind: 'code', key: canary('code') }, {}, 2_000);
      await tx.claim({ kind: 'jti', key: canary('jti') }, 2_000);
      await tx.count(canary('counter'), 5, 0, 10);
      await tx.insert(clients, { client_id: canary('id') });
    });
    const bytes = await dump(place);
    assert.ok(bytes.includes(canary('id')), 'the search works');
    for (const what of ['old', 'new', 'in a list', 'code', 'jti', 'counter']) {
      assert.ok(!bytes.includes(canary(what)), `no ${what} in plain`);
      assert.ok(
        !bytes.includes(Buffer.from(canary(what)).toString('base64url').slice(0, 40)),
        `no ${what} in base64url`,
      );
      assert.ok(!bytes.includes(Buffer.from(canary(what)).toString('hex')), `no ${what} in hexadecimal`);
    }
    assert.equal((await store.get(clients, 'a'))?.client_secret, canary('new'));
  });

  test('a sealed secret does not open in another row, tenant or member, nor when changed', async () => {
    const { place, fresh } = subject();
    const [store, other] = [fresh(), fresh()];
    await store.transact(async (tx) => {
      await tx.insert(clients, { client_id: 'a', client_secret: 'of a' });
      await tx.insert(clients, { client_id: 'b', client_secret: 'of b' });
    });
    await other.transact((tx) => tx.insert(clients, { client_id: 'a', client_secret: 'of the other' }));
    const docOf = async (tenant: string, id: string) => {
      const [row] = await execute(place, `select doc from clients where tenant = '${tenant}' and id = '${id}'`);
      return JSON.parse(String(row?.doc));
    };
    const write = (tenant: string, id: string, doc: object) =>
      execute(place, `update clients set doc = '${JSON.stringify(doc)}' where tenant = '${tenant}' and id = '${id}'`);
    const a = await docOf(store.tenant, 'a');
    const b = await docOf(store.tenant, 'b');
    const refused = (id: string, from = store) => assert.rejects(from.get(clients, id), StoreRefused);

    await write(store.tenant, 'b', { ...b, client_secret: a.client_secret });
    await refused('b');
    await write(store.tenant, 'b', { ...b, keys: b.client_secret });
    await refused('b');
    await write(other.tenant, 'a', a);
    await refused('a', other);
    const flipped = a.client_secret.slice(0, -1) + (a.client_secret.endsWith('A') ? 'B' : 'A');
    for (const changed of [
      flipped,
      a.client_secret.slice(0, -2),
      `s2${a.client_secret.slice(2)}`,
      'of a',
      's1.',
      '',
      ['of a'],
      5,
    ]) {
      await write(store.tenant, 'a', { ...a, client_secret: changed });
      await refused('a');
    }
    await write(store.tenant, 'a', a);
    assert.equal((await store.get(clients, 'a'))?.client_secret, 'of a');
  });

  test('another master key is refused and changes nothing', async () => {
    const { place, fresh } = subject();
    const store = fresh();
    await store.transact((tx) => tx.insert(clients, { client_id: 'a', client_secret: 's' }));
    const tables = ['meta', 'clients', 'tenants', 'versions'];
    const state = () => Promise.all(tables.map((name) => execute(place, `select * from ${name}`)));
    const before = await state();
    const wrong = openAt(place, { sealer: createSealer(Buffer.alloc(32, 'wrong')) });
    await assert.rejects(wrong, (error) => {
      assert.ok(error instanceof StoreRefused);
      assert.match(error.message, /sealed with another master key/);
      return true;
    });
    assert.deepEqual(await state(), before);
    assert.equal((await store.get(clients, 'a'))?.client_secret, 's');
  });
}
