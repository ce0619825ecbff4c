// The authorization code grant over the wire (auth0-behaviour §9, §20, §21; security-cases COD, PKC), on both engines.

import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { engines, type Reply, serveHere } from '../support/running.ts';
import {
  api,
  application,
  challenge,
  claimsOf,
  headerOf,
  person,
  type Request,
  type Running,
  redirectUri,
  responseTo,
  verifier,
} from './login.ts';

for (const engine of engines) {
  describe(`the authorization code grant on ${engine}`, () => {
    let site: Running & { stop(): Promise<void> };
    let web: { id: string; secret: string };
    let spa: { id: string };
    let user: string;
    let audience: string;
    before(async () => {
      site = await serveHere(engine);
      web = await application(site);
      spa = await application(site, { app_type: 'spa' });
      user = await person(site);
      audience = await api(site);
    });
    after(() => site.stop());

    const codeFor = async (client: string, more: Request = {}) =>
      (await responseTo(site, client, user, more)).code as string;
    const redeem = (code: string, more: Record<string, string> = {}): Promise<Reply> =>
      site.token({
        grant_type: 'authorization_code',
        client_id: web.id,
        client_secret: web.secret,
        redirect_uri: redirectUri,
        code,
        ...more,
      });
    const userinfo = (token: string) =>
      site.send('GET', '/userinfo', { headers: { authorization: `Bearer ${token}` } });
    const pkce = { code_challenge: challenge, code_challenge_method: 'S256' } as const;

    test('A-1, A-3: an RS256 API: the ID token is for the client, the access token for the API and /userinfo', async () => {
      const scope = 'openid profile read:x';
      const reply = await redeem(await codeFor(web.id, { audience, scope, nonce: 'n-1' }));
      assert.equal(reply.status, 200, reply.text);
      assert.deepEqual(Object.keys(reply.body), ['access_token', 'id_token', 'expires_in', 'token_type']);
      assert.equal(reply.headers.get('cache-control'), 'no-store');
      const token = claimsOf(reply.body.access_token);
      assert.deepEqual(Object.keys(token), ['iss', 'sub', 'aud', 'iat', 'exp', 'scope', 'azp']);
      assert.deepEqual(token.aud, [audience, `${site.issuer}userinfo`]);
      assert.equal(token.sub, user);
      assert.equal(token.azp, web.id);
      assert.equal(token.scope, scope);
      assert.equal(token.exp - token.iat, 86_400);
      assert.equal(reply.body.expires_in, 86_400);
      const idToken = claimsOf(reply.body.id_token);
      assert.deepEqual(
        Object.keys(idToken).filter((name) => name !== 'picture'),
        ['nickname', 'name', 'updated_at', 'iss', 'aud', 'sub', 'iat', 'exp', 'sid', 'nonce', 'at_hash'],
      );
      assert.equal(idToken.aud, web.id);
      assert.equal(idToken.nonce, 'n-1');
      assert.equal(idToken.exp - idToken.iat, 36_000);
      const half = hash('sha256', reply.body.access_token, 'buffer').subarray(0, 16).toString('base64url');
      assert.equal(idToken.at_hash, half);
      const profile = await userinfo(reply.body.access_token);
      assert.equal(profile.status, 200);
      assert.equal(profile.body.sub, user);
    });

    test('A-4: an HS256 API: the audience is a string, and /userinfo refuses the token', async () => {
      const hs256 = await api(site, { signing_alg: 'HS256' });
      const reply = await redeem(await codeFor(web.id, { audience: hs256, scope: 'openid profile' }));
      assert.equal(claimsOf(reply.body.access_token).aud, hs256);
      assert.deepEqual(headerOf(reply.body.access_token), { alg: 'HS256', typ: 'JWT' });
      assert.equal((await userinfo(reply.body.access_token)).status, 401);
    });

    test('A-5: without an audience the token is opaque, good at /userinfo and nowhere else', async () => {
      const reply = await redeem(await codeFor(web.id, { scope: 'openid profile' }));
      assert.match(reply.body.access_token, /^[\w-]{32,}$/);
      assert.equal(reply.body.expires_in, 86_400);
      assert.equal((await userinfo(reply.body.access_token)).status, 200);
      const management = await site.send('GET', '/api/v2/clients', {
        headers: { authorization: `Bearer ${reply.body.access_token}` },
      });
      assert.equal(management.status, 401);
    });

    test('A-39: the RFC 9068 dialect has its type, client_id and jti, and the same two audiences', async () => {
      const rfc = await api(site, { token_dialect: 'rfc9068_profile' });
      const reply = await redeem(await codeFor(web.id, { audience: rfc }));
      assert.equal(headerOf(reply.body.access_token).typ, 'at+jwt');
      const claims = claimsOf(reply.body.access_token);
      assert.deepEqual(Object.keys(claims), ['iss', 'sub', 'aud', 'client_id', 'iat', 'exp', 'jti', 'scope']);
      assert.deepEqual(claims.aud, [rfc, `${site.issuer}userinfo`]);
      assert.equal((await userinfo(reply.body.access_token)).status, 200);
    });

    for (const signing_alg of ['PS256', 'ES256', 'EdDSA']) {
      test(`ALG-6: an API with ${signing_alg} has /userinfo as its second audience too, and the token is good there`, async () => {
        const reply = await redeem(await codeFor(web.id, { audience: await api(site, { signing_alg }) }));
        assert.equal(headerOf(reply.body.access_token).alg, signing_alg);
        assert.equal(claimsOf(reply.body.access_token).aud[1], `${site.issuer}userinfo`);
        assert.equal((await userinfo(reply.body.access_token)).status, 200);
      });
    }

    test('an encrypted token is for its API alone', async () => {
      const { generateKeyPairSync } = await import('node:crypto');
      const pem = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ type: 'spki', format: 'pem' });
      const encryption_key = { alg: 'RSA-OAEP-256', kid: 'k', pem };
      const secretive = await api(site, { token_encryption: { format: 'compact-nested-jwe', encryption_key } });
      const reply = await redeem(await codeFor(web.id, { audience: secretive }));
      assert.equal(reply.body.access_token.split('.').length, 5);
      assert.equal((await userinfo(reply.body.access_token)).status, 401);
    });

    test('A-12: what the API does not define is dropped, and scope is echoed', async () => {
      const reply = await redeem(await codeFor(web.id, { audience, scope: 'openid read:x nonsense offline_access' }));
      assert.equal(reply.body.scope, 'openid read:x');
      assert.equal(claimsOf(reply.body.access_token).scope, 'openid read:x');
    });

    test('without openid there is no ID token, and the audience is a string', async () => {
      const reply = await redeem(await codeFor(web.id, { audience, scope: 'read:x' }));
      assert.deepEqual(Object.keys(reply.body), ['access_token', 'expires_in', 'token_type']);
      assert.equal(claimsOf(reply.body.access_token).aud, audience);
    });

    test('when nothing of what was asked for is granted, scope says so and the token has none', async () => {
      const reply = await redeem(await codeFor(web.id, { audience, scope: 'nonsense' }));
      assert.equal(reply.body.scope, '');
      assert.equal('scope' in claimsOf(reply.body.access_token), false);
    });

    test('A-19: a public client gets RS256 whatever its record says; a confidential one HS256 with its secret', async () => {
      const alg = { jwt_configuration: { alg: 'HS256' } };
      const publicClient = await application(site, { app_type: 'spa', ...alg });
      const one = await redeem(await codeFor(publicClient.id, pkce), {
        client_id: publicClient.id,
        client_secret: '',
        code_verifier: verifier,
      });
      assert.equal(one.status, 200, one.text);
      assert.equal(headerOf(one.body.id_token).alg, 'RS256');
      const secret = await application(site, alg);
      const two = await redeem(await codeFor(secret.id), { client_id: secret.id, client_secret: secret.secret });
      assert.deepEqual(headerOf(two.body.id_token), { alg: 'HS256', typ: 'JWT' });
      const { jwtVerify } = await import('jose');
      await jwtVerify(two.body.id_token, Buffer.from(secret.secret), { audience: secret.id, issuer: site.issuer });
    });

    test("an algorithm that only a client asks for gets its keys with the client's first ID token", async () => {
      const client = await application(site, { jwt_configuration: { alg: 'ES256', lifetime_in_seconds: 60 } });
      const reply = await redeem(await codeFor(client.id), { client_id: client.id, client_secret: client.secret });
      assert.equal(reply.status, 200, reply.text);
      const { createLocalJWKSet, jwtVerify } = await import('jose');
      const keys = createLocalJWKSet((await site.send('GET', '/.well-known/jwks.json')).body);
      const { payload, protectedHeader } = await jwtVerify(reply.body.id_token, keys, { audience: client.id });
      assert.equal(protectedHeader.alg, 'ES256');
      assert.equal(Number(payload.exp) - Number(payload.iat), 60);
    });

    test('A-27: an API that enforces permissions gives what is held, and the _authz dialect names all of it', async () => {
      const strict = await api(site, { enforce_policies: true, token_dialect: 'access_token_authz' });
      const permissions = ['read:x', 'write:x'].map((permission_name) => ({
        permission_name,
        resource_server_identifier: strict,
      }));
      const { addPermission } = await import('./permissions.ts');
      const request = { audience: strict, scope: 'openid read:x' };
      const nothing = await redeem(await codeFor(web.id, request));
      assert.equal(nothing.body.scope, 'openid');
      assert.deepEqual(claimsOf(nothing.body.access_token).permissions, []);
      for (const one of permissions)
        await addPermission(site, user, one.resource_server_identifier, one.permission_name);
      const all = await redeem(await codeFor(web.id, request));
      assert.equal('scope' in all.body, false);
      assert.deepEqual(claimsOf(all.body.access_token).permissions, ['read:x', 'write:x']);
    });

    test('permissions are judged anew at the exchange: what was taken away meanwhile is not issued', async () => {
      const strict = await api(site, { enforce_policies: true });
      const { addPermission, takePermission } = await import('./permissions.ts');
      await addPermission(site, user, strict, 'read:x');
      const code = await codeFor(web.id, { audience: strict, scope: 'openid read:x' });
      await takePermission(site, user, strict, 'read:x');
      const reply = await redeem(code);
      assert.equal(reply.status, 200, reply.text);
      assert.equal(reply.body.scope, 'openid');
    });

    test('what is granted after the code was issued is not in its tokens', async () => {
      const strict = await api(site, { enforce_policies: true });
      const { addPermission } = await import('./permissions.ts');
      const code = await codeFor(web.id, { audience: strict, scope: 'openid read:x' });
      await addPermission(site, user, strict, 'read:x');
      assert.equal((await redeem(code)).body.scope, 'openid');
    });

    test('auth_time is told only when max_age or prompt=login asked for it', async () => {
      const plain = await redeem(await codeFor(web.id));
      assert.equal('auth_time' in claimsOf(plain.body.id_token), false);
      for (const more of [{ max_age: 60 }, { prompt: ['login'] as const }]) {
        const claims = claimsOf((await redeem(await codeFor(web.id, more))).body.id_token);
        assert.ok(Math.abs(claims.auth_time - (Date.now() / 1000 - 5)) < 3);
      }
    });

    test('COD-01: a replay is refused, and what the code bought is revoked', async () => {
      const code = await codeFor(web.id, { scope: 'openid', audience });
      const opaqueCode = await codeFor(web.id);
      for (const one of [code, opaqueCode]) {
        const first = await redeem(one);
        assert.equal((await userinfo(first.body.access_token)).status, 200);
        const second = await redeem(one);
        assert.equal(second.status, 403);
        assert.deepEqual(second.body, { error: 'invalid_grant', error_description: 'Invalid authorization code' });
        const refused = await userinfo(first.body.access_token);
        assert.equal(refused.status, 401);
        assert.match(refused.headers.get('www-authenticate') ?? '', /revoked/);
      }
    });

    test('SES-4: a code dies with the session that it came from', async () => {
      const code = await codeFor(web.id);
      assert.equal((await site.manage('DELETE', `/users/${encodeURIComponent(user)}/sessions`)).status, 202);
      const refused = await redeem(code);
      assert.equal(refused.status, 403);
      assert.deepEqual(refused.body, { error: 'invalid_grant', error_description: 'Invalid authorization code' });
      assert.equal((await redeem(await codeFor(web.id))).status, 200, 'a new login is good');
    });

    test('COD-02: of twenty parallel redemptions one gets tokens, and they are revoked like by any replay', async () => {
      for (let round = 0; round < 5; round++) {
        const code = await codeFor(web.id);
        const replies = await Promise.all(Array.from({ length: 20 }, () => redeem(code)));
        const won = replies.filter((reply) => reply.status === 200);
        assert.equal(won.length, 1);
        assert.ok(replies.every(({ status }) => status === 200 || status === 403));
        assert.equal((await userinfo(won[0]?.body.access_token)).status, 401);
      }
    });

    const foreign: readonly [name: string, params: () => Record<string, string>, error: object, status: number][] = [
      [
        'a verifier of another login',
        () => ({ code_verifier: `${verifier}x` }),
        { error: 'invalid_grant', error_description: 'Failed to verify code verifier' },
        403,
      ],
      [
        'the challenge as verifier',
        () => ({ code_verifier: challenge }),
        { error: 'invalid_grant', error_description: 'Failed to verify code verifier' },
        403,
      ],
      [
        'no verifier',
        () => ({ code_verifier: '' }),
        { error: 'invalid_grant', error_description: 'Failed to verify code verifier' },
        403,
      ],
      [
        'a verifier that is too short',
        () => ({ code_verifier: 'v'.repeat(42) }),
        { error: 'invalid_grant', error_description: 'Failed to verify code verifier' },
        403,
      ],
      [
        'a wrong secret',
        () => ({ client_secret: 'wrong' }),
        { error: 'access_denied', error_description: 'Unauthorized' },
        401,
      ],
      [
        'another redirect URI',
        () => ({ redirect_uri: 'https://other.example.com/callback' }),
        {
          error: 'unauthorized_client',
          error_description:
            'The redirect URI is wrong. You sent https://other.example.com, and we expected https://app.example.com',
        },
        403,
      ],
      [
        'no redirect URI, though one was sent',
        () => ({ redirect_uri: '' }),
        {
          error: 'unauthorized_client',
          error_description: 'The redirect URI is wrong. You sent none, and we expected https://app.example.com',
        },
        403,
      ],
      [
        'the redirect URI with a slash',
        () => ({ redirect_uri: `${redirectUri}/` }),
        {
          error: 'unauthorized_client',
          error_description:
            'The redirect URI is wrong. You sent https://app.example.com, and we expected https://app.example.com',
        },
        403,
      ],
      [
        'another client',
        () => ({ client_id: spa.id, client_secret: '' }),
        { error: 'invalid_grant', error_description: 'Invalid authorization code' },
        403,
      ],
    ];
    for (const [name, params, error, status] of foreign) {
      test(`COD-04, COD-06, PKC-06: ${name} is refused, before and after the owner, who is not hurt`, async () => {
        const code = await codeFor(web.id, pkce);
        const good = { code_verifier: verifier };
        const early = await redeem(code, { ...good, ...params() });
        assert.deepEqual([early.status, early.body], [status, error]);
        const owner = await redeem(code, good);
        assert.equal(owner.status, 200, owner.text);
        assert.equal((await redeem(code, { ...good, ...params() })).status, status);
        assert.equal((await userinfo(owner.body.access_token)).status, 200);
      });
    }

    test('PKC-03: a verifier without a challenge is refused: somebody may have stripped the challenge', async () => {
      const code = await codeFor(web.id);
      const reply = await redeem(code, { code_verifier: verifier });
      assert.deepEqual(reply.body, { error: 'invalid_grant', error_description: 'Failed to verify code verifier' });
      assert.equal((await redeem(code)).status, 200);
    });

    test('a public client without a challenge gets nothing, even if a code was issued to it', async () => {
      const reply = await redeem(await codeFor(spa.id), { client_id: spa.id, client_secret: '' });
      assert.equal(reply.status, 403);
      assert.equal(reply.body.error, 'invalid_grant');
    });

    test('a redirect URI that was not sent to /authorize may be left out', async () => {
      const code = await codeFor(web.id, { redirect_uri_sent: false });
      assert.equal((await redeem(code, { redirect_uri: '' })).status, 200);
    });

    test('a missing code is a bad request; unknown and malformed ones are no codes', async () => {
      const missing = await redeem('');
      assert.equal(missing.status, 400);
      assert.deepEqual(missing.body, {
        error: 'invalid_request',
        error_description: 'Missing required parameter: code',
      });
      for (const code of ['unknown', 'x'.repeat(5000), '日本', "' or 1=1 --"]) {
        const reply = await redeem(code);
        assert.equal(reply.status, 403, code);
        assert.equal(reply.body.error_description, 'Invalid authorization code');
      }
    });

    test('the oidc dialect answers 400 invalid_grant, also to a wrong redirect URI, without quotes', async () => {
      const oidc = await application(site, { answer_dialect: 'oidc' });
      const auth = { client_id: oidc.id, client_secret: oidc.secret };
      const code = await codeFor(oidc.id, { scope: 'openid profile' });
      const wrong = await redeem(code, { ...auth, redirect_uri: 'https://other.example.com/"' });
      assert.deepEqual([wrong.status, wrong.body.error], [400, 'invalid_grant']);
      assert.doesNotMatch(wrong.body.error_description, /["\\]/);
      const good = await redeem(code, auth);
      assert.equal(typeof claimsOf(good.body.id_token).updated_at, 'number');
      assert.equal((await redeem(code, auth)).status, 400);
    });

    test('a user who was blocked or removed since gets nothing', async () => {
      const { block, remove } = await import('./permissions.ts');
      for (const change of [block, remove]) {
        const gone = await person(site);
        const { code } = await responseTo(site, web.id, gone, {});
        await change(site, gone);
        const reply = await redeem(code as string);
        assert.equal(reply.status, 403);
        assert.deepEqual(reply.body, { error: 'invalid_grant', error_description: 'Invalid authorization code' });
      }
    });

    test('a consent that was withdrawn before the exchange ends the code', async () => {
      const asking = await api(site, { skip_consent_for_verifiable_first_party_clients: false });
      const request = { audience: asking, scope: 'openid read:x' };
      assert.equal((await redeem(await codeFor(web.id, request))).status, 200);
      const code = await codeFor(web.id, request);
      const { body: grants } = await site.manage('GET', `/grants?user_id=${user}&audience=${asking}`);
      assert.deepEqual(grants[0].scope, ['openid', 'read:x']);
      await site.manage('DELETE', `/grants/${grants[0].id}`);
      const reply = await redeem(code);
      assert.equal(reply.status, 403);
      assert.equal(reply.body.error, 'invalid_grant');
    });

    test('two logins in one second get two tokens: revoking one leaves the other', async () => {
      const codes = [await codeFor(web.id, { audience }), await codeFor(web.id, { audience })] as const;
      const [one, two] = await Promise.all(codes.map((code) => redeem(code)));
      assert.notEqual(one?.body.access_token, two?.body.access_token);
      await redeem(codes[0]);
      assert.equal((await userinfo(one?.body.access_token)).status, 401);
      assert.equal((await userinfo(two?.body.access_token)).status, 200);
    });

    test('COD-11: codes and opaque tokens have 256 random bits and no order', async () => {
      const codes = new Set<string>();
      for (let i = 0; i < 40; i++) codes.add(await codeFor(web.id));
      assert.equal(codes.size, 40);
      for (const code of codes) assert.match(code, /^[\w-]{43}$/);
      assert.notDeepEqual([...codes], [...codes].toSorted());
    });

    test('the log says who got what, and why: the trace, digests of tokens and nothing that could be used', async () => {
      const code = await codeFor(web.id, { audience, scope: 'openid read:x nonsense' });
      const reply = await redeem(code);
      await redeem(code);
      const digest = hash('sha256', reply.body.access_token, 'base64url');
      const deadline = Date.now() + 5_000;
      for (;;) {
        const logs = (await site.manage('GET', '/logs?sort=date:-1&per_page=50')).body as Record<string, never>[];
        const done = logs.find(
          (one: { details?: { token?: { sha256?: string } } }) => one.details?.token?.sha256 === digest,
        ) as { type: string; user_id: string; scope: string; details: { trace: { rule: string }[] } } | undefined;
        const refused = logs.find(({ type }) => type === 'feacft');
        if (done && refused) {
          assert.equal(done.type, 'seacft');
          assert.equal(done.user_id, user);
          assert.equal(done.scope, 'openid read:x');
          assert.deepEqual(
            done.details.trace.map(({ rule }) => rule),
            // What the login dropped stands in the log of the token, too.
            ['code', 'api_scopes', 'audience', 'consent', 'granted'],
          );
          assert.match(JSON.stringify(refused), /spent before/);
          assert.doesNotMatch(JSON.stringify(logs), new RegExp(`${code}|${reply.body.access_token}`));
          break;
        }
        assert.ok(Date.now() < deadline, 'no event was written');
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    });
  });
}
