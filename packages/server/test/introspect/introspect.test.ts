// POST /oauth/introspect (RFC 7662): who may ask about which token, what is told of a good one, and that everything else is
// `{"active":false}` and nothing more.

import assert from 'node:assert/strict';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { SignJWT } from 'jose';
import * as oidc from 'openid-client';
import { type Api, type Client, type PeopledSite, type Person, peopled } from '../support/people.ts';
import { exchange, login, renew } from '../support/relying-party.ts';
import { engines, serveHere } from '../support/running.ts';
import { userAgent } from '../support/user-agent.ts';

for (const engine of engines) {
  describe(`introspection on ${engine}`, () => {
    let here: Awaited<ReturnType<typeof serveHere>>;
    let site: PeopledSite;
    let person: Person;
    let app: Client;
    let api: Api;
    let other: Api;
    /** What stands for `api`, for `other`, and what may ask about everything. */
    let own: Client;
    let foreign: Client;
    let auditor: Client;
    let ahead = 0;
    before(async () => {
      here = await serveHere(engine, { now: () => Date.now() + ahead });
      site = peopled(here);
      person = await site.user();
      app = await site.webClient({ refresh_token: { rotation_type: 'rotating', expiration_type: 'expiring' } });
      [api, other] = [await site.api({ allow_offline_access: true }), await site.api()];
      own = await credentialOf(api);
      foreign = await credentialOf(other);
      auditor = await machine(['introspect:tokens']);
    });
    after(() => here.stop());

    const asClient = (record: Record<string, string>): Client => ({
      id: record.client_id ?? '',
      secret: record.client_secret,
      callback: '',
      record,
    });
    async function credentialOf({ audience }: Api): Promise<Client> {
      const draft = { name: 'An API', app_type: 'resource_server', resource_server_identifier: audience };
      const { status, text, body } = await site.manage('POST', '/clients', draft);
      assert.equal(status, 201, text);
      return asClient(body);
    }
    async function machine(scope: string[]): Promise<Client> {
      const { body } = await site.manage('POST', '/clients', { name: 'Machine', app_type: 'non_interactive' });
      const audience = `https://${site.host}/api/v2/`;
      const grant = await site.manage('POST', '/client-grants', { client_id: body.client_id, audience, scope });
      assert.equal(grant.status, 201, grant.text);
      return asClient(body);
    }
    async function tokens(params: Record<string, string> = {}, client: Client = app, who: Person = person) {
      const asked = { scope: 'openid read:patients', audience: api.audience, ...params };
      const { params: given } = await login(site, client, asked, { person: who });
      const reply = await exchange(site, client, given.code ?? '');
      assert.equal(reply.status, 200, reply.text);
      return reply.body as Record<'access_token' | 'id_token' | 'refresh_token', string>;
    }
    const send = (params: Record<string, string>, headers: Record<string, string> = {}) =>
      site.send('POST', '/oauth/introspect', {
        headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
        body: new URLSearchParams(params).toString(),
      });
    const ask = (client: Client, token: string) =>
      send({ client_id: client.id, client_secret: client.secret ?? '', token });
    async function isDead(client: Client, token: string, why: string) {
      const reply = await ask(client, token);
      assert.deepEqual([reply.status, reply.text], [200, '{"active":false}'], why);
      assert.equal(reply.headers.get('cache-control'), 'no-store');
    }

    test('an API learns what a token for it is worth', async () => {
      const { access_token } = await tokens();
      const reply = await ask(own, access_token);
      assert.equal(reply.status, 200, reply.text);
      assert.equal(reply.headers.get('cache-control'), 'no-store');
      const { iat, exp, ...rest } = reply.body;
      assert.deepEqual(rest, {
        active: true,
        client_id: app.id,
        token_type: 'Bearer',
        iss: site.issuer,
        sub: person.userId,
        aud: [api.audience, `${site.issuer}userinfo`],
        scope: 'openid read:patients',
      });
      assert.equal(exp - iat, 86_400);
    });

    test('openid-client understands the answer, by post and by Basic', async () => {
      const { access_token } = await tokens();
      for (const method of [oidc.ClientSecretPost, oidc.ClientSecretBasic]) {
        const config = await oidc.discovery(new URL(site.issuer), own.id, undefined, method(own.secret), {
          execute: [oidc.allowInsecureRequests],
        });
        const answer = await oidc.tokenIntrospection(config, access_token);
        assert.equal(answer.active, true);
        assert.equal(answer.sub, person.userId);
        assert.equal((await oidc.tokenIntrospection(config, `${access_token}x`)).active, false);
      }
    });

    test("never another API's tokens, nor what is no access token of an API", async () => {
      const { access_token, id_token, refresh_token } = await tokens({ scope: 'openid offline_access read:patients' });
      const opaque = (await tokens({ audience: '' })).access_token;
      await isDead(foreign, access_token, 'for another API');
      await isDead(own, id_token, 'an ID token');
      await isDead(auditor, id_token, 'an ID token');
      await isDead(own, refresh_token, 'a refresh token');
      await isDead(own, opaque, 'for /userinfo');
      const [head = '', payload = '', signature = ''] = access_token.split('.');
      for (const text of [
        'nonsense',
        'a.b.c',
        '..',
        `${head}.${payload}.`,
        `${head}.${payload}.${signature.slice(0, -4)}AAAA`,
        `${Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url')}.${payload}.`,
        `${head}.${Buffer.from('null').toString('base64url')}.${signature}`,
        'x'.repeat(20_000),
        '\u{1F600}',
      ])
        for (const client of [own, auditor]) await isDead(client, text, text.slice(0, 30));
    });

    test('who was granted introspect:tokens may ask about all: JWTs of any API, opaque tokens, refresh tokens', async () => {
      const { access_token, refresh_token } = await tokens({ scope: 'openid offline_access read:patients' });
      const opaque = (await tokens({ audience: '', scope: 'openid email' })).access_token;
      assert.equal((await ask(auditor, access_token)).body.active, true);
      const { iat, exp, ...refresh } = (await ask(auditor, refresh_token)).body;
      assert.deepEqual(refresh, {
        active: true,
        client_id: app.id,
        iss: site.issuer,
        sub: person.userId,
        aud: api.audience,
        scope: 'openid offline_access read:patients',
      });
      assert.ok(exp > iat);
      const { exp: end, ...told } = (await ask(auditor, opaque)).body;
      assert.deepEqual(told, {
        active: true,
        client_id: app.id,
        token_type: 'Bearer',
        iss: site.issuer,
        sub: person.userId,
        aud: `${site.issuer}userinfo`,
        scope: 'openid email',
      });
      assert.ok(end > Date.now() / 1000);
      const renewed = await renew(site, app, refresh_token);
      assert.equal(renewed.status, 200, renewed.text);
      await isDead(auditor, refresh_token, 'it was replaced');
      assert.equal((await ask(auditor, renewed.body.refresh_token)).body.active, true);
    });

    test('a machine has tokens too, signed with whatever its API has', async () => {
      for (const signing_alg of ['RS256', 'HS256', 'PS256', 'ES256']) {
        const made = await site.machine({ api: { signing_alg, token_dialect: 'rfc9068_profile' } });
        const credential = await credentialOf({ ...api, audience: made.audience });
        const { body } = await site.token({
          grant_type: 'client_credentials',
          client_id: made.clientId,
          client_secret: made.clientSecret,
          audience: made.audience,
        });
        const answer = (await ask(credential, body.access_token)).body;
        assert.deepEqual([answer.active, answer.sub], [true, `${made.clientId}@clients`], signing_alg);
        assert.ok(answer.jti);
        await isDead(own, body.access_token, signing_alg);
        await site.manage('DELETE', `/clients/${made.clientId}`);
        await isDead(credential, body.access_token, 'its client is gone');
      }
    });

    test('what was revoked, has expired, or whose user or session of tokens is gone is not active', async () => {
      const who = await site.user();
      const blocked = await tokens({ scope: 'openid offline_access' }, app, who);
      await site.manage('PATCH', `/users/${who.userId}`, { blocked: true });
      for (const token of Object.values({ a: blocked.access_token, r: blocked.refresh_token }))
        await isDead(auditor, token, 'blocked');
      await site.manage('PATCH', `/users/${who.userId}`, { blocked: false });
      assert.equal((await ask(auditor, blocked.access_token)).body.active, true);
      const changed = await site.manage('PATCH', `/users/${who.userId}`, { password: 'Another-Horse-9-Battery' });
      assert.equal(changed.status, 200);
      for (const token of [blocked.access_token, blocked.refresh_token])
        await isDead(auditor, token, 'password changed');

      const replayed = await login(site, app, { scope: 'openid', audience: api.audience }, { person });
      const first = await exchange(site, app, replayed.params.code ?? '');
      assert.equal((await ask(own, first.body.access_token)).body.active, true);
      await exchange(site, app, replayed.params.code ?? '');
      await isDead(own, first.body.access_token, 'its code was replayed');

      const gone = await site.user();
      const last = await tokens({}, app, gone);
      await site.manage('DELETE', `/users/${gone.userId}`);
      await isDead(own, last.access_token, 'deleted');

      const { access_token } = await tokens();
      ahead += 86_400_000;
      await isDead(own, access_token, 'expired');
      ahead = 0;
    });

    test('TEN: a token of the same server under another name is not active', async () => {
      const { access_token } = await tokens();
      const view = await userAgent().load(`${site.base.replace('localhost', '127.0.0.1')}/oauth/introspect`, {
        method: 'POST',
        body: new URLSearchParams({
          client_id: own.id,
          client_secret: own.secret ?? '',
          token: access_token,
        }).toString(),
      });
      assert.equal(view.html, '{"active":false}');
    });

    test('who is nobody, may not ask, or asks for nothing is refused, and the log does not have the token', async () => {
      const { access_token } = await tokens();
      const reader = await machine(['read:users']);
      const single = await site.publicClient();
      const rows: readonly [params: Record<string, string>, status: number, error: string][] = [
        [{ token: access_token }, 400, 'invalid_request'],
        [{ token: access_token, client_id: own.id, client_secret: 'wrong' }, 401, 'invalid_client'],
        [{ token: access_token, client_id: 'nobody', client_secret: 'x' }, 401, 'invalid_client'],
        [{ token: access_token, client_id: single.id }, 403, 'unauthorized_client'],
        [{ token: access_token, client_id: app.id, client_secret: app.secret ?? '' }, 403, 'unauthorized_client'],
        [{ token: access_token, client_id: reader.id, client_secret: reader.secret ?? '' }, 403, 'unauthorized_client'],
        [{ client_id: own.id, client_secret: own.secret ?? '' }, 400, 'invalid_request'],
        [{ token: '', client_id: own.id, client_secret: own.secret ?? '' }, 400, 'invalid_request'],
      ];
      for (const [params, status, error] of rows) {
        const reply = await send(params);
        assert.deepEqual([reply.status, reply.body.error], [status, error], JSON.stringify(params).slice(-80));
        assert.equal(reply.body.active, undefined);
      }
      await isDead(foreign, access_token, 'for the log');
      await here.house.logs.flush();
      const { body } = await site.manage('GET', '/logs?q=type:w&sort=date:-1');
      assert.equal(body[0].client_id, foreign.id);
      assert.match(body[0].details.because, /for no API that the caller may ask about/);
      const all = (await site.manage('GET', '/logs?per_page=100')).text;
      assert.ok(!all.includes(access_token) && !all.includes(access_token.split('.')[2] ?? '-'));
    });

    test('a caller proves itself by private_key_jwt too, and each assertion asks once', async () => {
      const { access_token } = await tokens();
      const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
      const pem = keys.publicKey.export({ type: 'spki', format: 'pem' }).toString();
      const { body } = await site.manage('POST', '/clients', {
        name: 'An API with a key',
        app_type: 'resource_server',
        resource_server_identifier: api.audience,
        client_authentication_methods: {
          private_key_jwt: { credentials: [{ credential_type: 'public_key', name: 'first', pem }] },
        },
      });
      assert.ok(body.client_id, JSON.stringify(body));
      const assertion = await new SignJWT({ jti: randomUUID() })
        .setProtectedHeader({ alg: 'RS256' })
        .setIssuer(body.client_id)
        .setSubject(body.client_id)
        .setAudience(site.issuer)
        .setIssuedAt()
        .setExpirationTime('1m')
        .sign(keys.privateKey);
      const params = {
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: assertion,
        token: access_token,
      };
      assert.equal((await send(params)).body.active, true);
      const again = await send(params);
      assert.deepEqual([again.status, again.body.error], [401, 'invalid_client']);
    });

    test('discovery names the endpoint', async () => {
      const { body } = await site.send('GET', '/.well-known/openid-configuration');
      assert.equal(body.introspection_endpoint, `${site.issuer}oauth/introspect`);
    });
  });
}
