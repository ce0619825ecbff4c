// /api/v2/clients: what a new client has, how it changes, who sees what of it (auth0-behaviour §2.2, §26, §27.1, §37.4).

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { serveHere } from '../support/running.ts';

describe('clients', () => {
  let site: Awaited<ReturnType<typeof serveHere>>;
  before(async () => {
    site = await serveHere();
  });
  after(() => site.stop());
  const create = async (body: object) => {
    const reply = await site.manage('POST', '/clients', { name: 'A client', ...body });
    assert.equal(reply.status, 201, reply.text);
    return reply.body;
  };

  const short = {
    rotation_type: 'non-rotating',
    expiration_type: 'non-expiring',
    leeway: 0,
    token_lifetime: 2_592_000,
    infinite_token_lifetime: true,
    idle_token_lifetime: 1_296_000,
    infinite_idle_token_lifetime: true,
  };
  const long = { ...short, token_lifetime: 31_557_600, idle_token_lifetime: 2_592_000 };
  const user = ['authorization_code', 'implicit', 'refresh_token'];
  const defaults: readonly [name: string, draft: object, expected: object][] = [
    [
      'nothing but a name',
      {},
      {
        is_first_party: true,
        oidc_conformant: false,
        is_token_endpoint_ip_header_trusted: false,
        sso_disabled: false,
        cross_origin_authentication: false,
        custom_login_page_on: true,
        global: false,
        grant_types: [...user, 'client_credentials'],
        jwt_configuration: { secret_encoded: false, lifetime_in_seconds: 36_000 },
        refresh_token: short,
        token_endpoint_auth_method: undefined,
        app_type: undefined,
      },
    ],
    ['an explicit confidential method', { token_endpoint_auth_method: 'client_secret_post' }, { refresh_token: long }],
    [
      'the type regular_web',
      { app_type: 'regular_web' },
      { refresh_token: short, token_endpoint_auth_method: undefined },
    ],
    ['the method none', { token_endpoint_auth_method: 'none' }, { grant_types: user, refresh_token: short }],
    ['the type spa', { app_type: 'spa' }, { grant_types: user, token_endpoint_auth_method: 'none' }],
    ['the type native', { app_type: 'native' }, { grant_types: user, token_endpoint_auth_method: 'none' }],
    [
      'an ID token algorithm',
      { jwt_configuration: { alg: 'RS256' } },
      { jwt_configuration: { secret_encoded: false, alg: 'RS256', lifetime_in_seconds: undefined } },
    ],
    [
      'a third party in strict mode',
      { is_first_party: false, app_type: 'regular_web' },
      {
        third_party_security_mode: 'strict',
        redirection_policy: 'open_redirect_protection',
        oidc_conformant: true,
        grant_types: ['authorization_code'],
        jwt_configuration: { secret_encoded: false, alg: 'RS256', lifetime_in_seconds: 3600 },
        refresh_token: { ...long, expiration_type: 'expiring', infinite_idle_token_lifetime: false },
      },
    ],
    [
      'part of a refresh token configuration',
      { refresh_token: { leeway: 10 } },
      { refresh_token: { ...short, leeway: 10 } },
    ],
    [
      'rotating refresh tokens',
      { refresh_token: { rotation_type: 'rotating' } },
      {
        refresh_token: {
          ...short,
          rotation_type: 'rotating',
          expiration_type: 'expiring',
          infinite_token_lifetime: false,
          infinite_idle_token_lifetime: false,
        },
      },
    ],
  ];
  for (const [name, draft, expected] of defaults) {
    test(`§37.4: a client with ${name} has the recorded defaults`, async () => {
      const client = await create(draft);
      for (const [member, value] of Object.entries(expected)) {
        assert.deepEqual(client[member], value === undefined ? undefined : JSON.parse(JSON.stringify(value)), member);
      }
      assert.match(client.client_secret, /^[A-Za-z0-9_-]{64}$/);
      assert.deepEqual((await site.manage('GET', `/clients/${client.client_id}`)).body, withoutEncrypted(client));
    });
  }

  test('ids have 32 letters and digits; those of strict third parties begin with tpc_', async () => {
    assert.match((await create({})).client_id, /^[A-Za-z0-9]{32}$/);
    assert.match((await create({ is_first_party: false })).client_id, /^tpc_[A-Za-z0-9]{22}$/);
    assert.match(
      (await create({ is_first_party: false, third_party_security_mode: 'permissive' })).client_id,
      /^[A-Za-z0-9]{32}$/,
    );
  });

  const refused: readonly [body: object, message: RegExp][] = [
    [{ name: 'x', client_id: 'mine' }, /Additional properties not allowed: client_id/],
    [{ name: 'a<b>' }, /does not match pattern/],
    [{ name: 'x', description: 'd'.repeat(141) }, /String is too long \(141 chars\), maximum 140/],
    [{ name: 'x', callbacks: ['javascript:alert(1)'] }, /format absolute-uri-without-fragment/],
    [{ name: 'x', callbacks: Array(101).fill('https://a.example/') }, /Array is too long \(101\), maximum 100/],
    [{ name: 'x', web_origins: Array(101).fill('https://a.example/') }, /Array is too long/],
    [
      { name: 'x', client_metadata: Object.fromEntries(Array.from({ length: 11 }, (_, n) => [`k${n}`, 'v'])) },
      /Too many properties defined, maximum 10/,
    ],
    [{ name: 'x', client_metadata: { k: 'v'.repeat(256) } }, /String is too long \(256 chars\), maximum 255/],
    [{ name: 'x', grant_types: ['client_credentials', 'magic'] }, /No enum match for: magic/],
    [
      { name: 'x', token_endpoint_auth_method: 'none', grant_types: ['client_credentials'] },
      /client_credentials is not allowed/,
    ],
    [
      {
        name: 'x',
        token_endpoint_auth_method: 'none',
        client_authentication_methods: { private_key_jwt: { credentials: [] } },
      },
      /mutually exclusive/,
    ],
    [{ name: 'x', client_authentication_methods: {} }, /Exactly one authentication method/],
    [{ name: 'x', refresh_token: { rotation_type: 'rotating', expiration_type: 'non-expiring' } }, /must be expiring/],
    [
      { name: 'x', refresh_token: { policies: [{ audience: 'https://nowhere.example/', scope: [] }] } },
      /resource server does not exist/,
    ],
    [
      { name: 'x', is_first_party: false, grant_types: ['password'] },
      /not allowed for a third-party client in strict mode/,
    ],
    [{ name: 'x', is_first_party: false, callbacks: ['https://*.example.com/cb'] }, /Wildcards are not allowed/],
    [{ name: 'x', third_party_security_mode: 'strict' }, /Only allowed for clients with is_first_party false/],
    [{ name: 'x', app_type: 'resource_server' }, /Must be given for app_type resource_server/],
    [
      { name: 'x', default_organization: { flows: ['client_credentials'] } },
      /Missing required property: organization_id/,
    ],
    [{ name: 'x', initiate_login_uri: 'http://a.example/' }, /format absolute-https-uri-or-empty/],
    [{ name: 'x', answer_dialect: 'saml' }, /No enum match/],
  ];
  for (const [body, message] of refused) {
    test(`a client ${JSON.stringify(body).slice(0, 70)} is refused`, async () => {
      const reply = await site.manage('POST', '/clients', body);
      assert.equal(reply.status, 400);
      assert.equal(reply.body.errorCode, 'invalid_body');
      assert.match(reply.body.message, message);
    });
  }

  test('a patch replaces members, merges objects that Auth0 merges, and null takes away', async () => {
    const { client_id } = await create({
      callbacks: ['https://a.example/cb'],
      client_metadata: { a: '1', b: '2' },
      native_social_login: { apple: { enabled: true }, facebook: { enabled: true } },
      session_transfer: { can_create_session_transfer_token: true, allow_refresh_token: true },
      organization_usage: 'allow',
    });
    const path = `/clients/${client_id}`;
    const rows: readonly [patch: object, member: string, value: unknown][] = [
      [{ callbacks: ['https://b.example/cb'] }, 'callbacks', ['https://b.example/cb']],
      [{ client_metadata: { b: null, c: '3' } }, 'client_metadata', { a: '1', c: '3' }],
      [
        { native_social_login: { facebook: { enabled: false } } },
        'native_social_login',
        { apple: { enabled: true }, facebook: { enabled: false } },
      ],
      [{ session_transfer: { allow_refresh_token: false } }, 'session_transfer', { allow_refresh_token: false }],
      [{ session_transfer: null }, 'session_transfer', undefined],
      [{ organization_usage: null }, 'organization_usage', undefined],
      [{ initiate_login_uri: 'https://a.example/login' }, 'initiate_login_uri', 'https://a.example/login'],
      [{ initiate_login_uri: '' }, 'initiate_login_uri', undefined],
      [{ cross_origin_auth: true }, 'cross_origin_authentication', true],
      [
        { oidc_logout: { backchannel_logout_urls: ['https://a.example/out'] } },
        'oidc_backchannel_logout',
        { backchannel_logout_urls: ['https://a.example/out'] },
      ],
      [{ oidc_backchannel_logout: null }, 'oidc_logout', undefined],
      [{ answer_dialect: 'oidc' }, 'answer_dialect', 'oidc'],
      [{ answer_dialect: null }, 'answer_dialect', undefined],
      [{ grant_types: [] }, 'grant_types', []],
    ];
    for (const [patch, member, value] of rows) {
      const reply = await site.manage('PATCH', path, patch);
      assert.equal(reply.status, 200, reply.text);
      assert.deepEqual(reply.body[member], value, JSON.stringify(patch));
      assert.deepEqual((await site.manage('GET', path)).body[member], value);
    }
  });

  test('§2.2: who owns a client is fixed; the same value may be sent again, as tools do', async () => {
    const { client_id } = await create({});
    assert.equal((await site.manage('PATCH', `/clients/${client_id}`, { is_first_party: true })).status, 200);
    assert.equal((await site.manage('PATCH', `/clients/${client_id}`, { is_first_party: false })).status, 400);
  });

  test('APP-5: a rotated secret works at once and the old one does not', async () => {
    const machine = await site.machine();
    const token = (client_secret: string) =>
      site.token({
        grant_type: 'client_credentials',
        client_id: machine.clientId,
        client_secret,
        audience: machine.audience,
      });
    const rotated = await site.manage('POST', `/clients/${machine.clientId}/rotate-secret`);
    assert.equal(rotated.status, 200);
    assert.match(rotated.body.client_secret, /^[A-Za-z0-9_-]{64}$/);
    assert.notEqual(rotated.body.client_secret, machine.clientSecret);
    assert.equal((await token(rotated.body.client_secret)).status, 200);
    assert.equal((await token(machine.clientSecret)).status, 401);
    const chosen = 'a secret of our own choice, long enough';
    assert.equal(
      (await site.manage('PATCH', `/clients/${machine.clientId}`, { client_secret: chosen })).body.client_secret,
      chosen,
    );
    assert.equal((await token(chosen)).status, 200);
  });

  test('a deleted client takes its grants and credentials along', async () => {
    const machine = await site.machine();
    assert.equal((await site.manage('DELETE', `/clients/${machine.clientId}`)).status, 204);
    assert.equal((await site.manage('GET', `/client-grants/${machine.grantId}`)).status, 404);
    assert.deepEqual((await site.manage('GET', `/client-grants?client_id=${machine.clientId}`)).body, []);
    assert.equal((await site.manage('GET', `/clients/${machine.clientId}/credentials`)).status, 404);
  });

  test('TEN-2: the global client is there, can change its login page only, and cannot be deleted', async () => {
    const [global] = (await site.manage('GET', '/clients?is_global=true')).body;
    const path = `/clients/${global.client_id}`;
    assert.equal(global.global, true);
    assert.equal(
      (await site.manage('PATCH', path, { custom_login_page: '<html></html>', custom_login_page_on: true })).status,
      200,
    );
    assert.equal((await site.manage('PATCH', path, { grant_types: ['client_credentials'] })).status, 400);
    assert.equal((await site.manage('DELETE', path)).status, 400);
    assert.equal((await site.manage('POST', `${path}/rotate-secret`)).status, 404);
    assert.ok(
      !(await site.manage('GET', '/clients?is_global=false')).body.some((client: { global: boolean }) => client.global),
    );
  });
});

/** `encrypted` is said once, in the answer to the creation. */
function withoutEncrypted(client: Record<string, unknown>): object {
  const { encrypted, ...rest } = client;
  assert.equal(encrypted, true);
  return rest;
}
