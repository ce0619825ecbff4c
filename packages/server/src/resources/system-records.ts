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
