// How a presented refresh token stands in its family, as a table over numbers, times and windows.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RefreshFamily } from './refresh-family.ts';
import { endedBecause, standingOf } from './refresh-member.ts';
import { firstToken, hashOfPart, newFamily, nextToken, type RefreshToken, sealSuccessor } from './refresh-token.ts';

const at = Date.parse('2026-11-28T12:00:00.000Z');
const iso = (ms: number) => new Date(ms).toISOString();
const tokens: RefreshToken[] = [firstToken(newFamily())];
for (let i = 0; i < 4; i++) tokens.push(nextToken(tokens[i] as RefreshToken));
const [zero, one, two, three] = tokens as [RefreshToken, RefreshToken, RefreshToken, RefreshToken];

/** Token 2 is current, and replaced token 1 at `at`. */
const family: RefreshFamily = {
  id: zero.family,
  user_id: 'auth0|1',
  client_id: 'CID',
  holder: 'auth0|1 CID',
  issuer: 'https://i/',
  scopes: ['offline_access'],
  proof_hash: hashOfPart(zero.proof),
  counter: 2,
  current_hash: hashOfPart(two.secret),
  rotating: true,
  previous: { hash: hashOfPart(one.secret), replaced_at: iso(at), successor: sealSuccessor(one, two) },
  created_at: iso(at - 1000),
  expires_at: iso(at + 90_000),
  idle_expires_at: iso(at + 60_000),
  ends_at: iso(at + 60_000),
  device: { initial_ip: '', initial_user_agent: '', last_ip: '', last_user_agent: '' },
};
const { previous: _previous, ...settled } = family;

const rows: readonly [
  name: string,
  token: RefreshToken,
  window: { after?: number; seconds?: number },
  standing: string,
  row?: RefreshFamily,
][] = [
  ['the current one, at once', two, {}, 'current'],
  ['the current one, long after', two, { after: 59_999 }, 'current'],
  ['the current one without a window', two, { seconds: 0 }, 'current'],
  ['the one before, in the window', one, { after: 999 }, 'repeated'],
  ['the one before, at the end of the window', one, { after: 1000 }, 'reused'],
  ['the one before, in a longer window', one, { after: 29_999, seconds: 30 }, 'repeated'],
  ['the one before, from a racer who came before it was replaced', one, { after: -400 }, 'repeated'],
  ['the one before, without a window', one, { seconds: 0 }, 'reused'],
  ['the one before, from such a racer without a window', one, { after: -400, seconds: 0 }, 'reused'],
  ['the one before, once its successor was used', one, {}, 'reused', settled],
  ['an older one, inside the window', zero, {}, 'reused'],
  ['one that the family never had', three, {}, 'reused'],
  ['the current number with another secret', { ...two, secret: three.secret }, {}, 'reused'],
  ['the number before with another secret', { ...one, secret: three.secret }, {}, 'reused'],
  ['the current secret under an older number', { ...two, counter: 1 }, {}, 'reused'],
  ['the name of the family without its proof', { ...two, proof: two.secret }, {}, 'unknown'],
  ['the current one after the idle end', two, { after: 60_000 }, 'ended'],
  ['an older one after the end', zero, { after: 60_000 }, 'ended'],
  ['the current one after the absolute end', two, {}, 'ended', { ...family, expires_at: iso(at) }],
];

for (const [name, token, { after = 0, seconds = 1 }, expected, row = family] of rows) {
  test(`${name}: ${expected}`, () => {
    const standing = standingOf(row, token, { arrived: at + after, windowMs: seconds * 1000 });
    assert.equal(standing.kind, expected);
    if ('because' in standing) assert.ok(standing.because.length > 20, standing.because);
  });
}

test('why a family ended is told in words', () => {
  const ended = { id: family.id, client_id: 'CID', proof_hash: '', counter: 2, at: iso(at), ends_at: iso(at) };
  assert.match(
    endedBecause({ ...ended, why: 'password-changed' }),
    /revoked at 2026-11-28T12:00:00.000Z: the password/,
  );
});
