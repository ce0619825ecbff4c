// What a token says about itself, in each form.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspectToken } from '../src/inspect.ts';

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const jwt = (header: object, payload: object) => `${part(header)}.${part(payload)}.${'A'.repeat(40)}`;

test('a JWT shows header, claims, audiences and client', () => {
  const seen = inspectToken(jwt({ alg: 'RS256', typ: 'JWT' }, { iss: 'i', aud: ['a', 'b'], azp: 'c', scope: 's' }));
  assert.equal(seen.form, 'jwt');
  if (seen.form !== 'jwt') return;
  assert.deepEqual(seen.audiences, ['a', 'b']);
  assert.equal(seen.client, 'c');
  assert.equal(seen.otherKind, undefined);
  assert.equal(seen.signatureBytes, 30);
});

test('an ID token is told by the code of the cause', () => {
  const seen = inspectToken(jwt({ alg: 'RS256', typ: 'JWT' }, { iss: 'i', aud: 'c', sub: 'u', nonce: 'n' }));
  assert.ok(seen.form === 'jwt' && seen.otherKind === 'id_token');
});

for (const [name, token, form] of [
  ['an opaque text', 'abcDEF', 'opaque'],
  ['two parts', 'a.b', 'malformed'],
  ['the header of a JWT alone', part({ alg: 'RS256' }), 'malformed'],
  ['an opaque text that is JSON in Base64', part({ id: 1 }), 'opaque'],
  ['five parts with an encryption', `${part({ alg: 'RSA-OAEP', enc: 'A256GCM' })}.a.b.c.d`, 'encrypted'],
  ['a text of a megabyte', 'a'.repeat(1_000_000), 'malformed'],
] as const) {
  test(`${name} is ${form}`, () => assert.equal(inspectToken(token).form, form));
}
