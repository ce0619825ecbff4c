// Administrators: users with the built-in role, which has every permission of the Management API (our addition; Auth0 keeps
// its administrators outside the tenant). Other roles with fewer permissions there make lesser ones.

import { administratorRoleId, managementScopes, roles } from '../../resources/index.ts';
import { tableOf } from '../../schema/collection.ts';
import type { Reads, SingleUse, Transaction } from '../../storage/store.ts';
import { MANAGEMENT_API } from '../tenants/system-apis.ts';
import { rolePermissions, userRoles } from './user.ts';

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

/**
 * Gives a user the built-in role; a user who has it keeps it. The user and the role must exist. Links of the setup that are out
 * are over with it, also if this administrator ceases to be one.
 */
export async function makeAdministrator(tx: Transaction, user_id: string): Promise<void> {
  const row = { id: `${user_id} ${administratorRoleId}`, user_id, role_id: administratorRoleId };
  if (!(await tx.get(userRoles, row.id))) await tx.insert(userRoles, row);
  await tx.put<SetupRound>(setupDocument, { round: (await lockSetup(tx)) + 1 });
}

const setupDocument = 'dashboard_setup';
interface SetupRound {
  /** How many administrators were made by the links and settings of a start. */
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
