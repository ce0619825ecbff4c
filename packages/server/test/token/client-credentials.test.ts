// POST /oauth/token with client credentials on the wire: auth0-behaviour §8, §11, §20, §23, and rows A-6 to A-8,
// A-25, A-36, A-39 of the acceptance matrix, on both engines.

import assert from 'node:assert/strict';
import { createHash, createHmac, generateKeyPairSync } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { compactDecrypt, createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { engines, type Machine, serveHere } from '../support/running.ts';

for (const engine of engines) {
  describe(`client credentials on ${engine}`, () => {
    let site: Awaited<ReturnType<typeof serveHere>>;
    let machine: Machine;
    before(async () => {
      site = await serveHere(engine);
      machine = await site.machine();
    });
    after(() => site.stop());

    const ask = (more: Record<string, string> = {}, who: Machine = machine) => ({
      grant_type: 'client_credentials',
      client_id: who.clientId,
      client_secret: who.clientSecret,
      audience: who.audience,
      ...more,
    });
    const keys = () => createRemoteJWKSet(new URL(`${site.base}/.well-known/jwks.json`));

    test('A-6 §11.3: a machine gets a token as itself, for the API, with what its grant gives', async () => {
      const reply = await site.token(ask());
      assert.equal(reply.status, 200);
      assert.equal(reply.headers.get('cache-control'), 'no-store');
      assert.equal(reply.headers.get('pragma'), 'no-cache');
      assert.deepEqual(Object.keys(reply.body), ['access_token', 'scope', 'expires_in', 'token_type']);
      assert.equal(reply.body.token_type, 'Bearer');
      assert.equal(reply.body.scope, 'read:x write:x');
      assert.equal(reply.body.expires_in, 86_400);
      const { payload, protectedHeader } = await jwtVerify(reply.body.access_token, keys(), {
        issuer: site.issuer,
        audience: machine.audience,
      });
      assert.deepEqual(Object.keys(protectedHeader).toSorted(), ['alg', 'kid', 'typ']);
      assert.equal(protectedHeader.typ, 'JWT');
      const { iat = 0, exp = 0, ...claims } = payload;
      assert.equal(exp - iat, 86_400);
      assert.deepEqual(claims, {
        iss: site.issuer,
        sub: `${machine.clientId}@clients`,
        aud: machine.audience,
        scope: 'read:x write:x',
        gty: 'client-credentials',
        azp: machine.clientId,
      });
    });

    test('A-7 §11.5: a machine without a client grant is refused with the text that says what to do', async () => {
      const other = await site.manage('POST', '/clients', { name: 'No grant', app_type: 'non_interactive' });
      const reply = await site.token(ask({ client_id: other.body.client_id, client_secret: other.body.client_secret }));
      assert.equal(reply.status, 403);
      assert.equal(reply.body.error, 'access_denied');
      assert.match(
        reply.body.error_description,
        /^Client is not authorized to access "https:\/\/api-\d+\.example\.com\/"\. You need to create a "client-grant" associated to this API\. See: https:\/\/auth0\.com\/docs\/api\/v2#!\/Client_Grants\/post_client_grants$/,
      );
    });

    test('A-8: a Management API token does what its scopes say and nothing else', async () => {
      const audience = `https://${site.host}/api/v2/`;
      const grant = await site.manage('POST', '/client-grants', {
        client_id: machine.clientId,
        audience,
        scope: ['read:clients'],
      });
      assert.equal(grant.status, 201, grant.text);
      assert.equal(grant.body.audience, audience);
      const { body } = await site.token(ask({ audience }));
      const as = { headers: { authorization: `Bearer ${body.access_token}` } };
      assert.equal((await site.send('GET', '/api/v2/clients', as)).status, 200);
      const refused = await site.send('GET', '/api/v2/client-grants', as);
      assert.equal(refused.status, 403);
      assert.equal(refused.body.errorCode, 'insufficient_scope');
      assert.equal(refused.body.message, 'Insufficient scope, expected any of: read:client_grants');
      assert.match(refused.headers.get('www-authenticate') ?? '', /insufficient_scope/);
    });

    test('A-25 §8.3: a grant type that the client does not have is refused with its name and a link', async () => {
      const other = await site.manage('POST', '/clients', {
        name: 'Web',
        app_type: 'regular_web',
        grant_types: ['authorization_code'],
      });
      const reply = await site.token(ask({ client_id: other.body.client_id, client_secret: other.body.client_secret }));
      assert.equal(reply.status, 403);
      assert.deepEqual(reply.body, {
        error: 'unauthorized_client',
        error_description: "Grant type 'client_credentials' not allowed for the client.",
        error_uri: 'https://auth0.com/docs/clients/client-grant-types',
      });
    });

    test('APP-2: a public client cannot have a token as a machine, whatever its grant_types say', async () => {
      const other = await site.manage('POST', '/clients', { name: 'Single page', app_type: 'spa' });
      assert.equal(other.body.token_endpoint_auth_method, 'none');
      const reply = await site.token({
        grant_type: 'client_credentials',
        client_id: other.body.client_id,
        audience: machine.audience,
      });
      assert.equal(reply.status, 403);
      assert.equal(reply.body.error, 'unauthorized_client');
    });

    test('§11.4: asked scopes are cut to the grant, and the answer says which came', async () => {
      const narrow = await site.token(ask({ scope: 'write:x admin:x' }));
      assert.equal(narrow.body.scope, 'write:x');
      const none = await site.token(ask({ scope: 'admin:x' }));
      assert.equal(none.status, 200);
      assert.ok(!('scope' in none.body));
      assert.ok(!('scope' in decodeJwt(none.body.access_token)));
    });

    test('§11.5: without an audience, and without a default, there is nothing to be authorized for', async () => {
      const { audience: _none, ...rest } = ask();
      const reply = await site.token(rest);
      assert.equal(reply.status, 403);
      assert.deepEqual(reply.body, {
        error: 'access_denied',
        error_description: 'Non-global clients are not allowed access to APIv1',
      });
    });

    test('AUD-2: an audience that differs by its slash is another API', async () => {
      const reply = await site.token(ask({ audience: machine.audience.slice(0, -1) }));
      assert.equal(reply.status, 403);
      assert.deepEqual(reply.body, {
        error: 'access_denied',
        error_description: `Service not enabled within domain: ${machine.audience.slice(0, -1)}`,
      });
    });

    test('§23.1: the tenant default audience fills in, resource too, and audience wins over both', async () => {
      const { audience, ...rest } = ask();
      const other = await site.machine();
      await site.manage('PATCH', '/tenants/settings', { default_audience: other.audience });
      const grant = await site.manage('POST', '/client-grants', {
        client_id: machine.clientId,
        audience: other.audience,
        scope: ['read:x'],
      });
      assert.equal(grant.status, 201);
      const audienceOf = async (params: Record<string, string>) =>
        decodeJwt((await site.token(params)).body.access_token).aud;
      assert.equal(await audienceOf(rest), other.audience);
      assert.equal(await audienceOf({ ...rest, resource: audience }), audience);
      assert.equal(await audienceOf({ ...rest, resource: other.audience, audience }), audience);
      await site.manage('PATCH', '/tenants/settings', { resource_parameter_profile: 'audience' });
      assert.equal(await audienceOf({ ...rest, resource: audience }), other.audience);
      await site.manage('PATCH', '/tenants/settings', {
        default_audience: '',
        resource_parameter_profile: 'compatibility',
      });
    });

    test('the name under which a built-in API is stored is no audience', async () => {
      const admin = { client_id: site.admin.clientId, client_secret: site.admin.clientSecret };
      const reply = await site.token(ask({ ...admin, audience: 'urn:countersign:management-api' }));
      assert.equal(reply.status, 403);
      assert.match(reply.body.error_description, /^Service not enabled within domain/);
    });

    test('an audience of 20 kB is unknown like any other, and does not fill the log', async () => {
      const who = await site.machine();
      const reply = await site.token(ask({ audience: `https://${'a'.repeat(20_000)}/` }, who));
      assert.deepEqual([reply.status, reply.body.error], [403, 'access_denied']);
      await site.house.logs.flush();
      const { text } = await site.manage('GET', `/logs?q=${encodeURIComponent(`client_id:"${who.clientId}"`)}`);
      assert.ok(text.length < 6000, `${text.length} characters`);
    });

    test('TOK-1: JSON bodies are taken as well as forms', async () => {
      const reply = await site.send('POST', '/oauth/token', {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(ask()),
      });
      assert.equal(reply.status, 200);
    });

    test('TOK-9: Basic and post are one family, and Basic is form-decoded', async () => {
      const secret = 'a+b/c=d:e f-%é'.padEnd(32, '~');
      const set = await site.manage('PATCH', `/clients/${machine.clientId}`, { client_secret: secret });
      assert.equal(set.status, 200, set.text);
      const encode = (text: string) =>
        encodeURIComponent(text).replace(/[!'()*~._-]/g, (c) => `%${c.charCodeAt(0).toString(16)}`);
      const authorization = `Basic ${Buffer.from(`${encode(machine.clientId)}:${encode(secret)}`).toString('base64')}`;
      const basic = await site.token(
        { grant_type: 'client_credentials', audience: machine.audience },
        { authorization },
      );
      assert.equal(basic.status, 200, basic.text);
      assert.equal((await site.token(ask({ client_secret: secret }))).status, 200);
      await site.manage('PATCH', `/clients/${machine.clientId}`, { client_secret: machine.clientSecret });
    });

    test('TOK-11: a wrong secret and an unknown client get the same answer, without a challenge', async () => {
      const wrong = await site.token(ask({ client_secret: 'wrong' }));
      const unknown = await site.token(ask({ client_id: 'unknown' }));
      assert.equal(wrong.status, 401);
      assert.deepEqual(wrong.body, { error: 'access_denied', error_description: 'Unauthorized' });
      assert.deepEqual(unknown.body, wrong.body);
      assert.equal(unknown.status, 401);
      assert.equal(wrong.headers.get('www-authenticate'), null);
    });

    test('TOK-18, TOK-19: grant_type must be there and known', async () => {
      const missing = await site.token({ client_id: machine.clientId });
      assert.deepEqual(
        [missing.status, missing.body.error, missing.body.error_description],
        [400, 'invalid_request', 'Missing required parameter: grant_type'],
      );
      const unknown = await site.token(ask({ grant_type: 'magic' }));
      assert.deepEqual([unknown.status, unknown.body.error], [403, 'unsupported_grant_type']);
    });

    test('answer_dialect oidc: the statuses and codes of the RFCs, per tenant and per client', async () => {
      const statuses = async () => {
        const wrong = await site.token(ask({ client_secret: 'wrong' }));
        const target = await site.token(ask({ audience: 'https://nowhere/' }));
        const grant = await site.token(ask({ grant_type: 'magic' }));
        return [wrong.status, wrong.body.error, target.status, target.body.error, grant.status, grant.body.error];
      };
      const auth0 = [401, 'access_denied', 403, 'access_denied', 403, 'unsupported_grant_type'];
      const oidc = [401, 'invalid_client', 400, 'invalid_target', 400, 'unsupported_grant_type'];
      assert.deepEqual(await statuses(), auth0);
      assert.equal((await site.manage('PATCH', '/tenants/settings', { answer_dialect: 'oidc' })).status, 200);
      assert.deepEqual(await statuses(), oidc);
      assert.equal(
        (await site.manage('PATCH', `/clients/${machine.clientId}`, { answer_dialect: 'auth0' })).status,
        200,
      );
      assert.deepEqual(await statuses(), auth0);
      await site.manage('PATCH', '/tenants/settings', { answer_dialect: 'auth0' });
      await site.manage('PATCH', `/clients/${machine.clientId}`, { answer_dialect: 'oidc' });
      assert.deepEqual(await statuses(), oidc);
      const basic = await site.token(
        { grant_type: 'client_credentials' },
        { authorization: `Basic ${Buffer.from(`${machine.clientId}:no`).toString('base64')}` },
      );
      assert.match(basic.headers.get('www-authenticate') ?? '', /^Basic /);
      await site.manage('PATCH', `/clients/${machine.clientId}`, { answer_dialect: 'auth0' });
    });

    for (const alg of ['RS256', 'PS256', 'ES256', 'EdDSA']) {
      test(`§3.4: an API may sign with ${alg}, and the key set verifies it`, async () => {
        const who = await site.machine({ api: { signing_alg: alg } });
        const { body } = await site.token(ask({}, who));
        const { protectedHeader } = await jwtVerify(body.access_token, keys(), {
          audience: who.audience,
          algorithms: [alg],
        });
        assert.equal(protectedHeader.alg, alg);
        const configuration = await site.send('GET', '/.well-known/openid-configuration');
        assert.ok(configuration.body.id_token_signing_alg_values_supported.includes(alg));
      });
    }

    test('ALG-4, ALG-5: HS256 signs with the API secret, and its header has no kid', async () => {
      const who = await site.machine({
        api: { signing_alg: 'HS256', signing_secret: 'a secret of the API that is long' },
      });
      const { body } = await site.token(ask({}, who));
      const [header = '', payload = '', signature] = (body.access_token as string).split('.');
      assert.deepEqual(JSON.parse(Buffer.from(header, 'base64url').toString()), { alg: 'HS256', typ: 'JWT' });
      assert.equal(
        createHmac('sha256', 'a secret of the API that is long').update(`${header}.${payload}`).digest('base64url'),
        signature,
      );
    });

    test('A-39 §20.3: the RFC 9068 dialects have typ at+jwt, client_id and jti, and neither azp nor gty', async () => {
      for (const dialect of ['rfc9068_profile', 'rfc9068_profile_authz']) {
        const who = await site.machine({ api: { token_dialect: dialect, enforce_policies: true } });
        const { body } = await site.token(ask({}, who));
        assert.equal(decodeProtectedHeader(body.access_token).typ, 'at+jwt');
        const { jti, iat, exp, ...claims } = decodeJwt(body.access_token);
        assert.match(String(jti), /^[\w-]{22}$/);
        assert.ok(typeof iat === 'number' && typeof exp === 'number');
        assert.deepEqual(claims, {
          iss: site.issuer,
          sub: `${who.clientId}@clients`,
          aud: who.audience,
          client_id: who.clientId,
          scope: 'read:x write:x',
          ...(dialect.endsWith('_authz') ? { permissions: ['read:x', 'write:x'] } : {}),
        });
      }
    });

    test('CC-4: access_token_authz adds the permissions under RBAC', async () => {
      const who = await site.machine({ api: { token_dialect: 'access_token_authz', enforce_policies: true } });
      const claims = decodeJwt((await site.token(ask({ scope: 'write:x' }, who))).body.access_token);
      assert.deepEqual(claims.permissions, ['write:x']);
      assert.equal(claims.azp, who.clientId);
    });

    test('§20.6: expires_in and exp follow the API, from its next token on', async () => {
      const who = await site.machine({ api: { token_lifetime: 600 } });
      assert.equal((await site.token(ask({}, who))).body.expires_in, 600);
      await site.manage('PATCH', `/resource-servers/${who.api.id}`, { token_lifetime: 1200 });
      const { body } = await site.token(ask({}, who));
      const { exp = 0, iat = 0 } = decodeJwt(body.access_token);
      assert.deepEqual([body.expires_in, exp - iat], [1200, 1200]);
    });

    test('§20.7: an API with an encryption key gets its tokens signed, then encrypted', async () => {
      const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
      const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
      const who = await site.machine({
        api: {
          token_encryption: {
            format: 'compact-nested-jwe',
            encryption_key: { name: 'k', alg: 'RSA-OAEP-256', kid: 'enc-1', pem },
          },
        },
      });
      const { body } = await site.token(ask({}, who));
      const { plaintext, protectedHeader } = await compactDecrypt(body.access_token, privateKey);
      assert.deepEqual(protectedHeader, { alg: 'RSA-OAEP-256', enc: 'A256GCM', typ: 'JWT', cty: 'JWT', kid: 'enc-1' });
      await jwtVerify(Buffer.from(plaintext).toString(), keys(), { audience: who.audience });
    });

    test('§11.5: quotas count per client, tell what is left, and end in 429', async () => {
      const who = await site.machine({
        client: { token_quota: { client_credentials: { per_hour: 2, enforce: true } } },
      });
      const first = await site.token(ask({}, who));
      assert.match(first.headers.get('auth0-client-quota-limit') ?? '', /^b=per_hour;q=2;r=1;t=\d+$/);
      const rest = await Promise.all(Array.from({ length: 6 }, () => site.token(ask({}, who))));
      assert.deepEqual(rest.map((reply) => reply.status).toSorted(), [200, 429, 429, 429, 429, 429]);
      const over = rest.find((reply) => reply.status === 429);
      assert.deepEqual(over?.body, { error: 'too_many_requests', error_description: 'Client quota exceeded' });
      assert.ok(Number(over?.headers.get('retry-after')) > 0);
    });

    test('the log holds every decision with its trace and the SHA-256 of the token, never the token', async () => {
      const who = await site.machine({ granted: ['read:x'] });
      const issued = await site.token(ask({ scope: 'read:x write:x nonsense' }, who));
      const refused = await site.token(ask({ client_secret: 'a wrong secret' }, who));
      assert.equal(refused.status, 401);
      await site.house.logs.flush();
      const { body: entries } = await site.manage(
        'GET',
        `/logs?q=${encodeURIComponent(`client_id:"${who.clientId}"`)}`,
      );
      const success = entries.find((entry: { type: string }) => entry.type === 'seccft');
      const failure = entries.find((entry: { type: string }) => entry.type === 'feccft');
      const digest = createHash('sha256').update(issued.body.access_token).digest('base64url');
      assert.equal(success.details.token.sha256, digest);
      assert.equal(success.scope, 'read:x');
      const dropped = success.details.trace.flatMap((row: { rule: string; dropped?: string[] }) =>
        (row.dropped ?? []).map((scope) => `${row.rule} ${scope}`),
      );
      assert.deepEqual(dropped.toSorted(), ['api_scopes nonsense', 'client_grant write:x']);
      assert.match(failure.details.error.because, /client_secret is wrong/);
      assert.equal(failure._id, failure.log_id);
      assert.match(failure.log_id, /^\d{56}$/);
      const text = JSON.stringify(entries);
      assert.ok(
        !text.includes(issued.body.access_token) &&
          !text.includes('a wrong secret') &&
          !text.includes(who.clientSecret),
      );
      assert.equal((await site.manage('GET', `/logs/${success.log_id}`)).body.log_id, success.log_id);
    });

    test('§8.4: auth0-forwarded-for is believed from a trusted client that proved who it is, and from nobody else', async () => {
      const trusted = await site.machine({
        client: { token_endpoint_auth_method: 'client_secret_post', is_token_endpoint_ip_header_trusted: true },
      });
      const header = { 'auth0-forwarded-for': '203.0.113.7' };
      await site.token(ask({}, trusted), header);
      await site.token(ask({ client_secret: 'wrong' }, trusted), header);
      await site.token(ask(), header);
      await site.house.logs.flush();
      const ips = async (clientId: string, type: string) => {
        const { body } = await site.manage(
          'GET',
          `/logs?q=${encodeURIComponent(`client_id:"${clientId}" AND type:${type}`)}`,
        );
        return body[0].ip;
      };
      assert.equal(await ips(trusted.clientId, 'seccft'), '203.0.113.7');
      assert.notEqual(await ips(trusted.clientId, 'feccft'), '203.0.113.7');
      assert.notEqual(await ips(machine.clientId, 'seccft'), '203.0.113.7');
    });

    test('A-36: after a rotation old tokens verify until their key is revoked, and new ones name the new key', async () => {
      const old = (await site.token(ask())).body.access_token as string;
      const kid = decodeProtectedHeader(old).kid as string;
      const rotated = await site.manage('POST', '/keys/signing/rotate');
      assert.equal(rotated.status, 201, rotated.text);
      const fresh = (await site.token(ask())).body.access_token as string;
      assert.notEqual(decodeProtectedHeader(fresh).kid, kid);
      await jwtVerify(old, keys());
      await jwtVerify(fresh, keys());
      const revoked = await site.manage('PUT', `/keys/signing/${kid}/revoke`);
      assert.equal(revoked.status, 200, revoked.text);
      await assert.rejects(jwtVerify(old, keys()));
      await jwtVerify(fresh, keys());
    });

    test('CLA-12: a rotated secret stops working at once, and the new one works', async () => {
      const who = await site.machine();
      const { body } = await site.manage('POST', `/clients/${who.clientId}/rotate-secret`);
      assert.notEqual(body.client_secret, who.clientSecret);
      assert.equal((await site.token(ask({}, who))).status, 401);
      assert.equal((await site.token(ask({ client_secret: body.client_secret }, who))).status, 200);
    });

    test('§39: an origin that the client has not registered is refused in plain text; a registered one may read', async () => {
      const who = await site.machine({
        client: { allowed_origins: ['https://app.example.com', 'https://*.preview.example.com'] },
      });
      const from = (origin: string) => site.token(ask({}, who), { origin });
      const allowed = await from('https://app.example.com');
      assert.equal(allowed.status, 200);
      assert.equal(allowed.headers.get('access-control-allow-origin'), 'https://app.example.com');
      assert.equal((await from('https://a.preview.example.com')).status, 200);
      for (const origin of [
        'https://evil.example.com',
        'https://app.example.com.evil.com',
        'https://a.b.preview.example.com',
        'null',
        'http://app.example.com',
      ]) {
        const refused = await from(origin);
        assert.equal(refused.status, 403, origin);
        assert.equal(refused.text, `Origin ${origin} is not allowed.`);
      }
      const preflight = await site.send('OPTIONS', '/oauth/token', {
        headers: {
          origin: 'https://app.example.com',
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'auth0-client,content-type',
        },
      });
      assert.equal(preflight.status, 204);
      assert.equal(preflight.headers.get('access-control-allow-headers'), 'auth0-client,content-type');
    });
  });
}
