// The signing algorithms of access tokens and how each is called by JOSE (RFC 7518 §3, RFC 8037) and by node:crypto.

/** Algorithms with a key pair of the tenant. ES256 and EdDSA are our addition to Auth0's list. */
export const asymmetricAlgorithms = ['RS256', 'PS256', 'ES256', 'EdDSA'] as const;
export type AsymmetricAlgorithm = (typeof asymmetricAlgorithms)[number];

/** What an API may sign its tokens with; HS256 uses the API's own secret. */
export const apiAlgorithms = [...asymmetricAlgorithms, 'HS256'] as const;
export type ApiAlgorithm = (typeof apiAlgorithms)[number];

/** Algorithms of client assertions, as the discovery document lists them (auth0-behaviour TOK-13, §3.1). */
export const assertionAlgorithms = ['RS256', 'RS384', 'PS256', 'PS384', 'ES256', 'ES384'] as const;
export type AssertionAlgorithm = (typeof assertionAlgorithms)[number];
