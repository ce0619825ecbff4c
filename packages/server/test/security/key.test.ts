// KEY: keys are rotated and revoked under way. KEY-03 to KEY-05 are in ../discovery/discovery.test.ts.

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { readConfig } from '../../src/config.ts';
import { jwksCacheControl } from '../../src/domain/keys/ring.ts';
import { ensureRing, rotateRings } from '../../src/domain/keys/rings.ts';
import { defaultTenant } from '../../src/domain/tenants/hosts.ts';
import { openHouse } from '../../src/server.ts';
import { judged, rounds, watch } from '../support/oracles.ts';
import { engines, freshPlace, type Reply, type Site, spawnServer } from '../support/running.ts';

const seconds = (name: string, header: string) => Number(new RegExp(`${name}=(\\d+)`).exec(header)?.[1] ?? 0);
/** For so long a cache may answer with a set that it has, in seconds: fresh, and then while it asks anew. */
const cachedFor = (header: string) => seconds('max-age', header) + seconds('stale-while-revalidate', header);
const silent = { debug() {}, info() {}, warn() {}, error() {} };

test('KEY-01: through many rotations, at any moment, every cached key set that may still be used verifies what is signed', async () => {
  const data = await mkdtemp(join(tmpdir(), 'countersign-keys-'));
  let clock = Date.now();
  const config = readConfig(['--data', data, '--no-demo'], {});
  const house = await openHouse(config, silent, undefined, () => clock);
  try {
    const store = house.database.store(defaultTenant);
    for (const alg of ['RS256', 'ES256'] as const) await ensureRing(store, alg, 'localhost', clock);
    const cached: { at: number; kids: Set<string> }[] = [];
    let rotations = 0;
    let refusals = 0;
    for (let step = 0; step < 80 * rounds; step++) {
      clock += 500 + Math.random() * 8_000;
      if (Math.random() < 0.3) {
        const rotation = await rotateRings(store, 'localhost', clock);
        if (rotation.kind === 'rotated') rotations++;
        else refusals++;
      }
      // Each verifier asks at a moment of its own, and keeps what it got for as long as it may.
      const { keys } = JSON.parse(await house.keyring.jwks(defaultTenant, true)) as { keys: { kid: string }[] };
      cached.push({ at: clock, kids: new Set(keys.map(({ kid }) => kid)) });
      while (cached[0] && clock - cached[0].at > cachedFor(jwksCacheControl) * 1000) cached.shift();
      for (const alg of ['RS256', 'ES256'] as const) {
        const { kid } = await house.keyring.signing(defaultTenant, alg);
        for (const { at, kids } of cached)
          assert.ok(kids.has(kid), `${alg}: a set of ${(clock - at) / 1000} s ago lacks the key that signs now`);
      }
    }
    assert.ok(rotations >= 3 && refusals >= 3, `${rotations} rotations, ${refusals} refused as too early`);
  } finally {
    await house.close();
    await rm(data, { recursive: true, force: true });
  }
});

test('KEY-01: a verifier that never asks again while it need not accepts every token of a rotation under load', async () => {
  const place = await freshPlace('sqlite');
  const server = await spawnServer(place);
  const watched = await watch(server, place);
  try {
    const site = judged(server);
    const machine = await site.machine();
    const ask = {
      grant_type: 'client_credentials',
      client_id: machine.clientId,
      client_secret: machine.clientSecret,
      audience: machine.audience,
    };
    const fetched = await site.send('GET', '/.well-known/jwks.json');
    const lasts = cachedFor(fetched.headers.get('cache-control') ?? '') * 1000;
    let set = { keys: createLocalJWKSet(fetched.body), at: Date.now() };
    const kids = new Set<string>();
    let verified = 0;
    const during = rounds > 1 ? 2 * lasts : 4_000;
    const end = Date.now() + during;
    const callers = Array.from({ length: 4 }, async () => {
      while (Date.now() < end) {
        // The worst that a cache may do: the old set until the last moment.
        if (Date.now() - set.at > lasts)
          set = { keys: createLocalJWKSet((await site.send('GET', '/.well-known/jwks.json')).body), at: Date.now() };
        const { body } = await site.token(ask);
        await jwtVerify(body.access_token, set.keys, { issuer: site.issuer, audience: machine.audience });
        kids.add(decodeProtectedHeader(body.access_token).kid ?? '');
        verified++;
        await sleep(5);
      }
    });
    await sleep(1_000);
    assert.equal((await site.manage('POST', '/keys/signing/rotate')).status, 201);
    const again = await site.manage('POST', '/keys/signing/rotate');
    assert.ok([400, 409, 429].includes(again.status), `a second rotation at once: ${again.status}`);
    if (rounds > 1) await sleep(lasts + 1_500).then(() => site.manage('POST', '/keys/signing/rotate'));
    await Promise.all(callers);
    assert.ok(verified > 100, `${verified}`);
    assert.ok(kids.size >= 2, 'tokens of both keys were verified');
  } finally {
    await watched.end();
  }
});

for (const engine of engines) {
  describe(`two nodes on ${engine}`, () => {
    test('KEY-02: tokens of the previous key are good on both nodes until it is revoked, and then on neither', async () => {
      const place = await freshPlace(engine);
      const [first, second] = await Promise.all([spawnServer(place), spawnServer(place)]);
      const watches = [await watch(first, { clear: async () => {} }), await watch(second, place)] as const;
      try {
        const [one, two] = [judged(first), judged(second)];
        const tokenOf = async (site: Site): Promise<string> => {
          const { clientId: client_id, clientSecret: client_secret } = site.admin;
          return (
            await site.token({
              grant_type: 'client_credentials',
              client_id,
              client_secret,
              audience: `https://${site.host}/api/v2/`,
            })
          ).body.access_token;
        };
        const use = (site: Site, token: string): Promise<Reply> =>
          site.send('GET', '/api/v2/clients', { headers: { authorization: `Bearer ${token}` } });
        const kidsOf = async (site: Site): Promise<string[]> =>
          (await site.send('GET', '/.well-known/jwks.json')).body.keys.map((key: { kid: string }) => key.kid);
        // Each node has a host and so an issuer of its own; the keys are the tenant's.
        const old = [await tokenOf(one), await tokenOf(two)] as const;
        const kid = decodeProtectedHeader(old[0]).kid ?? '';
        assert.equal(decodeProtectedHeader(old[1]).kid, kid);
        assert.equal((await one.manage('POST', '/keys/signing/rotate')).status, 201);
        const until = async (what: string, is: () => Promise<boolean>) => {
          const began = Date.now();
          while (!(await is())) {
            assert.ok(Date.now() - began < 1_500, `${what}: not within 1.5 s`);
            await sleep(20);
          }
        };
        await until(
          'the other node signs with the new key',
          async () => decodeProtectedHeader(await tokenOf(two)).kid !== kid,
        );
        for (const site of [one, two]) assert.ok((await kidsOf(site)).includes(kid));
        assert.equal((await use(one, old[0])).status, 200);
        assert.equal((await use(two, old[1])).status, 200);
        assert.equal((await one.manage('PUT', `/keys/signing/${kid}/revoke`)).status, 200);
        assert.equal((await use(one, old[0])).status, 401, 'at once on the node that revoked');
        assert.ok(!(await kidsOf(one)).includes(kid));
        await until('the other node refuses it', async () => (await use(two, old[1])).status === 401);
        assert.ok(!(await kidsOf(two)).includes(kid));
        assert.equal((await use(two, await tokenOf(two))).status, 200);
      } finally {
        await Promise.all(watches.map((watched) => watched.end()));
      }
    });
  });
}
