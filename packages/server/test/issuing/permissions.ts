// Changes to users behind the Management API's back, for tests of what a token says after them.

import assert from 'node:assert/strict';
import { removeUser } from '../../src/domain/accounts/remove.ts';
import { userPermissions, users } from '../../src/domain/accounts/user.ts';
import { defaultTenant } from '../../src/domain/tenants/hosts.ts';
import type { Running } from './login.ts';

const rowOf = (user_id: string, api: string, permission_name: string) => ({
  id: `${user_id} ${api} ${permission_name}`,
  user_id,
  resource_server_identifier: api,
  permission_name,
});

export function addPermission(site: Running, user: string, api: string, permission: string): Promise<void> {
  const store = site.house.database.store(defaultTenant);
  return store.transact((tx) => tx.insert(userPermissions, rowOf(user, api, permission)));
}

export async function takePermission(site: Running, user: string, api: string, permission: string): Promise<void> {
  const store = site.house.database.store(defaultTenant);
  assert.ok(await store.transact((tx) => tx.remove(userPermissions, rowOf(user, api, permission).id)));
}

export async function block(site: Running, user: string): Promise<void> {
  const store = site.house.database.store(defaultTenant);
  await store.transact(async (tx) => {
    const row = await tx.lock(users, user);
    assert.ok(row && (await tx.replace(users, { ...row, blocked: true })));
  });
}

export async function remove(site: Running, user: string): Promise<void> {
  assert.ok(await site.house.database.store(defaultTenant).transact((tx) => removeUser(tx, user)));
}
