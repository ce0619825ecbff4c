// Scopes and the claims that they ask for, as a table (auth0-behaviour §23.4).

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { profileClaims } from './claims.ts';

const profile = {
  user_id: 'auth0|1',
  connection: 'c',
  email: 'ada@example.com',
  email_verified: false,
  name: 'Ada',
  given_name: 'Ada',
  nickname: '',
  picture: null,
  phone_number: '+4912345',
  phone_verified: true,
  address: { country: 'DE' },
  birthdate: '1815-12-10',
  created_at: '2026-01-01T00:00:00.000Z',
  updated_at: '2026-02-03T04:05:06.789Z',
  identities: [{ provider: 'auth0' }],
  user_metadata: { secret: 1 },
  app_metadata: { role: 'admin' },
  blocked: false,
};

const rows: readonly [scopes: string, claims: string][] = [
  ['', ''],
  ['openid', ''],
  ['profile email', ''],
  ['openid profile', 'given_name name birthdate updated_at'],
  ['openid email', 'email email_verified'],
  ['email openid', 'email email_verified'],
  ['openid phone', 'phone_number phone_number_verified'],
  ['openid address', 'address'],
  ['openid name', 'name'],
  ['openid created_at identities', 'created_at identities'],
  ['openid email_verified', 'email_verified'],
  ['openid read:x user_metadata app_metadata blocked user_id', ''],
  ['openid __proto__ constructor toString', ''],
  [
    'openid profile email phone address',
    'given_name name birthdate updated_at email email_verified phone_number phone_number_verified address',
  ],
];

for (const [scopes, claims] of rows) {
  test(`"${scopes}" asks for: ${claims || 'nothing'}`, () => {
    assert.equal(Object.keys(profileClaims(profile, scopes.split(' '), false)).join(' '), claims);
  });
}

test('updated_at is ISO 8601, or seconds where OpenID Connect wants a number', () => {
  assert.equal(profileClaims(profile, ['openid', 'profile'], false).updated_at, '2026-02-03T04:05:06.789Z');
  assert.equal(profileClaims(profile, ['openid', 'profile'], true).updated_at, 1770091506);
});

test('a member that is false is a claim; one that is absent, null or empty is none', () => {
  assert.equal(profileClaims(profile, ['openid', 'email'], false).email_verified, false);
  assert.deepEqual(profileClaims({}, ['openid', 'profile', 'email'], false), {});
});
