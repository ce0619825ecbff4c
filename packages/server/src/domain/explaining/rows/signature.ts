// Causes: another issuer, or a signature that does not hold. Before these have passed, a claim is only what the token says of itself.

import { nearMiss } from '@countersign/api/inspect';
import { keysPage } from '../../../resources/index.ts';
import { claim, type Facts, type Found, type Row } from '../facts.ts';
import { apiName, askAgain, since, span } from '../words.ts';
import { fromLibrary } from './kind.ts';

const issuer: Row = (facts) => {
  const { cause } = facts;
  const iss = claim(facts, 'iss');
  if (cause?.code === 'no_issuer') return fromLibrary(facts);
  if (cause?.code !== 'wrong_issuer' && cause?.code !== 'wrong_tenant') return undefined;
  const { difference } = cause.evidence;
  if (typeof difference === 'string') {
    return {
      code: 'near_miss_issuer',
      certainty: 'certain',
      message: `the token's issuer is "${iss}", and this server is "${facts.issuer}": they differ by ${difference}`,
      evidence: { iss, issuer: facts.issuer, difference },
      fix: {
        text: 'use one address for the server everywhere: in the client, in the API, and in the browser. The trailing slash counts',
        code: `issuer: ${JSON.stringify(facts.issuer)}`,
      },
    };
  }
  const found = fromLibrary(facts);
  return {
    ...found,
    evidence: { iss, issuer: facts.issuer },
    message: `the token was issued by "${iss}", and ${apiName(facts.asked)} takes tokens of "${facts.issuer}"`,
    fix: askAgain(
      facts,
      `let the client ask this server (${facts.issuer}): it runs with the settings of another tenant or environment`,
    ),
  };
};

const unsigned: Row = (facts) => (facts.cause?.code === 'alg_none' ? fromLibrary(facts) : undefined);

/** An HMAC where a key pair is expected: a forgery with the public key, or a token from before the API's algorithm was changed. */
const hmac: Row = (facts) => {
  if (facts.cause?.code !== 'hmac_not_allowed') return undefined;
  const found = fromLibrary(facts, 'likely');
  const alg = claim(facts, 'iss') === undefined ? '' : headerText(facts, 'alg');
  const api = facts.asked?.kind === 'api' ? facts.asked.facts : [...facts.named.values()][0];
  if (!api || api.algorithm === 'HS256') return { ...found, ...(signingPage(facts) ?? {}) };
  return {
    ...found,
    message: `the token is signed with ${alg || 'HS256'}, a shared secret, and this server signs tokens for the API ${api.name} with ${api.algorithm}: it was made by somebody else (an own signing function, a test, jwt.io), or by this server before the API was switched`,
    evidence: { alg, signing_alg: api.algorithm },
    fix: askAgain(
      facts,
      `get a new token from this server, and let the API check ${api.algorithm} with the public keys; whoever made this one by another way cannot make one that passes`,
    ),
  };
};

function headerText({ inspection }: Facts, name: string): string {
  const value = inspection.form === 'jwt' ? inspection.header[name] : undefined;
  return typeof value === 'string' ? value.slice(0, 100) : '';
}

const algorithmCodes = new Set(['alg_not_allowed', 'critical_header', 'bad_key_id', 'no_key_id', 'unusable_key']);
const algorithm: Row = (facts) =>
  facts.cause && (algorithmCodes.has(facts.cause.code) || facts.cause.code === 'key_for_other_algorithm')
    ? fromLibrary(facts)
    : undefined;

const key: Row = (facts) => {
  if (facts.cause?.code !== 'unknown_key') return undefined;
  const { keyRevokedAt, inspection } = facts;
  const named = inspection.form === 'jwt' && inspection.header.kid !== undefined;
  const kid = named ? String(inspection.header.kid) : '(none)';
  if (keyRevokedAt !== undefined) {
    return {
      code: 'revoked_key',
      certainty: 'certain',
      message: `the key ${kid} that the token names was revoked ${span(since(facts, keyRevokedAt))} ago: no token of it is good any more`,
      evidence: { kid, revoked: keyRevokedAt },
      fix: { ...askAgain(facts, 'get a new token; the current key signs it'), dashboard: keysPage },
    };
  }
  return {
    ...fromLibrary(facts),
    evidence: { kid },
    message: named
      ? `the token names the key ${kid}, which this tenant does not have: it was made by a server that began afresh (another data folder), by another environment of the same name, or by nobody we know`
      : 'the token names no key (kid), and every token of this server does: it was made by somebody else, or taken apart and put together again',
    fix: {
      ...askAgain(facts, 'get a new token from this server; if new ones fail too, another server uses this issuer'),
      dashboard: keysPage,
    },
  };
};

const signature: Row = (facts) => {
  if (facts.cause?.code !== 'bad_signature') return undefined;
  const { inspection } = facts;
  const bytes = inspection.form === 'jwt' ? inspection.signatureBytes : 0;
  const alg = inspection.form === 'jwt' ? String(inspection.header.alg) : '';
  const cutOff = /^[RP]S/.test(alg) && bytes < 256;
  return {
    ...fromLibrary(facts),
    evidence: { alg, signature_bytes: bytes },
    ...(cutOff
      ? {
          code: 'malformed_token',
          message: `the token was cut off: its signature has ${bytes} bytes, and ${alg} makes 256 or more`,
          fix: {
            text: 'look for what limits its length on the way: a column, a cookie of 4 kB, a header, or a copy by hand',
          },
        }
      : {}),
  };
};

/** Issued by this tenant under another of its addresses: an API trusts one, to the letter. */
export const otherAddress: Row = (facts) => {
  const iss = claim(facts, 'iss');
  if (!facts.otherName || iss === undefined) return undefined;
  const difference = nearMiss(iss, facts.issuer) ?? 'the host';
  return {
    code: 'near_miss_issuer',
    certainty: 'likely',
    message: `the token names this server "${iss}", and you asked at "${facts.issuer}": an API that trusts the one refuses the other (${difference})`,
    evidence: { iss, issuer: facts.issuer, difference },
    fix: {
      text: 'use one address for the server everywhere: in the client, in the API, and in the browser',
      code: `issuer: ${JSON.stringify(facts.issuer)}`,
    },
  };
};

/** Genuine and for this API, but signed otherwise than the API is set up by now. */
export const algorithmDiffers: Row = (facts) => {
  const { asked, inspection } = facts;
  if (asked?.kind !== 'api' || !asked.facts || inspection.form !== 'jwt') return undefined;
  const alg = String(inspection.header.alg);
  if (alg === asked.facts.algorithm) return undefined;
  return {
    code: 'algorithm_differs',
    certainty: 'certain',
    message: `the token is signed with ${alg}, and ${apiName(asked)} is set to ${asked.facts.algorithm}: it was changed after this token was issued`,
    evidence: { alg, signing_alg: asked.facts.algorithm },
    fix: {
      ...askAgain(facts, `get a new token, and let the API accept ${asked.facts.algorithm}`),
      code: `algorithms: ['${asked.facts.algorithm}']`,
      ...(signingPage(facts)?.fix ?? {}),
    },
  };
};

function signingPage(facts: Facts): Pick<Found, 'fix'> | undefined {
  const found = facts.cause ? fromLibrary(facts) : undefined;
  const page = askAgain(facts, '').dashboard;
  return page && found ? { fix: { ...found.fix, dashboard: page } } : undefined;
}

/** In this order: whose it is, then whether it was signed. */
export const signatureRows: readonly Row[] = [issuer, unsigned, hmac, algorithm, key, signature];
