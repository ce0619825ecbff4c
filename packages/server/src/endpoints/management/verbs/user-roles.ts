// Roles and permissions of a user, given and taken (auth0-behaviour §24.2).

import { endSetup } from '../../../domain/accounts/administrators.ts';
import {
  rolePermissions,
  type UserPermission,
  userPermissions,
  userRoles,
  users,
} from '../../../domain/accounts/user.ts';
import { administratorRoleId, type Role, roles } from '../../../resources/index.ts';
import { tableOf } from '../../../schema/collection.ts';
import { required } from '../../../schema/field.ts';
import { isSound } from '../../../schema/json.ts';
import { payloadMessage } from '../../../schema/messages.ts';
import { distinct, text } from '../../../schema/types.ts';
import { readDraft } from '../../../schema/validate.ts';
import type { Reads, Transaction } from '../../../storage/store.ts';
import { type Ask, empty, json, type Route } from '../../../web/exchange.ts';
import { readBody } from '../body.ts';
import { recordWrite } from '../events.ts';
import { type Act, type Machinery, operation } from '../operation.ts';
import { badBody, type Refused, refused, uncached } from '../problem.ts';
import { isRefused } from '../query.ts';
import { beyondCaller, endsAdministration, rolesBeyondCaller, userBeyondCaller } from './administrators.ts';
import {
  keyOf,
  mostPermissions,
  type Permission,
  readPermissions,
  type Source,
  shownPermissions,
  undefinedPermission,
} from './permissions.ts';
import { listed } from './short-list.ts';

const roleTable = tableOf(roles);

/** auth0-behaviour RBAC-12 */
const mostRoles = 50;

export const inexistentUser = refused(404, 'The user does not exist.', 'inexistent_user');
const inexistentRole = refused(404, roles.errors.missing.message);

/** Gives roles that exist to a user who is locked; those that the user has already are left as they are. */
export async function giveRoles(
  tx: Transaction,
  user_id: string,
  given: readonly Pick<Role, 'id' | 'type'>[],
): Promise<Refused | undefined> {
  // It would count in every login, not only in those by its organization.
  if (given.some(({ type }) => type === 'organization'))
    return badBody(payloadMessage('Roles of organizations are given to their members', 'roles'));
  const held = new Set((await tx.all(userRoles, { user_id })).map(({ role_id }) => role_id));
  const added = given.filter(({ id }) => !held.has(id));
  if (held.size + added.length > mostRoles) return badBody(`A user has at most ${mostRoles} roles`);
  if (added.some(({ id }) => id === administratorRoleId)) await endSetup(tx);
  for (const { id } of added) await tx.insert(userRoles, { id: `${user_id} ${id}`, user_id, role_id: id });
  return undefined;
}

const direct: Source = { source_id: '', source_name: '', source_type: 'DIRECT' };

/** Everything that a user may, with where it comes from: directly first, then by role. */
async function sourcesOf(reads: Pick<Reads, 'all'>, user_id: string) {
  const found = new Map<string, { readonly permission: Permission; readonly sources: Source[] }>();
  const add = (permission: Permission, source: Source) => {
    const known = found.get(keyOf(permission));
    if (known) known.sources.push(source);
    else found.set(keyOf(permission), { permission, sources: [source] });
  };
  for (const permission of await reads.all(userPermissions, { user_id })) add(permission, direct);
  const ids = (await reads.all(userRoles, { user_id })).map(({ role_id }) => role_id);
  if (ids.length > 0) {
    const names = new Map((await reads.all(roleTable, { id: ids })).map(({ id, name }) => [id, name]));
    for (const permission of await reads.all(rolePermissions, { role_id: ids })) {
      const source_name = names.get(permission.role_id);
      if (source_name !== undefined)
        add(permission, { source_id: permission.role_id, source_name, source_type: 'ROLE' });
    }
  }
  return found;
}

const roleFields = { roles: required(distinct(text(64, 1), mostRoles, 1), 'Ids of roles') };

/** `/api/v2/users/{id}/roles` and `/permissions`. */
export function userRoleRoutes(machinery: Machinery): Route[] {
  const { deps } = machinery;

  const held: Act = async (ask) => {
    const store = deps.database.store(ask.tenant);
    const user = await named(store, ask);
    if (user === undefined) return inexistentUser;
    const ids = (await store.all(userRoles, { user_id: user })).map(({ role_id }) => role_id);
    const found = ids.length === 0 ? [] : await store.all(roleTable, { id: ids });
    const byId = new Map(found.map(({ id, name, description }) => [id, { id, name, description: description ?? '' }]));
    return listed(
      ask,
      'roles',
      ids.flatMap((id) => byId.get(id) ?? []),
      [],
    );
  };

  const give: Act = async (ask, here) => {
    const body = readRoles(ask);
    if (isRefused(body)) return body;
    const refusal = await deps.database.store(ask.tenant).transact(async (tx): Promise<Refused | undefined> => {
      // Roles before users, as everywhere, and by their ids: two writers who lock in other orders could block each other.
      const byId = new Map<string, Role>();
      for (const id of body.roles.toSorted()) {
        const role = await tx.lock(roleTable, id);
        if (!role) return inexistentRole;
        byId.set(id, role);
      }
      const found = body.roles.flatMap((id) => byId.get(id) ?? []);
      const user = await locked(tx, ask);
      if (!user) return inexistentUser;
      return (await rolesBeyondCaller(tx, here, body.roles)) ?? giveRoles(tx, user.user_id, found);
    });
    if (refusal) return refusal;
    recordWrite(deps, ask, here.caller, 'Assign roles to a user', body.value, { status: 204, body: {} });
    return empty(204, uncached);
  };

  const take: Act = async (ask, here) => {
    const body = readRoles(ask);
    if (isRefused(body)) return body;
    const refusal = await deps.database.store(ask.tenant).transact(async (tx): Promise<Refused | undefined> => {
      const last = body.roles.includes(administratorRoleId)
        ? await endsAdministration(tx, here, [ask.params.id ?? ''])
        : undefined;
      const user = await locked(tx, ask);
      if (!user) return inexistentUser;
      const beyond = (await userBeyondCaller(tx, here, user.user_id)) ?? last;
      if (beyond) return beyond;
      await tx.removeAll(userRoles, { id: body.roles.map((id) => `${user.user_id} ${id}`) });
      return undefined;
    });
    if (refusal) return refusal;
    recordWrite(deps, ask, here.caller, 'Remove roles from a user', body.value, { status: 204, body: {} });
    return empty(204, uncached);
  };

  const permissions: Act = async (ask, here) => {
    const store = deps.database.store(ask.tenant);
    const user = await named(store, ask);
    if (user === undefined) return inexistentUser;
    const found = await sourcesOf(store, user);
    const all = [...found.values()].map(({ permission }) => permission);
    const shown = await shownPermissions(store, all, here, (one) => found.get(keyOf(one))?.sources ?? []);
    return listed(ask, 'permissions', shown, []);
  };

  const permit: Act = async (ask, here) => {
    const read = readPermissions(ask, here);
    if (isRefused(read)) return read;
    const refusal = await deps.database.store(ask.tenant).transact(async (tx): Promise<Refused | undefined> => {
      const wrong = await undefinedPermission(tx, read.permissions);
      const user = await locked(tx, ask);
      if (!user) return inexistentUser;
      if (wrong) return wrong;
      const beyond = await beyondCaller(tx, here, read.permissions);
      if (beyond) return beyond;
      const { user_id } = user;
      const own = new Set((await tx.all(userPermissions, { user_id })).map(keyOf));
      const added = read.permissions.filter((permission) => !own.has(keyOf(permission)));
      if (own.size + added.length > mostPermissions)
        return badBody(`A user has at most ${mostPermissions} direct permissions`);
      for (const permission of added) {
        const row: UserPermission = { id: `${user_id} ${keyOf(permission)}`, user_id, ...permission };
        await tx.insert(userPermissions, row);
      }
      return undefined;
    });
    if (refusal) return refusal;
    recordWrite(deps, ask, here.caller, 'Assign permissions to a user', read.body, { status: 201, body: {} });
    return json(201, {}, uncached);
  };

  const forbid: Act = async (ask, here) => {
    const read = readPermissions(ask, here);
    if (isRefused(read)) return read;
    const refusal = await deps.database.store(ask.tenant).transact(async (tx): Promise<Refused | undefined> => {
      const user = await locked(tx, ask);
      if (!user) return inexistentUser;
      const beyond = await userBeyondCaller(tx, here, user.user_id);
      if (beyond) return beyond;
      await tx.removeAll(userPermissions, { id: read.permissions.map((one) => `${user.user_id} ${keyOf(one)}`) });
      return undefined;
    });
    if (refusal) return refusal;
    recordWrite(deps, ask, here.caller, 'Remove permissions from a user', read.body, { status: 204, body: {} });
    return empty(204, uncached);
  };

  const family = 'management' as const;
  const rolePath = '/api/v2/users/:id/roles';
  const permissionPath = '/api/v2/users/:id/permissions';
  const handle = (act: Act, ...needs: [string, ...string[]][]) => operation(machinery, needs, act);
  return [
    { method: 'GET', path: rolePath, handle: handle(held, ['read:users'], ['read:roles']), family },
    { method: 'POST', path: rolePath, handle: handle(give, ['update:users', 'create:role_members']), family },
    { method: 'DELETE', path: rolePath, handle: handle(take, ['update:users', 'delete:role_members']), family },
    { method: 'GET', path: permissionPath, handle: handle(permissions, ['read:users']), family },
    { method: 'POST', path: permissionPath, handle: handle(permit, ['update:users']), family },
    { method: 'DELETE', path: permissionPath, handle: handle(forbid, ['update:users']), family },
  ];
}

function readRoles(ask: Ask): { readonly roles: readonly string[]; readonly value: unknown } | Refused {
  const body = readBody(ask);
  if (isRefused(body)) return body;
  const checked = readDraft({ fields: roleFields }, body.value);
  return checked.kind === 'invalid' ? badBody(checked.message) : { roles: checked.value.roles, value: body.value };
}

async function named(reads: Pick<Reads, 'get'>, ask: Ask): Promise<string | undefined> {
  const id = ask.params.id ?? '';
  return isSound(id) ? (await reads.get(users, id))?.user_id : undefined;
}

async function locked(tx: Transaction, ask: Ask) {
  const id = ask.params.id ?? '';
  return isSound(id) ? tx.lock(users, id) : undefined;
}
