// Explanations in the wrong hands: another tenant's tokens, what stays of a presented text, and texts that are made to cost.

import assert from 'node:assert/strict';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import type { TokenExplanation } from '../../src/resources/index.ts';
import { api } from '../issuing/login.ts';
import { addTenant } from '../management/tenants.ts';
import { part } from '../support/forgery.ts';
import { engines } from '../support/running.ts';
import { dump, files } from '../support/stored.ts';
import { openWorld, type World } from './world.ts';

/** Whatever stands for itself in such a text, drawn anew: the length stays. */
const alike = (text: string) =>
  text.replace(/[\w-]{20,}/g, (one) => randomBytes(one.length).toString('base64url').slice(0, one.length));

async function sealedToken(world: World): Promise<string> {
  const pem = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ type: 'spki', format: 'pem' });
  const encryption_key = { name: 'k', alg: 'RSA-OAEP-256', kid: 'e', pem };
  const who = await world.site.machine({
    api: { token_encryption: { format: 'compact-nested-jwe', encryption_key } },
  });
  return world.machineToken({}, who);
}

for (const engine of engines) {
  describe(`explanations are safe on ${engine}`, () => {
    let world: World;
    let other: Awaited<ReturnType<typeof addTenant>>;
    before(async () => {
      world = await openWorld(engine);
      other = await addTenant(world.site, 'others');
    });
    after(() => world.stop());

    const asked = async (token: string): Promise<TokenExplanation> => {
      const reply = await other.manage('POST', '/tokens/explain', { token, audience: 'https://api.of.others/' });
      assert.equal(reply.status, 200, reply.text);
      return reply.body;
    };
    /** All that somebody may hold of the first tenant. */
    const everything = async () => {
      const audience = await api(world.site, { allow_offline_access: true });
      const login = await world.login({ audience, scope: 'openid offline_access read:x' });
      return {
        opaque: (await world.login({ scope: 'openid' })).access_token,
        refresh: login.refresh_token,
        code: (await world.login()).code,
        client: world.web.id,
        secret: world.web.secret,
        sealed: await sealedToken(world),
        access: login.access_token,
        id: login.id_token,
        machine: await world.machineToken(),
      };
    };

    test('what another tenant knows by its hash is told like a text that nobody knows', async () => {
      const held = await everything();
      for (const name of ['opaque', 'refresh', 'code', 'client', 'secret'] as const) {
        const [theirs, nobodys] = [await asked(held[name]), await asked(alike(held[name]))];
        assert.deepEqual(theirs, nobodys, name);
        assert.equal(theirs.token.issued_here, name === 'refresh', 'a refresh token is told by its form');
      }
      const sealed = await asked(held.sealed);
      assert.equal(sealed.cause?.code, 'encrypted_token');
      assert.equal(sealed.token.issued_here, false);
      assert.doesNotMatch(JSON.stringify(sealed), /"client_id"|client_name|issuance|api-\d/);
    });

    test('of a JWT of another tenant nothing is told but what it says itself', async () => {
      const held = await everything();
      for (const name of ['access', 'id', 'machine'] as const) {
        const seen = await asked(held[name]);
        assert.equal(seen.cause?.code, 'wrong_issuer', name);
        assert.equal(seen.token.issued_here, false);
        assert.deepEqual([seen.token.client_name, seen.issuance, seen.api?.name], [undefined, undefined, undefined]);
      }
    });

    test('nothing that was presented is written anywhere, however it was wrapped', async () => {
      const held = await everything();
      const secrets = Object.entries(held).filter(([name]) => name !== 'client');
      for (const [, token] of secrets)
        for (const text of [
          token,
          `"${token}"`,
          JSON.stringify({ access_token: token }),
          Buffer.from(token).toString('base64'),
        ])
          await world.explain({ token: text, audience: world.audience, scope: 'read:x' });
      await world.site.house.logs.flush();
      const { text: log } = await world.site.manage('GET', '/logs?per_page=100');
      const place = { data: world.site.data, url: world.site.database };
      const kept = `${await dump(place)}\n${await files(place.data)}\n${log}`;
      for (const [name, token] of secrets) {
        assert.ok(!kept.includes(token), name);
        assert.ok(!kept.includes(token.slice(-40)), `the end of ${name}`);
      }
    });
  });
}

describe('texts that are made to cost', () => {
  let world: World;
  before(async () => {
    world = await openWorld();
  });
  after(() => world.stop());

  const nested = (count: number) => `${'['.repeat(count)}${']'.repeat(count)}`;
  const jwt = (header: string, payload: string) =>
    `${Buffer.from(header).toString('base64url')}.${Buffer.from(payload).toString('base64url')}.AAAA`;
  const bomb = deflateRawSync(Buffer.alloc(20_000_000)).toString('base64url');
  const texts: Readonly<Record<string, string>> = {
    'fifty thousand characters': 'A'.repeat(50_000),
    'nothing but dots': '.'.repeat(50_000),
    'a payload that is nested deeply': jwt('{"alg":"RS256"}', `{"iss":"x","a":${nested(5_000)}}`),
    'JSON that is nested deeply': `{"a":${nested(20_000)}}`,
    'JSON within JSON': Array.from({ length: 9 }).reduce<string>(
      (inner) => JSON.stringify({ access_token: inner }),
      'x',
    ),
    'a compressed encrypted token (TOK-16)': `${part({ alg: 'RSA-OAEP-256', enc: 'A256GCM', zip: 'DEF' })}.${'A'.repeat(342)}.${'A'.repeat(16)}.${bomb.slice(0, 12_000)}.${'A'.repeat(22)}`,
    'an encrypted token by password (TOK-16)': `${part({ alg: 'PBES2-HS256+A128KW', enc: 'A256GCM', p2s: 'a', p2c: 2 ** 31 - 1 })}.A.A.A.A`,
    'names of every object': jwt(
      '{"alg":"RS256","__proto__":{"kid":"x"}}',
      '{"__proto__":{"iss":"x"},"constructor":1}',
    ),
    'percent signs that mean nothing': '%zz%'.repeat(10_000),
    'a thousand audiences': jwt(
      '{"alg":"RS256"}',
      JSON.stringify({ aud: Array.from({ length: 1000 }, (_, at) => `a${at}`) }),
    ),
  };
  for (const [name, token] of Object.entries(texts)) {
    test(`${name}: an answer, at once`, async () => {
      const memory = process.memoryUsage().heapUsed;
      const start = process.cpuUsage();
      const seen = await world.explain({ token, audience: world.audience, scope: 'read:x' });
      const { user, system } = process.cpuUsage(start);
      assert.equal(seen.outcome, 'refused');
      assert.ok(user + system < 1_000_000, `${(user + system) / 1000} ms`);
      assert.ok(process.memoryUsage().heapUsed - memory < 100_000_000, 'nothing was decompressed');
    });
  }

  test('an audience or a scope that nobody can mean is refused in words, or means nothing', async () => {
    for (const [body, status] of [
      [{ token: 'x', scope: 'caf\u00e9' }, 400],
      [{ token: 'x', scope: 'a"b' }, 400],
      [{ token: 'x', scope: Array.from({ length: 1001 }, (_, at) => `s${at}`).join(' ') }, 400],
      [{ token: 'x', audience: '\u00a0' }, 200],
      [{ token: 'x', audience: ' a b\t' }, 200],
      [{ token: '', audience: 'a' }, 200],
    ] as const) {
      const reply = await world.site.manage('POST', '/tokens/explain', body);
      assert.equal(reply.status, status, reply.text);
    }
  });
});
