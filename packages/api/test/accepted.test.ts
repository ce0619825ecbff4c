// Tokens that are accepted, and what the API then knows.

import assert from 'node:assert/strict';
import { createSecretKey, webcrypto } from 'node:crypto';
import { test } from 'node:test';
import { createApi, type Requirement, requireAnyScope, requireScopes } from '../src/index.ts';
import {
  apiWith,
  audience,
  ec,
  ed,
  goodClaims,
  instant,
  issuer,
  json,
  jwk,
  refusalFor,
  rfc9068Claims,
  rfc9068Header,
  rsa,
  secret,
  signRaw,
  tokenOf,
} from './rig.ts';

test('an access token in the Auth0 dialect is accepted and read', async () => {
  const verdict = await apiWith().verify(tokenOf({ permissions: ['read:patients', 'read:admin'] }));
  assert.equal(verdict.kind, 'accepted');
  assert.ok(verdict.kind === 'accepted');
  const { token } = verdict;
  assert.equal(token.subject, 'auth0|123');
  assert.equal(token.clientId, 'CLIENT1');
  assert.equal(token.issuer, issuer);
  assert.deepEqual([...token.scopes], ['openid', 'profile', 'read:patients']);
  assert.deepEqual([...token.permissions], ['read:patients', 'read:admin']);
  assert.equal(token.expiresAt, instant + 3600);
  assert.equal(token.claims.azp, 'CLIENT1');
  assert.ok(token.has('read:patients'));
  assert.ok(!token.has('read:admin'), 'a permission that was not asked for as a scope is not a scope');
});

test('an RFC 9068 access token is accepted and read', async () => {
  const verdict = await apiWith().verify(signRaw(json(rfc9068Header), json(rfc9068Claims)));
  assert.ok(verdict.kind === 'accepted');
  assert.equal(verdict.token.clientId, 'CLIENT1');
  assert.ok(verdict.token.has('read:patients'));
});

test("a machine's token is accepted: aud as text, sub of the client itself", async () => {
  const machine = { sub: 'M@clients', azp: 'M', aud: audience, gty: 'client-credentials', scope: 'read:patients' };
  const verdict = await apiWith().verify(tokenOf(machine), requireScopes('read:patients'));
  assert.ok(verdict.kind === 'accepted');
  assert.equal(verdict.token.subject, 'M@clients');
});

test('a token that was granted no scope is still an access token', async () => {
  const verdict = await apiWith().verify(tokenOf({ scope: undefined, aud: audience }));
  assert.ok(verdict.kind === 'accepted');
  assert.equal(verdict.token.scopes.size, 0);
});

const formsOfAccessTokens: readonly [string, Record<string, unknown>, Record<string, unknown>][] = [
  ['typ application/at+jwt', { typ: 'application/at+jwt' }, { azp: undefined, client_id: 'C' }],
  ['typ AT+JWT in capitals', { typ: 'AT+JWT' }, { azp: undefined, client_id: 'C' }],
  ['no typ at all', { typ: undefined }, {}],
  ['a nonce copied from the login, client not in aud', {}, { nonce: 'n' }],
  ['a sid, client not in aud', {}, { sid: 's' }],
  ['no scope but permissions and a sid', {}, { sid: 's', scope: undefined, permissions: ['read:x'] }],
  ['scopes as a list in scp', {}, { scope: undefined, scp: ['read:patients'], azp: undefined, cid: 'C' }],
  ['payload typ Bearer although the client is in aud', {}, { typ: 'Bearer', aud: [audience, 'CLIENT1'], sid: 's' }],
  ['a client that calls itself: aud is azp, with a scope and without nonce', {}, { aud: [audience], azp: audience }],
  ['an iat as far ahead as the tolerance', {}, { iat: instant + 5 }],
  ['expired less than the tolerance ago', {}, { exp: instant - 4 }],
  ['claims of its own', {}, { 'https://my.example/role': ['x'], email: 'a@example.com' }],
];

for (const [name, header, claims] of formsOfAccessTokens) {
  test(`an access token is accepted with ${name}`, async () => {
    const verdict = await apiWith().verify(tokenOf(claims, header));
    assert.equal(verdict.kind, 'accepted', verdict.kind === 'refused' ? verdict.refusal.cause.message : '');
  });
}

const es384 = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-384' }, true, ['sign', 'verify']);

test('each algorithm that is pinned is verified', async () => {
  const rows = [
    ['RS256', rsa.privateKey, rsa.publicKey],
    ['RS384', rsa.privateKey, rsa.publicKey],
    ['RS512', rsa.privateKey, rsa.publicKey],
    ['PS256', rsa.privateKey, rsa.publicKey],
    ['PS384', rsa.privateKey, rsa.publicKey],
    ['PS512', rsa.privateKey, rsa.publicKey],
    ['ES256', ec.privateKey, ec.publicKey],
    ['EdDSA', ed.privateKey, ed.publicKey],
    ['Ed25519', ed.privateKey, ed.publicKey],
  ] as const;
  for (const [alg, privateKey, publicKey] of rows) {
    const api = apiWith({ algorithms: [alg], keys: () => publicKey });
    const token = tokenOf({}, { alg }, privateKey, alg);
    assert.equal((await api.verify(token)).kind, 'accepted', alg);
    const changed = `${token.slice(0, -6)}${token.at(-6) === 'A' ? 'B' : 'A'}${token.slice(-5)}`;
    assert.equal((await refusalFor(api, changed)).cause.code, 'bad_signature', alg);
  }
});

test('HS256 is verified with an explicit secret, as text or bytes', async () => {
  for (const given of [secret, Buffer.from(secret)]) {
    const api = createApi({ issuer, audience, secret: given, now: () => instant * 1000 });
    const token = tokenOf({}, { alg: 'HS256', kid: undefined }, secret, 'HS256');
    assert.equal((await api.verify(token)).kind, 'accepted');
    const forged = tokenOf({}, { alg: 'HS256', kid: undefined }, `${secret}!`, 'HS256');
    assert.equal((await refusalFor(api, forged)).cause.code, 'bad_signature');
  }
});

test('a key source may answer with a KeyObject, a CryptoKey or bytes, now or later', async () => {
  const publicKey = await webcrypto.subtle.importKey(
    'jwk',
    jwk(rsa.publicKey),
    { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
    true,
    ['verify'],
  );
  assert.equal((await apiWith({ keys: () => publicKey }).verify(tokenOf())).kind, 'accepted');
  assert.equal((await apiWith({ keys: async () => rsa.publicKey }).verify(tokenOf())).kind, 'accepted');
  const hmac = tokenOf({}, { alg: 'HS256' }, secret, 'HS256');
  assert.equal(
    (await apiWith({ algorithms: ['HS256'], keys: async () => Buffer.from(secret) }).verify(hmac)).kind,
    'accepted',
  );
  assert.equal(
    (await apiWith({ algorithms: ['HS256'], keys: () => createSecretKey(Buffer.from(secret)) }).verify(hmac)).kind,
    'accepted',
  );
  const forOther = await refusalFor(
    apiWith({ algorithms: ['RS384'], keys: () => publicKey }),
    tokenOf({}, { alg: 'RS384' }),
  );
  assert.equal(forOther.cause.code, 'key_for_other_algorithm');
  assert.match(forOther.cause.message, /CryptoKey for SHA-256/);
  const wrongCurve = await refusalFor(
    apiWith({ algorithms: ['ES256'], keys: () => es384.publicKey }),
    tokenOf({}, { alg: 'ES256' }),
  );
  assert.equal(wrongCurve.cause.code, 'key_for_other_algorithm');
});

test('a key source is asked with what it needs, and with nothing unbounded', async () => {
  const asked: unknown[] = [];
  const api = apiWith({
    keys: (wanted) => {
      asked.push(wanted);
      return rsa.publicKey;
    },
  });
  await api.verify(tokenOf());
  await api.verify(tokenOf({}, { kid: 'x'.repeat(10_000) }));
  assert.deepEqual(asked, [{ issuer, alg: 'RS256', kid: 'rsa' }]);
});

test('several issuers and audiences are each accepted exactly', async () => {
  const second = 'https://other.example.net/';
  const api = apiWith({ issuer: [issuer, second], audience: [audience, 'urn:second'] });
  assert.equal((await api.verify(tokenOf({ iss: second }))).kind, 'accepted');
  assert.equal((await api.verify(tokenOf({ aud: 'urn:second' }))).kind, 'accepted');
  assert.equal((await refusalFor(api, tokenOf({ aud: 'urn:third' }))).cause.code, 'wrong_audience');
});

test('a token without kid is accepted while one key only can have signed it', async () => {
  assert.equal((await apiWith().verify(tokenOf({}, { kid: undefined }))).kind, 'accepted');
});

const withPermissions = { ...goodClaims, permissions: ['read:patients', 'read:admin'] };
const requirements: readonly [string, Requirement, boolean][] = [
  ['a scope it has', { scopes: ['read:patients'] }, true],
  ['two scopes it has', { scopes: ['read:patients', 'openid'] }, true],
  ['one scope it has and one it has not', { scopes: ['read:patients', 'read:admin'] }, false],
  ['any of two scopes', { scopes: ['read:admin', 'read:patients'], any: true }, true],
  ['any of scopes it has not', { scopes: ['read:admin', 'write:admin'], any: true }, false],
  ['a permission', { permissions: ['read:admin'] }, true],
  ['a permission it has not', { permissions: ['write:admin'] }, false],
  ['a scope it has and a permission it has not', { scopes: ['read:patients'], permissions: ['write:admin'] }, false],
  ['any scope and a permission', { scopes: ['read:patients', 'x'], any: true, permissions: ['read:admin'] }, true],
  ['a scope that begins like one it has', { scopes: ['read:patient'] }, false],
  ['a scope in other letters', { scopes: ['READ:patients'] }, false],
  ['nothing', {}, true],
];

for (const [name, requirement, isMet] of requirements) {
  test(`a call that needs ${name} is ${isMet ? 'let through' : 'refused with 403'}`, async () => {
    const verdict = await apiWith().verify(tokenOf(withPermissions), requirement);
    assert.equal(verdict.kind, isMet ? 'accepted' : 'refused');
    if (verdict.kind === 'refused') assert.equal(verdict.refusal.status, 403);
  });
}

test('permissions count as scopes only if the API says so', async () => {
  const api = apiWith({ permissionsCountAsScopes: true });
  const verdict = await api.verify(tokenOf(withPermissions), requireScopes('read:admin'));
  assert.ok(verdict.kind === 'accepted');
  assert.ok(verdict.token.has('read:admin'));
  assert.equal((await apiWith().verify(tokenOf(withPermissions), requireAnyScope('read:admin'))).kind, 'refused');
});

test('a requirement that cannot be meant is a TypeError, not an open door', async () => {
  const bad: unknown[] = [
    { scope: ['read:x'] },
    { scopes: 'read:x' },
    { scopes: ['read:x write:x'] },
    { scopes: [''] },
    { scopes: [undefined] },
    { any: true },
    { scopes: ['x'], any: 'yes' },
    { permissions: [1] },
    ['read:x'],
    'read:x',
    null,
  ];
  for (const requirement of bad) {
    await assert.rejects(
      () => apiWith().verify(tokenOf(), requirement as Requirement),
      TypeError,
      JSON.stringify(requirement),
    );
  }
  assert.throws(() => requireScopes('read:x write:x'), /not one scope/);
  assert.throws(() => requireAnyScope(), TypeError);
});
