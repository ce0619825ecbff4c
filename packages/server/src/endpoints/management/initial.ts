// What every tenant has from its first moment: the Management API's own record, the client that stands for all clients,
// and a database of users.

import { MANAGEMENT_API } from '../../domain/tenants/system-apis.ts';
import {
  type Client,
  type Connection,
  clients,
  connections,
  defaultConnectionName,
  managementScopes,
  type ResourceServer,
  resourceServers,
} from '../../resources/index.ts';
import { makeId, makeSecret } from './ids.ts';

export interface InitialRows {
  /** auth0-behaviour MA-4 */
  readonly managementApi: ResourceServer;
  /** auth0-behaviour TEN-2 */
  readonly globalClient: Client;
  /** The database of users that every tenant begins with. */
  readonly connection: Connection;
}

/** Fresh rows with fresh ids; `now` is not kept in them. */
export function initialRows(_now: number): InitialRows {
  const database = { name: defaultConnectionName, strategy: 'auth0' as const };
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
    // The defaults of a draft are whole.
    connection: { ...database, ...connections.defaults(database), id: makeId(connections.ids) } as Connection,
  };
}
