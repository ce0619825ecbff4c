// What is special about roles: their permissions and the users who hold them (auth0-behaviour §24.2).

import { rolePermissions, userRoles, users } from '../../../domain/accounts/user.ts';
import { MANAGEMENT_API } from '../../../domain/tenants/system-apis.ts';
import { administratorRoleId, roles } from '../../../resources/index.ts';
import { tableOf } from '../../../schema/collection.ts';
import { required } from '../../../schema/field.ts';
import { isSound } from '../../../schema/json.ts';
import { payloadMessage } from '../../../schema/messages.ts';
import { distinct, text } from '../../../schema/types.ts';
import { readDraft } from '../../../schema/validate.ts';
import type { Reads, Transaction } from '../../../storage/store.ts';
import { type Ask, empty, json, type Route } from '../../../web/exchange.ts';
import { readBody } from '../body.ts';
import type { At } from '../context.ts';
import { recordWrite } from '../events.ts';
import { type Act, type Machinery, operation } from '../operation.ts';
import { pick } from '../paging.ts';
import { badBody, type Refused, refused, uncached } from '../problem.ts';
import { badQuery, isRefused } from '../query.ts';
import { beyondCaller, rolesBeyondCaller } from './administrators.ts';
import { organizationTable } from './grant-links.ts';
import { keyOf, mostPermissions, readPermissions, shownPermissions, undefinedPermission } from './permissions.ts';
import { listed, readListQuery } from './short-list.ts';
import { giveRoles, inexistentUser } from './user-roles.ts';
import type { CollectionVerbs } from './verb.ts';

export const roleTable = tableOf(roles);

/** auth0-behaviour RBAC-12 */
const mostRoles = 1000;

const missing = refused(404, roles.errors.missing.message);

export const roleVerbs: CollectionVerbs<typeof roles.fields> = {
  create: async (tx, role) => {
    if ((await tx.page(roleTable, { offset: 0, limit: 1 })).total >= mostRoles)
      return badBody(`A tenant has at most ${mostRoles} roles`);
    // Locked, so that the organization does not go away while it is named.
    if (role.owner_id !== undefined && !(await tx.lock(organizationTable, role.owner_id)))
      return badBody(payloadMessage('The organization does not exist', 'owner_id'));
    return { kind: 'stored', entity: role };
  },

  // Under another name it would be given to whom nobody means it for.
  update: async (tx, before, after, at) =>
    (await roleBeyondCaller(tx, at, before.id)) ?? { kind: 'stored', entity: after },

  remove: async (tx, role, at) => {
    const beyond = (await roleBeyondCaller(tx, at, role.id)) ?? builtIn(role.id, 'deleted');
    if (beyond) return beyond;
    await forgetRole(tx, role.id);
    return undefined;
  },

  // As recorded: null where it was not given, and an empty text ever after.
  answer: (role, { occasion }) => ({ ...role, description: role.description ?? (occasion === 'created' ? null : '') }),
};

/** 403 if the caller is a user, and the role holds more: who has it would lose what the caller could not give. Machines do as at Auth0. */
async function roleBeyondCaller(tx: Transaction, here: At, role: string): Promise<Refused | undefined> {
  return here.caller.userId === undefined ? undefined : rolesBeyondCaller(tx, here, [role]);
}

/** 409 for the role of administrators: without it, or with less of it, nobody might be left who can administrate. */
function builtIn(role: string, what: string): Refused | undefined {
  if (role !== administratorRoleId) return undefined;
  return refused(409, `The built-in administrator role cannot be ${what}`, 'built_in_role');
}

/** Takes a role from all who hold it, and its permissions; the role's own row is the caller's. */
async function forgetRole(tx: Transaction, id: string): Promise<void> {
  await tx.removeAll(rolePermissions, { role_id: id });
  await tx.removeAll(userRoles, { role_id: id });
}

/** Removes the roles of an organization that goes away. */
export async function removeRolesOf(tx: Transaction, organization: string): Promise<void> {
  for (const role of await tx.all(roleTable)) {
    if (role.owner_id !== organization) continue;
    await forgetRole(tx, role.id);
    await tx.remove(roleTable, role.id);
  }
}

const userFields = { users: required(distinct(text(300, 1), 100, 1), 'Ids of users') };

/** Permissions and users of a role. */
export function roleRoutes(machinery: Machinery): Route[] {
  const { deps } = machinery;

  const permissions: Act = async (ask, here) => {
    const store = deps.database.store(ask.tenant);
    const id = await named(store, ask);
    if (id === undefined) return missing;
    const held = await store.all(rolePermissions, { role_id: id });
    return listed(ask, 'permissions', await shownPermissions(store, held, here), []);
  };

  const addPermissions: Act = async (ask, here) => {
    const read = readPermissions(ask, here);
    if (isRefused(read)) return read;
    const refusal = await deps.database.store(ask.tenant).transact(async (tx): Promise<Refused | undefined> => {
      const role = await locked(tx, ask);
      if (!role) return missing;
      const wrong =
        (await undefinedPermission(tx, read.permissions)) ?? (await beyondCaller(tx, here, read.permissions));
      if (wrong) return wrong;
      const held = new Set((await tx.all(rolePermissions, { role_id: role.id })).map(keyOf));
      const added = read.permissions.filter((permission) => !held.has(keyOf(permission)));
      if (held.size + added.length > mostPermissions)
        return badBody(`A role has at most ${mostPermissions} permissions`);
      for (const permission of added)
        await tx.insert(rolePermissions, { id: `${role.id} ${keyOf(permission)}`, role_id: role.id, ...permission });
      return undefined;
    });
    if (refusal) return refusal;
    recordWrite(deps, ask, here.caller, 'Add permissions to a role', read.body, { status: 201, body: {} });
    return json(201, {}, uncached);
  };

  const removePermissions: Act = async (ask, here) => {
    const read = readPermissions(ask, here);
    if (isRefused(read)) return read;
    const refusal = await deps.database.store(ask.tenant).transact(async (tx): Promise<Refused | undefined> => {
      const role = await locked(tx, ask);
      if (!role) return missing;
      const managing = read.permissions.some((one) => one.resource_server_identifier === MANAGEMENT_API);
      const beyond =
        (await roleBeyondCaller(tx, here, role.id)) ?? (managing ? builtIn(role.id, 'made less') : undefined);
      if (beyond) return beyond;
      await tx.removeAll(rolePermissions, { id: read.permissions.map((one) => `${role.id} ${keyOf(one)}`) });
      return undefined;
    });
    if (refusal) return refusal;
    recordWrite(deps, ask, here.caller, 'Remove permissions from a role', read.body, { status: 204, body: {} });
    return empty(204, uncached);
  };

  const holders: Act = async (ask) => {
    const read = readListQuery(ask, []);
    if (isRefused(read)) return read;
    const { paging, wanted } = read;
    const store = deps.database.store(ask.tenant);
    const id = await named(store, ask);
    if (id === undefined) return missing;
    const where = { role_id: id };
    const shown = async (links: readonly { readonly user_id: string }[]) => {
      const ids = links.map(({ user_id }) => user_id);
      const rows = ids.length === 0 ? [] : await store.all(users, { user_id: ids });
      const byId = new Map(rows.map((user) => [user.user_id, user]));
      return ids.flatMap((one) => {
        const user = byId.get(one);
        return user ? [pick(summary(user), wanted)] : [];
      });
    };
    if (paging.kind === 'checkpoint') {
      const after = paging.from === undefined ? {} : { after: paging.from };
      const found = await store.checkpoint(userRoles, { where, limit: paging.take, ...after });
      if (!found) return badQuery('Not a checkpoint of this list', 'from');
      const next = found.next === undefined ? {} : { next: found.next };
      return json(200, { users: await shown(found.rows), ...next }, uncached);
    }
    const { rows, total } = await store.page(userRoles, { where, offset: paging.offset, limit: paging.limit });
    const list = await shown(rows);
    const around = { start: paging.offset, limit: paging.limit, total };
    return json(200, paging.totals ? { ...around, users: list } : list, uncached);
  };

  const addHolders: Act = async (ask, here) => {
    const body = readBody(ask);
    if (isRefused(body)) return body;
    const checked = readDraft({ fields: userFields }, body.value);
    if (checked.kind === 'invalid') return badBody(checked.message);
    const refusal = await deps.database.store(ask.tenant).transact(async (tx): Promise<Refused | undefined> => {
      const role = await locked(tx, ask);
      if (!role) return missing;
      for (const user of checked.value.users) if (!(await tx.lock(users, user))) return inexistentUser;
      const beyond = await rolesBeyondCaller(tx, here, [role.id]);
      if (beyond) return beyond;
      for (const user of checked.value.users) {
        const wrong = await giveRoles(tx, user, [role]);
        if (wrong) return wrong;
      }
      return undefined;
    });
    if (refusal) return refusal;
    recordWrite(deps, ask, here.caller, 'Assign users to a role', body.value, { status: 200, body: {} });
    return json(200, {}, uncached);
  };

  const path = '/api/v2/roles/:id';
  const family = 'management' as const;
  const read = operation(machinery, [['read:roles']], permissions);
  const update = (act: Act) => operation(machinery, [['update:roles']], act);
  return [
    { method: 'GET', path: `${path}/permissions`, handle: read, family },
    { method: 'POST', path: `${path}/permissions`, handle: update(addPermissions), family },
    { method: 'DELETE', path: `${path}/permissions`, handle: update(removePermissions), family },
    {
      method: 'GET',
      path: `${path}/users`,
      handle: operation(machinery, [['read:users'], ['read:roles']], holders),
      family,
    },
    {
      method: 'POST',
      path: `${path}/users`,
      handle: operation(machinery, [['update:roles', 'create:role_members']], addHolders),
      family,
    },
  ];
}

/** A user as lists of holders show it, as recorded. */
function summary(user: {
  readonly user_id: string;
  readonly email?: string;
  readonly picture?: string;
  readonly name?: string;
}) {
  const { user_id, email, picture, name } = user;
  return {
    user_id,
    ...(email === undefined ? {} : { email }),
    ...(picture === undefined ? {} : { picture }),
    ...(name === undefined ? {} : { name }),
  };
}

async function named(reads: Pick<Reads, 'get'>, ask: Ask): Promise<string | undefined> {
  const id = ask.params.id ?? '';
  return isSound(id) ? (await reads.get(roleTable, id))?.id : undefined;
}

async function locked(tx: Transaction, ask: Ask) {
  const id = ask.params.id ?? '';
  return isSound(id) ? tx.lock(roleTable, id) : undefined;
}
