import type { Incoming } from '../../src/index.ts';
import { tokenOf } from '../rig.ts';
import type { Row } from './row.ts';

const bearer = (value: string): Incoming => ({ headers: { authorization: value } });

/** How the token is sent. */
export const transportRows: readonly Row[] = [
  { name: 'no Authorization header', code: 'no_token', says: /no Authorization header.*/, incoming: { headers: {} } },
  {
    name: 'a CORS preflight',
    code: 'cors_preflight',
    says: /preflight/,
    incoming: { method: 'OPTIONS', headers: new Headers({ 'access-control-request-method': 'GET' }) },
  },
  { name: 'Basic credentials', code: 'wrong_scheme', says: /scheme "Basic"/, incoming: bearer('Basic YTpi') },
  { name: 'an unknown scheme', code: 'wrong_scheme', says: /scheme "unknown"/, incoming: bearer('Hunter2 secret') },
  { name: 'a DPoP token', code: 'dpop_scheme', says: /DPoP/, incoming: bearer(`DPoP ${tokenOf()}`) },
  {
    name: 'a token without the word Bearer',
    code: 'no_scheme',
    says: /Bearer is missing/,
    incoming: bearer(tokenOf()),
    status: 400,
  },
  {
    name: 'Bearer twice',
    code: 'scheme_twice',
    says: /twice/,
    incoming: bearer(`Bearer Bearer ${tokenOf()}`),
    status: 400,
  },
  { name: 'Bearer and nothing', code: 'empty_token', says: /no token behind/, incoming: bearer('Bearer ') },
  { name: 'an empty Authorization header', code: 'empty_token', says: /no token behind/, incoming: bearer('') },
  {
    name: 'two Authorization headers',
    code: 'several_tokens',
    says: /more than one token/,
    incoming: { headers: { authorization: [`Bearer ${tokenOf()}`, 'Bearer x'] } },
    status: 400,
  },
  {
    name: 'two Authorization headers joined by a proxy',
    code: 'several_tokens',
    says: /more than one token/,
    incoming: bearer(`Bearer ${tokenOf()}, Bearer ${tokenOf()}`),
    status: 400,
  },
  {
    name: 'a token in the header and in the allowed query',
    code: 'several_tokens',
    says: /more than one token/,
    incoming: { headers: { authorization: `Bearer ${tokenOf()}` }, url: `/?access_token=${tokenOf()}` },
    options: { dangerouslyAllowTokenInQuery: true },
    status: 400,
  },
  {
    name: 'a token in the query string',
    code: 'token_in_query',
    says: /query string/,
    incoming: { headers: {}, url: `/patients?access_token=${tokenOf()}` },
    status: 400,
  },
  {
    name: 'a token in quotation marks',
    code: 'illegal_characters',
    says: /quotation marks/,
    incoming: bearer(`Bearer "${tokenOf()}"`),
    status: 400,
  },
  ...[
    '{access_token}',
    '$'.concat('{TOKEN}'),
    '$ACCESS_TOKEN',
    '<your token>',
    '{{ jwt }}',
    '%TOKEN%',
    'YOUR_ACCESS_TOKEN',
  ].map(
    (word): Row => ({
      name: `a template that was not filled in, ${word}`,
      code: 'placeholder_token',
      says: /the word ".*" where the token should be/,
      incoming: bearer(`Bearer ${word}`),
    }),
  ),
  {
    name: 'braces around something else',
    code: 'illegal_characters',
    says: /characters that no token has/,
    incoming: bearer('Bearer {abc}'),
    status: 400,
  },
  {
    name: 'the word undefined',
    code: 'placeholder_token',
    says: /the word "undefined"/,
    incoming: bearer('Bearer undefined'),
  },
  { name: 'the word null', code: 'placeholder_token', says: /the word "null"/, incoming: bearer('bearer null') },
  {
    name: 'an object turned into text',
    code: 'placeholder_token',
    says: /\[object Object\]/,
    incoming: bearer('Bearer [object Object]'),
  },
];
