// Nobody makes administrators beyond what they are themselves (our addition, as administrators are): a permission of the
// Management API is given away, directly or by a role, by who holds it; and who holds more is not taken over.

import { permissionsOf } from '../../../domain/accounts/permissions.ts';
import { rolePermissions } from '../../../domain/accounts/user.ts';
import { MANAGEMENT_API } from '../../../domain/tenants/system-apis.ts';
import { type ClientGrant, managementScopes } from '../../../resources/index.ts';
import type { Reads } from '../../../storage/store.ts';
import type { At } from '../context.ts';
import { lacksScope, type Refused } from '../problem.ts';
import type { Permission } from './permissions.ts';

/** What the caller may do at the Management API: a user's permissions, whatever the token was asked for; a machine's scopes. */
async function heldBy({ caller }: At, reads: Pick<Reads, 'all'>): Promise<ReadonlySet<string>> {
  return caller.userId === undefined ? caller.scopes : permissionsOf(reads, caller.userId, MANAGEMENT_API);
}

/** 403 if one of these permissions is of the Management API and not the caller's. */
export async function beyondCaller(
  reads: Pick<Reads, 'all'>,
  here: At,
  permissions: readonly Permission[],
): Promise<Refused | undefined> {
  const managing = permissions.filter((one) => one.resource_server_identifier === MANAGEMENT_API);
  if (managing.length === 0) return undefined;
  const held = await heldBy(here, reads);
  const missing = managing.find(({ permission_name }) => !held.has(permission_name));
  return missing && lacksScope([missing.permission_name]);
}

/** The same of what these roles hold. */
export async function rolesBeyondCaller(
  reads: Pick<Reads, 'all'>,
  here: At,
  roles: readonly string[],
): Promise<Refused | undefined> {
  if (roles.length === 0) return undefined;
  const where = { role_id: roles, resource_server_identifier: MANAGEMENT_API };
  return beyondCaller(reads, here, await reads.all(rolePermissions, where));
}

/**
 * 403 if the caller is a user, and this other user holds a permission of the Management API that the caller does not: with
 * `update:users` alone nobody sets the password of an administrator. Machines do as at Auth0.
 */
export async function userBeyondCaller(
  reads: Pick<Reads, 'all'>,
  here: At,
  userId: string,
): Promise<Refused | undefined> {
  if (here.caller.userId === undefined || here.caller.userId === userId) return undefined;
  const theirs = await permissionsOf(reads, userId, MANAGEMENT_API);
  if (theirs.size === 0) return undefined;
  const held = await heldBy(here, reads);
  const missing = [...theirs].find((name) => !held.has(name));
  return missing === undefined ? undefined : lacksScope([missing]);
}

/** 403 if the caller is a user, and the grant lets a client do at the Management API what the user may not. Machines do as at Auth0. */
export async function grantBeyondCaller(
  reads: Pick<Reads, 'all'>,
  here: At,
  grant: Pick<ClientGrant, 'audience' | 'scope' | 'allow_all_scopes'>,
): Promise<Refused | undefined> {
  if (here.caller.userId === undefined || grant.audience !== MANAGEMENT_API) return undefined;
  const given = grant.allow_all_scopes ? managementScopes.map(({ value }) => value) : (grant.scope ?? []);
  const asPermission = (name: string) => ({ resource_server_identifier: MANAGEMENT_API, permission_name: name });
  return beyondCaller(reads, here, given.map(asPermission));
}
