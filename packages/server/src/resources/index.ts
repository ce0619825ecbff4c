// All declared resources of the Management API: the list that routes, tables, documents and the dashboard follow from.

import { clientCredentials } from './client-credentials.ts';
import { clientGrants } from './client-grants.ts';
import { clients } from './clients.ts';
import { logs } from './logs.ts';
import { resourceServers } from './resource-servers.ts';
import { signingKeys } from './signing-keys.ts';
import { tenantSettings } from './tenant-settings.ts';

export type { ClientCredential } from './client-credentials.ts';
export type { ClientGrant } from './client-grants.ts';
export type { Client, ClientDraft } from './clients.ts';
export { currentUserScopes, managementScopes } from './management-scopes.ts';
export type { ResourceServer } from './resource-servers.ts';
export type { TenantSettings } from './tenant-settings.ts';
export { clientCredentials, clientGrants, clients, logs, resourceServers, signingKeys, tenantSettings };

/** Kept in a table each; their routes are generic. */
export const collections = [resourceServers, clients, clientCredentials, clientGrants] as const;
/** One document a tenant each. */
export const singletons = [tenantSettings] as const;
/** Documented here, kept elsewhere: keys by the key ring, events by the log. */
export const readOnlyCollections = [signingKeys, logs] as const;
