// Our certificates as Node's own X.509 reader and openssl see them.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { issueCertificate, selfSigned } from './certificate.ts';

const keys: Record<string, KeyObject> = {
  'RSA 2048': generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
  'EC P-256': generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
  Ed25519: generateKeyPairSync('ed25519').privateKey,
};
const notBefore = new Date('2026-01-02T03:04:05.678Z');
const notAfter = new Date('2039-01-02T03:04:05.678Z');
const openssl = spawnSync('openssl', ['version']).status === 0;

/** What openssl prints for `input`; fails with its own words. */
function askOpenssl(args: string[], input: string): string {
  const { status, stdout, stderr } = spawnSync('openssl', args, { input, encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  return stdout;
}

for (const [name, privateKey] of Object.entries(keys)) {
  test(`a self-signed ${name} certificate says whose key it is, and the key signed it`, async () => {
    const { pem, der } = await selfSigned({ subject: 'CN=example.com', privateKey, notBefore, notAfter });
    const read = new X509Certificate(pem);
    assert.deepEqual(read.raw, der);
    assert.equal(read.subject, 'CN=example.com');
    assert.equal(read.issuer, 'CN=example.com');
    assert.equal(read.ca, false);
    assert.equal(read.verify(createPublicKey(privateKey)), true);
    assert.equal(read.checkPrivateKey(privateKey), true);
    assert.equal(read.validFromDate.toISOString(), '2026-01-02T03:04:05.000Z');
    assert.equal(read.validToDate.toISOString(), '2039-01-02T03:04:05.000Z');
  });

  test(`openssl reads the ${name} certificate and its PKCS #7 form`, { skip: !openssl }, async () => {
    const { pem, pkcs7Pem } = await selfSigned({ subject: 'CN=example.com', privateKey, notBefore, notAfter });
    const text = askOpenssl(['x509', '-noout', '-text'], pem);
    assert.match(text, /Version: 3/);
    assert.match(text, /Basic Constraints: critical\s+CA:FALSE/);
    assert.match(text, /Key Usage: critical\s+Digital Signature\n/);
    assert.match(text, /Subject Key Identifier/);
    const inside = askOpenssl(['pkcs7', '-print_certs'], pkcs7Pem);
    assert.deepEqual(new X509Certificate(inside.slice(inside.indexOf('-----BEGIN'))).raw, new X509Certificate(pem).raw);
  });
}

test('every hash is over the DER bytes, in its own spelling', async () => {
  const made = await selfSigned({ subject: 'CN=a', privateKey: keyOf('EC P-256'), notBefore, notAfter });
  const read = new X509Certificate(made.pem);
  assert.equal(made.fingerprint, read.fingerprint);
  assert.match(made.fingerprint, /^([0-9A-F]{2}:){19}[0-9A-F]{2}$/);
  assert.equal(made.thumbprint, read.fingerprint.replaceAll(':', ''));
  assert.equal(made.x5t, createHash('sha1').update(read.raw).digest('base64url'));
  assert.equal(made.x5tS256, createHash('sha256').update(read.raw).digest('base64url'));
});

test('serial numbers are random, positive and 128 bits long', async () => {
  const seen = new Set<string>();
  for (let count = 0; count < 20; count += 1) {
    const { der } = await selfSigned({ subject: 'CN=a', privateKey: keyOf('Ed25519'), notBefore, notAfter });
    const serial = new X509Certificate(der).serialNumber;
    assert.match(serial, /^[4-7][0-9A-F]{31}$/);
    seen.add(serial);
  }
  assert.equal(seen.size, 20);
});

test('a validity beyond 2049, where X.509 changes its date format, is read back as given', async () => {
  const late = new Date('2061-05-06T07:08:09Z');
  const { pem } = await selfSigned({ subject: 'CN=a', privateKey: keyOf('EC P-256'), notBefore, notAfter: late });
  assert.equal(new X509Certificate(pem).validToDate.toISOString(), '2061-05-06T07:08:09.000Z');
});

test('a certificate of an authority verifies with its key only', async () => {
  const authority = keyOf('RSA 2048');
  const subject = keyOf('Ed25519');
  const { pem } = await issueCertificate({
    subject: 'CN=leaf',
    issuer: 'CN=authority',
    publicKey: createPublicKey(subject),
    issuerKey: authority,
    notBefore,
    notAfter,
    extensions: () => [],
  });
  const read = new X509Certificate(pem);
  assert.equal(read.issuer, 'CN=authority');
  assert.equal(read.verify(createPublicKey(authority)), true);
  assert.equal(read.verify(createPublicKey(subject)), false);
  assert.equal(read.checkPrivateKey(subject), true);
});

test('keys that no algorithm of ours signs with are refused, and so is a validity that ends before it begins', async () => {
  for (const privateKey of [
    generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey,
    generateKeyPairSync('x25519').privateKey,
  ]) {
    await assert.rejects(selfSigned({ subject: 'CN=a', privateKey, notBefore, notAfter }), TypeError);
  }
  const backwards = { notBefore: notAfter, notAfter: notBefore };
  await assert.rejects(selfSigned({ subject: 'CN=a', privateKey: keyOf('Ed25519'), ...backwards }), RangeError);
});

function keyOf(name: string): KeyObject {
  const found = keys[name];
  assert.ok(found);
  return found;
}
