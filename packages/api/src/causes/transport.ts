// Causes: how the token was sent.

import { howToAsk, invalidRequest, invalidToken, type NoEvidence, row } from './row.ts';

const askFor = 'Send an access token as Authorization: Bearer TOKEN.';

export const transportCauses = {
  no_token: row<NoEvidence>({
    status: 401,
    error: 'unauthorized',
    description: () => `This call needs an access token. ${askFor}`,
    message: () => 'the request has no Authorization header',
    fix: (_, api) =>
      `get an access token with ${howToAsk(api)} and send it as \`Authorization: Bearer TOKEN\`; if the client does, look for a proxy that drops the header`,
  }),
  cors_preflight: row<NoEvidence>({
    status: 401,
    error: 'unauthorized',
    description: () => 'This call needs an access token, and a CORS preflight cannot carry one.',
    message: () => 'the request is a CORS preflight (OPTIONS), which never carries a token',
    fix: () => 'answer preflights before the token is checked: register the CORS handler first',
  }),
  wrong_scheme: row<{ scheme: string }>({
    status: 401,
    error: 'unauthorized',
    description: () => `The authorization scheme must be Bearer. ${askFor}`,
    message: (e) => `the Authorization header has the scheme "${e.scheme}" instead of Bearer`,
    fix: () => 'send `Authorization: Bearer TOKEN`',
  }),
  dpop_scheme: row<NoEvidence>({
    status: 401,
    error: 'unauthorized',
    description: () => `DPoP is not supported here. ${askFor}`,
    message: () => 'the token was sent with the scheme DPoP, and this library does not check DPoP proofs',
    fix: () => 'switch DPoP off in the client for this API, so that it gets and sends a Bearer token',
  }),
  no_scheme: invalidRequest<NoEvidence>({
    description: () => `The Authorization header has no scheme. ${askFor}`,
    message: () => 'the Authorization header holds one word only: the word Bearer is missing in front of the token',
    fix: () => 'send `Authorization: Bearer TOKEN`, with one space between',
  }),
  scheme_twice: invalidRequest<NoEvidence>({
    description: () => `The Authorization header names its scheme twice. ${askFor}`,
    message: () => 'the word Bearer stands twice in the Authorization header',
    fix: () => 'add `Bearer ` in one place of the client only: its HTTP library probably adds it already',
  }),
  several_tokens: invalidRequest<NoEvidence>({
    description: () => `The request carries more than one token. ${askFor}`,
    message: () => 'the request carries more than one token',
    fix: () => 'send one Authorization header and no other copy of the token (RFC 6750 section 2)',
  }),
  token_in_query: invalidRequest<NoEvidence>({
    description: () => `A token in the URL is not read here. ${askFor}`,
    message: () => 'the token was sent in the query string, which ends up in logs, so this API does not read it',
    fix: () => 'send `Authorization: Bearer TOKEN`, and take the token in that URL for known to others',
  }),
  illegal_characters: invalidRequest<{ quoted: boolean }>({
    description: () => `The token holds characters that no token has. ${askFor}`,
    message: (e) =>
      e.quoted
        ? 'the token was sent in quotation marks'
        : 'the token holds characters that no token has (RFC 6750 section 2.1), such as white space, braces or a line break',
    fix: (e) =>
      e.quoted
        ? 'strip the quotation marks: the client probably sends JSON text where it should send the string'
        : 'look at what the client sends: a template that was not filled in, or a token copied with a line break',
  }),
  empty_token: invalidToken<NoEvidence>({
    description: () => `The token is empty. ${askFor}`,
    message: () => 'there is no token behind the word Bearer',
    fix: () => 'the client sends the header before it has a token: wait for the token, or leave the header out',
  }),
  placeholder_token: invalidToken<{ word: string }>({
    description: () => `This is not a token. ${askFor}`,
    message: (e) => `the client sent the word "${e.word}" where the token should be`,
    fix: () => 'the variable in the client is not set yet: wait for the token before calling',
  }),
  token_too_large: invalidToken<{ bytes: number; limit: number }>({
    description: () => 'The token is too large.',
    message: (e) => `the token has ${e.bytes} bytes, and ${e.limit} are allowed`,
    fix: () =>
      'put fewer claims or permissions in the token, or raise `maxTokenBytes` (and the header limit of the web server)',
  }),
};
