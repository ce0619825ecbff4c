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
        operations as Record<string, { security: { oauth2: string[] }[]; responses: object }>,
      )) {
        assert.ok(operation.security.length > 0, `${method} ${path}`);
        for (const { oauth2 } of operation.security) for (const scope of oauth2) assert.ok(known.has(scope), scope);
        for (const status of ['400', '401', '403', '503'])
          assert.ok(status in operation.responses, `${method} ${path} ${status}`);
      }
    }
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
