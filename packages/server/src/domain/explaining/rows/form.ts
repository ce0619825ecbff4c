// Causes: what was sent is no token at all, or one that was cut off or changed on the way.

import type { Row } from '../facts.ts';
import { fromLibrary } from './kind.ts';

const ofTransport = new Set([
  'no_token',
  'empty_token',
  'placeholder_token',
  'illegal_characters',
  'scheme_twice',
  'no_scheme',
  'wrong_scheme',
  'dpop_scheme',
  'several_tokens',
  'token_too_large',
]);

/** What was done to the token on the way; what people paste around it comes last. */
const wrapping: Row = (facts) => {
  const { wrapping: found } = facts;
  if (!found || found.pasted) return undefined;
  return {
    code: found.code,
    certainty: 'certain',
    message: found.message,
    fix: { text: found.fix },
  };
};

/** The token is good, and was not sent alone. */
export const pasted: Row = ({ wrapping: found }) =>
  found && {
    code: found.code,
    certainty: 'likely',
    message: `${found.message}. The token in it is good: if this whole is what the client sends, that is why it is refused`,
    fix: { text: found.fix },
  };

const transport: Row = (facts) => (facts.cause && ofTransport.has(facts.cause.code) ? fromLibrary(facts) : undefined);

const malformed: Row = (facts) => (facts.cause?.code === 'malformed_token' ? fromLibrary(facts) : undefined);

/** How the token was sent. */
export const transportRows: readonly Row[] = [wrapping, transport];
/** What it looks like; asked after what our records know. */
export const formRows: readonly Row[] = [malformed];
