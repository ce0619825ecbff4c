// Acceptance matrix (auth0-behaviour §47), rows about tokens: who they are for and what they say.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { decodeProtectedHeader } from 'jose';
import { type PeopledSite, type Person, peopled } from '../support/people.ts';
import { protectedApi } from '../support/protected-api.ts';
import { claimsOf, exchange, idToken, leftHalf, login, pkce, random, userinfo } from '../support/relying-party.ts';
import { engines, serveHere } from '../support/running.ts';
import { userAgent } from '../support/user-agent.ts';

const names = (params: object) => Object.keys(params).toSorted();

for (const engine of engines) {
  describe(`tokens of people on ${engine}`, () => {
    let here: Awaited<ReturnType<typeof serveHere>>;
    let site: PeopledSite;
    let person: Person;
    /** A browser in which the person is signed in: a test that is not about signing in starts here. */
    let signedIn: ReturnType<typeof userAgent>;
    before(async () => {
      here = await serveHere(engine);
      site = peopled(here);
      person = await site.user({ name: 'Ada Lovelace', nickname: 'ada' });
      signedIn = userAgent();
      await login(site, await site.webClient(), {}, { person, browser: signedIn });
    });
    after(() => here.stop());

    /** Code flow to the end in the signed-in browser. */
    async function codeFlow(
      client: Awaited<ReturnType<PeopledSite['webClient']>>,
      params: Record<string, string | undefined>,
    ) {
      const { verifier, challenge } = pkce();
      const ending = await login(
        site,
        client,
        { code_challenge: challenge, code_challenge_method: 'S256', ...params },
        { person, browser: signedIn },
      );
      const reply = await exchange(site, client, ending.params.code ?? '', { code_verifier: verifier });
      assert.equal(reply.status, 200, `${JSON.stringify(ending.params)} ${reply.text}`);
      return reply;
    }

    test('A-1, A-2, A-3: one login gives an ID token for the client and an access token for the API and /userinfo', async () => {
      const [client, api] = await Promise.all([site.webClient(), site.api()]);
      const nonce = random();
      const { body, headers } = await codeFlow(client, {
        scope: 'openid profile read:patients',
        audience: api.audience,
        nonce,
      });
      assert.match(headers.get('cache-control') ?? '', /no-store/);
      assert.deepEqual(names(body), ['access_token', 'expires_in', 'id_token', 'token_type']);
      assert.equal(body.token_type, 'Bearer');
      const id = await idToken(site, body.id_token, { client, nonce });
      assert.equal(id.sub, person.userId);
      assert.equal(id.name, 'Ada Lovelace');
      assert.equal(id.nickname, 'ada');
      assert.ok(id.sid);
      assert.equal(id.email, undefined, 'a scope that was not asked for');
      const claims = claimsOf(body.access_token);
      assert.deepEqual(names(claims), ['aud', 'azp', 'exp', 'iat', 'iss', 'scope', 'sub']);
      assert.deepEqual(claims.aud, [api.audience, `${site.base}/userinfo`]);
      assert.equal(claims.iss, site.issuer);
      assert.equal(claims.azp, client.id);
      assert.equal(claims.sub, person.userId);
      assert.equal(claims.scope, 'openid profile read:patients');
      assert.equal(Number(claims.exp) - Number(claims.iat), body.expires_in);
      assert.equal(body.expires_in, 86_400);
      const header = decodeProtectedHeader(body.access_token);
      assert.equal(header.alg, 'RS256');
      assert.equal(header.typ, 'JWT');
      assert.ok(header.kid);

      const patients = await protectedApi(site, api.audience);
      try {
        assert.equal(await patients.call(body.access_token), 200);
        assert.equal(await patients.call(body.id_token), 401, 'A-2: an ID token is no key to an API');
      } finally {
        await patients.stop();
      }
      const info = await userinfo(site, body.access_token);
      assert.equal(info.status, 200, 'A-3');
      assert.equal(info.body.sub, id.sub);
      assert.equal(info.body.name, 'Ada Lovelace');
      assert.equal((await userinfo(site, body.id_token)).status, 401, 'an ID token is no key to /userinfo either');
    });

    test('A-4: a token of an HS256 API is for that API only, and /userinfo refuses it', async () => {
      const client = await site.webClient();
      const api = await site.api({ signing_alg: 'HS256', signing_secret: 'a secret of the API, long enough' });
      const { body } = await codeFlow(client, { scope: 'openid profile read:patients', audience: api.audience });
      const claims = claimsOf(body.access_token);
      assert.equal(claims.aud, api.audience);
      assert.deepEqual(decodeProtectedHeader(body.access_token), { alg: 'HS256', typ: 'JWT' });
      const patients = await protectedApi(site, api.audience, 'a secret of the API, long enough');
      try {
        assert.equal(await patients.call(body.access_token), 200);
      } finally {
        await patients.stop();
      }
      const refused = await userinfo(site, body.access_token);
      assert.equal(refused.status, 401);
      assert.match(refused.headers.get('www-authenticate') ?? '', /^Bearer /);
    });

    test('A-5, A-10: without an API the access token is opaque, and good at /userinfo only', async () => {
      const [client, api] = await Promise.all([site.webClient(), site.api()]);
      const { body } = await codeFlow(client, { scope: 'openid profile' });
      assert.equal(body.access_token.split('.').length, 1, 'no JWT');
      assert.ok(body.access_token.length >= 32);
      await idToken(site, body.id_token, { client });
      const info = await userinfo(site, body.access_token);
      assert.equal(info.status, 200);
      assert.equal(info.body.sub, person.userId);
      const patients = await protectedApi(site, api.audience);
      try {
        assert.equal(await patients.call(body.access_token), 401);
      } finally {
        await patients.stop();
      }
    });

    test('A-9: two clients of one API get tokens for the same API, each in its own name', async () => {
      const [one, two, api] = await Promise.all([site.webClient(), site.publicClient(), site.api()]);
      const patients = await protectedApi(site, api.audience);
      try {
        for (const client of [one, two]) {
          const { body } = await codeFlow(client, { scope: 'openid read:patients', audience: api.audience });
          const claims = claimsOf(body.access_token);
          assert.deepEqual(claims.aud, [api.audience, `${site.base}/userinfo`]);
          assert.equal(claims.azp, client.id);
          assert.equal(await patients.call(body.access_token), 200);
        }
      } finally {
        await patients.stop();
      }
    });

    test('A-11: an unknown audience is refused with its name', async () => {
      const client = await site.webClient();
      for (const audience of ['https://nobody.example.com/', 'https://NOBODY.example.com']) {
        const { params } = await login(site, client, { audience, state: 's' }, { person, browser: signedIn });
        assert.deepEqual(params, {
          error: 'access_denied',
          error_description: `Service not found: ${audience}`,
          state: 's',
        });
      }
      const api = await site.api();
      const short = api.audience.slice(0, -1);
      const { params } = await login(site, client, { audience: short }, { person, browser: signedIn });
      assert.equal(params.error_description, `Service not found: ${short}`, 'the slash at the end matters');
    });

    test('A-12: a scope that the API does not define is dropped, and the answer says what was granted', async () => {
      const [client, api] = await Promise.all([site.webClient(), site.api()]);
      const { body } = await codeFlow(client, { scope: 'openid read:patients fly:rockets', audience: api.audience });
      assert.equal(body.scope, 'openid read:patients');
      assert.equal(claimsOf(body.access_token).scope, 'openid read:patients');
    });

    test('A-18: response_type=token gives an access token and no ID token', async () => {
      const [client, api] = await Promise.all([site.webClient(), site.api()]);
      const { mode, params } = await login(
        site,
        client,
        { response_type: 'token', scope: 'openid read:patients', audience: api.audience, state: 'xyz' },
        { person, browser: signedIn },
      );
      assert.equal(mode, 'fragment');
      assert.deepEqual(names(params), ['access_token', 'expires_in', 'state', 'token_type']);
      assert.equal(params.expires_in, '7200');
      const claims = claimsOf(params.access_token ?? '');
      assert.equal(Number(claims.exp) - Number(claims.iat), 7200, 'the lifetime for the web');
    });

    test('A-19: a public client gets RS256 whatever its record says; a confidential one gets its HS256', async () => {
      const secretive = { jwt_configuration: { alg: 'HS256' } };
      const [open, closed] = await Promise.all([site.publicClient(secretive), site.webClient(secretive)]);
      const first = await codeFlow(open, {});
      await idToken(site, first.body.id_token, { client: open });
      const second = await codeFlow(closed, {});
      const { createSecretKey } = await import('node:crypto');
      const { jwtVerify } = await import('jose');
      const { payload, protectedHeader } = await jwtVerify(
        second.body.id_token,
        createSecretKey(Buffer.from(closed.secret ?? '')),
        { algorithms: ['HS256'], issuer: site.issuer, audience: closed.id },
      );
      assert.deepEqual(protectedHeader, { alg: 'HS256', typ: 'JWT' });
      assert.equal(payload.sub, person.userId);
    });

    test('A-27: with RBAC the scope is what the user holds, and permissions are all that the user holds', async () => {
      const client = await site.webClient();
      const api = await site.api({
        scopes: ['read:patients', 'write:patients', 'delete:patients'].map((value) => ({ value })),
        enforce_policies: true,
        token_dialect: 'access_token_authz',
      });
      const ask = { scope: 'openid read:patients write:patients', audience: api.audience };
      const none = await codeFlow(client, ask);
      assert.deepEqual(claimsOf(none.body.access_token).permissions, []);
      assert.equal(none.body.scope, 'openid', 'the login succeeds, with nothing left of the API');

      const held = (name: string) => ({ resource_server_identifier: api.audience, permission_name: name });
      const direct = await site.manage('POST', `/users/${encodeURIComponent(person.userId)}/permissions`, {
        permissions: [held('read:patients')],
      });
      assert.equal(direct.status, 201, direct.text);
      const role = await site.manage('POST', '/roles', { name: `Doctor of ${engine}` });
      assert.ok(role.status === 200 || role.status === 201, role.text);
      const may = await site.manage('POST', `/roles/${role.body.id}/permissions`, {
        permissions: [held('delete:patients')],
      });
      assert.equal(may.status, 201, may.text);
      const given = await site.manage('POST', `/users/${encodeURIComponent(person.userId)}/roles`, {
        roles: [role.body.id],
      });
      assert.equal(given.status, 204, given.text);

      const { body } = await codeFlow(client, ask);
      const claims = claimsOf(body.access_token);
      assert.equal(body.scope, 'openid read:patients');
      assert.equal(claims.scope, 'openid read:patients');
      assert.deepEqual(claims.permissions, ['delete:patients', 'read:patients'], 'all of them, also through the role');
    });

    test('A-29: the default audience of the tenant is that of a request without one, and an explicit one wins', async () => {
      const [client, api, other] = await Promise.all([
        site.webClient({ oidc_conformant: false }),
        site.api(),
        site.api(),
      ]);
      await site.tenant({ default_audience: api.audience });
      try {
        const plain = await codeFlow(client, { scope: 'openid read:patients' });
        assert.deepEqual(claimsOf(plain.body.access_token).aud, [api.audience, `${site.base}/userinfo`]);
        const named = await codeFlow(client, { scope: 'openid', audience: other.audience });
        assert.deepEqual(claimsOf(named.body.access_token).aud, [other.audience, `${site.base}/userinfo`]);
        const info = await codeFlow(client, { scope: 'openid', audience: `${site.base}/userinfo` });
        assert.equal(info.body.access_token.split('.').length, 1, '/userinfo by name beats the default');
      } finally {
        await site.tenant({ default_audience: '' });
      }
    });

    test('A-39: in the RFC 9068 dialect the type is at+jwt and the client is client_id', async () => {
      const [client, api] = await Promise.all([site.webClient(), site.api({ token_dialect: 'rfc9068_profile' })]);
      const { body } = await codeFlow(client, { scope: 'openid profile read:patients', audience: api.audience });
      assert.equal(decodeProtectedHeader(body.access_token).typ, 'at+jwt');
      const claims = claimsOf(body.access_token);
      assert.deepEqual(names(claims), ['aud', 'client_id', 'exp', 'iat', 'iss', 'jti', 'scope', 'sub']);
      assert.equal(claims.client_id, client.id);
      assert.deepEqual(claims.aud, [api.audience, `${site.base}/userinfo`]);
      const again = await codeFlow(client, { scope: 'openid', audience: api.audience });
      assert.notEqual(claimsOf(again.body.access_token).jti, claims.jti);
    });

    test('hybrid: the front channel gives what the response type names, bound by c_hash and at_hash', async () => {
      const [client, api] = await Promise.all([site.webClient(), site.api()]);
      for (const type of ['code id_token', 'code token', 'code id_token token', 'id_token', 'token id_token']) {
        const nonce = random();
        const { mode, params } = await login(
          site,
          client,
          { response_type: type, scope: 'openid profile read:patients', audience: api.audience, nonce },
          { person, browser: signedIn },
        );
        assert.equal(mode, 'fragment', type);
        const words = type.split(' ');
        assert.equal(params.code !== undefined, words.includes('code'), type);
        assert.equal(params.access_token !== undefined, words.includes('token'), type);
        assert.equal(params.id_token !== undefined, words.includes('id_token'), type);
        if (params.id_token) {
          const claims = await idToken(site, params.id_token, {
            client,
            nonce,
            ...(params.code ? { code: params.code } : {}),
            ...(params.access_token ? { accessToken: params.access_token } : {}),
          });
          assert.equal(claims.c_hash === undefined, params.code === undefined, type);
          assert.equal(claims.at_hash === undefined, params.access_token === undefined, type);
        }
        if (params.code) {
          const { body } = await exchange(site, client, params.code);
          const second = await idToken(site, body.id_token, { client, nonce });
          assert.equal(second.sub, person.userId);
          assert.notEqual(body.access_token, params.access_token, 'an access token of its own');
          if (second.at_hash !== undefined) assert.equal(second.at_hash, leftHalf(body.access_token));
        }
      }
    });
  });
}
