// What a new client has when nobody said otherwise, as recorded (auth0-behaviour §37.4), and the rules between its fields.

import type { Problem } from '../../schema/collection.ts';
import type { Client, ClientDraft } from '../clients.ts';

/** Where the catalogue of express configurations returns to, as recorded. */
const catalogueCallback = 'https://system-admin.okta.com/admin/app/generic/oauth20redirect';

/** Whether a client has no secret to keep: `none`, or an application on a device or in a browser that says nothing. */
function isPublic(draft: ClientDraft): boolean {
  const onDevice = draft.app_type === 'native' || draft.app_type === 'spa';
  return draft.token_endpoint_auth_method === 'none' || (methodIsUnsaid(draft) && onDevice);
}

function methodIsUnsaid(draft: ClientDraft): boolean {
  return draft.token_endpoint_auth_method === undefined && draft.client_authentication_methods === undefined;
}

/** The members that a draft leaves open, and those that follow from others. Pure; makes no id and no secret. */
export function clientDefaults(draft: ClientDraft): Partial<Client> {
  const thirdParty = draft.is_first_party === false;
  const strict = thirdParty && draft.third_party_security_mode !== 'permissive';
  const forApi = draft.app_type === 'resource_server';
  const catalogue = draft.app_type === 'express_configuration';
  return {
    is_first_party: draft.is_first_party ?? true,
    ...(thirdParty ? { third_party_security_mode: draft.third_party_security_mode ?? 'strict' } : {}),
    ...(strict ? { redirection_policy: draft.redirection_policy ?? 'open_redirect_protection' } : {}),
    oidc_conformant: thirdParty || forApi || catalogue ? true : (draft.oidc_conformant ?? false),
    is_token_endpoint_ip_header_trusted: draft.is_token_endpoint_ip_header_trusted ?? false,
    sso_disabled: draft.sso_disabled ?? false,
    cross_origin_authentication: draft.cross_origin_authentication ?? false,
    custom_login_page_on: draft.custom_login_page_on ?? true,
    ...(isPublic(draft) ? { token_endpoint_auth_method: 'none' as const } : {}),
    grant_types: draft.grant_types ?? grantTypesOf(draft, strict),
    jwt_configuration: jwtConfigurationOf(draft, strict),
    refresh_token: { ...refreshTokenOf(draft, strict), ...draft.refresh_token },
    ...(catalogue
      ? {
          callbacks: draft.callbacks ?? [catalogueCallback],
          organization_usage: draft.organization_usage ?? 'require',
          organization_require_behavior: draft.organization_require_behavior ?? 'pre_login_prompt',
          client_authentication_methods: draft.client_authentication_methods ?? {
            private_key_jwt: { credentials: [] },
          },
        }
      : {}),
  };
}

function grantTypesOf(draft: ClientDraft, strict: boolean): Client['grant_types'] {
  if (draft.app_type === 'resource_server') return [];
  if (draft.app_type === 'express_configuration') return ['authorization_code', 'client_credentials'];
  if (strict) return ['authorization_code'];
  const user: Client['grant_types'] = ['authorization_code', 'implicit', 'refresh_token'];
  return isPublic(draft) ? user : [...user, 'client_credentials'];
}

/** A given configuration is completed with `secret_encoded` only: an absent lifetime stays absent, as recorded. */
function jwtConfigurationOf(draft: ClientDraft, strict: boolean): Client['jwt_configuration'] {
  const lifetime = strict ? 3600 : 36_000;
  const alg = strict || draft.app_type === 'resource_server' ? { alg: 'RS256' as const } : {};
  if (draft.app_type === 'express_configuration' && !draft.jwt_configuration)
    return { secret_encoded: false, alg: 'RS256' };
  if (draft.jwt_configuration) return { secret_encoded: false, ...alg, ...draft.jwt_configuration };
  return { secret_encoded: false, lifetime_in_seconds: lifetime, ...alg };
}

function refreshTokenOf(draft: ClientDraft, strict: boolean): Client['refresh_token'] {
  const explicitlyConfidential = draft.token_endpoint_auth_method?.startsWith('client_secret') ?? false;
  const long = explicitlyConfidential || strict;
  const rotating =
    draft.refresh_token?.rotation_type === 'rotating' || (draft.is_first_party === false && !strict && isPublic(draft));
  const expiring = rotating || strict;
  return {
    rotation_type: rotating ? 'rotating' : 'non-rotating',
    expiration_type: expiring ? 'expiring' : 'non-expiring',
    leeway: 0,
    token_lifetime: long ? 31_557_600 : 2_592_000,
    infinite_token_lifetime: !rotating,
    idle_token_lifetime: long ? 2_592_000 : 1_296_000,
    infinite_idle_token_lifetime: !expiring,
  };
}

/** Rules across fields. What needs other rows (credentials, APIs) is checked where the rows are. */
export function clientProblems(client: Client): readonly Problem[] {
  const problems: Problem[] = [];
  const say = (path: string, message: string) => problems.push({ path, message });
  const methods = client.client_authentication_methods;
  const method = client.token_endpoint_auth_method;
  if (methods && method) say('', 'token_endpoint_auth_method and client_authentication_methods are mutually exclusive');
  if (methods && Object.values(methods).filter((one) => one !== undefined).length !== 1) {
    say('client_authentication_methods', 'Exactly one authentication method must be given');
  }
  if (method === 'none' && client.grant_types.includes('client_credentials')) {
    say('grant_types', 'client_credentials is not allowed for a client with token_endpoint_auth_method none');
  }
  if (client.third_party_security_mode && client.is_first_party) {
    say('third_party_security_mode', 'Only allowed for clients with is_first_party false');
  }
  if (client.third_party_security_mode === 'strict') {
    const allowed = ['authorization_code', 'refresh_token', 'client_credentials'];
    const other = client.grant_types.find((grant) => !allowed.includes(grant));
    if (other) say('grant_types', `${other} is not allowed for a third-party client in strict mode`);
    const alg = client.jwt_configuration.alg;
    if (alg && alg !== 'RS256') say('jwt_configuration.alg', 'Third-party clients in strict mode use RS256');
    const wildcard = [
      ...(client.callbacks ?? []),
      ...(client.web_origins ?? []),
      ...(client.allowed_origins ?? []),
    ].some((url) => url.includes('*'));
    if (wildcard) say('callbacks', 'Wildcards are not allowed for third-party clients in strict mode');
  }
  if ((client.app_type === 'resource_server') !== (client.resource_server_identifier !== undefined)) {
    say('resource_server_identifier', 'Must be given for app_type resource_server, and only for it');
  }
  const tokens = client.refresh_token;
  if (tokens.rotation_type === 'rotating' && tokens.expiration_type !== 'expiring') {
    say('refresh_token.expiration_type', 'Rotating refresh tokens must be expiring');
  }
  const finite = tokens.infinite_token_lifetime === false && tokens.infinite_idle_token_lifetime === false;
  if (finite && (tokens.idle_token_lifetime ?? 0) > (tokens.token_lifetime ?? Number.POSITIVE_INFINITY)) {
    say('refresh_token.idle_token_lifetime', 'Must not be greater than token_lifetime');
  }
  return problems;
}
