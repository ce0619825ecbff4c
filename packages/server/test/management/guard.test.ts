// The guard of the Management API: which tokens pass, how refusals are answered and logged (auth0-behaviour §37.1, §37.3).

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { signJwt, signJwtHs256, type TokenType } from '../../src/domain/keys/signature.ts';
import { managementRoutes } from '../../src/endpoints/management/endpoint.ts';
import type { TenantHost, TenantId } from '../../src/schema/brand.ts';
import { StoreUnavailable } from '../../src/storage/store.ts';
import { serveHere } from '../support/running.ts';

describe('the guard', () => {
  let site: Awaited<ReturnType<typeof serveHere>>;
  let audience: string;
  let clientId: string;
  let clientSecret: string;
  before(async () => {
    site = await serveHere();
    audience = `https://${site.host}/api/v2/`;
    const client = (await site.manage('POST', '/clients', { name: 'Caller', grant_types: ['client_credentials'] }))
      .body;
    ({ client_id: clientId, client_secret: clientSecret } = client);
    await site.manage('POST', '/client-grants', {
      client_id: clientId,
      audience,
      scope: ['read:clients', 'read:resource_servers'],
    });
  });
  after(() => site.stop());

  const ask = (token: string | undefined, path = '/clients', method = 'GET') =>
    site.send(method, `/api/v2${path}`, { headers: token === undefined ? {} : { authorization: token } });
  const own = async () =>
    (await site.token({ grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret, audience }))
      .body.access_token as string;
  /** A token signed by the tenant's own key, with any claims. */
  const signed = async (claims: object, type: TokenType = 'JWT') => {
    const now = Math.floor(Date.now() / 1000);
    const key = await site.house.keyring.signing('default' as TenantId, 'RS256');
    const all = {
      iss: site.issuer,
      sub: `${clientId}@clients`,
      aud: audience,
      iat: now,
      exp: now + 600,
      azp: clientId,
      scope: 'read:clients',
      gty: 'client-credentials',
      ...claims,
    };
    return `Bearer ${await signJwt(key, type, all)}`;
  };
  const lastEvent = async () => {
    await site.house.logs.flush();
    return (await site.manage('GET', '/logs?per_page=1&q=type:fapi')).body[0];
  };

  test('a machine with a grant for the Management API is let in', async () => {
    assert.equal((await ask(`Bearer ${await own()}`)).status, 200);
    assert.equal((await ask(await signed({}))).status, 200);
    assert.equal(
      (await ask(await signed({ azp: undefined, client_id: clientId, jti: 'j' }, 'at+jwt'))).status,
      200,
      'RFC 9068 dialect',
    );
  });

  const refused: readonly [
    name: string,
    token: () => Promise<string | undefined> | string | undefined,
    status: number,
    message: string,
  ][] = [
    ['no token', () => undefined, 401, 'Missing authentication'],
    ['Basic', () => 'Basic abc', 401, 'Missing authentication'],
    ['nothing after Bearer', () => 'Bearer', 401, 'Invalid token'],
    ['no scheme', () => 'abc', 400, 'Bad HTTP authentication header format'],
    ['two tokens', () => 'Bearer a b', 400, 'Bad HTTP authentication header format'],
    ['no JWT', () => 'Bearer hello', 401, 'Invalid token'],
    [
      'an ID token',
      () => signed({ aud: clientId, nonce: 'n', azp: undefined, scope: undefined }),
      401,
      'Invalid token',
    ],
    [
      'a token of another API',
      async () => {
        const machine = await site.machine();
        const reply = await site.token({
          grant_type: 'client_credentials',
          client_id: machine.clientId,
          client_secret: machine.clientSecret,
          audience: machine.audience,
        });
        return `Bearer ${reply.body.access_token}`;
      },
      401,
      'Invalid token',
    ],
    ['the audience without its slash', () => signed({ aud: audience.slice(0, -1) }), 401, 'Invalid token'],
    [
      'the stored name of the API as audience',
      () => signed({ aud: 'urn:countersign:management-api' }),
      401,
      'Invalid token',
    ],
    ['another host as issuer', () => signed({ iss: 'https://evil.example/' }), 401, 'Invalid token'],
    ['the issuer without its slash', () => signed({ iss: site.issuer.slice(0, -1) }), 401, 'Invalid token'],
    [
      'an end that has passed',
      () => signed({ exp: Math.floor(Date.now() / 1000) - 60 }),
      401,
      'Expired token received for JSON Web Token validation',
    ],
    [
      'a changed signature',
      async () => `${(await signed({})).slice(0, -8)}AAAAAAAA`,
      401,
      'Invalid signature received for JSON Web Token validation',
    ],
    [
      'changed claims',
      async () => {
        const [header, , signature] = (await signed({})).split('.');
        const claims = {
          iss: site.issuer,
          sub: 'x',
          aud: audience,
          exp: 9_999_999_999,
          azp: clientId,
          scope: 'delete:clients',
        };
        return `${header}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.${signature}`;
      },
      401,
      'Invalid signature received for JSON Web Token validation',
    ],
    [
      'alg none',
      () => {
        const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
        return `Bearer ${part({ alg: 'none', typ: 'JWT' })}.${part({ iss: site.issuer, aud: audience, exp: 9_999_999_999 })}.`;
      },
      401,
      'Invalid token',
    ],
    [
      'HS256 with the client secret',
      () =>
        `Bearer ${signJwtHs256(clientSecret, 'JWT', { iss: site.issuer, aud: audience, exp: 9_999_999_999, azp: clientId, scope: 'read:clients' })}`,
      401,
      'Invalid token',
    ],
    ['no client', () => signed({ azp: undefined, sub: 'nobody@clients' }), 401, 'Invalid token'],
    ['a client that does not exist', () => signed({ azp: 'nobody', sub: 'nobody@clients' }), 401, 'Invalid token'],
  ];
  for (const [name, token, status, message] of refused) {
    test(`a call with ${name} is ${status} ${message}`, async () => {
      const reply = await ask(await token());
      assert.equal(reply.status, status, reply.text);
      assert.equal(reply.body.statusCode, status);
      assert.equal(reply.body.message, message);
      assert.equal(reply.body.error, status === 400 ? 'Bad Request' : 'Unauthorized');
      assert.match(reply.headers.get('www-authenticate') ?? '', /^Bearer/);
      assert.equal(reply.headers.get('cache-control'), 'private, no-store, no-cache, must-revalidate');
    });
  }

  test('the log says the one cause and the fix, and of the token only its hash', async () => {
    const token = await signed({ aud: clientId, nonce: 'n', azp: undefined });
    await ask(token);
    const event = await lastEvent();
    assert.equal(event.details.token_sha256, createHash('sha256').update(token.slice(7)).digest('hex'));
    assert.match(event.details.cause.message, /ID token/);
    assert.ok(event.details.cause.fix.length > 10);
    const text = JSON.stringify(event);
    for (const part of token.slice(7).split('.')) assert.ok(!text.includes(part), 'no part of the token');
  });

  test('a scope that is missing is 403 with the names of those that would do', async () => {
    const token = `Bearer ${await own()}`;
    const rows: readonly [method: string, path: string, scopes: string][] = [
      ['POST', '/clients', 'create:clients'],
      ['DELETE', '/clients/x', 'delete:clients'],
      [
        'PATCH',
        '/clients/x',
        'update:clients,update:client_keys,update:client_credentials,update:client_token_vault_privileged_access',
      ],
      ['POST', '/clients/x/rotate-secret', 'update:client_keys'],
      ['GET', '/clients/x/credentials', 'read:client_credentials'],
      ['POST', '/clients/x/credentials', 'create:client_credentials'],
      ['GET', '/client-grants', 'read:client_grants'],
      ['POST', '/resource-servers', 'create:resource_servers'],
      ['GET', '/tenants/settings', 'read:tenant_settings'],
      ['PATCH', '/tenants/settings', 'update:tenant_settings'],
      ['GET', '/keys/signing', 'read:signing_keys'],
      ['POST', '/keys/signing/rotate', 'create:signing_keys'],
      ['PUT', '/keys/signing/x/revoke', 'update:signing_keys'],
      ['GET', '/logs', 'read:logs,read:logs_users'],
    ];
    for (const [method, path, scopes] of rows) {
      const reply = await ask(token, path, method);
      assert.equal(reply.status, 403, `${method} ${path}: ${reply.text}`);
      assert.deepEqual(reply.body, {
        statusCode: 403,
        error: 'Forbidden',
        message: `Insufficient scope, expected any of: ${scopes}`,
        errorCode: 'insufficient_scope',
      });
      assert.match(reply.headers.get('www-authenticate') ?? '', /error="insufficient_scope".*scope="/);
    }
    assert.equal((await lastEvent()).details.cause.code, 'insufficient_scope');
  });

  test('a scope is judged before a body or an id is looked at', async () => {
    const token = `Bearer ${await own()}`;
    const reply = await site.send('POST', '/api/v2/clients', {
      headers: { authorization: token, 'content-type': 'application/json' },
      body: '{"broken',
    });
    assert.equal(reply.status, 403);
  });

  test('MA-5: a token of a user keeps only scopes for the own profile', async () => {
    const token = await signed({ sub: 'auth0|someone', scope: 'read:clients update:clients read:current_user' });
    const reply = await ask(token);
    assert.equal(reply.status, 403);
    assert.match((await lastEvent()).details.cause.message, /it has read:current_user$/);
  });

  test('a token in the query or the body is no token', async () => {
    const token = await own();
    assert.equal((await site.send('GET', `/api/v2/clients?access_token=${token}`)).status, 401);
  });

  test("a deleted client's token stops working at once", async () => {
    const client = (await site.manage('POST', '/clients', { name: 'Short life', grant_types: ['client_credentials'] }))
      .body;
    await site.manage('POST', '/client-grants', { client_id: client.client_id, audience, scope: ['read:clients'] });
    const { body } = await site.token({
      grant_type: 'client_credentials',
      client_id: client.client_id,
      client_secret: client.client_secret,
      audience,
    });
    assert.equal((await ask(`Bearer ${body.access_token}`)).status, 200);
    await site.manage('DELETE', `/clients/${client.client_id}`);
    const reply = await ask(`Bearer ${body.access_token}`);
    assert.equal(reply.status, 401);
    assert.equal((await lastEvent()).details.cause.code, 'client_gone');
  });

  test('CORS-1: a page of the client may read answers, refusals of scopes too; any other page may not', async () => {
    await site.manage('PATCH', `/clients/${clientId}`, {
      callbacks: ['https://spa.example/cb'],
      allowed_origins: ['https://*.pages.example'],
    });
    const token = `Bearer ${await own()}`;
    const from = async (origin: string, path = '/clients') =>
      (await site.send('GET', `/api/v2${path}`, { headers: { authorization: token, origin } })).headers.get(
        'access-control-allow-origin',
      );
    assert.equal(await from('https://spa.example'), 'https://spa.example');
    assert.equal(await from('https://one.pages.example'), 'https://one.pages.example');
    assert.equal(await from('https://spa.example', '/client-grants'), 'https://spa.example', 'a 403');
    assert.equal(await from('https://spa.example', '/clients/nothing'), 'https://spa.example', 'a 404');
    for (const other of [
      'https://evil.example',
      'https://a.b.pages.example',
      'null',
      'https://spa.example.evil.example',
    ]) {
      assert.equal(await from(other), null, other);
    }
    const anonymous = await site.send('GET', '/api/v2/clients', { headers: { origin: 'https://spa.example' } });
    assert.equal(anonymous.headers.get('access-control-allow-origin'), null);
  });

  test('keys or clients that cannot be had now are a 503 with Retry-After, never a 401', async () => {
    const away = () => Promise.reject(new StoreUnavailable('away'));
    const { database, snapshot, keyring, passwords, record, now, hosts } = site.house;
    const lost = { ...keyring, verification: away };
    const [list] = managementRoutes({ database, snapshot, keyring: lost, passwords, record, now, hosts });
    const asked = {
      id: 'x',
      method: 'GET',
      path: '/api/v2/resource-servers',
      params: {},
      query: '',
      headers: { authorization: `Bearer ${await own()}` },
      repeated: new Set<string>(),
      body: Buffer.alloc(0),
      ip: '127.0.0.1',
      tenant: 'default' as TenantId,
      host: site.host as TenantHost,
      issuer: site.issuer,
    };
    const answer = await list?.handle(asked);
    assert.equal(answer?.status, 503);
    assert.match(String(answer?.headers?.['retry-after']), /^\d+$/);
    const closed = { ...database, store: () => ({ ...database.store('default' as TenantId), get: away }) };
    const [other] = managementRoutes({ database: closed, snapshot, keyring, passwords, record, now, hosts });
    await assert.rejects(async () => other?.handle(asked), StoreUnavailable, 'the router answers this with 503');
  });
});
