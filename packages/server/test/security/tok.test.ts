// TOK: tokens for something else at the Management API, all signed with the tenant's real key.

import assert from 'node:assert/strict';
import type { KeyObject } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { defaultTenant } from '../../src/domain/tenants/hosts.ts';
import { signedWith } from '../support/forgery.ts';
import { judged } from '../support/oracles.ts';
import { type Machine, type Reply, type Site, serveHere } from '../support/running.ts';

const now = () => Math.floor(Date.now() / 1000);

let here: Awaited<ReturnType<typeof serveHere>>;
let site: Site;
let machine: Machine;
let key: KeyObject;
let kid: string;
let audience: string;

before(async () => {
  here = await serveHere();
  site = judged(here);
  machine = await site.machine({ scopes: ['read:clients', 'read:users', 'update:clients'] });
  const signing = await here.house.keyring.signing(defaultTenant, 'RS256');
  key = signing.input.key as KeyObject;
  kid = signing.kid;
  audience = `https://${site.host}/api/v2/`;
});
after(() => here.stop());

/** Claims of a machine token of the administrator for the Management API, and what is to be different. `undefined` leaves out. */
const claims = (different: object = {}) => ({
  iss: site.issuer,
  sub: `${site.admin.clientId}@clients`,
  aud: audience,
  iat: now(),
  exp: now() + 600,
  scope: 'read:clients read:users update:clients',
  gty: 'client-credentials',
  azp: site.admin.clientId,
  ...different,
});
const signed = (different: object = {}, header: object = {}) =>
  signedWith(key, { alg: 'RS256', typ: 'JWT', kid, ...header }, claims(different));
const present = (token: string): Promise<Reply> =>
  site.send('GET', '/api/v2/clients', { headers: { authorization: `Bearer ${token}` } });

async function refused(token: string, what: string): Promise<Reply> {
  const reply = await present(token);
  assert.equal(reply.status, 401, `${what}: ${reply.text}`);
  assert.match(reply.headers.get('www-authenticate') ?? '', /^Bearer .*error="invalid_token"/, what);
  assert.equal(reply.body.statusCode, 401);
  return reply;
}

describe('tokens for something else at the Management API', () => {
  test('the token that these are made from is good', async () => {
    assert.equal((await present(signed())).status, 200);
    assert.equal((await present(signed({ aud: [audience] }))).status, 200);
  });

  test('TOK-02: an ID token of an administrator is refused, and the log says that it is one', async () => {
    const user = { sub: 'auth0|administrator', email: 'a@example.com', email_verified: true, gty: undefined };
    const mine = site.admin.clientId;
    const rows: readonly [what: string, different: object, header?: object][] = [
      ['as Auth0 makes it', { ...user, aud: mine, azp: undefined, scope: undefined, nonce: 'n' }],
      ['without a nonce', { ...user, aud: mine, azp: undefined, scope: undefined }],
      ['with azp', { ...user, aud: mine, scope: undefined, nonce: 'n', sid: 's' }],
      ['with a list as aud', { ...user, aud: [mine], scope: undefined }],
      ['for several audiences', { ...user, aud: [mine, audience], scope: undefined, nonce: 'n' }],
      ['with a scope claim of its own', { ...user, aud: mine }],
      ['of a hybrid flow', { ...user, aud: mine, at_hash: 'x', c_hash: 'y' }],
      ['with at_hash, for our audience', { ...user, at_hash: 'x' }],
      ['with the subject of a machine', { aud: mine, scope: undefined, nonce: 'n' }],
      ['with the sign-in times, for our audience', { ...user, scope: undefined, azp: undefined, auth_time: now() }],
    ];
    for (const [what, different, header] of rows) await refused(signed(different, header), what);
    await refused(
      signed({ ...user, aud: mine, azp: undefined, scope: undefined, nonce: 'canary-nonce' }),
      'for the log',
    );
    await here.house.logs.flush();
    const { body } = await site.manage('GET', `/logs?q=${encodeURIComponent('type:fapi')}&per_page=1`);
    assert.equal(body[0].details.cause.code, 'id_token');
    assert.match(body[0].details.cause.fix, /\S/);
  });

  test('TOK-02: other JWTs that the same key may sign are refused', async () => {
    for (const typ of [
      'logout+jwt',
      'secevent+jwt',
      'oauth-authz-req+jwt',
      'JARM',
      'token-introspection+jwt',
      'dpop+jwt',
      'id_token',
    ]) {
      await refused(signed({}, { typ }), typ);
    }
    const events = { 'http://schemas.openid.net/event/backchannel-logout': {} };
    await refused(signed({ events, sid: 's' }), 'a logout token without typ');
    await refused(
      signed({ sub: site.issuer, iss: site.issuer, azp: undefined, gty: undefined, scope: undefined }),
      'an assertion of our own',
    );
    await refused(signed({ typ: 'Refresh' }), 'a refresh token');
  });

  test('TOK-03: an access token of another API is refused, whatever its scopes', async () => {
    const { body } = await site.token({
      grant_type: 'client_credentials',
      client_id: machine.clientId,
      client_secret: machine.clientSecret,
      audience: machine.audience,
    });
    assert.equal(body.scope, 'read:clients read:users update:clients');
    await refused(body.access_token, 'a real one');
    const userinfo = `${site.issuer}userinfo`;
    const base = audience.slice(0, -1);
    const others: readonly unknown[] = [
      machine.audience,
      [machine.audience, userinfo],
      userinfo,
      [userinfo],
      site.issuer,
      machine.clientId,
      `${audience}/`,
      base,
      `${audience}clients`,
      `${audience}?`,
      `${audience}#`,
      ` ${audience}`,
      `${audience} `,
      `${audience}\n`,
      audience.slice(0, -3),
      audience.toUpperCase(),
      audience.replace('https', 'HTTPS'),
      audience.replace('https', 'http'),
      audience.replace('/api/v2/', '/api/v2'),
      audience.replace('/api/v2/', '//api/v2/'),
      audience.replace('/api/v2/', '/x/../api/v2/'),
      audience.replace('localhost', 'localhost.'),
      audience.replace('localhost', '127.0.0.1'),
      audience.replace('https://', 'https://evil@'),
      audience.replace(/:\d+/, ''),
      audience.replace(/:(\d+)/, ':0$1'),
      `https://evil.example/?${audience}`,
      `${audience},${machine.audience}`,
      `${audience} ${machine.audience}`,
      '*',
      '',
      [],
      [''],
      [[audience]],
      { 0: audience, length: 1 },
      { aud: audience },
      null,
      undefined,
      7,
      true,
      [machine.audience, 7],
      [null],
      'urn:countersign:management-api',
    ];
    for (const aud of others) await refused(signed({ aud }), `aud ${JSON.stringify(aud)}`);
  });

  test('TOK-03: the audience of one host is not that of another, though both are one tenant', async () => {
    const other = `https://127.0.0.1:${new URL(site.base).port}/api/v2/`;
    await refused(signed({ aud: other }), 'another name of this machine');
    await refused(
      signed({ aud: other, iss: other.replace('api/v2/', '').replace('https', 'http') }),
      'issued under another name',
    );
    await refused(signed({ iss: site.issuer.slice(0, -1) }), 'an issuer without its slash');
    await refused(signed({ iss: site.issuer.replace('http:', 'https:') }), 'an issuer of another scheme');
    for (const iss of [undefined, null, '', [site.issuer], { iss: site.issuer }])
      await refused(signed({ iss }), `iss ${iss}`);
  });

  test('TOK-03: a token out of its time, without its times, or with times that are no numbers is refused', async () => {
    for (const different of [
      { exp: now() - 3_600 },
      { exp: undefined },
      { exp: null },
      { exp: String(now() + 600) },
      { exp: [now() + 600] },
      { exp: true },
      { nbf: now() + 3_600 },
      { nbf: '0' },
      { iat: now() + 3_600 },
      { iat: 'now' },
      { exp: {} },
    ]) {
      await refused(signed(different), JSON.stringify(different));
    }
  });

  test('TOK-04: a user never has what a machine may do', async () => {
    const asUser = await present(signed({ sub: 'auth0|5f7c8ec7c33c6c004bbafe82', gty: undefined }));
    assert.equal(asUser.status, 403, asUser.text);
    assert.equal(asUser.body.errorCode, 'insufficient_scope');
    for (const sub of [
      'auth0|x@clients',
      `auth0|${site.admin.clientId}@clients`,
      `${machine.clientId}@clients`,
      site.admin.clientId,
      `${site.admin.clientId}@client`,
      `${site.admin.clientId}@clients `,
    ]) {
      const reply = await present(signed({ sub }));
      assert.equal(reply.status, 403, `sub ${sub}: ${reply.text}`);
    }
    for (const sub of [undefined, null, '', 7, [`${site.admin.clientId}@clients`]])
      await refused(signed({ sub }), `sub ${sub}`);
  });

  test('TOK-04: a token of a client that is gone, built in, or somebody else is refused', async () => {
    const gone = await site.machine();
    await site.manage('POST', '/client-grants', { client_id: gone.clientId, audience, scope: ['read:clients'] });
    const { body } = await site.token({
      grant_type: 'client_credentials',
      client_id: gone.clientId,
      client_secret: gone.clientSecret,
      audience,
    });
    assert.equal((await present(body.access_token)).status, 200);
    await site.manage('DELETE', `/clients/${gone.clientId}`);
    await refused(body.access_token, 'the client is gone');
    for (const azp of ['nobody', '', undefined, null, ['x'], { x: 1 }, '__proto__', "' OR 1=1--", 'x'.repeat(5_000)]) {
      await refused(signed({ azp, sub: `${String(azp)}@clients` }), `azp ${JSON.stringify(azp)?.slice(0, 40)}`);
    }
  });

  test('TOK-03: scopes are compared as a whole, and permissions are no scopes', async () => {
    for (const scope of [
      'read:client',
      'read:clients2',
      'READ:CLIENTS',
      'read:clients,update:clients',
      'read:*',
      '*',
      'x read:client_keys2',
      '',
      undefined,
    ]) {
      const reply = await present(signed({ scope, permissions: ['read:clients'] }));
      assert.equal(reply.status, 403, `scope ${scope}: ${reply.text}`);
    }
    for (const scope of [7, { x: 'read:clients' }, [['read:clients']], [7]]) {
      const reply = await present(signed({ scope }));
      assert.ok([401, 403].includes(reply.status), `scope ${JSON.stringify(scope)}: ${reply.status}`);
    }
  });

  test('TOK-02: a token is taken from the Authorization header only, and as Bearer only', async () => {
    const good = signed();
    for (const [path, headers] of [
      [`/api/v2/clients?access_token=${good}`, {}],
      ['/api/v2/clients', { cookie: `access_token=${good}; auth0=${good}` }],
      ['/api/v2/clients', { authorization: `Basic ${Buffer.from(`x:${good}`).toString('base64')}` }],
      ['/api/v2/clients', { authorization: `DPoP ${good}` }],
      ['/api/v2/clients', { authorization: good }],
      ['/api/v2/clients', { authorization: `Bearer ${good}, Bearer ${good}` }],
      ['/api/v2/clients', { authorization: `Bearer "${good}"` }],
      ['/api/v2/clients', { 'x-authorization': `Bearer ${good}`, 'x-forwarded-authorization': `Bearer ${good}` }],
    ] as const) {
      const reply = await site.send('GET', path, { headers });
      assert.ok(
        [400, 401].includes(reply.status),
        `${path.slice(0, 40)} ${JSON.stringify(headers).slice(0, 40)}: ${reply.status}`,
      );
    }
  });
});
