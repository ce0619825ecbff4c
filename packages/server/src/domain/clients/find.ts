// Finds the facts of a client, from the snapshot or the store.

import { clientCredentials, clients } from '../../resources/index.ts';
import type { TenantHost, TenantId } from '../../schema/brand.ts';
import { tableOf } from '../../schema/collection.ts';
import type { Database } from '../../storage/store.ts';
import type { Snapshot } from '../tenants/snapshot.ts';
import { clientAt } from './at-host.ts';
import { type ClientFacts, clientFacts } from './facts.ts';

const clientTable = tableOf(clients);
const credentialTable = tableOf(clientCredentials);

/**
 * The client with this id in this tenant, or `undefined`. With a host, addresses that follow the host are those of this host;
 * without one they match nothing. @throws StoreUnavailable
 */
export async function findClient(
  database: Database,
  snapshot: Snapshot,
  tenant: TenantId,
  clientId: string,
  host?: TenantHost,
): Promise<ClientFacts | undefined> {
  const found = await stored(database, snapshot, tenant, clientId);
  return found && host !== undefined ? clientAt(found, host) : found;
}

function stored(
  database: Database,
  snapshot: Snapshot,
  tenant: TenantId,
  clientId: string,
): Promise<ClientFacts | undefined> {
  return snapshot.get(tenant, 'client', clientId, {}, async () => {
    const store = database.store(tenant);
    const row = await store.get(clientTable, clientId);
    if (!row) return undefined;
    const credentials = row.client_authentication_methods
      ? await store.all(credentialTable, { client_id: clientId })
      : [];
    return {
      value: clientFacts(row, credentials),
      from: [
        `${clientTable.name}/${clientId}`,
        ...credentials.map((credential) => `${credentialTable.name}/${credential.id}`),
      ],
    };
  });
}
