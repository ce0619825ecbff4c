// The cache of an issuer's keys: rotation, outages, strangers. The issuer is real and counts; the clock is not.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { apiOf, type Clock, clockAt, type Issuer, outcome, published, startIssuer, tokenFrom } from './issuer.ts';
import { instant, otherRsa } from './rig.ts';

let issuer: Issuer;
let clock: Clock;

beforeEach(async () => {
  issuer = await startIssuer();
  clock = clockAt(instant);
});
afterEach(() => issuer.close());

const down = (_: unknown, response: { statusCode: number; end(body: string): unknown }): boolean => {
  response.statusCode = 500;
  response.end('out of order');
  return true;
};

const jwksFetches = (): number => issuer.asked().filter((path) => path === '/jwks').length;
/** Lets fetches that nobody waits for come to their end. */
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 30));

test('nothing is fetched before the first token, and then once for all of them', async () => {
  const api = apiOf(issuer, clock);
  assert.deepEqual(issuer.asked(), []);
  const outcomes = await Promise.all(Array.from({ length: 50 }, () => outcome(api, tokenFrom(issuer))));
  assert.deepEqual(new Set(outcomes), new Set(['accepted']));
  assert.deepEqual(issuer.asked(), ['/.well-known/openid-configuration', '/jwks']);
  clock.pass(100);
  assert.equal(await outcome(api, tokenFrom(issuer)), 'accepted');
  assert.equal(issuer.asked().length, 2);
});

test('a token that is refused for its form or issuer causes no fetch at all', async () => {
  const api = apiOf(issuer, clock);
  for (const token of ['opaque', tokenFrom({ ...issuer, issuer: 'https://evil.example/' })]) await outcome(api, token);
  assert.deepEqual(issuer.asked(), []);
});

test('a new key is found by the first token that is signed with it', async () => {
  const api = apiOf(issuer, clock);
  assert.equal(await outcome(api, tokenFrom(issuer)), 'accepted');
  issuer.keys = [published('rsa'), published('next', otherRsa.publicKey)];
  const outcomes = await Promise.all([1, 2, 3].map(() => outcome(api, tokenFrom(issuer, 'next', otherRsa.privateKey))));
  assert.deepEqual(outcomes, ['accepted', 'accepted', 'accepted']);
  assert.equal(jwksFetches(), 2, 'one fetch for all three');
});

test('strangers with invented key ids cause one fetch in 30 s, and good tokens do not notice', async () => {
  const api = apiOf(issuer, clock);
  await outcome(api, tokenFrom(issuer));
  issuer.forget();
  for (let second = 0; second < 60; second++) {
    const outcomes = await Promise.all(
      [0, 1, 2].map((i) => outcome(api, tokenFrom(issuer, `invented-${second}-${i}`))),
    );
    assert.deepEqual(outcomes, ['unknown_key', 'unknown_key', 'unknown_key']);
    assert.equal(await outcome(api, tokenFrom(issuer)), 'accepted');
    clock.pass(1);
  }
  assert.equal(jwksFetches(), 2);
});

test('a client that is stuck with a revoked key does not use up the fetch that a new key needs', async () => {
  const api = apiOf(issuer, clock);
  await outcome(api, tokenFrom(issuer));
  for (let i = 0; i < 5; i++) {
    assert.equal(await outcome(api, tokenFrom(issuer, 'revoked')), 'unknown_key');
    clock.pass(40);
  }
  assert.equal(jwksFetches(), 2, 'the revoked key was looked for once');
  await outcome(api, tokenFrom(issuer, 'revoked'));
  issuer.keys = [published('next', otherRsa.publicKey)];
  assert.equal(await outcome(api, tokenFrom(issuer, 'next', otherRsa.privateKey)), 'accepted');
});

test('the cool-down can be set', async () => {
  const api = apiOf(issuer, clock, { jwksCooldownSeconds: 5 });
  await outcome(api, tokenFrom(issuer));
  await outcome(api, tokenFrom(issuer, 'a'));
  await outcome(api, tokenFrom(issuer, 'b'));
  clock.pass(5);
  await outcome(api, tokenFrom(issuer, 'c'));
  assert.equal(jwksFetches(), 3);
});

test('keys are fetched again in the background before they are old, and no token waits for it', async () => {
  const api = apiOf(issuer, clock);
  await outcome(api, tokenFrom(issuer));
  clock.pass(481);
  let release = (): void => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  issuer.instead = async () => {
    await released;
    return false;
  };
  issuer.keys = [published('rsa'), published('next', otherRsa.publicKey)];
  assert.equal(await outcome(api, tokenFrom(issuer)), 'accepted', 'while the issuer keeps silent');
  release();
  await settle();
  assert.equal(jwksFetches(), 2);
  issuer.forget();
  assert.equal(await outcome(api, tokenFrom(issuer, 'next', otherRsa.privateKey)), 'accepted');
  assert.equal(jwksFetches(), 0, 'the next key was there before its first token');
});

const lives: readonly [string | undefined, number][] = [
  [undefined, 600],
  ['max-age=15, stale-while-revalidate=15', 60],
  ['no-store', 60],
  ['public, max-age=900', 900],
  ['max-age=86400', 3600],
  ['max-age=x', 600],
];
for (const [cacheControl, seconds] of lives) {
  test(`with Cache-Control ${cacheControl ?? '(none)'} a revoked key is refused after ${seconds} s at the latest`, async () => {
    issuer.cacheControl = cacheControl;
    const api = apiOf(issuer, clock);
    await outcome(api, tokenFrom(issuer));
    issuer.keys = [published('next', otherRsa.publicKey)];
    clock.pass(seconds * 0.79);
    assert.equal(await outcome(api, tokenFrom(issuer)), 'accepted');
    assert.equal(jwksFetches(), 1);
    clock.pass(seconds * 0.21);
    assert.equal(await outcome(api, tokenFrom(issuer)), 'unknown_key');
  });
}

test('while the issuer is away old keys are used for a day, then tokens get 503', async () => {
  const api = apiOf(issuer, clock);
  await outcome(api, tokenFrom(issuer));
  issuer.instead = down;
  issuer.forget();
  clock.pass(700);
  for (let i = 0; i < 20; i++) assert.equal(await outcome(api, tokenFrom(issuer)), 'accepted');
  assert.equal(issuer.asked().length, 1, 'one attempt, then a pause');
  clock.pass(31);
  assert.equal(await outcome(api, tokenFrom(issuer)), 'accepted');
  assert.equal(issuer.asked().length, 2, 'a second attempt');
  assert.match(issuer.asked().at(-1) ?? '', /openid-configuration/, 'by discovery, since the keys may have moved');
  clock.pass(24 * 3600);
  assert.equal(await outcome(api, tokenFrom(issuer)), 'keys_unavailable');
  issuer.instead = undefined;
  clock.pass(31);
  assert.equal(await outcome(api, tokenFrom(issuer)), 'accepted');
});

test('while the issuer is away a token with an unknown key gets 503, not 401: it may be a new key', async () => {
  const api = apiOf(issuer, clock);
  await outcome(api, tokenFrom(issuer));
  issuer.instead = down;
  issuer.keys = [published('next', otherRsa.publicKey)];
  const token = tokenFrom(issuer, 'next', otherRsa.privateKey);
  assert.equal(await outcome(api, token), 'keys_unavailable');
  assert.equal(await outcome(api, token), 'keys_unavailable');
  issuer.instead = undefined;
  clock.pass(31);
  assert.equal(await outcome(api, token), 'accepted');
});

test('an issuer that is down at the start is asked every 5 s, and found when it is back', async () => {
  issuer.instead = down;
  const api = apiOf(issuer, clock);
  for (let i = 0; i < 20; i++) {
    const verdict = await api.verify(tokenFrom(issuer));
    assert.ok(verdict.kind === 'refused');
    assert.equal(verdict.refusal.status, 503);
    assert.equal(verdict.refusal.retryAfterSeconds, 5);
    assert.match(verdict.refusal.cause.message, /openid-configuration answers 500/);
  }
  assert.equal(issuer.asked().length, 1);
  clock.pass(5);
  issuer.instead = undefined;
  assert.equal(await outcome(api, tokenFrom(issuer)), 'accepted');
});

test('a clock that is set back does not keep old keys for ever', async () => {
  const api = apiOf(issuer, clock);
  await outcome(api, tokenFrom(issuer));
  clock.pass(-5_000);
  issuer.keys = [published('next', otherRsa.publicKey)];
  issuer.forget();
  await outcome(api, tokenFrom(issuer));
  assert.equal(jwksFetches(), 1);
});

test('a broken key in the set does not spoil the others, and is named when a token needs it', async () => {
  issuer.keys = [
    null,
    7,
    { kty: 'RSA', kid: 'broken', n: '!', e: 'AQAB' },
    { kty: 'XYZ', kid: 'strange' },
    { kty: 'oct', kid: 'shared', k: 'AAAA' },
    published('rsa'),
  ];
  const api = apiOf(issuer, clock);
  assert.equal(await outcome(api, tokenFrom(issuer)), 'accepted');
  for (const kid of ['broken', 'strange', 'shared'])
    assert.equal(await outcome(api, tokenFrom(issuer, kid)), 'unusable_key', kid);
});
