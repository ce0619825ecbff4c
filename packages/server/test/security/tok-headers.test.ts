// TOK: attacks on the header and the form of a token, each at every verifier that the server has:
// the guard of the Management API, /userinfo, and the check of client assertions. Keys come from memory, so one engine does.

import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync, hash, type KeyObject, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { issuedTokens } from '../../src/domain/issuing/user-tables.ts';
import { defaultTenant } from '../../src/domain/tenants/hosts.ts';
import { person } from '../issuing/login.ts';
import { asSecrets, extensions, hmacWith, hostileKids, noAlgorithms, part, signedWith } from '../support/forgery.ts';
import { judged } from '../support/oracles.ts';
import { type Reply, serveHere } from '../support/running.ts';

interface Verifier {
  readonly claims: () => object;
  readonly header: object;
  /** The key whose signature is right here. */
  readonly key: KeyObject;
  readonly publicKey: KeyObject;
  readonly jwk: object;
  /** `kid`s of keys that exist and are not for this. */
  readonly otherKids: readonly string[];
  readonly present: (token: string) => Promise<Reply>;
}

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const now = () => Math.floor(Date.now() / 1000);
const client = generateKeyPairSync('rsa', { modulusLength: 2048 });
const attacker = generateKeyPairSync('rsa', { modulusLength: 2048 });

type Here = Awaited<ReturnType<typeof serveHere>>;

async function managementApi(site: Here): Promise<Verifier> {
  await site.manage('POST', '/keys/signing/rotate');
  const { body: listed } = await site.manage('GET', '/keys/signing');
  const previous = listed.find((key: { previous?: boolean }) => key.previous);
  await site.manage('PUT', `/keys/signing/${previous.kid}/revoke`);
  const { kid, input } = await site.house.keyring.signing(defaultTenant, 'RS256');
  const key = input.key as KeyObject;
  const { body: set } = await site.send('GET', '/.well-known/jwks.json');
  const jwk = set.keys.find((candidate: { kid: string }) => candidate.kid === kid);
  return {
    claims: () => ({
      iss: site.issuer,
      sub: `${site.admin.clientId}@clients`,
      aud: `https://${site.host}/api/v2/`,
      iat: now(),
      exp: now() + 600,
      scope: 'read:clients read:client_keys',
      gty: 'client-credentials',
      azp: site.admin.clientId,
    }),
    header: { alg: 'RS256', typ: 'JWT', kid },
    key,
    publicKey: createPublicKey(key),
    jwk,
    otherKids: [
      previous.kid,
      ...set.keys.map((other: { kid: string }) => other.kid).filter((other: string) => other !== kid),
    ],
    present: (token) => site.send('GET', '/api/v2/clients', { headers: { authorization: `Bearer ${token}` } }),
  };
}

async function clientAssertions(site: Here): Promise<Verifier> {
  const pem = client.publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const credentials = [{ credential_type: 'public_key', name: 'key', pem }];
  const who = await site.machine({ client: { client_authentication_methods: { private_key_jwt: { credentials } } } });
  const { body } = await site.manage('GET', `/clients/${who.clientId}/credentials`);
  const { body: set } = await site.send('GET', '/.well-known/jwks.json');
  return {
    claims: () => ({
      iss: who.clientId,
      sub: who.clientId,
      aud: site.issuer,
      jti: randomUUID(),
      iat: now(),
      exp: now() + 60,
    }),
    header: { alg: 'RS256', kid: body[0].kid },
    key: client.privateKey,
    publicKey: client.publicKey,
    jwk: { ...client.publicKey.export({ format: 'jwk' }), kid: body[0].kid, use: 'sig', alg: 'RS256' },
    otherKids: set.keys.map((key: { kid: string }) => key.kid),
    present: (token) =>
      site.token({
        grant_type: 'client_credentials',
        audience: who.audience,
        client_assertion_type: assertionType,
        client_assertion: token,
      }),
  };
}

/** Every token that is presented counts as issued here, so that nothing but its signature and form can refuse it. */
async function userinfo(site: Here): Promise<Verifier> {
  const management = await managementApi(site);
  const user = await person(site);
  const aud = ['https://api.example.com/', `${site.issuer}userinfo`];
  const client_id = site.admin.clientId;
  const store = site.house.database.store(defaultTenant);
  return {
    ...management,
    claims: () => ({
      iss: site.issuer,
      sub: user,
      aud,
      iat: now(),
      exp: now() + 600,
      scope: 'openid',
      azp: client_id,
    }),
    present: async (token) => {
      const id = hash('sha256', token, 'base64url');
      const row = { id, family: 'f', user_id: user, client_id, issuer: site.issuer, scopes: ['openid'], opaque: false };
      const expires_at = new Date(Date.now() + 600_000).toISOString();
      await store.transact(async (tx) => {
        if (!(await tx.get(issuedTokens, id))) await tx.insert(issuedTokens, { ...row, expires_at });
      });
      return site.send('GET', '/userinfo', { headers: { authorization: `Bearer ${token}` } });
    },
  };
}

const verifiers = {
  'the Management API': managementApi,
  'client assertions': clientAssertions,
  '/userinfo': userinfo,
};

for (const [name, make] of Object.entries(verifiers)) {
  describe(`header attacks at ${name}`, () => {
    let site: Here;
    let at: Verifier;
    before(async () => {
      site = await serveHere();
      at = await make({ ...site, ...judged(site) });
    });
    after(() => site.stop());

    const refused = async (token: string, what: unknown) => {
      const reply = await at.present(token).catch((error: { cause?: { code?: string } }) => {
        // Node answers 431 and closes; while we still send, the reset can come before the answer was read.
        if (!['ECONNRESET', 'EPIPE'].includes(error.cause?.code ?? '')) throw error;
        // A kept connection may be the one that the refusal of the token before closes: once more, on a fresh one.
        return token.length > 12_000 ? undefined : at.present(token);
      });
      if (!reply) return;
      // A header that is too large for HTTP is refused by HTTP.
      const allowed = token.length > 12_000 ? [401, 413, 431] : [401];
      assert.ok(allowed.includes(reply.status), `${JSON.stringify(what)?.slice(0, 80)}: ${reply.status} ${reply.text}`);
    };
    const genuine = (header: object = {}) => signedWith(at.key, { ...at.header, ...header }, at.claims());

    test('the token that the attacks are made from is good', async () => {
      assert.equal((await at.present(genuine())).status, 200);
      assert.equal((await at.present(signedWith(at.key, at.header, at.claims()))).status, 200);
    });

    test('TOK-05: a token without a signature algorithm is refused, however it is spelt', async () => {
      for (const alg of noAlgorithms) {
        const start = `${part({ ...at.header, alg })}.${part(at.claims())}`;
        const copied = genuine().split('.')[2] ?? '';
        for (const end of ['.', '..', `.${copied}`, '.AA', '']) await refused(`${start}${end}`, [alg, end]);
      }
      await refused(signedWith(at.key, { ...at.header, alg: 'none' }, at.claims()), 'none under a good signature');
      for (const header of ['null', '[]', '"RS256"', '7', '{', '', '{"alg":"none","alg":"RS256"}']) {
        await refused(signedWith(attacker.privateKey, header, at.claims()), header);
      }
    });

    test('TOK-06: an HMAC with the public key, in any shape, is refused', async () => {
      for (const secret of asSecrets(at.publicKey, at.jwk)) {
        for (const alg of ['HS256', 'HS512']) {
          const hash = `sha${alg.slice(2)}`;
          await refused(hmacWith(secret, { ...at.header, alg }, at.claims(), hash), [alg, secret]);
        }
        await refused(hmacWith(secret, at.header, at.claims()), secret);
      }
      await refused(hmacWith('', { ...at.header, alg: 'HS256' }, at.claims()), 'an empty secret');
    });

    test('TOK-08: a hostile kid, or that of a key for something else, is refused', async () => {
      for (const kid of [...hostileKids, ...at.otherKids]) {
        await refused(signedWith(attacker.privateKey, { ...at.header, kid }, at.claims()), kid);
        await refused(signedWith(at.key, { ...at.header, kid }, at.claims()), kid);
      }
    });

    test('TOK-09: keys and addresses in the header are never used', async () => {
      let hits = 0;
      const jwk = attacker.publicKey.export({ format: 'jwk' });
      const trap = createServer((_, response) => {
        hits++;
        response.end(JSON.stringify({ keys: [{ ...jwk, kid: 'evil' }] }));
      });
      await new Promise<void>((resolve) => trap.listen(0, '127.0.0.1', resolve));
      const url = `http://127.0.0.1:${(trap.address() as AddressInfo).port}/keys`;
      const der = attacker.publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
      for (const header of [
        { jwk },
        { jku: url },
        { x5u: url },
        { x5c: [der] },
        { jwk, jku: url, x5u: url, x5c: [der] },
      ]) {
        for (const kid of [undefined, 'evil', (at.header as { kid: string }).kid]) {
          await refused(signedWith(attacker.privateKey, { ...at.header, ...header, kid }, at.claims()), header);
        }
      }
      assert.equal(hits, 0);
      trap.close();
    });

    test('TOK-10: an extension is refused, also under a good signature', async () => {
      for (const extension of extensions) await refused(genuine(extension), extension);
    });

    test('TOK-16: an encrypted token and a giant one are refused before they cost anything', async () => {
      const filler = 'A'.repeat(200);
      const encrypted = (header: object) => `${part(header)}.${filler}.${filler}.${filler}.${filler}`;
      const bombs = [
        encrypted({ alg: 'dir', enc: 'A256GCM', zip: 'DEF' }),
        encrypted({ alg: 'PBES2-HS512+A256KW', enc: 'A256GCM', p2c: 2 ** 31 - 1, p2s: 'AAAA' }),
        encrypted({ alg: 'RSA-OAEP-256', enc: 'A256GCM', cty: 'JWT' }),
        genuine({ x: 'x'.repeat(1_000_000) }),
        `${part('['.repeat(5_000))}.${part(at.claims())}.AA`,
        `${part(at.header)}.${part(`${'{"a":'.repeat(1_500)}1${'}'.repeat(1_500)}`)}.AA`,
        '.'.repeat(11_000),
      ];
      const memory = process.memoryUsage().rss;
      for (const bomb of bombs) {
        const start = process.cpuUsage();
        await refused(bomb, bomb.slice(0, 60));
        const { user, system } = process.cpuUsage(start);
        assert.ok((user + system) / 1000 < 1000, `${bomb.slice(0, 60)} took ${(user + system) / 1000} ms`);
      }
      assert.ok(process.memoryUsage().rss - memory < 20e6 + 1e6 * bombs.length);
    });

    test('a truncated, stretched or re-signed token is refused', async () => {
      const [header = '', claims = '', signature = ''] = genuine().split('.');
      await refused(`${header}.${claims}.${signature.slice(0, -6)}`, 'a shorter signature');
      await refused(`${header}.${claims}.${signature}AAAA`, 'a longer signature');
      await refused(`${header}.${part({ ...at.claims(), extra: 1 })}.${signature}`, 'other claims');
      await refused(signedWith(attacker.privateKey, at.header, at.claims()), "the attacker's key");
      await refused(genuine().slice(1), 'a lost first character');
    });
  });
}
