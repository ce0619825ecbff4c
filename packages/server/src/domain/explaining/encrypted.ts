// Tokens that are encrypted for an API (JWE, RFC 7516). This server has no key to open them, and opens none: what is in its own
// ones is known by the log event of their issuance. Pure.

import type { Cause } from '@countersign/api';
import { nearMiss } from '@countersign/api/inspect';
import { audiencesOf, type EncryptedHeader, type Facts, time } from './facts.ts';

/** What is longer is no header of ours, and is not read. */
const longestHeader = 4096;

/** What the first part of an encrypted token says; `undefined` if it says nothing. Nothing of it is believed. */
export function encryptedHeader(token: string): EncryptedHeader | undefined {
  const first = token.slice(0, token.indexOf('.'));
  if (first.length > longestHeader) return undefined;
  let header: unknown;
  try {
    header = JSON.parse(Buffer.from(first, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
  if (typeof header !== 'object' || header === null) return undefined;
  const found = new Map(Object.entries(header));
  const text = (name: string) => {
    const value = found.get(name);
    return typeof value === 'string' ? value.slice(0, 300) : undefined;
  };
  return { alg: text('alg') ?? '', kid: text('kid'), iss: text('iss') };
}

/** What the library allows for clocks that differ. */
export const toleranceSeconds = 5;

type Inside = Pick<Facts, 'asked' | 'inspection' | 'issuance' | 'now' | 'wanted'>;

/** What an API would say that decrypts one of ours: as the library says it, in its order. `undefined`: it would take the token. */
export function verdictInside(facts: Inside): Cause | undefined {
  const { asked, issuance, now, wanted } = facts;
  const said = (code: Cause['code'], evidence: Cause['evidence'] = {}): Cause => ({
    code,
    evidence,
    message: 'the log of its issuance says what is in it',
    fix: 'get a new token',
  });
  const audiences = audiencesOf(facts);
  if (asked && audiences.length > 0 && !audiences.includes(asked.identifier)) {
    const difference = nearMiss(audiences[0] ?? '', asked.identifier);
    return said('wrong_audience', { aud: audiences, ...(difference === undefined ? {} : { difference }) });
  }
  const exp = time(facts, 'exp');
  if (exp !== undefined && (exp + toleranceSeconds) * 1000 < now) return said('expired');
  const granted = new Set(issuance?.scope?.split(' '));
  return wanted.every((scope) => granted.has(scope)) ? undefined : said('missing_scope');
}
