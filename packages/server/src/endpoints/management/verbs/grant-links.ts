// Which client grants belong to which organizations (auth0-behaviour CC-8): a table of links, and the one way in which
// grants go away, so that no link outlives its grant.

import type { ClientGrant } from '../../../resources/index.ts';
import { clientGrants, organizations } from '../../../resources/index.ts';
import { tableOf } from '../../../schema/collection.ts';
import type { Table } from '../../../schema/table.ts';
import type { Transaction, Where } from '../../../storage/store.ts';

export interface GrantLink {
  /** `ORGANIZATION GRANT`: one link a pair. */
  readonly id: string;
  readonly organization_id: string;
  readonly grant_id: string;
}

export const grantLinks: Table<GrantLink> = {
  name: 'organization_client_grants',
  id: 'id',
  columns: ['organization_id', 'grant_id'],
  unique: [],
  secrets: [],
  watched: true,
};

export const grantTable = tableOf(clientGrants);
export const organizationTable = tableOf(organizations);

/** The link of a pair. */
export function linkOf(organizationId: string, grantId: string): GrantLink {
  return { id: `${organizationId} ${grantId}`, organization_id: organizationId, grant_id: grantId };
}

/** Removes grants and their links. */
export async function removeGrants(tx: Transaction, where: Where<ClientGrant>): Promise<void> {
  const grants = await tx.all(grantTable, where);
  if (grants.length === 0) return;
  await tx.removeAll(grantLinks, { grant_id: grants.map(({ id }) => id) });
  await tx.removeAll(grantTable, where);
}
