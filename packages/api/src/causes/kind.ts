// Causes: this is not an access token that an API can read.

import { howToAsk, invalidToken, type NoEvidence } from './row.ts';

const onlyAccessTokens = (api: { audience: string }): string =>
  `Only access tokens for the audience ${api.audience} are accepted.`;

export const kindCauses = {
  malformed_token: invalidToken<{ problem: string }>({
    description: () => 'The token is malformed.',
    message: (e) => `the token is not a JWT: ${e.problem}`,
    fix: () =>
      'compare what the client received with what it sends: the token was cut off, changed or encoded once more on the way',
  }),
  opaque_token: invalidToken<{ characters: number }>({
    description: (api) => `The token is opaque to this API. ${onlyAccessTokens(api)}`,
    message: (e) =>
      `this is an opaque token of ${e.characters} characters, not a JWT: no audience was requested, so it serves only /userinfo`,
    fix: (_, api) =>
      `ask with ${howToAsk(api)} (at /authorize, or at the token endpoint for a machine); the answer then is a JWT for this API`,
  }),
  refresh_token: invalidToken<NoEvidence>({
    description: (api) => `A refresh token is not accepted. ${onlyAccessTokens(api)}`,
    message: () => 'this is a refresh token',
    fix: (_, api) =>
      `exchange it at the token endpoint (grant_type=refresh_token, requested with ${howToAsk(api)}) and send the \`access_token\` of the answer`,
  }),
  encrypted_token: invalidToken<NoEvidence>({
    description: () => 'Encrypted tokens are not accepted.',
    message: () => 'this is an encrypted token (JWE, five parts), and this library does not decrypt',
    fix: () =>
      'switch token encryption off for this API at the authorization server, or decrypt in front of this check',
  }),
  id_token: invalidToken<{ client: string; sign: string }>({
    description: (api) => `An ID token is not accepted. ${onlyAccessTokens(api)}`,
    message: (e) =>
      `this is an ID token for client "${e.client}" (${e.sign}): it tells that client who signed in and says nothing about this API`,
    fix: (_, api) =>
      `call /authorize with ${howToAsk(api)} and send the \`access_token\` of the answer, not the \`id_token\``,
  }),
  logout_token: invalidToken<NoEvidence>({
    description: (api) => `A logout token is not accepted. ${onlyAccessTokens(api)}`,
    message: () => 'this is a logout token: it tells a client that a session ended',
    fix: (_, api) => `send an access token, requested with ${howToAsk(api)}`,
  }),
  client_assertion: invalidToken<{ client: string }>({
    description: (api) => `A client assertion is not accepted. ${onlyAccessTokens(api)}`,
    message: (e) => `this is a client assertion that "${e.client}" signed itself (iss equals sub)`,
    fix: (_, api) =>
      `send it to the token endpoint as \`client_assertion\` with ${howToAsk(api)}, and the \`access_token\` of the answer here`,
  }),
  other_token_kind: invalidToken<{ typ: string }>({
    description: (api) => `This kind of token is not accepted. ${onlyAccessTokens(api)}`,
    message: (e) => `the token's header says typ "${e.typ}"; access tokens say at+jwt (RFC 9068) or JWT`,
    fix: (_, api) => `send an access token, requested with ${howToAsk(api)}`,
  }),
  no_client: invalidToken<NoEvidence>({
    description: (api) => `The token does not show that it is an access token. ${onlyAccessTokens(api)}`,
    message: () =>
      'nothing shows that this is an access token: neither typ at+jwt, nor the client it was issued to (azp or client_id)',
    fix: () =>
      'let the authorization server issue RFC 9068 access tokens for this API, or name the client in `azp` or `client_id`',
  }),
  wrong_dialect: invalidToken<{ typ: string; dialect: string }>({
    description: () => 'The token is of another access token profile than this API accepts.',
    message: (e) => `the token's typ is "${e.typ}", and this API is set to the dialect "${e.dialect}"`,
    fix: () =>
      "change the token dialect of this API at the authorization server, or the option `dialect` here ('any' accepts both)",
  }),
};
