// Tenants: no method of one reaches a row of another, and no host leads to two.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TenantRow } from '../store.ts';
import { clients, keys, type Subject, tenantId } from './subject.ts';

export function tenants(subject: () => Subject): void {
  test('two tenants with equal ids see and change only their own', async () => {
    const { database, fresh } = subject();
    const [one, other] = [fresh(), fresh()];
    const thing = { kind: 'code', key: 'same' };
    for (const store of [one, other]) {
      await store.transact(async (tx) => {
        for (const client_id of ['a', 'b', 'c']) {
          await tx.insert(clients, {
            client_id,
            name: `of ${store.tenant}`,
            app_type: 'spa',
            client_secret: store.tenant,
          });
        }
        await tx.insert(keys, { kid: 'a', alg: 'RS256', state: store.tenant });
        await tx.put('settings', { of: store.tenant });
        await tx.keep(thing, { of: store.tenant }, 2_000);
        assert.equal(await tx.claim({ kind: 'jti', key: 'same' }, 2_000), true);
        assert.deepEqual(await tx.count('same', 1, 0, 10), { added: true, count: 1 });
      });
      await database.appendLogs([
        { tenant: store.tenant, log_id: 'l', type: 's', date: 1, record: `"${store.tenant}"` },
      ]);
    }
    const owned = { client_id: 'a', name: `of ${one.tenant}`, app_type: 'spa', client_secret: one.tenant };
    const check = async () => {
      assert.deepEqual(await one.get(clients, 'a'), owned);
      assert.deepEqual(await one.find(clients, { app_type: 'spa' }), owned);
      assert.equal(await one.find(clients, { name: `of ${other.tenant}` }), undefined);
      assert.equal((await one.all(clients)).length, 3);
      assert.equal((await one.page(clients, { offset: 0, limit: 9 })).total, 3);
      assert.equal((await one.checkpoint(clients, { limit: 9 }))?.rows.length, 3);
      assert.deepEqual(await one.document('settings'), { of: one.tenant });
      assert.deepEqual(await one.get(keys, 'a'), { kid: 'a', alg: 'RS256', state: one.tenant });
      assert.equal(await one.logs.get('l'), `"${one.tenant}"`);
      assert.deepEqual(await one.logs.after({ limit: 9 }), [`"${one.tenant}"`]);
      const page = await one.logs.page({ filter: {}, newestFirst: true, offset: 0, limit: 9 });
      assert.deepEqual(page, { records: [`"${one.tenant}"`], total: 1 });
    };
    await check();
    await other.transact(async (tx) => {
      assert.equal((await tx.lock(clients, 'a'))?.client_secret, other.tenant);
      assert.deepEqual(await tx.lockDocument('settings'), { of: other.tenant });
      assert.equal(await tx.replace(clients, { client_id: 'a', name: 'changed' }), true);
      assert.equal(await tx.remove(clients, 'b'), true);
      assert.equal(await tx.removeAll(clients, { app_type: 'spa' }), 1);
      assert.equal(await tx.removeAll(keys, {}), 1);
      await tx.put('settings', { changed: true });
      assert.deepEqual(await tx.spend(thing, 1_000), { kind: 'won', value: { of: other.tenant } });
    });
    await check();
    const spent = await one.transact((tx) => tx.spend(thing, 1_000));
    assert.deepEqual(spent, { kind: 'won', value: { of: one.tenant } });
  });

  test('a cursor is good for its own tenant and table only, and only unchanged', async () => {
    const { fresh } = subject();
    const [one, other] = [fresh(), fresh()];
    for (const store of [one, other]) {
      await store.transact(async (tx) => {
        for (const id of ['a', 'b', 'c']) {
          await tx.insert(clients, { client_id: id });
          await tx.insert(keys, { kid: id, alg: 'RS256' });
        }
      });
    }
    const cursor = (await one.checkpoint(clients, { limit: 1 }))?.next ?? '';
    assert.equal((await one.checkpoint(clients, { limit: 9, after: cursor }))?.rows.length, 2);
    assert.equal(await other.checkpoint(clients, { limit: 9, after: cursor }), undefined);
    assert.equal(await one.checkpoint(keys, { limit: 9, after: cursor }), undefined);
    for (let at = 0; at < cursor.length; at++) {
      for (const letter of ['0', 'A', '.', '_', "'"]) {
        const changed = cursor.slice(0, at) + letter + cursor.slice(at + 1);
        if (changed === cursor) continue;
        assert.equal(await one.checkpoint(clients, { limit: 9, after: changed }), undefined, changed);
      }
    }
    for (const changed of ['', `${cursor}=`, ` ${cursor}`, cursor.toUpperCase(), `0${cursor}`, `${cursor}'--`]) {
      assert.equal(await one.checkpoint(clients, { limit: 9, after: changed }), undefined, changed);
    }
  });

  test('a tenant is created once, with hosts that nobody else has', async () => {
    const { database, fresh } = subject();
    const row = (name: string, ...hosts: string[]): TenantRow => {
      const id = fresh().tenant;
      return { id, name, hosts: hosts.map((host) => `${host}.${id}`) };
    };
    const one = row('One', 'z', 'a');
    assert.equal(await database.addTenant(one), true);
    assert.equal(await database.addTenant({ ...one, name: 'Again', hosts: [] }), false);
    const other = { ...row('Other', 'b'), hosts: ['free.example', ...one.hosts] };
    await assert.rejects(database.addTenant(other), {
      name: 'UniqueConflict',
      table: 'tenant_hosts',
      columns: ['host'],
    });
    const found = (await database.tenants()).filter(({ id }) => id === one.id || id === other.id);
    assert.deepEqual(found, [one]);
    assert.equal(await database.addTenant({ ...other, hosts: [] }), true);
    await assert.rejects(database.addTenant({ id: tenantId(''), name: '', hosts: [] }), TypeError);
  });

  test('of many who create the same tenant at once, one creates it', async () => {
    const { database, fresh } = subject();
    const { tenant: id } = fresh();
    const created = await Promise.all(
      Array.from({ length: 10 }, () => database.addTenant({ id, name: 'Same', hosts: [`host.${id}`] })),
    );
    assert.equal(created.filter(Boolean).length, 1);
  });
}
