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
 * Of two who each take the role away from the other, or from whoever is given it this very moment, one waits here: to be called before
 * users are locked (docs/architecture.md), and before it is read who holds the role. Whoever gives the role locks it as well.
 */
export async function lockAdministratorRole(tx: Transaction): Promise<void> {
  await tx.lock(roleTable, administratorRoleId);
}

/** Whether one of these users holds the built-in role and, without them, nobody who is not blocked would. The role must be locked. */
export async function leftWithoutAdministrator(tx: Transaction, leaving: readonly string[]): Promise<boolean> {
  const role_id = administratorRoleId;
  const holders = (await tx.all(userRoles, { role_id })).map(({ user_id }) => user_id);
  if (!holders.some((id) => leaving.includes(id))) return false;
  const rest = holders.filter((id) => !leaving.includes(id));
  const rows = rest.length === 0 ? [] : await tx.all(users, { user_id: rest });
  return rows.every(({ blocked }) => blocked === true);
}

/** Gives a user the built-in role; a user who has it keeps it. The user and the role must exist. Links of the setup that are out end. */
export async function makeAdministrator(tx: Transaction, user_id: string): Promise<void> {
  await endSetup(tx);
  const row = { id: `${user_id} ${administratorRoleId}`, user_id, role_id: administratorRoleId };
  if (!(await tx.get(userRoles, row.id))) await tx.insert(userRoles, row);
}

/**
 * Ends the links of the setup that are out: they are over with an administrator, by whomever it was made, and also if it ceases to be
 * one. Locks: to be called before the first insert.
 */
export async function endSetup(tx: Transaction): Promise<void> {
  await tx.put<SetupRound>(setupDocument, { round: (await lockSetup(tx)) + 1 });
}

const setupDocument = 'dashboard_setup';
interface SetupRound {
  /** How often the links that were out have ended. */
  readonly round: number;
}

/** What is kept of a ticket: it is good in the round that it was made in. */
export interface SetupTicket {
  readonly round: number;
}

/** The link of a ticket, as a single-use thing that holds a `SetupTicket`. */
export function setupTicket(key: string): SingleUse {
  return { kind: 'dashboard_setup', key };
}

/** Of two who would be the first administrator at once, one waits for the other: to be called before `hasAdministrator`. The round that is on. */
export async function lockSetup(tx: Transaction): Promise<number> {
  return (await tx.lockDocument<SetupRound>(setupDocument))?.round ?? 0;
}

/** The round that is on, without waiting. @throws StoreUnavailable */
export async function setupRound(reads: Pick<Reads, 'document'>): Promise<number> {
  return (await reads.document<SetupRound>(setupDocument))?.round ?? 0;
}
