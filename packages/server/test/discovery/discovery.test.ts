// Discovery and key set (auth0-behaviour §3, OpenID Connect Discovery 1.0 §4, RFC 8414 §3; security cases KEY, TEN).

import assert from 'node:assert/strict';
import { createHash, X509Certificate } from 'node:crypto';
import { request } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { publishAheadSeconds } from '../../src/domain/keys/ring.ts';
import type { TenantId } from '../../src/schema/brand.ts';
import { engines, freshPlace, serveHere, spawnServer } from '../support/running.ts';

/** A request whose Host is ours to choose. */
function asHost(
  base: string,
  host: string,
  path: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(`${base}${path}`, { headers: { host, ...headers } }, (response) => {
      let text = '';
      response.on('data', (chunk) => (text += chunk));
      response.once('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    sent.once('error', reject);
    sent.end();
  });
}

describe('discovery', () => {
  let site: Awaited<ReturnType<typeof serveHere>>;
  before(async () => {
    site = await serveHere();
  });
  after(() => site.stop());

  test('§3.1: both well-known paths answer the same document, with the members of Auth0', async () => {
    const one = await site.send('GET', '/.well-known/openid-configuration');
    const two = await site.send('GET', '/.well-known/oauth-authorization-server');
    assert.equal(one.status, 200);
    assert.equal(one.text, two.text);
    assert.match(one.headers.get('content-type') ?? '', /^application\/json/);
    assert.equal(one.headers.get('access-control-allow-origin'), '*');
    const { issuer } = site;
    const expected = {
      issuer,
      authorization_endpoint: `${issuer}authorize`,
      token_endpoint: `${issuer}oauth/token`,
      device_authorization_endpoint: `${issuer}oauth/device/code`,
      userinfo_endpoint: `${issuer}userinfo`,
      mfa_challenge_endpoint: `${issuer}mfa/challenge`,
      jwks_uri: `${issuer}.well-known/jwks.json`,
      registration_endpoint: `${issuer}oidc/register`,
      revocation_endpoint: `${issuer}oauth/revoke`,
      introspection_endpoint: `${issuer}oauth/introspect`,
      scopes_supported: [
        'openid',
        'profile',
        'offline_access',
        'name',
        'given_name',
        'family_name',
        'nickname',
        'email',
        'email_verified',
        'picture',
        'created_at',
        'identities',
        'phone',
        'address',
      ],
      response_types_supported: [
        'code',
        'token',
        'id_token',
        'code token',
        'code id_token',
        'token id_token',
        'code token id_token',
      ],
      code_challenge_methods_supported: ['S256', 'plain'],
      response_modes_supported: ['query', 'fragment', 'form_post'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['HS256', 'RS256', 'PS256'],
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'private_key_jwt'],
      claims_supported: [
        'aud',
        'auth_time',
        'created_at',
        'email',
        'email_verified',
        'exp',
        'family_name',
        'given_name',
        'iat',
        'identities',
        'iss',
        'name',
        'nickname',
        'phone_number',
        'picture',
        'sub',
      ],
      backchannel_logout_supported: true,
      backchannel_logout_session_supported: true,
      request_uri_parameter_supported: false,
      request_parameter_supported: false,
      token_endpoint_auth_signing_alg_values_supported: ['RS256', 'RS384', 'PS256', 'PS384', 'ES256', 'ES384'],
      end_session_endpoint: `${site.issuer}oidc/logout`,
      grant_types_supported: [
        'authorization_code',
        'refresh_token',
        'client_credentials',
        'password',
        'http://auth0.com/oauth/grant-type/password-realm',
        'implicit',
      ],
    };
    assert.deepEqual(one.body, expected);
  });

  test('KEY-03: the key set has unique kids, certificates that fit, and no private member', async () => {
    const reply = await site.send('GET', '/.well-known/jwks.json');
    const keys = reply.body.keys as Record<string, unknown>[];
    assert.equal(keys.length, 2);
    assert.equal(new Set(keys.map((key) => key.kid)).size, 2);
    for (const key of keys) {
      assert.deepEqual(Object.keys(key).toSorted(), ['alg', 'e', 'kid', 'kty', 'n', 'use', 'x5c', 'x5t']);
      assert.deepEqual([key.alg, key.kty, key.use, key.e], ['RS256', 'RSA', 'sig', 'AQAB']);
      const [der = ''] = key.x5c as string[];
      const certificate = new X509Certificate(Buffer.from(der, 'base64'));
      assert.equal(createHash('sha1').update(certificate.raw).digest('base64url'), key.x5t);
      assert.equal(certificate.publicKey.export({ format: 'jwk' }).n, key.n);
    }
    const maxAge = Number(/max-age=(\d+)/.exec(reply.headers.get('cache-control') ?? '')?.[1]);
    const stale = Number(/stale-while-revalidate=(\d+)/.exec(reply.headers.get('cache-control') ?? '')?.[1]);
    assert.ok(maxAge + stale < publishAheadSeconds);
    const etag = reply.headers.get('etag') ?? '';
    assert.equal(
      (await site.send('GET', '/.well-known/jwks.json', { headers: { 'if-none-match': etag } })).status,
      304,
    );
    assert.equal((await site.send('HEAD', '/.well-known/jwks.json')).status, 200);
  });

  test('JWKS-1: the flag remove_alg_from_jwks takes alg away', async () => {
    await site.manage('PATCH', '/tenants/settings', { flags: { remove_alg_from_jwks: true } });
    const { body } = await site.send('GET', '/.well-known/jwks.json');
    assert.ok(body.keys.every((key: object) => !('alg' in key)));
    await site.manage('PATCH', '/tenants/settings', { flags: { remove_alg_from_jwks: false } });
  });

  test('the root says what this is and where to go', async () => {
    const reply = await site.send('GET', '/');
    assert.equal(reply.status, 200);
    assert.ok(reply.text.includes(`${site.issuer}.well-known/openid-configuration`));
  });

  test("an unknown host gets a plain 404 and nobody's issuer", async () => {
    for (const host of ['evil.example.com', 'localhost.evil.com', 'localhost:x', 'LOCALHOST.', '127.0.0.1.nip.io']) {
      const reply = await asHost(site.base, host, '/.well-known/openid-configuration');
      assert.ok([400, 404].includes(reply.status), `${host}: ${reply.status}`);
      assert.ok(!reply.text.includes('issuer'));
    }
  });

  test('forwarding headers of a peer that is no trusted proxy are ignored', async () => {
    const reply = await asHost(site.base, site.host, '/.well-known/openid-configuration', {
      'x-forwarded-host': 'evil.example.com',
      'x-forwarded-proto': 'https',
    });
    assert.equal(JSON.parse(reply.text).issuer, site.issuer);
  });

  test('TEN-04: two tenants share no key, and each host has its own issuer', async () => {
    const { ensureRing } = await import('../../src/domain/keys/rings.ts');
    const other = 'second' as TenantId;
    await site.house.database.addTenant({ id: other, name: 'Second', hosts: ['second.example.com'] });
    await ensureRing(site.house.database.store(other), 'RS256', 'second.example.com', Date.now());
    await site.house.hosts.refresh();
    const mine = await site.send('GET', '/.well-known/jwks.json');
    const theirs = JSON.parse((await asHost(site.base, 'second.example.com', '/.well-known/jwks.json')).text);
    const kids = new Set([...mine.body.keys, ...theirs.keys].map((key: { kid: string }) => key.kid));
    assert.equal(kids.size, 4);
    const configuration = JSON.parse(
      (await asHost(site.base, 'second.example.com', '/.well-known/openid-configuration')).text,
    );
    assert.equal(configuration.issuer, 'http://second.example.com/');
    const machine = await site.machine();
    const token = (
      await site.token({
        grant_type: 'client_credentials',
        client_id: site.admin.clientId,
        client_secret: site.admin.clientSecret,
        audience: `https://${site.host}/api/v2/`,
      })
    ).body.access_token;
    for (const path of ['/api/v2/clients', `/api/v2/clients/${machine.clientId}`, '/api/v2/tenants/settings']) {
      const reply = await asHost(site.base, 'second.example.com', path, { authorization: `Bearer ${token}` });
      assert.equal(reply.status, 401, path);
    }
  });
});

describe('a trusted proxy', () => {
  test('names host and scheme, so the issuer is the public one', async () => {
    const site = await serveHere('sqlite', {
      flags: ['--domain', 'auth.example.com', '--trusted-proxies', '127.0.0.1,::1'],
    });
    try {
      const reply = await asHost(site.base, 'internal:8080', '/.well-known/openid-configuration', {
        'x-forwarded-host': 'auth.example.com',
        'x-forwarded-proto': 'https',
      });
      assert.equal(JSON.parse(reply.text).issuer, 'https://auth.example.com/');
      assert.equal((await asHost(site.base, 'localhost', '/.well-known/openid-configuration')).status, 404);
    } finally {
      await site.stop();
    }
  });
});

for (const engine of engines) {
  test(`TWO-05 on ${engine}: a node signs for an API whose algorithm another node has just brought in`, async () => {
    const at = await freshPlace(engine);
    const [one, two] = await Promise.all([spawnServer(at), spawnServer(at)]);
    try {
      const machine = await one.machine();
      const ask = (audience: string) =>
        two.token({
          grant_type: 'client_credentials',
          client_id: machine.clientId,
          client_secret: machine.clientSecret,
          audience,
        });
      assert.equal((await ask(machine.audience)).status, 200, 'the keys are in the memory of the second node now');
      for (const alg of ['ES256', 'EdDSA', 'PS256']) {
        const audience = `https://${alg}.example.com/`;
        await one.manage('POST', '/resource-servers', { identifier: audience, signing_alg: alg });
        await one.manage('POST', '/client-grants', { client_id: machine.clientId, audience, scope: [] });
        assert.equal((await ask(audience)).status, 200, alg);
      }
    } finally {
      await Promise.all([one.end(), two.end()]);
      await at.clear();
    }
  });

  test(`KEY-04, KEY-05 on ${engine}: of many rotations at once on two nodes one happens, and every token is in both key sets`, async () => {
    const at = await freshPlace(engine);
    const nodes = await Promise.all([spawnServer(at), spawnServer(at)]);
    const [one, two] = nodes as [(typeof nodes)[0], (typeof nodes)[0]];
    try {
      const kidsOf = async (site: typeof one) =>
        (await site.send('GET', '/.well-known/jwks.json')).body.keys.map((key: { kid: string }) => key.kid) as string[];
      assert.deepEqual(
        (await kidsOf(one)).toSorted(),
        (await kidsOf(two)).toSorted(),
        'two nodes that boot on an empty store make one key set',
      );
      const machine = await one.machine();
      const replies = await Promise.all(
        Array.from({ length: 8 }, (_, i) => (i % 2 ? one : two).manage('POST', '/keys/signing/rotate')),
      );
      assert.deepEqual(replies.map((reply) => reply.status).toSorted(), [201, ...Array.from({ length: 7 }, () => 409)]);
      for (const site of nodes) {
        const { body } = await site.token({
          grant_type: 'client_credentials',
          client_id: machine.clientId,
          client_secret: machine.clientSecret,
          audience: machine.audience,
        });
        const kid = JSON.parse(Buffer.from(body.access_token.split('.')[0], 'base64url').toString()).kid;
        for (const reader of nodes)
          assert.ok((await kidsOf(reader)).includes(kid), 'the key that signs is known everywhere');
      }
      const states = (await one.manage('GET', '/keys/signing')).body as {
        current?: boolean;
        next?: boolean;
        previous?: boolean;
        kid: string;
      }[];
      assert.equal(states.filter((key) => key.current).length, 1);
      const current = states.find((key) => key.current)?.kid;
      assert.ok(
        (await one.manage('PUT', `/keys/signing/${current}/revoke`)).status >= 400,
        'the current key cannot be revoked',
      );
      assert.equal((await one.manage('PUT', '/keys/signing/unknown/revoke')).status, 404);
    } finally {
      await Promise.all(nodes.map((node) => node.end()));
      await at.clear();
    }
  });
}
