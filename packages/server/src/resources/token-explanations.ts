// Our addition: `POST /api/v2/tokens/explain`, the one cause why an API refuses a token. What may be asked and what is answered.
// The token itself is in no answer, in no log and in no table.

import { z } from 'zod';
import type { Declared } from '../schema/collection.ts';
import { type Draft, type Entity, type Fields, fixed, fixedOptional, made, madeSometimes } from '../schema/field.ts';
import { flag, freeObject, list, oneOf, text } from '../schema/types.ts';
import { scopeVerdict, traceEntry } from './token-previews.ts';

const reason = text(5000);
const time = text(40);

const evidence = z.strictObject({ name: text(100), value: text(2000) });

/** What was presented, as far as it could be recognised. */
const presented = z.strictObject({
  kind: oneOf([
    'access_token',
    'id_token',
    'refresh_token',
    'authorization_code',
    'logout_token',
    'client_assertion',
    'other',
    'unknown',
  ]),
  format: oneOf(['JWT', 'encrypted JWT', 'opaque', 'none']),
  issued_here: flag.meta({ description: 'Whether this tenant issued it, by its signature or by its hash' }),
  issuer: text(2000).optional(),
  audience: list(text(2000), 50).optional(),
  client_id: text(300).optional(),
  client_name: text(300).optional(),
  subject: text(300).optional(),
  scope: text(20_000).optional(),
  issued_at: time.optional(),
  expires_at: time.optional(),
  header: freeObject.optional(),
});

const ask = {
  token: fixed(
    text(50_000),
    'The refused token, as it was sent or with what it was copied: an answer in JSON, a command. Neither stored nor logged',
    { secret: true },
  ),
  audience: fixedOptional(text(600), 'Identifier of the API that refused it'),
  scope: fixedOptional(text(20_000), 'Scopes that the call needs, separated by spaces'),
} satisfies Fields;

const explanation = {
  outcome: made(oneOf(['refused', 'accepted']), 'Whether the API refuses the token for this call'),
  cause: madeSometimes(
    z.strictObject({
      code: text(64).meta({ description: 'Stable; `docs` tells about it' }),
      title: text(200),
      message: reason.meta({ description: 'What is wrong, with the values at hand' }),
      certainty: oneOf(['certain', 'likely']),
      docs: text(600).meta({ description: 'Where to read on' }),
    }),
    'The one cause that a developer would mend first',
  ),
  fix: madeSometimes(
    z.strictObject({
      text: reason,
      dashboard: text(1000).optional().meta({ description: 'Path of the page where it is set' }),
      command: text(2000).optional().meta({ description: 'For a terminal' }),
      code: text(2000).optional().meta({ description: 'A change in the code of the client or the API' }),
    }),
    'What to do about it',
  ),
  evidence: made(list(evidence, 50), 'What the cause was found by'),
  token: made(presented, 'What was presented'),
  api: madeSometimes(
    z.strictObject({ id: text(64).optional(), identifier: text(600), name: text(300).optional() }),
    'The API that is asked about',
  ),
  issuance: madeSometimes(
    z.strictObject({ log_id: text(128), date: time, type: text(20), trace: list(traceEntry, 20_000) }),
    'The log event of its issuance, if it is still kept',
  ),
  scopes: made(list(scopeVerdict, 1000), 'What became of each scope that the call needs'),
  notes: made(list(reason, 20), 'What else is worth knowing'),
} satisfies Fields;

const about = {
  path: 'tokens/explain',
  noun: { one: 'token explanation', a: 'a token explanation' },
  about: 'Why an API refuses a token: one cause, its evidence and its fix',
} as const;

/** What may be asked. */
export const tokenExplanationAsk: Declared<typeof ask> = { name: 'token_explanation', ...about, fields: ask };
/** What is answered. */
export const tokenExplanation: Declared<typeof explanation> = {
  name: 'token_explanation',
  ...about,
  fields: explanation,
};

export type TokenExplanationAsk = Draft<typeof ask>;
export type TokenExplanation = Entity<typeof explanation>;
