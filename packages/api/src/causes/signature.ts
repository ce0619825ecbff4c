// Causes: who signed, with what.

import { invalidToken, type NoEvidence, quoted, row } from './row.ts';

const notOurs = (): string => 'The token was not issued for this API by an issuer it trusts.';
const badSignature = (): string => 'The signature of the token cannot be verified.';
const tryAgain = (): string => 'The token cannot be checked now. Try again later.';

export const signatureCauses = {
  alg_none: invalidToken<{ alg: string }>({
    description: badSignature,
    message: (e) => `the token is not signed (alg "${e.alg}")`,
    fix: () => 'nobody issues such a token by mistake: look where it came from, this is how forged tokens look',
  }),
  alg_not_allowed: invalidToken<{ alg: string }>({
    description: badSignature,
    message: (e, api) => `the token is signed with ${e.alg}, and this API accepts ${api.algorithms}`,
    fix: (_, api) =>
      `set the signing algorithm of this API at the authorization server to ${api.algorithms}, or list the other one in \`algorithms\``,
  }),
  hmac_not_allowed: invalidToken<{ alg: string }>({
    description: badSignature,
    message: (e, api) =>
      `the token is signed with ${e.alg}, a shared secret, and this API accepts ${api.algorithms}; a public key is never tried as a secret`,
    fix: (_, api) =>
      `set the signing algorithm of this API at the authorization server to ${api.algorithms}; if it is, this token is forged with the public key`,
  }),
  critical_header: invalidToken<{ header: string }>({
    description: () => 'The token uses a JWS extension that is not supported.',
    message: (e) =>
      `the token's header has ${e.header}, an extension that must be understood and is not (RFC 7515 section 4.1.11)`,
    fix: () => 'let the issuer leave it out; no access token profile uses it',
  }),
  bad_key_id: invalidToken<NoEvidence>({
    description: badSignature,
    message: () => "the token's `kid` is not text of at most 256 characters",
    fix: () => 'no issuer makes such a key id: look where the token came from',
  }),
  wrong_issuer: invalidToken<{ iss: string; difference?: string }>({
    description: notOurs,
    message: (e, api) =>
      e.difference === undefined
        ? `the token's issuer is "${e.iss}", and this API trusts "${api.issuer}"`
        : `the token's issuer is "${e.iss}", and this API trusts "${api.issuer}" (${e.difference})`,
    fix: (e, api) =>
      e.difference === undefined
        ? `get the token from ${api.issuer}; or this API runs with the settings of another environment`
        : `if this is the same server, write \`issuer\` as its discovery document does, character by character, and use one address for it everywhere`,
  }),
  wrong_tenant: invalidToken<{ iss: string }>({
    description: notOurs,
    message: (e, api) =>
      `the token is of another tenant: its issuer is "${e.iss}", and this API trusts "${api.issuer}"`,
    fix: (_, api) => `let the client ask at ${api.issuer}; or list both tenants in \`issuer\` if this API serves both`,
  }),
  no_issuer: invalidToken<NoEvidence>({
    description: notOurs,
    message: () => 'the token does not say who issued it (no iss)',
    fix: (_, api) => `get the token from ${api.issuer}`,
  }),
  no_key_id: invalidToken<{ keys: number }>({
    description: badSignature,
    message: (e) => `the token names no key (no kid), and ${e.keys} keys could have signed it`,
    fix: () => 'let the issuer put `kid` in the header',
  }),
  unknown_key: invalidToken<{ kid: string; keys: readonly string[] }>({
    description: badSignature,
    message: (e) =>
      `the token is signed with the key "${e.kid}", and ${e.keys.length === 0 ? 'there is no such key' : `the issuer's keys are ${quoted(e.keys)}`}`,
    fix: () =>
      "get a new token: the key was revoked, or the issuer started afresh with new keys; if new tokens fail too, another server uses this issuer's name",
  }),
  key_for_other_algorithm: invalidToken<{ kid: string; alg: string; problem: string }>({
    description: badSignature,
    message: (e) => `the key "${e.kid}" must not be used with ${e.alg}: ${e.problem}`,
    fix: () => 'one key serves one algorithm: sign with the algorithm of the key, or publish a key for this algorithm',
  }),
  unusable_key: invalidToken<{ kid: string; problem: string }>({
    description: badSignature,
    message: (e) => `the issuer publishes the key "${e.kid}", but it must not be used: ${e.problem}`,
    fix: () => 'let the issuer sign with another key and repair its JWK Set',
  }),
  bad_signature: invalidToken<{ alg: string }>({
    description: badSignature,
    message: (e) =>
      e.alg.startsWith('HS')
        ? 'the signature does not fit: the token was changed, or signed with another secret'
        : 'the signature does not fit: the token was changed on the way, or signed by somebody who borrowed the name of a key',
    fix: (e) =>
      e.alg.startsWith('HS')
        ? "compare `secret` with the API's signing secret at the authorization server"
        : 'compare what the client received with what it sends; a token must never be edited or decoded and encoded again',
  }),
  keys_unavailable: row<{ problem: string }>({
    status: 503,
    error: 'temporarily_unavailable',
    description: tryAgain,
    message: (e) => `the issuer's keys cannot be fetched: ${e.problem}`,
    fix: (_, api) =>
      `see that ${api.issuer} can be reached from this process (name, port, proxy, certificate: NODE_EXTRA_CA_CERTS)`,
  }),
  issuer_mismatch: row<{ configured: string; published: string }>({
    status: 503,
    error: 'temporarily_unavailable',
    description: tryAgain,
    message: (e) =>
      `the discovery document says that its issuer is "${e.published}", and this API is set to "${e.configured}"`,
    fix: () => 'set `issuer` to what the discovery document says, character by character; the trailing slash counts',
  }),
  check_failed: row<{ problem: string }>({
    status: 503,
    error: 'temporarily_unavailable',
    description: tryAgain,
    message: (e) => `the check itself failed, so the call was denied: ${e.problem}`,
    fix: () => 'this is a bug in a key source or in this library: please report it with this line',
  }),
};
