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
  if (code !== 'not_yet_valid' && code !== 'issued_in_future') return undefined;
  const name = code === 'not_yet_valid' ? 'nbf' : 'iat';
  const at = time(facts, name) ?? 0;
  const said = new Date(at * 1000);
  const when = Number.isNaN(said.getTime()) ? String(at) : said.toISOString();
  return {
    ...fromLibrary(facts),
    message: `the token says that it ${code === 'not_yet_valid' ? 'is good' : 'was issued'} only ${span(at - facts.now / 1000)} from now (${name}): the clock of whoever made it is ahead, or the clock here is behind`,
    evidence: { [name]: when, now: new Date(facts.now).toISOString() },
  };
};

/** A token of ours whose row has ended: opaque ones say nothing of time themselves. */
const ended: Row = (facts) => {
  const { known, inspection, asked } = facts;
  // A JWT says so itself, and APIs allow some seconds; our own endpoint looks at the row.
  if (known.kind !== 'access_token' || (inspection.form === 'jwt' && asked?.kind !== 'userinfo')) return undefined;
  if (Date.parse(known.row.expires_at) > facts.now) return undefined;
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
