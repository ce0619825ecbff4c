// Finds the database connections of a tenant, from the snapshot or the store.

import { connections } from '../../resources/index.ts';
import type { TenantId } from '../../schema/brand.ts';
import { tableOf } from '../../schema/collection.ts';
import { isSound } from '../../schema/json.ts';
import type { Database } from '../../storage/store.ts';
import type { ClientFacts } from '../clients/facts.ts';
import { settingsOf } from '../tenants/settings.ts';
import type { Snapshot } from '../tenants/snapshot.ts';
import { type ConnectionFacts, connectionFacts, mayUse } from './facts.ts';

export const connectionTable = tableOf(connections);

/** Every database connection of the tenant, in the order in which they were made. */
async function all(database: Database, snapshot: Snapshot, tenant: TenantId): Promise<readonly ConnectionFacts[]> {
  const found = await snapshot.get(tenant, 'connections', '', {}, async () => {
    const rows = await database.store(tenant).all(connectionTable, { strategy: 'auth0' });
    return { value: rows.flatMap((row) => connectionFacts(row) ?? []), from: [`${connectionTable.name}/*`] };
  });
  return found ?? [];
}

/** The connections through which this client may log users in, the oldest first, which is the default. @throws StoreUnavailable */
export async function connectionsOf(
  database: Database,
  snapshot: Snapshot,
  tenant: TenantId,
  client: Pick<ClientFacts, 'clientId' | 'firstParty'>,
): Promise<readonly ConnectionFacts[]> {
  return (await all(database, snapshot, tenant)).filter((connection) => mayUse(client, connection));
}

/** The database connection of this name, byte for byte. Does not check who may use it. @throws StoreUnavailable */
export async function findConnection(
  database: Database,
  snapshot: Snapshot,
  tenant: TenantId,
  name: string,
): Promise<ConnectionFacts | undefined> {
  return (await all(database, snapshot, tenant)).find((connection) => connection.name === name);
}

/** What a `realm` names: a directory of passwords, or a connection of another strategy, or one that is switched off. */
export type FoundRealm =
  | { readonly kind: 'directory'; readonly connection: ConnectionFacts }
  | { readonly kind: 'other'; readonly strategy: string }
  | { readonly kind: 'off' };

/** The connection that this realm names, by one of its realms or by its own name. Does not check who may use it. @throws StoreUnavailable */
export async function findRealm(
  database: Database,
  snapshot: Snapshot,
  tenant: TenantId,
  realm: string,
): Promise<FoundRealm | undefined> {
  const directories = await all(database, snapshot, tenant);
  const connection =
    directories.find(({ realms }) => realms.includes(realm)) ?? directories.find(({ name }) => name === realm);
  if (connection) return { kind: 'directory', connection };
  if (!isSound(realm)) return undefined;
  const row = await database.store(tenant).find(connectionTable, { name: realm });
  if (!row) return undefined;
  return row.strategy === 'auth0' ? { kind: 'off' } : { kind: 'other', strategy: row.strategy };
}

/**
 * The connection of somebody who came without a client: the tenant's `default_directory`, else the oldest. @throws StoreUnavailable
 */
export async function firstConnection(
  database: Database,
  snapshot: Snapshot,
  tenant: TenantId,
): Promise<ConnectionFacts | undefined> {
  const { default_directory } = await settingsOf(database, snapshot, tenant);
  const connections = await all(database, snapshot, tenant);
  return connections.find(({ name }) => name === default_directory) ?? connections[0];
}
