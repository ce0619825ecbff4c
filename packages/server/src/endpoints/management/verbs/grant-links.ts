// The one way in which client grants go away, so that no link to an organization outlives its grant (auth0-behaviour CC-8).

import { grantLinks, linkOf } from '../../../domain/issuing/organizations.ts';
import type { ClientGrant } from '../../../resources/index.ts';
import { clientGrants, organizations } from '../../../resources/index.ts';
import { tableOf } from '../../../schema/collection.ts';
import type { Transaction, Where } from '../../../storage/store.ts';

export { grantLinks, linkOf };
export const grantTable = tableOf(clientGrants);
export const organizationTable = tableOf(organizations);

/** Removes grants and their links. */
export async function removeGrants(tx: Transaction, where: Where<ClientGrant>): Promise<void> {
  const grants = await tx.all(grantTable, where);
  if (grants.length === 0) return;
  await tx.removeAll(grantLinks, { grant_id: grants.map(({ id }) => id) });
  await tx.removeAll(grantTable, where);
}
