// Algorithms, hashes and claims of ID tokens as tables (auth0-behaviour §21, ALG-1 to ALG-3).

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ApiAlgorithm } from '../../oauth/algorithms.ts';
import type { User } from '../accounts/user.ts';
import { type ClientRow, clientFacts } from '../clients/facts.ts';
import { type Channel, halfHash, idTokenAlgorithm, idTokenClaims } from './id-token.ts';

const secret = { client_secret: 's' };
const none = { token_endpoint_auth_method: 'none' };
const assertion = { client_secret: 's', client_authentication_methods: { private_key_jwt: { credentials: [] } } };
const alg = (alg: ApiAlgorithm) => ({ jwt_configuration: { alg } });

const algorithms: readonly [name: string, row: Partial<ClientRow>, channel: Channel, algorithm: ApiAlgorithm][] = [
  ['a client with a secret that chose none', secret, 'back', 'HS256'],
  ['the same in the front channel', secret, 'front', 'RS256'],
  ['HS256 and a secret', { ...secret, ...alg('HS256') }, 'back', 'HS256'],
  ['HS256 in the front channel', { ...secret, ...alg('HS256') }, 'front', 'RS256'],
  ['RS256', { ...secret, ...alg('RS256') }, 'back', 'RS256'],
  ['PS256', { ...secret, ...alg('PS256') }, 'front', 'PS256'],
  ['a public client that chose none', none, 'back', 'RS256'],
  ['A-19: a public client that chose HS256', { ...none, ...secret, ...alg('HS256') }, 'back', 'RS256'],
  ['a public client that chose PS256', { ...none, ...alg('PS256') }, 'back', 'RS256'],
  ['a client that proves itself by a key', { ...assertion, ...alg('HS256') }, 'back', 'RS256'],
  ['the same without a choice', assertion, 'back', 'RS256'],
  [
    'a strict third party',
    { ...secret, ...alg('HS256'), is_first_party: false, third_party_security_mode: 'strict' },
    'back',
    'RS256',
  ],
];
for (const [name, row, channel, algorithm] of algorithms) {
  test(`${name}: ${algorithm}`, () => {
    assert.equal(idTokenAlgorithm(clientFacts({ client_id: 'CID', ...row }, []), channel, 'auth0'), algorithm);
  });
}

test('in the oidc dialect a client that chose none has RS256, and one that chose HS256 has that', () => {
  const at = (row: Partial<ClientRow>) =>
    idTokenAlgorithm(clientFacts({ client_id: 'CID', ...row }, []), 'back', 'oidc');
  assert.equal(at(secret), 'RS256');
  assert.equal(at({ ...secret, ...alg('HS256') }), 'HS256');
});

test('hashes are the left half of SHA-256, as in OpenID Connect Core A.3, and of SHA-512 for EdDSA', () => {
  assert.equal(halfHash('jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y', 'RS256'), '77QmUPtjPfzWtF2AnpK9RQ');
  assert.equal(
    halfHash('Qcb0Orv1zh30vL1MPRsbm-diHiMwcLyZvn1arpZv-Jxf_11jnpEX3Tgfvk', 'RS256'),
    'LDktKdoQak3Pk0cnXxCltA',
  );
  assert.equal(Buffer.from(halfHash('x', 'EdDSA'), 'base64url').length, 32);
});

const client = clientFacts({ client_id: 'CID', ...secret, jwt_configuration: { lifetime_in_seconds: 60 } }, []);
const user: User = {
  user_id: 'auth0|1',
  connection: 'c',
  name: 'Ada',
  email: 'ada@example.com',
  created_at: '2026-01-01T00:00:00.000Z',
  updated_at: '2026-01-01T00:00:00.000Z',
  identities: [],
};
const claimsOf = (scopes: string, about: Parameters<typeof idTokenClaims>[3], dialect: 'auth0' | 'oidc' = 'auth0') =>
  idTokenClaims(
    {
      issuer: 'https://i/',
      clientId: 'CID',
      subject: user.user_id,
      target: { kind: 'userinfo' },
      scopes: scopes.split(' '),
      dialect,
    },
    client,
    user,
    about,
    'RS256',
    5_999,
  );

test('the profile comes first, then the protocol', () => {
  const about = { sid: 's', nonce: 'n', authTime: 4, accessToken: 't', code: 'c' };
  assert.deepEqual(claimsOf('openid profile email', about), {
    name: 'Ada',
    updated_at: '2026-01-01T00:00:00.000Z',
    email: 'ada@example.com',
    iss: 'https://i/',
    aud: 'CID',
    sub: 'auth0|1',
    iat: 5,
    exp: 65,
    auth_time: 4,
    sid: 's',
    nonce: 'n',
    at_hash: halfHash('t', 'RS256'),
    c_hash: halfHash('c', 'RS256'),
  });
  assert.equal(
    Object.keys(claimsOf('openid profile email', about)).join(' '),
    'name updated_at email iss aud sub iat exp auth_time sid nonce at_hash c_hash',
  );
});

test('what there is nothing to say about is not there', () => {
  assert.equal(Object.keys(claimsOf('openid', {})).join(' '), 'iss aud sub iat exp');
  assert.equal(claimsOf('openid', { nonce: '' }).nonce, '');
  assert.equal(typeof claimsOf('openid profile', {}, 'oidc').updated_at, 'number');
});
