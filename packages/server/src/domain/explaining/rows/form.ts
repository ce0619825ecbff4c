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

const transport: Row = (facts) => (facts.cause && ofTransport.has(facts.cause.code) ? fromLibrary(facts) : undefined);

const malformed: Row = (facts) => (facts.cause?.code === 'malformed_token' ? fromLibrary(facts) : undefined);

/** How the token was sent. */
export const transportRows: readonly Row[] = [transport];
/** What it looks like; asked after what our records know. */
export const formRows: readonly Row[] = [malformed];
