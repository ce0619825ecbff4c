// Built-in APIs that a tenant switches on by creating them under their fixed identifiers; everything but the identifier
// and the policy is given (auth0-behaviour §25.2, and recorded answers).

import type { ResourceServer } from './resource-servers.ts';

type SystemRecord = Partial<Omit<ResourceServer, 'id' | 'identifier'>>;

const myAccount: SystemRecord = {
  name: 'My Account API',
  scopes: [
    { value: 'create:me:connected_accounts', description: 'Create Connected Accounts' },
    { value: 'read:me:connected_accounts', description: 'Read Connected Accounts' },
    { value: 'delete:me:connected_accounts', description: 'Delete Connected Accounts' },
  ],
  signing_alg: 'RS256',
  allow_offline_access: true,
  skip_consent_for_verifiable_first_party_clients: true,
  token_lifetime: 600,
  token_lifetime_for_web: 600,
  subject_type_authorization: { user: { policy: 'require_client_grant' }, client: { policy: 'deny_all' } },
  proof_of_possession: { mechanism: 'dpop', required: false },
};

const expressConfiguration: SystemRecord = {
  name: 'Express Configuration API',
  scopes: [
    { value: 'express_configure:sso', description: 'Create SSO configurations' },
    { value: 'express_configure:scim', description: 'Create SCIM configurations' },
  ],
  signing_alg: 'RS256',
  token_lifetime: 300,
  token_lifetime_for_web: 7200,
  enforce_policies: true,
  subject_type_authorization: { user: { policy: 'allow_all' }, client: { policy: 'deny_all' } },
};

const records: Readonly<Record<string, SystemRecord>> = {
  'urn:countersign:my-account-api': myAccount,
  'urn:auth0:express-configure': expressConfiguration,
};

/** The fixed members of the built-in API with this stored identifier; `undefined` for everyone's own. */
export function systemRecord(storedIdentifier: string): SystemRecord | undefined {
  return Object.hasOwn(records, storedIdentifier) ? records[storedIdentifier] : undefined;
}

/** The client that the dashboard signs in with: kept by the seed, one a tenant. */
export const dashboardClientId = 'countersign-dashboard';

/** Its record, apart from defaults. Addresses follow the host of the request, so that it works at every host of the tenant: by http at loopback names only. */
export const dashboardClient = {
  name: 'Countersign Dashboard',
  description: 'Built in: the dashboard of this server. Recreated at start.',
  app_type: 'spa',
  token_endpoint_auth_method: 'none',
  grant_types: ['authorization_code', 'refresh_token'],
  callbacks: ['https://{custom_domain}/dashboard/callback', 'http://{custom_domain}/dashboard/callback'],
  allowed_logout_urls: ['https://{custom_domain}/dashboard/signed-out', 'http://{custom_domain}/dashboard/signed-out'],
  web_origins: ['https://{custom_domain}', 'http://{custom_domain}'],
  skip_non_verifiable_callback_uri_confirmation_prompt: true,
} as const;

/** The client that `countersign login` signs in with. By its id, since names are anybody's: by name a client of somebody else would get its grant. */
export const commandLineClientId = 'countersign-cli';

/**
 * Its record, apart from defaults: the answer goes to a loopback address, which exists for one login. Any program on the machine can
 * listen at one, so a user who is signed in is asked first, whatever the tenant says.
 */
export const commandLineClient = {
  name: 'Countersign command line',
  description: 'Built in: countersign login. Made again when it is needed.',
  app_type: 'native',
  token_endpoint_auth_method: 'none',
  grant_types: ['authorization_code', 'refresh_token'],
  callbacks: ['http://127.0.0.1/callback'],
  skip_non_verifiable_callback_uri_confirmation_prompt: false,
} as const;

/** What users can lend it of the Management API: what `logs tail` and `explain` need, and nothing that writes or reads secrets. */
export const commandLineScopes: readonly string[] = ['read:logs', 'read:token_explanations'];

/** The role with every permission of the Management API. */
export const administratorRoleId = 'rol_CountersignAdmin';
