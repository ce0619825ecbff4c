// What /userinfo answers, as a table.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { User } from '../../domain/accounts/user.ts';
import { clientFacts } from '../../domain/clients/facts.ts';
import type { IssuedRow } from '../../domain/issuing/user-tables.ts';
import { judge, type Presented } from './judge.ts';

const now = Date.parse('2026-11-22T12:00:00.000Z');
const row: IssuedRow = {
  id: 'digest',
  family: 'f',
  user_id: 'auth0|1',
  client_id: 'CID',
  issuer: 'https://i/',
  scopes: ['openid', 'email'],
  opaque: true,
  expires_at: '2026-11-22T12:00:01.000Z',
};
const user: User = {
  user_id: 'auth0|1',
  connection: 'c',
  email: 'ada@example.com',
  created_at: '',
  updated_at: '',
  identities: [],
};
const good: Presented = { row, fault: undefined, user, client: clientFacts({ client_id: 'CID' }, []) };

test('the profile by the scopes of the token, sub first', () => {
  const judged = judge(good, 'https://i/', now, false);
  assert.deepEqual(judged, { kind: 'profile', claims: { sub: 'auth0|1', email: 'ada@example.com' } });
});

const refused: readonly [name: string, more: Partial<Presented>, description: RegExp, issuer?: string][] = [
  ['a JWT that the library refuses', { fault: 'It has expired' }, /^It has expired$/],
  ['an unknown token', { row: undefined }, /unknown/],
  ['a token of another domain', {}, /another domain/, 'https://other/'],
  ['a revoked token', { row: { ...row, revoked: true } }, /revoked/],
  ['a token at its end', { row: { ...row, expires_at: '2026-11-22T12:00:00.000Z' } }, /expired/],
  ['a token without openid', { row: { ...row, scopes: ['email'] } }, /openid/],
  ['a token without scopes', { row: { ...row, scopes: [] } }, /openid/],
  ['a token of a deleted client', { client: undefined }, /client/],
  ['a token of a removed user', { user: undefined }, /user .* exist/],
  ['a token of a blocked user', { user: { ...user, blocked: true } }, /blocked/],
];
for (const [name, more, description, issuer = 'https://i/'] of refused) {
  test(`it refuses ${name}`, () => {
    const judged = judge({ ...good, ...more }, issuer, now, false);
    assert.equal(judged.kind, 'refused');
    if (judged.kind === 'refused') assert.match(judged.description, description);
  });
}
