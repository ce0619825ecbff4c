// Reasons: an access token whose signature, audience, time or scope does not fit.

export const checkReasons = {
  wrong_issuer: {
    title: 'The token is of another issuer',
    means: 'Somebody else issued it: another server, another tenant, or the same one of another environment.',
    todo: ['Let the client and the API use the same server.', 'Compare `iss` of the token with `issuer` of the API.'],
  },
  near_miss_issuer: {
    title: 'The issuer is spelt differently',
    means: 'The token names the server by another address than the API trusts: issuers are compared to the letter.',
    todo: [
      'Use one address for the server everywhere; the scheme, the port and the trailing slash count.',
      'Set `issuer` in the API to what the discovery document says.',
    ],
  },
  wrong_tenant: {
    title: 'The token is of another tenant',
    means: 'Its issuer looks like a neighbour of the one that the API trusts.',
    todo: ['Let the client ask at the tenant of the API.'],
  },
  no_issuer: {
    title: 'The token does not say who issued it',
    means: 'It has no `iss`, so nobody can know whose key should have signed it.',
    todo: ['Get a token from this server.'],
  },
  alg_none: {
    title: 'The token is not signed',
    means: 'Anybody could have written it. Forged tokens look like this.',
    todo: ['Find out where it came from.'],
  },
  alg_not_allowed: {
    title: 'The token is signed with another algorithm',
    means: 'The API accepts one algorithm, and the token has another.',
    todo: ['Set the signing algorithm of the API at this server and in the API to the same value.'],
  },
  algorithm_differs: {
    title: 'The algorithm of the API was changed after the token was issued',
    means: 'The token is genuine and for this API, but the API is set to another signing algorithm by now.',
    todo: ['Get a new token.', 'Set `algorithms` in the API to the new value.'],
  },
  hmac_not_allowed: {
    title: 'The token is signed with a shared secret',
    means:
      'The API expects a key pair. Either the API was switched from HS256 meanwhile, or somebody forged the token with the public key.',
    todo: ['Get a new token.', 'If you did not switch the algorithm, find out where the token came from.'],
  },
  critical_header: {
    title: 'The header of the token demands an extension',
    means: 'It says that something must be understood (`crit` or `b64`) which no access token profile uses.',
    todo: ['Find out where it came from: this server makes no such tokens.'],
  },
  bad_key_id: {
    title: 'The key id is no key id',
    means: '`kid` in the header is too long, or no text. Forged tokens look like this.',
    todo: ['Find out where it came from.'],
  },
  no_key_id: {
    title: 'The token does not name its key',
    means: 'Without `kid` nobody can tell which of several keys signed it.',
    todo: ['Get a token from this server: it always names the key.'],
  },
  unknown_key: {
    title: 'The token is signed with an unknown key',
    means: 'This tenant has no key of that id: the server began afresh, or another environment has the same name.',
    todo: ['Get a new token.', 'If new ones fail too, see which server the client really asks.'],
  },
  revoked_key: {
    title: 'The key of the token was revoked',
    means: 'An operator revoked it, and with it every token that it signed.',
    todo: ['Get a new token; the current key signs it.'],
  },
  key_for_other_algorithm: {
    title: 'The key is for another algorithm',
    means: 'One key serves one algorithm, and the header names another.',
    todo: ['Get a new token; if you did not change anything, find out where this one came from.'],
  },
  unusable_key: {
    title: 'The key must not be used',
    means: 'The issuer publishes the key, but it is broken or too weak.',
    todo: ['Rotate the signing keys of the issuer.'],
  },
  bad_signature: {
    title: 'The signature does not fit',
    means: 'The token was changed after it was signed, or signed by somebody else.',
    todo: [
      'Compare what the client received with what it sends: a token must never be edited or encoded again.',
      'With HS256: compare the secret of the API with its signing secret at this server.',
    ],
  },
  keys_unavailable: {
    title: 'The API cannot get the keys of the server',
    means: 'It could not fetch them, so it can say nothing about the token.',
    todo: ['See that the API can reach the server: name, port, proxy, certificate (NODE_EXTRA_CA_CERTS).'],
  },
  issuer_mismatch: {
    title: 'The server names itself otherwise than the API expects',
    means: 'The discovery document says another issuer than the API is set to.',
    todo: ['Set `issuer` in the API to what the document says; the trailing slash counts.'],
  },
  check_failed: {
    title: 'The check itself failed',
    means: 'Something broke while the token was looked at, so the call was denied.',
    todo: ['Read the log of the API, and report it.'],
  },
  malformed_claim: {
    title: 'A claim has the wrong type',
    means: 'A claim of the token is not what its name promises.',
    todo: ['Repair what sets this claim at the server that issued it.'],
  },
  missing_claim: {
    title: 'The token lacks a claim',
    means: 'It lacks something that every access token must have.',
    todo: ['Get a token from this server, or set `dialect` in the API to what is issued.'],
  },
  no_audience: {
    title: 'The token names no audience',
    means: 'It does not say for which API it is.',
    todo: ['Name the API in the request (`audience`).'],
  },
  userinfo_only: {
    title: 'The token is for /userinfo only',
    means: 'No API was named in the request.',
    todo: ['Name the API in the request (`audience`); with scope openid the token then serves both.'],
  },
  near_miss_audience: {
    title: 'The audience is almost right',
    means:
      'The token is for an identifier that differs from that of the API by little: a slash, http for https, a capital letter, a port. Identifiers are compared to the letter.',
    todo: [
      'Use one spelling in three places: the identifier of the API at this server, the `audience` of the client, and `audience` in the API.',
    ],
  },
  wrong_api_setting: {
    title: 'The API checks for an audience that no API here has',
    means:
      'The API compares `aud` with the identifier that it is set to. Nothing is registered under that one here: it is a name, an id, a client id, or the API was never made.',
    todo: [
      'Set the audience in the API to its identifier, as it is written in the dashboard.',
      'If the API is new, make it here with exactly that identifier.',
    ],
  },
  wrong_audience: {
    title: 'The token is for another API',
    means: 'It was asked for with the audience of another API. Each API takes only tokens that were made for it.',
    todo: ['Ask with the audience of this API.', 'A client that calls two APIs gets a token for each.'],
  },
  expired: {
    title: 'The token has expired',
    means: 'Access tokens live for a limited time, which is set at the API (`token_lifetime`).',
    todo: [
      'Let the client get a new token when `expires_in` is over: with a refresh token, silently, or with its credentials again.',
      'If it expires at once, compare the clocks of both machines.',
    ],
  },
  not_yet_valid: {
    title: 'The token is not valid yet',
    means: 'Its time begins later (`nbf`).',
    todo: ['Compare the clocks of both machines (NTP).'],
  },
  issued_in_future: {
    title: 'The token is from the future',
    means: 'Its `iat` lies ahead of the clock that checks it.',
    todo: ['Compare the clocks of both machines (NTP).'],
  },
  sender_constrained: {
    title: 'The token is bound to a key',
    means: 'It is good only together with a proof of that key, and came without.',
    todo: ['Send the proof, or switch the binding off for this API.'],
  },
  revoked: {
    title: 'The token was revoked',
    means: 'The login that it came from was ended: by a logout, a new password, a replayed code, or an operator.',
    todo: ['Let the user sign in again.', 'Read in the log who revoked it and why.'],
  },
  client_gone: {
    title: 'The application of the token was deleted',
    means: 'The client that got the token does not exist any more.',
    todo: ['Get a token with a client that exists.'],
  },
  api_gone: {
    title: 'The API of the token was deleted',
    means: 'The token is genuine, but its API is not registered here any more. Nobody gets new tokens for it.',
    todo: ['Make the API again with the same identifier, or let the client ask for another one.'],
  },
  user_gone: {
    title: 'The user of the token was deleted',
    means: 'The account does not exist any more.',
    todo: ['Sign in with an account that exists.'],
  },
  user_blocked: {
    title: 'The user of the token is blocked',
    means: 'An operator, or a protection against attacks, blocked the account.',
    todo: ['Unblock the user.'],
  },
  missing_scope: {
    title: 'The token lacks a scope',
    means:
      'The token is genuine and for this API, but it does not let the client do this. A scope is granted only if it was asked for, the API defines it, and the client (and, with RBAC, the user) may have it.',
    todo: [
      'Ask for it in `scope`.',
      'See in the preview of the API which rule drops it.',
      'After a change, get a new token: a token keeps what it was issued with.',
    ],
  },
  missing_permission: {
    title: 'The user lacks a permission',
    means: 'The API looks at the `permissions` claim, which lists what the user may do.',
    todo: [
      'Give the permission to the user, directly or by a role.',
      'If the token has no `permissions` at all, switch on RBAC and "add permissions in the access token" at the API.',
    ],
  },
} as const;
