// What every tenant has from its first moment: the Management API's own record and the client that stands for all clients.

import { MANAGEMENT_API } from '../../domain/tenants/system-apis.ts';
import { type Client, clients, managementScopes, type ResourceServer, resourceServers } from '../../resources/index.ts';
import { makeId, makeSecret } from './ids.ts';

export interface InitialRows {
  /** auth0-behaviour MA-4 */
  readonly managementApi: ResourceServer;
  /** auth0-behaviour TEN-2 */
  readonly globalClient: Client;
}

/** Fresh rows with fresh ids; `now` is not kept in them. */
export function initialRows(_now: number): InitialRows {
  const client = clients.defaults({ name: 'All Applications' }) as Client;
  return {
    managementApi: {
      id: makeId(resourceServers.ids),
      name: 'Management API',
      identifier: MANAGEMENT_API,
      allow_offline_access: false,
      skip_consent_for_verifiable_first_party_clients: false,
      subject_type_authorization: { client: { policy: 'require_client_grant' }, user: { policy: 'allow_all' } },
      token_lifetime: 86_400,
      token_lifetime_for_web: 7200,
      signing_alg: 'RS256',
      scopes: [...managementScopes],
      is_system: true,
    },
    globalClient: {
      ...client,
      client_id: makeId(clients.ids),
      client_secret: makeSecret(),
      name: 'All Applications',
      global: true,
      callbacks: [],
      cross_origin_authentication: true,
    },
  };
}
