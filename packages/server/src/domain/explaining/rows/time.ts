// Causes: the right token at the wrong time.

import type { Row } from '../facts.ts';
import { time } from '../facts.ts';
import { askAgain, pageOf, span } from '../words.ts';
import { fromLibrary } from './kind.ts';

const expired: Row = (facts) => {
  if (facts.cause?.code !== 'expired') return undefined;
  const exp = time(facts, 'exp') ?? 0;
  const iat = time(facts, 'iat');
  const lived = iat === undefined ? undefined : exp - iat;
  const ago = facts.now / 1000 - exp;
  const api = [...facts.named.values()][0];
  const web = api !== undefined && lived === api.lifetimeForWeb && lived !== api.lifetime;
  const setting = web ? 'token_lifetime_for_web' : 'token_lifetime';
  const where =
    lived === undefined || !api ? '' : `; it lived ${span(lived)}, as ${setting} of the API ${api.name} says`;
  return {
    ...fromLibrary(facts),
    message: `the token expired ${span(ago)} ago (${new Date(exp * 1000).toISOString()})${where}`,
    evidence: { expired: new Date(exp * 1000).toISOString(), lifetime_seconds: lived, set_by: api && setting },
    fix: {
      ...askAgain(
        facts,
        'let the client get a new token when expires_in is over (a refresh token, getAccessTokenSilently, or client credentials again); a longer lifetime is set at the API',
      ),
      ...pageOf(facts),
    },
  };
};

const early: Row = (facts) => {
  const { code } = facts.cause ?? {};
  return code === 'not_yet_valid' || code === 'issued_in_future' ? fromLibrary(facts) : undefined;
};

/** A token of ours whose row has ended: opaque ones say nothing of time themselves. */
const ended: Row = (facts) => {
  const { known } = facts;
  if (known.kind !== 'access_token' || Date.parse(known.row.expires_at) > facts.now) return undefined;
  const ago = (facts.now - Date.parse(known.row.expires_at)) / 1000;
  return {
    code: 'expired',
    certainty: 'certain',
    message: `the token expired ${span(ago)} ago (${known.row.expires_at})`,
    evidence: { expired: known.row.expires_at },
    fix: askAgain(facts, 'let the client get a new token when expires_in is over'),
  };
};

/** Past its end, or before its beginning. */
export const timeRows: readonly Row[] = [expired, early, ended];
