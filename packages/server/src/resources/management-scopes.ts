// Every scope of the Management API: those of our declarations, and all others that Auth0 documents, so that grants
// made for tools keep working while their resources are still being built.

import type { ResourceServer } from './resource-servers.ts';

/** Entities by the verbs that they have; a scope is `<verb>:<entity>`. */
const documented: Readonly<Record<string, readonly string[]>> = {
  'read create update delete': [
    'actions',
    'agents',
    'authentication_methods',
    'client_credentials',
    'client_grants',
    'client_keys',
    'clients',
    'connection_profiles',
    'connections',
    'custom_domains',
    'custom_signing_keys',
    'device_credentials',
    'directory_provisionings',
    'email_provider',
    'encryption_keys',
    'event_streams',
    'experimentation',
    'flows',
    'flows_vault_connections',
    'forms',
    'groups',
    'hooks',
    'log_streams',
    'network_acl_keys',
    'network_acls',
    'organization_clients',
    'organization_connections',
    'organization_discovery_domains',
    'organizations',
    'phone_providers',
    'phone_templates',
    'portals',
    'rate_limit_policies',
    'resource_servers',
    'roles',
    'rules',
    'scim_config',
    'self_service_profiles',
    'shields',
    'token_exchange_profiles',
    'user_attribute_profiles',
    'users',
    'users_app_metadata',
    'vdcs_templates',
  ],
  read: [
    'client_summary',
    'entitlements',
    'events',
    'flows_vault',
    'group_members',
    'insights',
    'logs',
    'logs_users',
    'organization_member_effective_roles',
    'organization_member_role_source_groups',
    'organizations_summary',
    'security_metrics',
    'stats',
    'user_effective_permissions',
    'user_effective_roles',
    'user_idp_tokens',
    'user_permission_source_roles',
    'user_role_source_groups',
  ],
  'read update': [
    'attack_protection',
    'connections_options',
    'event_deliveries',
    'guardian_factors',
    'limits',
    'mfa_policies',
    'prompts',
    'self_service_profile_custom_texts',
    'tenant_settings',
    'triggers',
  ],
  'read create delete': [
    'group_roles',
    'organization_client_grants',
    'organization_group_roles',
    'organization_groups',
    'organization_invitations',
    'organization_member_roles',
    'organization_members',
    'role_members',
    'scim_token',
    'user_custom_blocks',
  ],
  'read delete': [
    'anomaly_blocks',
    'current_user',
    'federated_connections_tokens',
    'flows_executions',
    'grants',
    'guardian_enrollments',
  ],
  'read update delete': ['branding', 'refresh_tokens', 'rules_configs', 'sessions'],
  update: ['client_token_vault_privileged_access', 'current_user_identities', 'current_user_metadata'],
  'read create update': ['connections_keys', 'email_templates', 'signing_keys'],
  'create delete': ['current_user_device_credentials', 'passwords_checking_job', 'sso_access_tickets'],
  create: ['guardian_enrollment_tickets', 'user_tickets'],
  blacklist: ['tokens'],
};

/** Our additions; Auth0 has no such scopes. */
const added: typeof documented = { read: ['token_explanations', 'token_previews'], introspect: ['tokens'] };

function describe(verb: string, entity: string): string {
  const words = entity.split('_').map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  return `${verb.charAt(0).toUpperCase()}${verb.slice(1)} ${words.join(' ')}`;
}

/** The scopes of the Management API's own record, ordered by entity. */
export const managementScopes: NonNullable<ResourceServer['scopes']> = [documented, added]
  .flatMap((entities) => Object.entries(entities))
  .flatMap(([verbs, entities]) => entities.flatMap((entity) => verbs.split(' ').map((verb) => ({ verb, entity }))))
  .sort((a, b) => (a.entity < b.entity ? -1 : a.entity > b.entity ? 1 : 0))
  .map(({ verb, entity }) => ({ value: `${verb}:${entity}`, description: describe(verb, entity) }));

/** What a user may do to the own profile; all other scopes are dropped from tokens of users (auth0-behaviour MA-5). */
export const currentUserScopes: ReadonlySet<string> = new Set([
  'read:current_user',
  'update:current_user_identities',
  'create:current_user_metadata',
  'update:current_user_metadata',
  'delete:current_user_metadata',
  'create:current_user_device_credentials',
  'delete:current_user_device_credentials',
]);
