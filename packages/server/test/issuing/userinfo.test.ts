// /userinfo over the wire (auth0-behaviour §29; security-cases TOK): which tokens are taken, what is answered, how it is refused.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { issuedTokens } from '../../src/domain/issuing/user-tables.ts';
import { defaultTenant } from '../../src/domain/tenants/hosts.ts';
import { engines, serveHere } from '../support/running.ts';
import { api, application, claimsOf, person, type Request, type Running, redirectUri, responseTo } from './login.ts';
import { block, remove } from './permissions.ts';

for (const engine of engines) {
  describe(`/userinfo on ${engine}`, () => {
    let site: Running & { stop(): Promise<void> };
    let web: { id: string; secret: string };
    let user: string;
    let audience: string;
    before(async () => {
      site = await serveHere(engine);
      web = await application(site, { allowed_origins: ['https://spa.example.com'] });
      user = await person(site);
      audience = await api(site);
    });
    after(() => site.stop());

    const tokens = async (more: Request = {}, client = web, whom = user) => {
      const { code = '' } = await responseTo(site, client.id, whom, more);
      const reply = await site.token({
        grant_type: 'authorization_code',
        client_id: client.id,
        client_secret: client.secret,
        redirect_uri: redirectUri,
        code,
      });
      assert.equal(reply.status, 200, reply.text);
      return reply.body as { access_token: string; id_token: string };
    };
    const ask = (token: string, headers: Record<string, string> = {}) =>
      site.send('GET', '/userinfo', { headers: { authorization: `Bearer ${token}`, ...headers } });
    const form = { 'content-type': 'application/x-www-form-urlencoded' };

    test('answers by scope, sub first, with the profile as it is now', async () => {
      const all = await ask((await tokens({ scope: 'openid profile email' })).access_token);
      assert.equal(all.status, 200);
      assert.equal(all.headers.get('content-type'), 'application/json; charset=utf-8');
      assert.equal(all.headers.get('cache-control'), 'no-store');
      assert.deepEqual(
        Object.keys(all.body).filter((name) => name !== 'picture'),
        ['sub', 'nickname', 'name', 'updated_at', 'email', 'email_verified'],
      );
      assert.match(all.body.updated_at, /^\d{4}-\d\d-\d\dT/);
      assert.deepEqual((await ask((await tokens()).access_token)).body, { sub: user });
      const token = (await tokens({ scope: 'openid name' })).access_token;
      const before = (await ask(token)).body;
      assert.deepEqual(Object.keys(before), ['sub', 'name']);
      const { users } = await import('../../src/domain/accounts/user.ts');
      await site.house.database.store(defaultTenant).transact(async (tx) => {
        const row = await tx.lock(users, user);
        if (row) await tx.replace(users, { ...row, name: 'Changed' });
      });
      assert.equal((await ask(token)).body.name, 'Changed');
    });

    test('takes JWT and opaque tokens, by GET and by POST, in the header and in a form', async () => {
      for (const more of [{}, { audience }]) {
        const { access_token: token } = await tokens(more);
        const bearer = { authorization: `Bearer ${token}` };
        const replies = [
          await site.send('GET', '/userinfo', { headers: bearer }),
          await site.send('POST', '/userinfo', { headers: bearer }),
          await site.send('POST', '/userinfo', { headers: { ...bearer, ...form }, body: '' }),
          await site.send('POST', '/userinfo', { headers: form, body: `access_token=${token}` }),
        ];
        for (const reply of replies) assert.deepEqual([reply.status, reply.body], [200, { sub: user }]);
      }
    });

    test('a token in the query is not looked for, and one that is sent twice is refused', async () => {
      const { access_token: token } = await tokens();
      assert.equal((await site.send('GET', `/userinfo?access_token=${token}`)).status, 401);
      const twice = await site.send('POST', '/userinfo', {
        headers: { authorization: `Bearer ${token}`, ...form },
        body: `access_token=${token}`,
      });
      assert.equal(twice.status, 400);
      assert.match(twice.headers.get('www-authenticate') ?? '', /error="invalid_request"/);
    });

    test('without a token there is a challenge without an error, and the body is plain text', async () => {
      for (const headers of [{}, { authorization: 'Basic YTpi' }, { authorization: 'Bearer' }] as Record<
        string,
        string
      >[]) {
        const reply = await site.send('GET', '/userinfo', { headers });
        assert.equal(reply.status, 401);
        assert.equal(reply.text, 'Unauthorized');
        assert.equal(reply.headers.get('www-authenticate'), 'Bearer realm="Users"');
      }
    });

    test('TOK-01, TOK-04, A-4: other tokens are refused, each with a reason in the challenge', async () => {
      const machine = await site.machine();
      const machineToken = await site.token({
        grant_type: 'client_credentials',
        client_id: machine.clientId,
        client_secret: machine.clientSecret,
        audience: machine.audience,
      });
      const hs256 = await api(site, { signing_alg: 'HS256' });
      const set = await tokens({ audience, scope: 'openid profile' });
      const [head = '', body = '', signature = ''] = set.access_token.split('.');
      const payload = JSON.parse(Buffer.from(body, 'base64url').toString());
      const forged = Buffer.from(JSON.stringify({ ...payload, sub: 'auth0|other' })).toString('base64url');
      const none = Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url');
      const refused: readonly [name: string, token: string][] = [
        ['an ID token', set.id_token],
        ['a machine token', machineToken.body.access_token],
        ['a token of an HS256 API', (await tokens({ audience: hs256 })).access_token],
        ['a token without openid', (await tokens({ audience, scope: 'read:x' })).access_token],
        ['an opaque token without openid', (await tokens({ scope: 'profile' })).access_token],
        ['a forged payload', `${head}.${forged}.${signature}`],
        ['no signature', `${none}.${body}.`],
        ['a cut token', set.access_token.slice(0, -5)],
        ['nonsense', 'nonsense'],
        ['dots', 'a.b.c'],
      ];
      for (const [name, token] of refused) {
        const reply = await ask(token);
        assert.equal(reply.status, 401, name);
        assert.equal(reply.text, 'Unauthorized');
        assert.match(
          reply.headers.get('www-authenticate') ?? '',
          /^Bearer realm="Users", error="(invalid_token|insufficient_scope)", error_description="[^"]+"$/,
          name,
        );
      }
      assert.equal((await ask(set.access_token)).status, 200);
    });

    test('a token of another host of the same tenant is refused', async () => {
      for (const more of [{}, { audience }]) {
        const { access_token: token } = await tokens(more);
        const other = site.base.replace('localhost', '127.0.0.1');
        const reply = await fetch(`${other}/userinfo`, { headers: { authorization: `Bearer ${token}` } });
        assert.equal(reply.status, 401);
      }
    });

    test('an expired token is refused with its reason', async () => {
      const { access_token: token } = await tokens();
      const store = site.house.database.store(defaultTenant);
      const rows = await store.all(issuedTokens, { user_id: user });
      const { hash } = await import('node:crypto');
      const row = rows.find(({ id }) => id === hash('sha256', token, 'base64url'));
      assert.ok(row);
      await store.transact((tx) =>
        tx.replace(issuedTokens, { ...row, expires_at: new Date(Date.now()).toISOString() }),
      );
      const reply = await ask(token);
      assert.equal(
        reply.headers.get('www-authenticate'),
        'Bearer realm="Users", error="invalid_token", error_description="The token has expired"',
      );
    });

    test('tokens of users who were blocked or removed, and of clients that were deleted, are refused', async () => {
      for (const change of [block, remove]) {
        const whom = await person(site);
        const { access_token: token } = await tokens({}, web, whom);
        await change(site, whom);
        assert.equal((await ask(token)).status, 401);
      }
      const gone = await application(site);
      const { access_token: token } = await tokens({}, gone);
      await site.manage('DELETE', `/clients/${gone.id}`);
      assert.equal((await ask(token)).status, 401);
    });

    test('a page may read the answer if its client registered the origin; a refusal any page may read', async () => {
      const { access_token: token } = await tokens();
      for (const origin of ['https://spa.example.com', 'https://app.example.com']) {
        const reply = await ask(token, { origin });
        assert.equal(reply.status, 200);
        assert.equal(reply.headers.get('access-control-allow-origin'), origin);
      }
      const foreign = await ask(token, { origin: 'https://evil.example.com' });
      assert.equal(foreign.status, 403);
      assert.equal(foreign.text, 'Origin https://evil.example.com is not allowed.');
      assert.equal(
        (await ask('nonsense', { origin: 'https://evil.example.com' })).headers.get('access-control-allow-origin'),
        '*',
      );
    });

    test('the oidc dialect: numbers for times, JSON for errors, 403 for a scope that lacks', async () => {
      const oidc = await application(site, { answer_dialect: 'oidc' });
      const reply = await ask((await tokens({ scope: 'openid profile' }, oidc)).access_token);
      assert.ok(Math.abs(reply.body.updated_at - Date.now() / 1000) < 60);
      const lacking = await ask((await tokens({ scope: 'profile' }, oidc)).access_token);
      assert.equal(lacking.status, 403);
      assert.equal(lacking.body.error, 'insufficient_scope');
      await site.manage('PATCH', '/tenants/settings', { answer_dialect: 'oidc' });
      const unknown = await ask('nonsense');
      assert.deepEqual([unknown.status, unknown.body.error], [401, 'invalid_token']);
      await site.manage('PATCH', '/tenants/settings', { answer_dialect: null });
    });

    test("MA-5, SCO-06: a user's token for the Management API has current_user scopes only", async () => {
      const management = `https://${site.host}/api/v2/`;
      const scope = 'openid read:users read:current_user';
      const { access_token: token } = await tokens({ audience: management, scope });
      assert.equal(claimsOf(token).scope, 'openid read:current_user');
      assert.equal(claimsOf(token).aud[0], management);
      for (const path of ['/clients', '/resource-servers', '/logs', '/roles']) {
        const call = await site.send('GET', `/api/v2${path}`, { headers: { authorization: `Bearer ${token}` } });
        assert.equal(call.status, 403, call.text);
        assert.match(call.text, /insufficient_scope/);
      }
    });
  });
}
