// The authorization server metadata (OpenID Connect Discovery 1.0 §3, RFC 8414 §2), with Auth0's members and order
// (auth0-behaviour §3.1): clients that know Auth0 find what they look for, plus the grants that are really offered.

import { assertionAlgorithms } from '../../oauth/algorithms.ts';

export interface MetadataFacts {
  /** With its trailing slash. */
  readonly issuer: string;
  readonly grantTypes: readonly string[];
  /** Algorithms for which the tenant has keys. */
  readonly algorithms: readonly string[];
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
] as const;

/** The metadata document of an issuer. Pure. */
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
    request_uri_parameter_supported: false,
    request_parameter_supported: false,
    token_endpoint_auth_signing_alg_values_supported: assertionAlgorithms,
    grant_types_supported: facts.grantTypes,
  };
}
