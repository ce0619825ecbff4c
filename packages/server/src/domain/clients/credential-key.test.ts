// Public keys of clients: how a key is named, and which are too weak or no public keys at all.

import assert from 'node:assert/strict';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { test } from 'node:test';
import { mismatchOf, readCredentialKey, thumbprint } from './credential-key.ts';

const pem = (key: KeyObject) => key.export({ type: 'spki', format: 'pem' }).toString();
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey;
const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey;

test('a key is named by its RFC 7638 thumbprint', async () => {
  // The example of RFC 7638 §3.1.
  const { createPublicKey } = await import('node:crypto');
  const key = createPublicKey({
    format: 'jwk',
    key: {
      kty: 'RSA',
      n: '0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw',
      e: 'AQAB',
    },
  });
  assert.equal(thumbprint(key), 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs');
});

test('RSA from 2048 bits, P-256 and P-384 are taken', () => {
  for (const key of [rsa.publicKey, p256, p384]) assert.equal(readCredentialKey(pem(key)).kind, 'key');
});

const unusable: readonly [name: string, text: string, because: RegExp][] = [
  ['a private key', rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), /private key/],
  ['RSA of 1024 bits', pem(generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey), /1024 bits; at least 2048/],
  [
    'RSA with exponent 3',
    pem(generateKeyPairSync('rsa', { modulusLength: 2048, publicExponent: 3 }).publicKey),
    /small public exponent/,
  ],
  ['P-521', pem(generateKeyPairSync('ec', { namedCurve: 'P-521' }).publicKey), /P-256 or P-384/],
  ['secp256k1', pem(generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey), /P-256 or P-384/],
  ['X25519', pem(generateKeyPairSync('x25519').publicKey), /not supported/],
  ['no PEM', 'hello', /not a PEM/],
  ['an empty PEM', '-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----', /not a PEM/],
  ['a broken certificate', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----', /not a PEM/],
];
for (const [name, text, because] of unusable) {
  test(`${name} is refused`, () => {
    const read = readCredentialKey(text);
    assert.equal(read.kind, 'unusable');
    assert.match(read.kind === 'unusable' ? read.message : '', because);
  });
}

test('an algorithm must fit the key', () => {
  assert.equal(mismatchOf(pem(rsa.publicKey), 'PS256'), undefined);
  assert.equal(mismatchOf(pem(p256), 'ES256'), undefined);
  assert.match(mismatchOf(pem(p256), 'RS256') ?? '', /does not fit/);
  assert.match(mismatchOf(pem(p256), 'ES384') ?? '', /does not fit/);
  assert.match(mismatchOf(pem(rsa.publicKey), 'ES256') ?? '', /does not fit/);
});
