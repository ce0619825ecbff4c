// Nobody gets more at the Management API by calling it than they hold there (our addition, as administrators are): a permission
// is given away, directly, by a role or by a grant, by who holds it; and a user or a client that has more is not taken over.
// All of it is for callers who are users: machines do as at Auth0. To be asked in the transaction that writes.

import {
  leftWithoutAdministrator,
  lockAdministratorRole,
  managementHolders,
} from '../../../domain/accounts/administrators.ts';
import { permissionsOf } from '../../../domain/accounts/permissions.ts';
import { rolePermissions, users } from '../../../domain/accounts/user.ts';
import { MANAGEMENT_API } from '../../../domain/tenants/system-apis.ts';
import { type ClientGrant, managementScopes } from '../../../resources/index.ts';
import type { Reads, Transaction } from '../../../storage/store.ts';
import type { At } from '../context.ts';
import { lacksScope, type Refused, refused } from '../problem.ts';
import { grantTable } from './grant-links.ts';
import type { Permission } from './permissions.ts';

type Looks = Pick<Reads, 'all'>;
type Granted = Pick<ClientGrant, 'audience' | 'scope' | 'allow_all_scopes' | 'subject_type'>;

const everything: readonly string[] = managementScopes.map(({ value }) => value);

/**
 * What the caller may do at the Management API, whatever the token was asked for: a machine's scopes; of a user's permissions
 * those that the client may use for its users (the dashboard: all), so that no other client lends itself the whole user.
 */
async function heldBy({ caller }: At, reads: Looks): Promise<ReadonlySet<string>> {
  if (caller.userId === undefined) return caller.scopes;
  const grants = await grantsOf(reads, caller.clientId);
  const lent = new Set(grants.filter(({ subject_type }) => subject_type === 'user').flatMap(scopesIn));
  const held = await permissionsOf(reads, caller.userId, MANAGEMENT_API);
  return new Set([...held].filter((name) => lent.has(name)));
}

function grantsOf(reads: Looks, client_id: string): Promise<readonly ClientGrant[]> {
  return reads.all(grantTable, { client_id, audience: MANAGEMENT_API });
}

/** The scopes that a grant for the Management API gives. */
function scopesIn({ scope, allow_all_scopes }: Pick<Granted, 'scope' | 'allow_all_scopes'>): readonly string[] {
  return allow_all_scopes ? everything : (scope ?? []);
}

/**
 * What a grant is worth to whoever gets its client's tokens. Machines are bound by nothing of this file, so one that may create grants,
 * or set passwords, is as good as an administrator: a user must not make such a machine of the little that the user holds.
 */
function worthOf(grant: Granted): readonly string[] {
  const scopes = scopesIn(grant);
  return grant.subject_type === 'client' && scopes.length > 0 ? everything : scopes;
}

/** 403 for the first of these names of Management API permissions that the caller does not hold. */
async function namesBeyondCaller(reads: Looks, here: At, names: Iterable<string>): Promise<Refused | undefined> {
  const wanted = [...names];
  if (wanted.length === 0) return undefined;
  const held = await heldBy(here, reads);
  const missing = wanted.find((name) => !held.has(name));
  if (missing === undefined) return undefined;
  const refusal = lacksScope([missing]);
  if (wanted.length < everything.length) return refusal;
  return {
    ...refusal,
    message: `Only users with every permission of the Management API may do this; ${missing} is missing`,
  };
}

/** 403 if one of these permissions is of the Management API and not the caller's. Machines too. */
export async function beyondCaller(
  reads: Looks,
  here: At,
  permissions: readonly Permission[],
): Promise<Refused | undefined> {
  const managing = permissions.filter((one) => one.resource_server_identifier === MANAGEMENT_API);
  return namesBeyondCaller(
    reads,
    here,
    managing.map(({ permission_name }) => permission_name),
  );
}

/** The same of what these roles hold. */
export async function rolesBeyondCaller(
  reads: Looks,
  here: At,
  roles: readonly string[],
): Promise<Refused | undefined> {
  if (roles.length === 0) return undefined;
  const where = { role_id: roles, resource_server_identifier: MANAGEMENT_API };
  return beyondCaller(reads, here, await reads.all(rolePermissions, where));
}

/**
 * 403 if the caller is a user, and this user holds a permission of the Management API that the caller does not: with
 * `update:users` alone nobody sets the password of an administrator. Also of the caller's own account, which a client that may
 * do little for its users would else take over.
 */
export async function userBeyondCaller(reads: Looks, here: At, userId: string): Promise<Refused | undefined> {
  if (here.caller.userId === undefined) return undefined;
  return namesBeyondCaller(reads, here, await permissionsOf(reads, userId, MANAGEMENT_API));
}

/** 403 if the caller is a user, and a user of the connection with this name holds more than the caller. */
export async function connectionBeyondCaller(reads: Looks, here: At, connection: string): Promise<Refused | undefined> {
  if (here.caller.userId === undefined) return undefined;
  for (const user_id of await holdersAt(reads, connection)) {
    const beyond = await userBeyondCaller(reads, here, user_id);
    if (beyond) return beyond;
  }
  return undefined;
}

/** Users of a connection who hold anything at the Management API. */
async function holdersAt(reads: Looks, connection: string): Promise<string[]> {
  const user_id = await managementHolders(reads);
  const rows = user_id.length === 0 ? [] : await reads.all(users, { user_id });
  return rows.filter((user) => user.connection === connection).map((user) => user.user_id);
}

/** 403 if the caller is a user, and this client may do more at the Management API than the caller: for its users, or anything for itself. */
export async function clientBeyondCaller(reads: Looks, here: At, clientId: string): Promise<Refused | undefined> {
  if (here.caller.userId === undefined) return undefined;
  return namesBeyondCaller(reads, here, (await grantsOf(reads, clientId)).flatMap(worthOf));
}

/** The clients, of these, whose secrets the caller may not read: with one a caller who is a user would be more than before. */
export async function clientsBeyondCaller(
  reads: Looks,
  here: At,
  clientIds: readonly string[],
): Promise<ReadonlySet<string>> {
  if (here.caller.userId === undefined || clientIds.length === 0) return new Set();
  const grants = await reads.all(grantTable, { client_id: clientIds, audience: MANAGEMENT_API });
  const held = await heldBy(here, reads);
  const beyond = grants.filter((grant) => worthOf(grant).some((name) => !held.has(name)));
  return new Set(beyond.flatMap(({ client_id }) => client_id ?? []));
}

/** 403 if the caller is a user, and the grant lets a client do at the Management API what the user may not, or anything as itself. */
export async function grantBeyondCaller(reads: Looks, here: At, grant: Granted): Promise<Refused | undefined> {
  if (here.caller.userId === undefined || grant.audience !== MANAGEMENT_API) return undefined;
  return namesBeyondCaller(reads, here, worthOf(grant));
}

/** 403 if the caller is a user who does not hold all of the Management API: for what reaches into every user's login. */
export async function lessThanAll(reads: Looks, here: At): Promise<Refused | undefined> {
  if (here.caller.userId === undefined) return undefined;
  return namesBeyondCaller(reads, here, everything);
}

/** 409 if nobody who can sign in would be left with the built-in role without these users. Machines too; before users are locked. */
export async function endsAdministration(
  tx: Transaction,
  here: At,
  leaving: readonly string[],
): Promise<Refused | undefined> {
  if (here.trusted) return undefined;
  await lockAdministratorRole(tx);
  if (!(await leftWithoutAdministrator(tx, leaving))) return undefined;
  return refused(
    409,
    'This would leave nobody with the built-in administrator role who can sign in. Give the role to somebody else first.',
    'last_administrator',
  );
}

/** The same of all users of a connection. */
export async function connectionEndsAdministration(
  tx: Transaction,
  here: At,
  connection: string,
): Promise<Refused | undefined> {
  await lockAdministratorRole(tx);
  return endsAdministration(tx, here, await holdersAt(tx, connection));
}
