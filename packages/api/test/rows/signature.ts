// Tokens of others: wrong algorithm, issuer, key or signature.

import { webcrypto } from 'node:crypto';
import { type KeySource, keysFromSet } from '../../src/index.ts';
import { ec, ed, goodClaims, goodHeader, issuer, json, jwk, otherRsa, rsa, secret, tokenOf } from '../rig.ts';
import type { Row } from './row.ts';

const pem = rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString();
const small = await webcrypto.subtle.generateKey(
  { name: 'RSASSA-PKCS1-v1_5', modulusLength: 1024, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-256' },
  true,
  ['sign', 'verify'],
);
const smallJwk = { ...(await webcrypto.subtle.exportKey('jwk', small.publicKey)), kid: 'small', key_ops: ['verify'] };
const failing: KeySource = () => {
  throw new Error('the database is away');
};
const discovery =
  (document: unknown): typeof fetch =>
  async () =>
    Response.json(document);

/** Who signed, with what. */
export const signatureRows: readonly Row[] = [
  {
    name: 'alg none',
    code: 'alg_none',
    says: /not signed/,
    token: `${json({ ...goodHeader, alg: 'none' })}.${json(goodClaims)}.`,
  },
  { name: 'alg nOnE with a copied signature', code: 'alg_none', says: /nOnE/, token: tokenOf({}, { alg: 'nOnE' }) },
  { name: 'no alg', code: 'alg_none', says: /missing/, token: tokenOf({}, { alg: undefined }) },
  {
    name: 'an algorithm that is not pinned',
    code: 'alg_not_allowed',
    says: /RS512.*accepts RS256/,
    token: tokenOf({}, { alg: 'RS512' }, rsa.privateKey, 'RS512'),
  },
  { name: 'an algorithm nobody knows', code: 'alg_not_allowed', says: /XS1/, token: tokenOf({}, { alg: 'XS1' }) },
  {
    name: 'HS256 with the public key as secret',
    code: 'hmac_not_allowed',
    says: /shared secret/,
    token: tokenOf({}, { alg: 'HS256' }, pem, 'HS256'),
  },
  {
    name: 'RS256 where a secret is configured',
    code: 'alg_not_allowed',
    says: /RS256.*accepts HS256/,
    token: tokenOf(),
    options: { secret },
  },
  {
    name: 'a critical extension',
    code: 'critical_header',
    says: /has crit/,
    token: tokenOf({}, { crit: ['exp'], exp: 1 }),
  },
  { name: 'b64 false', code: 'critical_header', says: /has b64/, token: tokenOf({}, { b64: false }) },
  { name: 'a kid that is an object', code: 'bad_key_id', says: /kid/, token: tokenOf({}, { kid: { $ne: 1 } }) },
  { name: 'no iss', code: 'no_issuer', says: /no iss/, token: tokenOf({ iss: undefined }) },
  { name: 'an issuer that is no text', code: 'malformed_claim', says: /iss/, token: tokenOf({ iss: 1 }) },
  {
    name: 'the issuer without its slash',
    code: 'wrong_issuer',
    says: /trailing slash/,
    token: tokenOf({ iss: issuer.slice(0, -1) }),
  },
  {
    name: 'the issuer over http',
    code: 'wrong_issuer',
    says: /http:\/\/ instead of https:\/\//,
    token: tokenOf({ iss: issuer.replace('https', 'http') }),
  },
  {
    name: 'the issuer with a port',
    code: 'wrong_issuer',
    says: /port 4443 instead of 443/,
    token: tokenOf({ iss: 'https://tenant.example.com:4443/' }),
  },
  {
    name: 'the issuer in capitals',
    code: 'wrong_issuer',
    says: /case of the host/,
    token: tokenOf({ iss: 'https://Tenant.example.com/' }),
  },
  {
    name: 'the issuer with a path',
    code: 'wrong_issuer',
    says: /path \/v2 instead of \//,
    token: tokenOf({ iss: `${issuer}v2` }),
  },
  {
    name: 'the issuer without https://',
    code: 'wrong_issuer',
    says: /in front/,
    token: tokenOf({ iss: 'tenant.example.com' }),
  },
  {
    name: 'localhost for 127.0.0.1',
    code: 'wrong_issuer',
    says: /localhost instead of 127\.0\.0\.1/,
    token: tokenOf({ iss: 'http://localhost:4000/' }),
    options: { issuer: 'http://127.0.0.1:4000/' },
  },
  {
    name: 'another issuer',
    code: 'wrong_issuer',
    says: /"https:\/\/evil\.example\/".*trusts/,
    token: tokenOf({ iss: 'https://evil.example/' }),
  },
  {
    name: 'another tenant of the same server',
    code: 'wrong_tenant',
    says: /another tenant/,
    token: tokenOf({ iss: 'https://tenant2.example.com/' }),
  },
  {
    name: 'another realm of the same server',
    code: 'wrong_tenant',
    says: /another tenant/,
    token: tokenOf({ iss: 'https://id.example.com/realms/b' }),
    options: { issuer: 'https://id.example.com/realms/a' },
  },
  {
    name: 'an unknown key',
    code: 'unknown_key',
    says: /key "gone".*"rsa", "ec", "ed"/,
    token: tokenOf({}, { kid: 'gone' }, otherRsa.privateKey),
  },
  {
    name: 'a key that a source of ones own does not know',
    code: 'unknown_key',
    says: /no such key/,
    token: tokenOf(),
    options: { keys: () => undefined },
  },
  {
    name: 'no kid while two keys fit',
    code: 'no_key_id',
    says: /2 keys/,
    token: tokenOf({}, { kid: undefined }),
    options: { keys: keysFromSet({ keys: [jwk(rsa.publicKey, { kid: 'a' }), jwk(otherRsa.publicKey, { kid: 'b' })] }) },
  },
  {
    name: 'the key of another algorithm',
    code: 'key_for_other_algorithm',
    says: /"rsa".*PS256.*published for RS256/,
    token: tokenOf({}, { alg: 'PS256' }, rsa.privateKey, 'PS256'),
    options: { algorithms: ['RS256', 'PS256'] },
  },
  {
    name: 'RS256 that names an elliptic curve key',
    code: 'key_for_other_algorithm',
    says: /"ec".*needs an RSA key/,
    token: tokenOf({}, { kid: 'ec' }, ec.privateKey, 'ES256'),
  },
  {
    name: 'ES256 that names an Ed25519 key',
    code: 'key_for_other_algorithm',
    says: /needs a key on P-256/,
    token: tokenOf({}, { alg: 'ES256', kid: 'ed' }, ed.privateKey, 'EdDSA'),
    options: { algorithms: ['ES256'] },
  },
  {
    name: 'a key of 1024 bits',
    code: 'unusable_key',
    says: /it has 1024 bits, and RSA needs 2048/,
    token: tokenOf({}, { kid: 'small' }),
    options: { keys: keysFromSet({ keys: [smallJwk] }) },
  },
  {
    name: 'a key for encryption',
    code: 'unusable_key',
    says: /use is not sig/,
    token: tokenOf(),
    options: { keys: keysFromSet({ keys: [jwk(rsa.publicKey, { kid: 'rsa', use: 'enc' })] }) },
  },
  {
    name: 'a key whose private part is published',
    code: 'unusable_key',
    says: /private part/,
    token: tokenOf(),
    options: { keys: keysFromSet({ keys: [jwk(rsa.privateKey, { kid: 'rsa' })] }) },
  },
  {
    name: 'a signature of another key',
    code: 'bad_signature',
    says: /signature does not fit/,
    token: tokenOf({}, {}, otherRsa.privateKey),
  },
  {
    name: 'a payload that was changed',
    code: 'bad_signature',
    says: /changed on the way/,
    token: tokenOf().replace(/\.[^.]+\./, `.${json({ ...goodClaims, scope: 'admin' })}.`),
  },
  {
    name: 'an empty signature',
    code: 'bad_signature',
    says: /signature does not fit/,
    token: tokenOf().replace(/\.[^.]+$/, '.'),
  },
  {
    name: 'HS256 with another secret',
    code: 'bad_signature',
    says: /another secret/,
    token: tokenOf({}, { alg: 'HS256' }, 'another-secret-of-32-or-more-bytes!', 'HS256'),
    options: { secret },
  },
  {
    name: 'keys that cannot be had',
    code: 'keys_unavailable',
    says: /database is away/,
    token: tokenOf(),
    options: { keys: failing },
    status: 503,
  },
  {
    name: 'a discovery document of another issuer',
    code: 'issuer_mismatch',
    says: /"https:\/\/tenant\.example\.com".*set to "https:\/\/tenant\.example\.com\/"/,
    token: tokenOf(),
    options: { fetch: discovery({ issuer: issuer.slice(0, -1), jwks_uri: `${issuer}jwks` }) },
    status: 503,
  },
  {
    name: 'a check that throws',
    code: 'check_failed',
    says: /check itself failed/,
    token: tokenOf(),
    options: {
      now: () => {
        throw new Error('no clock');
      },
    },
    status: 503,
  },
];
