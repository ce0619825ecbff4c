// GET /api/v2/openapi.json: public, whole and true to the routes and declarations.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { collections, handMadeCollections, managementScopes, singletons } from '../../src/resources/index.ts';
import { serveHere } from '../support/running.ts';

describe('the OpenAPI document', () => {
  let site: Awaited<ReturnType<typeof serveHere>>;
  // biome-ignore lint/suspicious/noExplicitAny: a JSON document, walked by assertions
  let document: any;
  before(async () => {
    site = await serveHere();
    const reply = await site.send('GET', '/api/v2/openapi.json');
    assert.equal(reply.status, 200);
    assert.match(reply.headers.get('cache-control') ?? '', /^public/);
    document = reply.body;
  });
  after(() => site.stop());

  test('it is OpenAPI 3.1 for this host', () => {
    assert.match(document.openapi, /^3\.1\./);
    assert.deepEqual(document.servers, [{ url: `${site.base}/api/v2` }]);
    assert.equal(
      document.components.securitySchemes.oauth2.flows.clientCredentials.tokenUrl,
      `${site.base}/oauth/token`,
    );
  });

  test('it names every Management route that is mounted, and no other', () => {
    const mounted = site.house.routes
      .filter(({ path }) => path.startsWith('/api/v2/') && path !== '/api/v2/openapi.json')
      .map(({ method, path }) => `${method} ${path.slice(7).replace(/:([a-z_]+)/g, '{$1}')}`);
    const named = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.keys(operations as object).map((method) => `${method.toUpperCase()} ${path}`),
    );
    assert.deepEqual(named.toSorted(), mounted.toSorted());
  });

  test('every reference leads somewhere, every operation has scopes that exist and the error shape', () => {
    const text = JSON.stringify(document);
    for (const [, path = ''] of text.matchAll(/"\$ref":"#\/([^"]+)"/g)) {
      const found = path.split('/').reduce((inside, step) => inside?.[step], document);
      assert.ok(found, path);
    }
    const known = new Set(managementScopes.map(({ value }) => value));
    for (const [path, operations] of Object.entries(document.paths)) {
      for (const [method, operation] of Object.entries(
        operations as Record<string, { security: Record<string, string[]>[]; responses: object }>,
      )) {
        assert.ok(operation.security.length > 0, `${method} ${path}`);
        for (const [scheme, scopes] of operation.security.flatMap((one) => Object.entries(one))) {
          assert.ok(scheme in document.components.securitySchemes, scheme);
          for (const scope of scopes) assert.ok(known.has(scope), scope);
        }
        for (const status of ['400', '401', '403', '503'])
          assert.ok(status in operation.responses, `${method} ${path} ${status}`);
      }
    }
  });

  test('it names the scopes that some questions need besides, and the credential that may stand in place of a token', () => {
    const { post: preview } = document.paths['/tokens/preview'];
    assert.deepEqual(preview.security, [
      { oauth2: ['read:token_previews'] },
      { oauth2: ['read:token_previews', 'read:users'] },
      { oauth2: ['read:token_previews', 'read:refresh_tokens', 'read:users'] },
    ]);
    assert.match(preview.description, /With `user_id` the token needs `read:users` besides/);
    assert.match(preview.description, /With `refresh_token_id` .*`read:refresh_tokens` and `read:users`/);
    const { post: explain } = document.paths['/tokens/explain'];
    assert.deepEqual(explain.security, [{ oauth2: ['read:token_explanations'] }, { apiCredential: [] }]);
    assert.match(explain.description, /its own credential/);
    const { apiCredential } = document.components.securitySchemes;
    assert.deepEqual([apiCredential.type, apiCredential.scheme], ['http', 'basic']);
  });

  test('what the document says of previews and explanations is what is asked for', async () => {
    const audience = `https://${site.host}/api/v2/`;
    const callers = new Map<string, string>();
    const tokenWith = async (scope: string[]) => {
      const { body: client } = await site.manage('POST', '/clients', { name: 'Caller', app_type: 'non_interactive' });
      const { client_id, client_secret } = client;
      const grant = await site.manage('POST', '/client-grants', { client_id, audience, scope });
      assert.equal(grant.status, 201, grant.text);
      const { body } = await site.token({ grant_type: 'client_credentials', client_id, client_secret, audience });
      callers.set(scope.join(' '), client_id);
      return body.access_token as string;
    };
    const [plain, users, families] = document.paths['/tokens/preview'].post.security.map(
      ({ oauth2 }: { oauth2: string[] }) => oauth2,
    );
    const ask = async (scopes: string[], more: object) => {
      const token = await tokenWith(scopes);
      const body = { client_id: callers.get(scopes.join(' ')), grant_type: 'client_credentials', ...more };
      return site.send('POST', '/api/v2/tokens/preview', {
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    };
    const login = { grant_type: 'authorization_code', user_id: 'auth0|nobody' };
    const refresh = { grant_type: 'refresh_token', refresh_token_id: 'nobody' };
    assert.equal((await ask(plain, {})).status, 200);
    assert.equal((await ask(plain, login)).status, 403);
    assert.equal((await ask(users, login)).status, 404, 'the user does not exist');
    assert.equal((await ask(users, refresh)).status, 403);
    assert.equal((await ask(families, refresh)).status, 404, 'the refresh token does not exist');
  });

  test('every declared field is documented where it travels, and hidden ones are in no answer', () => {
    for (const declared of [...collections, ...singletons, ...handMadeCollections]) {
      const name = declared.name.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
      for (const [field, { writer, hidden, computed, about }] of Object.entries(declared.fields)) {
        const isAlias = computed && writer !== 'server';
        assert.equal(field in document.components.schemas[name].properties, !hidden && !isAlias, `${name}.${field}`);
        if (writer === 'caller')
          assert.ok(field in document.components.schemas[`${name}Update`].properties, `${name}Update.${field}`);
        assert.ok(about.length > 0 && about.length < 200, `${name}.${field} says what it is`);
      }
    }
  });

  test('every scope that a declaration needs is one of the Management API', () => {
    const known = new Set(managementScopes.map(({ value }) => value));
    for (const declared of [...collections, ...singletons, ...handMadeCollections]) {
      for (const scopes of Object.values(declared.scopes))
        for (const scope of scopes ?? []) assert.ok(known.has(scope), scope);
    }
  });
});
