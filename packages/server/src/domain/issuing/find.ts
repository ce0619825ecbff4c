// Finds the facts of APIs, client grants and organizations, from the snapshot or the store.

import { clientGrants, organizations, resourceServers } from '../../resources/index.ts';
import type { TenantId } from '../../schema/brand.ts';
import { tableOf } from '../../schema/collection.ts';
import type { Database } from '../../storage/store.ts';
import type { ClientFacts } from '../clients/facts.ts';
import type { Snapshot } from '../tenants/snapshot.ts';
import { type ApiFacts, apiFacts, type GrantFacts, grantFacts } from './api-facts.ts';
import { grantLinks, linkOf, type OrganizationFacts, organizationFacts } from './organizations.ts';

const apis = tableOf(resourceServers);
const grants = tableOf(clientGrants);
const organizationTable = tableOf(organizations);
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
export function findMachineGrant(
  database: Database,
  snapshot: Snapshot,
  tenant: TenantId,
  client: ClientFacts,
  api: ApiFacts,
): Promise<GrantFacts | undefined> {
  return findGrant(database, snapshot, tenant, client, api, 'client');
}

/** The same for tokens on behalf of users (`subject_type` `user`). @throws StoreUnavailable */
export function findUserGrant(
  database: Database,
  snapshot: Snapshot,
  tenant: TenantId,
  client: ClientFacts,
  api: ApiFacts,
): Promise<GrantFacts | undefined> {
  return findGrant(database, snapshot, tenant, client, api, 'user');
}

async function findGrant(
  database: Database,
  snapshot: Snapshot,
  tenant: TenantId,
  client: ClientFacts,
  api: ApiFacts,
  subject_type: 'client' | 'user',
): Promise<GrantFacts | undefined> {
  const kind = subject_type === 'client' ? 'grant' : 'user_grant';
  const own = await snapshot.get(tenant, kind, `${client.clientId} ${api.identifier}`, {}, async () => {
    const row = await database
      .store(tenant)
      .find(grants, { client_id: client.clientId, audience: api.identifier, subject_type });
    return row && { value: grantFacts(row), from: [`${grants.name}/${row.id}`] };
  });
  if (own || client.firstParty) return own;
  // System APIs take no default grants (auth0-behaviour API-6); and it is not kept in the snapshot, since a client's own
  // grant, once made, must win at once.
  if (subject_type === 'user' && api.system) return undefined;
  const row = await database
    .store(tenant)
    .find(grants, { default_for: 'third_party_clients', audience: api.identifier, subject_type });
  return row && grantFacts(row);
}

/** The organization with this id, or with this name (lower case). @throws StoreUnavailable */
export function findOrganization(
  database: Database,
  snapshot: Snapshot,
  tenant: TenantId,
  by: { readonly id: string } | { readonly name: string },
): Promise<OrganizationFacts | undefined> {
  const [kind, key] = 'id' in by ? ['organization', by.id] : ['organization_by_name', by.name];
  return snapshot.get(tenant, kind, key, {}, async () => {
    const row = await database.store(tenant).find(organizationTable, by);
    return row && { value: organizationFacts(row), from: [`${organizationTable.name}/${row.id}`] };
  });
}

/** Whether the client grant was associated with the organization. @throws StoreUnavailable */
export async function isAssociated(
  database: Database,
  snapshot: Snapshot,
  tenant: TenantId,
  organizationId: string,
  grantId: string,
): Promise<boolean> {
  const { id } = linkOf(organizationId, grantId);
  const found = await snapshot.get(tenant, 'organization_grant', id, {}, async () => {
    const row = await database.store(tenant).get(grantLinks, id);
    return row && { value: true, from: [`${grantLinks.name}/${row.id}`] };
  });
  return found === true;
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

/**
 * Identifiers of this tenant that differ from this one only in slash, scheme, case or port. Kept in the snapshot: who asks
 * for a wrong API in a loop must not cost a reading of all of them each time.
 */
export async function similarIdentifiers(
  database: Database,
  snapshot: Snapshot,
  tenant: TenantId,
  identifier: string,
): Promise<readonly string[]> {
  const bySkeleton = await snapshot.get(tenant, 'identifiers', '', {}, async () => {
    const { rows } = await database.store(tenant).page(apis, { offset: 0, limit: nearMissesAmong });
    const found = new Map<string, string[]>();
    for (const row of rows) {
      const key = skeleton(row.identifier);
      found.set(key, [...(found.get(key) ?? []), row.identifier]);
    }
    return { value: found, from: [`${apis.name}/*`] };
  });
  return bySkeleton?.get(skeleton(identifier)) ?? [];
}
