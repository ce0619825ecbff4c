// Attacks on the token's header and form: TOK-05, -06, -08, -09, -10 and -16 of the catalogue of security cases, and some of their relatives.

import assert from 'node:assert/strict';
import { sign as signBytes } from 'node:crypto';
import { test } from 'node:test';
import { type Api, createApi } from '../src/index.ts';
import { apiOf, outcome, startIssuer, tokenFrom } from './issuer.ts';
import {
  apiWith,
  audience,
  base64url,
  ec,
  goodClaims,
  goodHeader,
  instant,
  issuer,
  json,
  jwk,
  listen,
  otherRsa,
  rsa,
  secret,
  signRaw,
  tokenOf,
} from './rig.ts';

/** Every way an API can get its keys: an attack has to fail against each. */
const verifiers: readonly (readonly [string, Api])[] = [
  ['RS256, keys at hand', apiWith()],
  ['every asymmetric algorithm', apiWith({ algorithms: ['RS256', 'RS512', 'PS256', 'ES256', 'EdDSA', 'Ed25519'] })],
  ['HS256', apiWith({ secret })],
  [
    'RS256 and HS256 with one careless key source',
    apiWith({ algorithms: ['RS256', 'HS256'], keys: () => rsa.publicKey }),
  ],
  ['a key source that takes any key id', apiWith({ keys: async () => rsa.publicKey })],
];

async function assertRefused(token: string, what: string): Promise<void> {
  for (const [name, api] of verifiers) {
    const verdict = await api.verify(token);
    assert.ok(verdict.kind === 'refused', `${what} was accepted with ${name}`);
    assert.equal(verdict.refusal.status, 401, `${what} with ${name}: ${verdict.refusal.cause.message}`);
  }
}

test('TOK-05: a token without a signature algorithm is refused, however it is spelt', async () => {
  const genuine = tokenOf();
  const copied = genuine.slice(genuine.lastIndexOf('.') + 1);
  for (const alg of [
    'none',
    'None',
    'NONE',
    'nOnE',
    '',
    undefined,
    null,
    ['RS256'],
    ['none'],
    0,
    true,
    {},
    'none ',
    'RS256 ',
    'rs256',
    '__proto__',
    'constructor',
  ]) {
    const start = `${json({ ...goodHeader, alg })}.${json(goodClaims)}`;
    for (const signature of ['', '.', copied, 'AA'])
      await assertRefused(`${start}.${signature}`, `alg ${JSON.stringify(alg)}`);
    await assertRefused(start, `alg ${JSON.stringify(alg)} without a third part`);
  }
});

test('TOK-06: a public key is never a shared secret', async () => {
  const spki = rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const pkcs1 = rsa.publicKey.export({ type: 'pkcs1', format: 'pem' }).toString();
  const der = rsa.publicKey.export({ type: 'spki', format: 'der' });
  const forms = [
    spki,
    pkcs1,
    der.toString('base64'),
    der.toString('latin1'),
    JSON.stringify(jwk(rsa.publicKey)),
    JSON.stringify(jwk(rsa.publicKey, { kid: 'rsa' })),
  ];
  for (const alg of ['HS256', 'HS384', 'HS512', 'hs256']) {
    for (const form of forms.flatMap((text) => [text, text.trim(), `${text}\n`])) {
      for (const kid of ['rsa', undefined]) {
        const token = signRaw(json({ ...goodHeader, alg, kid }), json(goodClaims), form, alg.toUpperCase());
        await assertRefused(token, `${alg} with the public key`);
      }
    }
  }
});

const hostileKids: readonly unknown[] = [
  '../../../../dev/null',
  "' OR '1'='1",
  ';ls',
  '\u0000',
  '',
  'x'.repeat(10_000),
  '__proto__',
  'constructor',
  'toString',
  'http://127.0.0.1/jwks',
  { $gt: '' },
  ['rsa'],
  1,
  true,
  null,
];

test('TOK-08: a hostile kid is refused without a fetch of anything but the key set', async () => {
  const remote = await startIssuer();
  try {
    const api = apiOf(remote);
    assert.equal(await outcome(api, tokenFrom(remote)), 'accepted');
    for (const kid of hostileKids) {
      const token = tokenOf({ iss: remote.issuer }, { kid }, otherRsa.privateKey);
      const verdict = await api.verify(token);
      assert.ok(verdict.kind === 'refused', String(kid));
      assert.equal(verdict.refusal.status, 401, String(kid));
      await assertRefused(tokenOf({}, { kid }, otherRsa.privateKey), `kid ${String(kid).slice(0, 30)}`);
    }
    assert.deepEqual(new Set(remote.asked()), new Set(['/.well-known/openid-configuration', '/jwks']));
    assert.ok(remote.asked().length <= 3, 'one look for unknown keys');
  } finally {
    await remote.close();
  }
});

test("TOK-09: a token's own keys and addresses are never used", async () => {
  let hits = 0;
  const trap = await listen((_, response) => {
    hits++;
    response.end(JSON.stringify({ keys: [jwk(otherRsa.publicKey, { kid: 'evil' })] }));
  });
  try {
    const der = otherRsa.publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
    const headers = [
      { jwk: jwk(otherRsa.publicKey) },
      { jku: `${trap.origin}/jwks` },
      { x5u: `${trap.origin}/cert` },
      { x5c: [der] },
      { jku: `${trap.origin}/jwks`, jwk: jwk(otherRsa.publicKey), x5u: trap.origin, x5c: [der] },
    ];
    for (const header of headers) {
      for (const kid of ['evil', 'rsa', undefined])
        await assertRefused(tokenOf({}, { ...header, kid }, otherRsa.privateKey), JSON.stringify(header).slice(0, 20));
      assert.equal(
        (await apiWith().verify(tokenOf({}, header))).kind,
        'accepted',
        'beside a genuine signature they are ignored',
      );
    }
    assert.equal(hits, 0);
  } finally {
    await trap.close();
  }
});

test('TOK-10: a critical extension is refused even with a good signature', async () => {
  for (const header of [
    { crit: ['x-unknown'], 'x-unknown': 1 },
    { crit: [] },
    { crit: ['exp'], exp: instant + 10 },
    { crit: ['absent'] },
    { crit: ['exp', 'exp'], exp: 1 },
    { crit: null },
    { crit: 'b64' },
    { crit: ['b64'], b64: false },
    { crit: ['b64'], b64: true },
    { b64: false },
  ]) {
    const verdict = await apiWith().verify(tokenOf({}, header));
    assert.ok(verdict.kind === 'refused', JSON.stringify(header));
    assert.equal(verdict.refusal.cause.code, 'critical_header');
  }
  const twice = base64url(JSON.stringify(goodHeader).replace('{', '{"crit":["exp"],"crit":["exp"],'));
  assert.equal((await apiWith().verify(signRaw(twice, json(goodClaims)))).kind, 'refused');
});

test('TOK-16: bombs are refused before they cost anything', async () => {
  const part = 'A'.repeat(400);
  const bombs = [
    `${json({ alg: 'dir', enc: 'A256GCM', zip: 'DEF' })}.${part}.${part}.${part}.${part}`,
    `${json({ alg: 'PBES2-HS512+A256KW', enc: 'A256GCM', p2c: 2 ** 31 - 1, p2s: 'AAAA' })}.${part}.${part}.${part}.${part}`,
    `${base64url(JSON.stringify({ ...goodHeader, x: 'x'.repeat(1_000_000) }))}.${json(goodClaims)}.AA`,
    signRaw(json(goodHeader), base64url('['.repeat(9000))),
    signRaw(json(goodHeader), base64url(`{"a":${'['.repeat(5000)}${']'.repeat(5000)}}`)),
    `${'eyJ'.repeat(5000)}.x.y`,
    '.'.repeat(16_000),
    tokenOf({ aud: Array.from({ length: 1500 }, (_, i) => `urn:${i}`) }),
    tokenOf({ iss: `https://${'/'.repeat(8000)}x` }),
    tokenOf({ aud: `https://${'/'.repeat(8000)}x` }),
  ];
  const before = process.memoryUsage().rss;
  for (const bomb of bombs) {
    const start = process.cpuUsage();
    for (const [name, api] of verifiers) assert.equal((await api.verify(bomb)).kind, 'refused', name);
    const { user, system } = process.cpuUsage(start);
    assert.ok(
      (user + system) / 1000 / verifiers.length < 100,
      `${bomb.slice(0, 40)} took ${(user + system) / 1000} ms`,
    );
  }
  assert.ok(process.memoryUsage().rss - before < 20e6 * verifiers.length);
});

test('a token has one spelling only', async () => {
  const token = tokenOf();
  const spellings = [
    ` ${token}`,
    `${token} `,
    `${token}\n`,
    `${token}=`,
    token.replace('.', '.\n'),
    token.replace('.', '=.'),
    token.replaceAll('_', '/').replaceAll('-', '+'),
    `Bearer ${token}`,
    `"${token}"`,
    encodeURIComponent(token).replace('.', '%2E'),
  ].filter((spelling) => spelling !== token);
  for (const spelling of spellings) await assertRefused(spelling, JSON.stringify(spelling).slice(0, 30));
  // The last character of a 256-byte signature carries four bits that mean nothing.
  const last = token.at(-1) ?? '';
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const sibling = alphabet[alphabet.indexOf(last) ^ 1] ?? '';
  const bytesOf = (text: string): Buffer => Buffer.from(text.slice(text.lastIndexOf('.') + 1), 'base64url');
  assert.deepEqual(bytesOf(token.slice(0, -1) + sibling), bytesOf(token), 'the same bytes to a lenient reader');
  await assertRefused(token.slice(0, -1) + sibling, 'stray bits');
});

test('JSON serializations and detached payloads are refused', async () => {
  const [header = '', payload = '', signature = ''] = tokenOf().split('.');
  await assertRefused(JSON.stringify({ protected: header, payload, signature }), 'flattened');
  await assertRefused(JSON.stringify({ payload, signatures: [{ protected: header, signature }] }), 'general');
  await assertRefused(`${header}..${signature}`, 'detached');
});

test('elliptic curve signatures of nothing, or in another encoding, are refused', async () => {
  const api = apiWith({ algorithms: ['ES256'] });
  const start = `${json({ ...goodHeader, alg: 'ES256', kid: 'ec' })}.${json(goodClaims)}`;
  const der = signBytes('sha256', Buffer.from(start), ec.privateKey);
  for (const signature of [Buffer.alloc(64), Buffer.alloc(64, 0xff), Buffer.alloc(0), Buffer.alloc(63), der]) {
    assert.equal(await outcome(api, `${start}.${base64url(signature)}`), 'bad_signature');
  }
  const good = signBytes('sha256', Buffer.from(start), { key: ec.privateKey, dsaEncoding: 'ieee-p1363' });
  assert.equal(await outcome(api, `${start}.${base64url(good)}`), 'accepted');
});

test('an API with a secret refuses tokens that are signed with the key of the issuer', async () => {
  const api = createApi({ issuer, audience, secret, now: () => instant * 1000 });
  assert.equal(await outcome(api, tokenOf()), 'alg_not_allowed');
});
