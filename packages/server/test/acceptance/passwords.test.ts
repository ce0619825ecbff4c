// and what else auth0-behaviour §13 says of the password grants, over the wire.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Api, type Client, connection, type PeopledSite, type Person, peopled } from '../support/people.ts';
import { claimsOf, idToken, userinfo } from '../support/relying-party.ts';
import { serveHere } from '../support/running.ts';

const realmGrant = 'http://auth0.com/oauth/grant-type/password-realm';
const standard = 'openid profile email address phone';

describe('password grants', () => {
  let here: Awaited<ReturnType<typeof serveHere>>;
  let site: PeopledSite;
  let client: Client;
  let api: Api;
  let person: Person;
  before(async () => {
    here = await serveHere();
    site = peopled(here);
    [client, api, person] = await Promise.all([
      site.webClient({ grant_types: ['password', realmGrant, 'refresh_token'] }),
      site.api({ allow_offline_access: true }),
      site.user({ name: 'Pat Word' }),
    ]);
    await site.tenant({ default_directory: connection });
  });
  after(() => here.stop());

  const ask = (more: Record<string, string> = {}, by: Client = client, headers: Record<string, string> = {}) =>
    site.token(
      {
        grant_type: 'password',
        client_id: by.id,
        ...(by.secret === undefined ? {} : { client_secret: by.secret }),
        username: person.email,
        password: person.password,
        ...more,
      },
      headers,
    );
  const events = async (type: string) => {
    await here.house.logs.flush();
    const q = encodeURIComponent(`type:${type}`);
    // biome-ignore lint/suspicious/noExplicitAny: log records, read by assertions
    return (await site.manage('GET', `/logs?q=${q}&sort=date:-1`)).body as any[];
  };

  test('A-23: without a scope the token has all scopes of the API, and says that it came for a password', async () => {
    const { status, body, text, headers } = await ask({ audience: api.audience });
    assert.equal(status, 200, text);
    assert.equal(headers.get('cache-control'), 'no-store');
    assert.equal(body.scope, `${standard} read:patients write:patients`);
    assert.equal(body.token_type, 'Bearer');
    const claims = claimsOf(body.access_token);
    assert.equal(claims.gty, 'password');
    assert.equal(claims.sub, person.userId);
    assert.deepEqual(claims.aud, [api.audience, `${site.issuer}userinfo`]);
    assert.equal(body.refresh_token, undefined, 'nobody asked for offline_access');
    const [event] = await events('sepft');
    assert.equal(event.user_id, person.userId);
    assert.deepEqual(
      event.details.trace.map(({ rule }: { rule: string }) => rule),
      ['standard_scopes', 'all_api_scopes', 'consent', 'audience', 'granted'],
    );
  });

  test('without an audience the answer is the recorded one, and no session begins', async () => {
    const { status, body, text, headers } = await ask();
    assert.equal(status, 200, text);
    assert.equal(body.scope, standard);
    assert.equal(body.expires_in, 86_400);
    assert.equal(headers.get('set-cookie'), null);
    const claims = await idToken(site, body.id_token, { client, accessToken: body.access_token });
    assert.equal(claims.sub, person.userId);
    assert.equal(claims.name, 'Pat Word');
    assert.equal(claims.sid, undefined);
    assert.equal(claims.nonce, undefined);
    const info = await userinfo(site, body.access_token);
    assert.equal(info.status, 200, info.text);
    assert.equal(info.body.email, person.email);
    const sessions = await site.manage('GET', `/users/${person.userId}/sessions`);
    assert.deepEqual(sessions.body.sessions, []);
  });

  const scopes: readonly [scope: string, audience: boolean, granted: string | undefined][] = [
    ['extra-scope', false, undefined],
    ['extra-scope', true, undefined],
    ['openid', false, standard],
    ['openid', true, `${standard} read:patients write:patients`],
    ['openid email', true, 'openid email read:patients write:patients'],
    ['openid read:patients', true, 'openid read:patients profile email address phone'],
    ['read:patients', true, 'read:patients'],
    ['profile', false, 'profile'],
  ];
  for (const [scope, audience, granted] of scopes) {
    test(`"${scope}" ${audience ? 'at an API' : 'alone'} gives ${granted ?? 'no scope'}`, async () => {
      const { status, body, text } = await ask({ scope, ...(audience ? { audience: api.audience } : {}) });
      assert.equal(status, 200, text);
      assert.equal(body.scope, granted);
      assert.equal('id_token' in body, granted?.split(' ').includes('openid') === true);
    });
  }

  test('what the user does not hold is left out, with the reason, and consent is never asked', async () => {
    const guarded = await site.api({
      enforce_policies: true,
      token_dialect: 'access_token_authz',
      skip_consent_for_verifiable_first_party_clients: false,
    });
    const held = { permissions: [{ resource_server_identifier: guarded.audience, permission_name: 'read:patients' }] };
    const given = await site.manage('POST', `/users/${person.userId}/permissions`, held);
    assert.equal(given.status, 201, given.text);
    const { body, text } = await ask({ audience: guarded.audience });
    assert.equal(body.scope, `${standard} read:patients`, text);
    assert.deepEqual(claimsOf(body.access_token).permissions, ['read:patients']);
    const [event] = await events('sepft');
    const dropped = event.details.trace.find(({ rule }: { rule: string }) => rule === 'permissions');
    assert.deepEqual(dropped.dropped, ['write:patients']);
  });

  test('offline_access brings a refresh token that is tied to no session', async () => {
    const { body, text } = await ask({ audience: api.audience, scope: 'openid offline_access read:patients' });
    assert.ok(body.refresh_token, text);
    assert.match(body.scope, /offline_access/);
    const closed = await site.api({ allow_offline_access: false });
    const without = await ask({ audience: closed.audience, scope: 'offline_access read:patients' });
    assert.equal(without.body.refresh_token, undefined);
    assert.equal(without.body.scope, 'read:patients');
  });

  test('the realm names the connection, and the plain grant does not listen to one', async () => {
    const other = await site.manage('POST', '/connections', {
      name: 'Other-Directory',
      strategy: 'auth0',
      enabled_clients: [client.id],
    });
    assert.equal(other.status, 201, other.text);
    const there = await site.user({ connection: 'Other-Directory' });
    const credentials = { username: there.email, password: there.password };
    assert.equal((await ask({ ...credentials, grant_type: realmGrant, realm: 'Other-Directory' })).status, 200);
    assert.equal((await ask({ ...credentials, grant_type: realmGrant, realm: connection })).status, 403);
    assert.equal((await ask({ ...credentials, realm: 'Other-Directory' })).status, 403);
    assert.equal((await ask({ grant_type: realmGrant, realm: connection })).status, 200);
    const renamed = { realms: ['staff', 'Other-Directory'] };
    assert.equal((await site.manage('PATCH', `/connections/${other.body.id}`, renamed)).status, 200);
    assert.equal((await ask({ ...credentials, grant_type: realmGrant, realm: 'staff' })).status, 200);
  });

  test('errors are the documented ones', async () => {
    const refusals: readonly [more: Record<string, string>, status: number, error: string, description: RegExp][] = [
      [{ password: 'wrong' }, 403, 'invalid_grant', /^Wrong email or password\.$/],
      [{ username: 'nobody@people.example.com' }, 403, 'invalid_grant', /^Wrong email or password\.$/],
      [{ username: '' }, 400, 'invalid_request', /^Missing required parameter: username$/],
      [{ password: '' }, 400, 'invalid_request', /^Missing required parameter: password$/],
      [{ grant_type: realmGrant }, 400, 'invalid_request', /^Missing required parameter: realm$/],
      [{ grant_type: realmGrant, realm: 'No-Such' }, 400, 'invalid_request', /^Unknown realm No-Such\.$/],
      [{ audience: 'https://nowhere.example.com/' }, 403, 'access_denied', /^Service not found: /],
      [{ scope: 'a"b' }, 400, 'invalid_scope', /./],
    ];
    for (const [more, status, error, description] of refusals) {
      const reply = await ask(more);
      assert.equal(reply.status, status, `${JSON.stringify(more)} ${reply.text}`);
      assert.equal(reply.body.error, error);
      assert.match(reply.body.error_description, description);
    }
    const [unknown, wrong, failed] = await Promise.all(['fu', 'fp', 'fepft'].map(events));
    assert.equal(unknown?.[0].user_name, 'nobody@people.example.com');
    assert.equal(wrong?.[0].user_id, person.userId);
    assert.ok(failed && failed.length >= refusals.length);
    assert.doesNotMatch(JSON.stringify([unknown, wrong, failed]), new RegExp(person.password));
  });

  test("a realm that keeps no passwords, is not the client's, or is switched off is refused", async () => {
    const make = async (more: object) => {
      const reply = await site.manage('POST', '/connections', more);
      assert.equal(reply.status, 201, reply.text);
    };
    await make({ name: 'sms-codes', strategy: 'sms', enabled_clients: [client.id] });
    await make({ name: 'Not-Yours', strategy: 'auth0' });
    const sms = await ask({ grant_type: realmGrant, realm: 'sms-codes' });
    assert.equal(sms.status, 400, sms.text);
    assert.equal(sms.body.error_description, 'specified strategy does not support requested operation');
    const foreign = await ask({ grant_type: realmGrant, realm: 'Not-Yours' });
    assert.equal(foreign.status, 400);
    assert.equal(foreign.body.error_description, 'Unknown realm Not-Yours.');
  });

  test('a tenant without a default directory says so', async () => {
    await site.tenant({ default_directory: '' });
    try {
      const reply = await ask();
      assert.equal(reply.status, 500);
      assert.equal(reply.body.error, 'server_error');
      assert.equal(reply.body.error_description, 'Authorization server not configured with default connection.');
      assert.equal((await ask({ grant_type: realmGrant, realm: connection })).status, 200);
    } finally {
      await site.tenant({ default_directory: connection });
    }
  });

  test('A-25: a client gets nothing for a password unless its grant types say so', async () => {
    const plain = await site.webClient();
    for (const grant_type of ['password', realmGrant]) {
      const reply = await ask({ grant_type, realm: connection }, plain);
      assert.equal(reply.status, 403);
      assert.deepEqual(reply.body, {
        error: 'unauthorized_client',
        error_description: `Grant type '${grant_type}' not allowed for the client.`,
        error_uri: 'https://auth0.com/docs/clients/client-grant-types',
      });
    }
  });

  test('a client of somebody else, or of organizations only, never gets to ask', async () => {
    const orgs = await site.webClient({ grant_types: ['password'], organization_usage: 'require' });
    const within = await ask({}, orgs);
    assert.equal(within.status, 403);
    assert.equal(within.body.error_description, 'parameter organization is required for this client');
    const failures = async () => (await events('fp')).length;
    const before = await failures();
    await ask({ password: 'wrong' }, orgs);
    assert.equal(await failures(), before, 'the password is not looked at');
  });

  test('a public client may, with an RS256 ID token', async () => {
    const app = await site.publicClient({ grant_types: ['password'], jwt_configuration: { alg: 'HS256' } });
    const { body, text } = await ask({}, app);
    assert.ok(body.id_token, text);
    await idToken(site, body.id_token, { client: app, accessToken: body.access_token });
  });

  test('a blocked user is told so only with the right password', async () => {
    const blocked = await site.user({ blocked: true });
    const right = await ask({ username: blocked.email });
    assert.equal(right.status, 401);
    assert.deepEqual([right.body.error, right.body.error_description], ['unauthorized', 'user is blocked']);
    const wrong = await ask({ username: blocked.email, password: 'wrong' });
    assert.equal(wrong.status, 403);
    assert.equal(wrong.body.error, 'invalid_grant');
  });

  test('A-24: ten wrong passwords are ten refusals, and then even the right one is too many', async () => {
    const victim = await site.user();
    const guess = (password: string) =>
      ask({ grant_type: realmGrant, realm: connection, username: victim.email, password });
    for (let time = 0; time < 10; time++) {
      const reply = await guess(`wrong ${time}`);
      assert.equal(reply.status, 403, reply.text);
      assert.equal(reply.body.error, 'invalid_grant');
    }
    for (const password of ['wrong', victim.password]) {
      const reply = await guess(password);
      assert.equal(reply.status, 429, reply.text);
      assert.equal(reply.body.error, 'too_many_attempts');
      assert.match(reply.body.error_description, /^Your account has been blocked after multiple consecutive login/);
      assert.ok(Number(reply.headers.get('retry-after')) > 0);
    }
    assert.equal((await ask()).status, 200, 'somebody else');
  });

  test('ATT-5: the address of the person counts, from a confidential client that may name it, and from nobody else', async () => {
    const trusted = await site.webClient({ grant_types: ['password'], is_token_endpoint_ip_header_trusted: true });
    const victim = await site.user();
    const from = (ip: string, password: string, by = trusted) =>
      ask({ username: victim.email, password }, by, { 'auth0-forwarded-for': ip });
    for (let time = 0; time < 10; time++) assert.equal((await from('2001:db8:1:2::9', 'wrong')).status, 403);
    assert.equal((await from('2001:db8:1:2:ffff::1', victim.password)).status, 429, 'the same household');
    assert.equal((await from('2001:db8:1:3::1', victim.password)).status, 200, 'its neighbour');
    const [event] = await events('limit_wc');
    assert.equal(event.ip, '2001:db8:1:2:ffff::1');
    for (let time = 0; time < 10; time++) assert.equal((await from(`192.0.2.${time}`, 'wrong', client)).status, 403);
    assert.equal((await from('192.0.2.77', victim.password, client)).status, 429, 'not trusted');
    assert.equal((await from('no address', victim.password)).status, 429, 'an address, or nothing');
  });
});
