// Finds the facts of APIs and client grants, from the snapshot or the store.

import { clientGrants, resourceServers } from '../../resources/index.ts';
import type { TenantId } from '../../schema/brand.ts';
import { tableOf } from '../../schema/collection.ts';
import type { Database } from '../../storage/store.ts';
import type { ClientFacts } from '../clients/facts.ts';
import type { Snapshot } from '../tenants/snapshot.ts';
import { type ApiFacts, apiFacts, type GrantFacts, grantFacts } from './api-facts.ts';

const apis = tableOf(resourceServers);
const grants = tableOf(clientGrants);
/** How many APIs are looked through for a near miss; only after a refusal, only for the log. */
const nearMissesAmong = 1000;

/** The API with this stored identifier, compared byte for byte. @throws StoreUnavailable */
export function findApi(
  database: Database,
  snapshot: Snapshot,
  tenant: TenantId,
  identifier: string,
): Promise<ApiFacts | undefined> {
  return snapshot.get(tenant, 'api', identifier, {}, async () => {
    const row = await database.store(tenant).find(apis, { identifier });
    return row && { value: apiFacts(row), from: [`${apis.name}/${row.id}`] };
  });
}

/**
 * The client grant by which this client may have machine tokens for this API. A third-party client without its own falls
 * back to the default grant of third parties (auth0-behaviour §2.4, 3P-8). @throws StoreUnavailable
 */
export async function findMachineGrant(
  database: Database,
  snapshot: Snapshot,
  tenant: TenantId,
  client: ClientFacts,
  api: ApiFacts,
): Promise<GrantFacts | undefined> {
  const own = await snapshot.get(tenant, 'grant', `${client.clientId} ${api.identifier}`, {}, async () => {
    const row = await database
      .store(tenant)
      .find(grants, { client_id: client.clientId, audience: api.identifier, subject_type: 'client' });
    return row && { value: grantFacts(row), from: [`${grants.name}/${row.id}`] };
  });
  if (own || client.firstParty) return own;
  // Not kept in the snapshot: a client's own grant, once made, must win at once.
  const row = await database
    .store(tenant)
    .find(grants, { default_for: 'third_party_clients', audience: api.identifier, subject_type: 'client' });
  return row && grantFacts(row);
}

/** What remains of an identifier when everything that people mistype is taken away. */
function skeleton(identifier: string): string {
  return identifier
    .toLowerCase()
    .replace(/^[a-z]+:\/\//, '')
    .replace(/^www\./, '')
    .replace(/:\d+(?=\/|$)/, '')
    .replace(/\/+$/, '');
}

/** Identifiers of this tenant that differ from this one only in slash, scheme, case or port. */
export async function similarIdentifiers(
  database: Database,
  tenant: TenantId,
  identifier: string,
): Promise<readonly string[]> {
  const { rows } = await database.store(tenant).page(apis, { offset: 0, limit: nearMissesAmong });
  const wanted = skeleton(identifier);
  return rows.map((row) => row.identifier).filter((other) => skeleton(other) === wanted);
}
