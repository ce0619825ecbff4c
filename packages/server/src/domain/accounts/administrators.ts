// Administrators: users with the built-in role, which has every permission of the Management API (our addition; Auth0 keeps
// its administrators outside the tenant). Other roles with fewer permissions there make lesser ones.

import { administratorRoleId, managementScopes, roles } from '../../resources/index.ts';
import { tableOf } from '../../schema/collection.ts';
import type { Reads, SingleUse, Transaction } from '../../storage/store.ts';
import { MANAGEMENT_API } from '../tenants/system-apis.ts';
import { rolePermissions, userPermissions, userRoles, users } from './user.ts';

const roleTable = tableOf(roles);
const roleName = 'Dashboard administrator';
/** Of the link by which the first administrator is made. */
export const setupLastsMs = 24 * 3_600_000;

/** Makes the built-in role, and gives it the scopes that a newer program knows. Leaves its name and description to their owner. */
export async function ensureAdministratorRole(tx: Transaction): Promise<void> {
  const role_id = administratorRoleId;
  if (!(await tx.get(roleTable, role_id))) {
    const taken = await tx.find(roleTable, { name: roleName });
    await tx.insert(roleTable, {
      id: role_id,
      name: taken ? `${roleName} (${role_id})` : roleName,
      description: 'Built in: may do everything at the Management API, and so in the dashboard.',
      type: 'tenant',
    });
  }
  const held = new Set(
    (await tx.all(rolePermissions, { role_id, resource_server_identifier: MANAGEMENT_API })).map(
      ({ permission_name }) => permission_name,
    ),
  );
  for (const { value } of managementScopes) {
    if (held.has(value)) continue;
    const permission = { resource_server_identifier: MANAGEMENT_API, permission_name: value };
    await tx.insert(rolePermissions, { id: `${role_id} ${MANAGEMENT_API} ${value}`, role_id, ...permission });
  }
}

/** Whether anybody has the built-in role, blocked or not. */
export async function hasAdministrator(reads: Pick<Reads, 'find'>): Promise<boolean> {
  return (await reads.find(userRoles, { role_id: administratorRoleId })) !== undefined;
}

/** Ids of the users who hold any permission of the Management API, directly or by a role; each once. */
export async function managementHolders(reads: Pick<Reads, 'all'>): Promise<string[]> {
  const at = { resource_server_identifier: MANAGEMENT_API };
  const direct = await reads.all(userPermissions, at);
  const role_id = [...new Set((await reads.all(rolePermissions, at)).map((row) => row.role_id))];
  const byRole = role_id.length === 0 ? [] : await reads.all(userRoles, { role_id });
  return [...new Set([...direct, ...byRole].map(({ user_id }) => user_id))];
}

/**
 * Whether one of these users holds the built-in role and, without them, nobody who is not blocked would. Locks the role, so that of
 * two who each take the other's away one waits: to be called before users are locked (docs/architecture.md).
 */
export async function leftWithoutAdministrator(tx: Transaction, leaving: readonly string[]): Promise<boolean> {
  const role_id = administratorRoleId;
  const holds = async () => (await tx.all(userRoles, { role_id })).map(({ user_id }) => user_id);
  if (!(await holds()).some((id) => leaving.includes(id))) return false;
  await tx.lock(roleTable, role_id);
  const holders = await holds();
  if (!holders.some((id) => leaving.includes(id))) return false;
  const rest = holders.filter((id) => !leaving.includes(id));
  const rows = rest.length === 0 ? [] : await tx.all(users, { user_id: rest });
  return rows.every(({ blocked }) => blocked === true);
}

/** Gives a user the built-in role; a user who has it keeps it. The user and the role must exist. */
export async function makeAdministrator(tx: Transaction, user_id: string): Promise<void> {
  const row = { id: `${user_id} ${administratorRoleId}`, user_id, role_id: administratorRoleId };
  if (!(await tx.get(userRoles, row.id))) await tx.insert(userRoles, row);
}

/** The link of a ticket, as a single-use thing. */
export function setupTicket(key: string): SingleUse {
  return { kind: 'dashboard_setup', key };
}

/** Of two who would be the first administrator at once, one waits for the other: to be called before `hasAdministrator`. */
export async function lockSetup(tx: Transaction): Promise<void> {
  await tx.lockDocument('dashboard_setup');
}
