// Our addition: `POST /api/v2/tokens/preview`, a dry run of a grant. What may be asked and what is answered: the tokens as they
// would be issued now, unsigned, and the trace of rules that let each scope through or dropped it.

import { z } from 'zod';
import type { Declared } from '../schema/collection.ts';
import { type Draft, type Entity, type Fields, fixed, fixedOptional, made, madeSometimes } from '../schema/field.ts';
import { flag, freeObject, list, oneOf, text, whole } from '../schema/types.ts';

/** The grants of which there is a dry run; `implicit` stands for every response type that needs no code. */
export const previewedGrants = [
  'client_credentials',
  'authorization_code',
  'implicit',
  'refresh_token',
  'password',
  'http://auth0.com/oauth/grant-type/password-realm',
] as const;

const reason = text(5000);
const seconds = whole(0, 10_000_000_000);

const token = z.strictObject({
  format: oneOf(['JWT', 'opaque']),
  header: freeObject.optional().meta({ description: 'Protected header; `kid` of the key that signs now' }),
  encryption: freeObject
    .optional()
    .meta({ description: 'Header of the encryption around it, if the API has a key for it' }),
  claims: freeObject.optional().meta({ description: 'In the order of the wire; an opaque token has none' }),
  expires_in: seconds,
});

/** One rule that was applied. */
export const traceEntry = z.strictObject({
  stage: oneOf(['authorize', 'token']).meta({ description: 'Where: at /authorize, or at the token endpoint' }),
  rule: text(64),
  because: reason,
  dropped: list(text(300), 10_000).optional().meta({ description: 'Scopes that it dropped' }),
});

/** What became of one scope. */
export const scopeVerdict = z.strictObject({
  value: text(300),
  granted: flag,
  rule: text(64).meta({ description: 'The rule that decided it' }),
  because: reason,
});

/** What the caller must hold besides, where the member is sent: a preview shows the profile of the user, and whose a refresh token is. */
export const previewNeeds = {
  user_id: ['read:users'],
  refresh_token_id: ['read:refresh_tokens', 'read:users'],
} as const;

const ask = {
  client_id: fixed(text(64, 1), 'Client that would ask'),
  grant_type: fixed(oneOf(previewedGrants), 'How it would ask'),
  response_type: fixedOptional(
    text(40, 1),
    'Of a login: `code` unless said otherwise, and `id_token token` for the implicit grant',
  ),
  user_id: fixedOptional(text(300, 1), 'User who would sign in; not for machines'),
  refresh_token_id: fixedOptional(
    text(64, 1),
    'Id of the refresh token that would be exchanged; without it, one that a login with this audience and scope would bring',
  ),
  audience: fixedOptional(text(600), 'Identifier of the API'),
  resource: fixedOptional(text(600), 'The same by its name in RFC 8707'),
  scope: fixedOptional(text(20_000), 'Scopes, separated by spaces; left out, what the grant gives by itself'),
  realm: fixedOptional(text(128), 'Connection of the password-realm grant; the one of the user unless said otherwise'),
  organization: fixedOptional(text(100), 'Id or name of an organization'),
} satisfies Fields;

const preview = {
  outcome: made(oneOf(['issued', 'refused']), 'Whether there would be tokens'),
  refusal: madeSometimes(
    z.strictObject({
      error: text(100),
      error_description: text(2000),
      because: reason.meta({ description: 'What the client is not told: what happened, and what to do about it' }),
    }),
    'Why there would be none',
  ),
  issuer: made(text(600), 'Issuer of the tokens'),
  scope: madeSometimes(text(100_000), 'Scopes that are granted, separated by spaces'),
  expires_in: madeSometimes(seconds, 'Seconds that the access token lives'),
  access_token: madeSometimes(token, 'The access token'),
  id_token: madeSometimes(token, 'The ID token'),
  refresh_token: madeSometimes(
    z.strictObject({
      rotating: flag,
      expires_at: text(40).optional().meta({ description: 'The end of its family, however often it is used' }),
      idle_expires_at: text(40).optional().meta({ description: 'The end unless it is used before' }),
    }),
    'The refresh token; absent where offline_access was not granted',
  ),
  front_channel: madeSometimes(
    z.strictObject({ access_token: token.optional(), id_token: token.optional() }),
    'Of a hybrid login: the tokens that come with the code. Those above are what the code buys',
  ),
  response: madeSometimes(freeObject, 'Members of the answer that the client gets, without the tokens themselves'),
  userinfo: madeSometimes(
    z.strictObject({
      status: whole(200, 599),
      claims: freeObject.optional(),
      error: text(100).optional(),
      error_description: text(2000).optional(),
    }),
    'What /userinfo answers to this access token',
  ),
  consent: madeSometimes(
    z.strictObject({ needed: flag, because: reason, scopes: list(text(300), 10_000) }),
    'Whether the user would be asked, and for what; the tokens are those after the user agreed',
  ),
  scopes: made(list(scopeVerdict, 20_000), 'What became of each scope that was requested or could have been had'),
  trace: made(list(traceEntry, 20_000), 'The rules in the order in which they were applied'),
  assumes: made(list(reason, 20), 'What a dry run takes for granted'),
  unknown: made(list(text(64), 20), 'Claims whose values are drawn at issuance, so that the preview cannot know them'),
} satisfies Fields;

const about = {
  path: 'tokens/preview',
  noun: { one: 'token preview', a: 'a token preview' },
  about: 'Dry runs of grants: what would be issued now, and why. Nothing is written, signed or spent',
} as const;

/** What may be asked. */
export const tokenPreviewAsk: Declared<typeof ask> = { name: 'token_preview', ...about, fields: ask };
/** What is answered. */
export const tokenPreview: Declared<typeof preview> = { name: 'token_preview', ...about, fields: preview };

export type TokenPreviewAsk = Draft<typeof ask>;
export type TokenPreview = Entity<typeof preview>;
export type PreviewedToken = z.infer<typeof token>;
export type PreviewedTrace = z.infer<typeof traceEntry>;
export type ScopeVerdict = z.infer<typeof scopeVerdict>;
