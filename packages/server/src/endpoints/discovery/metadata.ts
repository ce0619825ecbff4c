// The authorization server metadata (OpenID Connect Discovery 1.0 §3, RFC 8414 §2), with Auth0's members and order
// (auth0-behaviour §3.1): clients that know Auth0 find what they look for, plus the grants that are really offered.

import { namesIssuer, type TenantSettings } from '../../domain/tenants/settings.ts';
import { assertionAlgorithms } from '../../oauth/algorithms.ts';
import { prompts } from '../../oauth/authorization-request.ts';
import { claimNames as profileClaimNames } from '../../oauth/claims.ts';

export interface MetadataFacts {
  /** With its trailing slash. */
  readonly issuer: string;
  readonly grantTypes: readonly string[];
  /** Algorithms for which the tenant has keys. */
  readonly algorithms: readonly string[];
  readonly settings: Pick<
    TenantSettings,
    'answer_dialect' | 'acr_values_supported' | 'authorization_response_iss_parameter_supported' | 'oidc_logout'
  >;
}

/** Members that name an endpoint, in the order of the document, by path. */
const endpoints = [
  ['authorization_endpoint', 'authorize'],
  ['token_endpoint', 'oauth/token'],
  ['device_authorization_endpoint', 'oauth/device/code'],
  ['userinfo_endpoint', 'userinfo'],
  ['mfa_challenge_endpoint', 'mfa/challenge'],
  ['jwks_uri', '.well-known/jwks.json'],
  ['registration_endpoint', 'oidc/register'],
  ['revocation_endpoint', 'oauth/revoke'],
  ['introspection_endpoint', 'oauth/introspect'],
] as const;

/**
 * What the `oidc` dialect says beside Auth0's members, and instead of them: prompts and claims as they really are, and no
 * `plain`, which RFC 9700 §2.1.1 advises against.
 */
const oidcMembers = {
  code_challenge_methods_supported: ['S256'],
  claims_supported: claimsSupported(),
  prompt_values_supported: prompts,
  claims_parameter_supported: false,
};

function claimsSupported(): readonly string[] {
  const protocol = ['iss', 'aud', 'sub', 'iat', 'exp', 'auth_time', 'sid', 'nonce', 'at_hash', 'c_hash'];
  return [...protocol, ...profileClaimNames].toSorted();
}

/** Members that depend on the tenant's settings (DISC-1). */
function conditional({ settings, issuer: base }: MetadataFacts): Record<string, unknown> {
  const acr = settings.acr_values_supported;
  const issuer = namesIssuer(settings);
  return {
    ...(settings.oidc_logout?.rp_logout_end_session_endpoint_discovery === false
      ? {}
      : { end_session_endpoint: `${base}oidc/logout` }),
    ...(acr && acr.length > 0 ? { acr_values_supported: acr } : {}),
    // The `oidc` dialect says so either way.
    ...(issuer || settings.answer_dialect === 'oidc' ? { authorization_response_iss_parameter_supported: issuer } : {}),
  };
}

/** The metadata document of an issuer, in the tenant's dialect. Pure. */
export function metadata(facts: MetadataFacts): Record<string, unknown> {
  const document: Record<string, unknown> = { issuer: facts.issuer };
  for (const [member, path] of endpoints) document[member] = `${facts.issuer}${path}`;
  return {
    ...document,
    scopes_supported: [
      'openid',
      'profile',
      'offline_access',
      'name',
      'given_name',
      'family_name',
      'nickname',
      'email',
      'email_verified',
      'picture',
      'created_at',
      'identities',
      'phone',
      'address',
    ],
    response_types_supported: [
      'code',
      'token',
      'id_token',
      'code token',
      'code id_token',
      'token id_token',
      'code token id_token',
    ],
    code_challenge_methods_supported: ['S256', 'plain'],
    response_modes_supported: ['query', 'fragment', 'form_post'],
    subject_types_supported: ['public'],
    // Clients take this list for access tokens too, so an algorithm that an API signs with must be in it.
    id_token_signing_alg_values_supported: [...new Set(['HS256', 'RS256', 'PS256', ...facts.algorithms])],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'private_key_jwt'],
    claims_supported: [
      'aud',
      'auth_time',
      'created_at',
      'email',
      'email_verified',
      'exp',
      'family_name',
      'given_name',
      'iat',
      'identities',
      'iss',
      'name',
      'nickname',
      'phone_number',
      'picture',
      'sub',
    ],
    backchannel_logout_supported: true,
    backchannel_logout_session_supported: true,
    request_uri_parameter_supported: false,
    request_parameter_supported: false,
    token_endpoint_auth_signing_alg_values_supported: assertionAlgorithms,
    grant_types_supported: facts.grantTypes,
    ...(facts.settings.answer_dialect === 'oidc' ? oidcMembers : {}),
    ...conditional(facts),
  };
}
