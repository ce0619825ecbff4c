// TEN-01, TEN-02, SQL-04: tenants are walls for everything that has an id, on both engines.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { engines, serveHere } from '../support/running.ts';
import { addTenant } from './tenants.ts';

for (const engine of engines) {
  describe(`two tenants on ${engine}`, () => {
    let site: Awaited<ReturnType<typeof serveHere>>;
    let one: Awaited<ReturnType<typeof addTenant>>;
    let two: Awaited<ReturnType<typeof addTenant>>;
    before(async () => {
      site = await serveHere(engine);
      one = await addTenant(site, 'one');
      two = await addTenant(site, 'two');
    });
    after(() => site.stop());

    test('TEN-02: an id of another tenant is answered exactly as one that never was, and its row is unchanged', async () => {
      const client = (await two.manage('POST', '/clients', { name: 'Theirs' })).body;
      const api = (
        await two.manage('POST', '/resource-servers', {
          identifier: 'https://theirs.example/',
          scopes: [{ value: 'a' }],
        })
      ).body;
      const grant = (
        await two.manage('POST', '/client-grants', {
          client_id: client.client_id,
          audience: api.identifier,
          scope: ['a'],
        })
      ).body;
      const credential = (
        await two.manage('POST', `/clients/${client.client_id}/credentials`, {
          credential_type: 'cert_subject_dn',
          subject_dn: 'CN=x',
        })
      ).body;
      const [key] = (await two.manage('GET', '/keys/signing')).body;
      const own = (await one.manage('POST', '/clients', { name: 'Ours' })).body;
      await site.house.logs.flush();
      const [event] = (await two.manage('GET', '/logs?per_page=1')).body;
      const rows: readonly [theirs: string, random: string, patch: object | undefined][] = [
        [`/clients/${client.client_id}`, `/clients/${'x'.repeat(32)}`, { name: 'Taken' }],
        [`/resource-servers/${api.id}`, `/resource-servers/${'0'.repeat(24)}`, { name: 'Taken' }],
        [
          `/resource-servers/${encodeURIComponent(api.identifier)}`,
          `/resource-servers/${encodeURIComponent('https://nobody.example/')}`,
          { name: 'Taken' },
        ],
        [`/client-grants/${grant.id}`, `/client-grants/cgr_${'x'.repeat(16)}`, { scope: [] }],
        [`/clients/${client.client_id}/credentials`, `/clients/${'x'.repeat(32)}/credentials`, undefined],
        [
          `/clients/${client.client_id}/credentials/${credential.id}`,
          `/clients/${'x'.repeat(32)}/credentials/cred_${'x'.repeat(22)}`,
          { expires_at: '2090-01-01T00:00:00Z' },
        ],
        [
          `/clients/${own.client_id}/credentials/${credential.id}`,
          `/clients/${own.client_id}/credentials/cred_${'x'.repeat(22)}`,
          { expires_at: '2090-01-01T00:00:00Z' },
        ],
        [`/keys/signing/${key.kid}`, `/keys/signing/${'x'.repeat(22)}`, undefined],
        [`/logs/${event.log_id}`, `/logs/${'9'.repeat(56)}`, undefined],
      ];
      for (const [theirs, random, patch] of rows) {
        const methods: readonly (readonly [string, object | undefined])[] = [
          ['GET', undefined],
          ...(patch
            ? ([
                ['PATCH', patch],
                ['DELETE', undefined],
              ] as const)
            : []),
        ];
        for (const [method, body] of methods) {
          const [foreign, never] = [await one.manage(method, theirs, body), await one.manage(method, random, body)];
          assert.equal(foreign.status, never.status, `${method} ${theirs}`);
          assert.equal(foreign.text, never.text, `${method} ${theirs}`);
          if (method !== 'DELETE') assert.equal(foreign.status, 404, `${method} ${theirs}`);
        }
      }
      assert.equal((await one.manage('POST', `/clients/${client.client_id}/rotate-secret`)).status, 404);
      assert.equal((await one.manage('PUT', `/keys/signing/${key.kid}/revoke`)).status, 404);
      assert.deepEqual((await two.manage('GET', `/clients/${client.client_id}`)).body, without(client, 'encrypted'));
      assert.deepEqual((await two.manage('GET', `/resource-servers/${api.id}`)).body, api);
      assert.deepEqual((await two.manage('GET', `/client-grants/${grant.id}`)).body, grant);
      assert.deepEqual((await two.manage('GET', `/clients/${client.client_id}/credentials`)).body, [credential]);
    });

    test("TEN-02: nested references to another tenant's rows are refused", async () => {
      const client = (await two.manage('POST', '/clients', { name: 'Theirs too' })).body;
      const api = (await two.manage('POST', '/resource-servers', { identifier: 'https://theirs-too.example/' })).body;
      const credential = (
        await two.manage('POST', `/clients/${client.client_id}/credentials`, {
          credential_type: 'cert_subject_dn',
          subject_dn: 'CN=x',
        })
      ).body;
      const own = (await one.manage('POST', '/clients', { name: 'Ours too' })).body;
      await one.manage('POST', '/resource-servers', { identifier: 'https://ours-too.example/' });
      const refused = [
        await one.manage('POST', '/client-grants', {
          client_id: client.client_id,
          audience: 'https://ours-too.example/',
          scope: [],
        }),
        await one.manage('POST', '/client-grants', { client_id: own.client_id, audience: api.identifier, scope: [] }),
        await one.manage('PATCH', `/clients/${own.client_id}`, {
          client_authentication_methods: { tls_client_auth: { credentials: [{ id: credential.id }] } },
        }),
        await one.manage('PATCH', `/clients/${own.client_id}`, {
          refresh_token: { policies: [{ audience: api.identifier, scope: [] }] },
        }),
        await one.manage('PATCH', '/tenants/settings', { default_audience: api.identifier }),
      ];
      assert.deepEqual(
        refused.map(({ status }) => status),
        [400, 400, 400, 400, 400],
      );
    });

    test('lists, searches and cursors show nothing of another tenant', async () => {
      await two.manage('POST', '/resource-servers', { identifier: 'https://secret-name.example/' });
      await site.house.logs.flush();
      for (const path of [
        '/clients?per_page=100',
        '/resource-servers',
        '/client-grants',
        '/logs?q=secret-name',
        '/logs?take=100',
      ]) {
        assert.ok(!(await one.manage('GET', path)).text.includes('secret-name'), path);
      }
      assert.deepEqual(
        (await one.manage('GET', `/resource-servers?identifiers=${encodeURIComponent('https://secret-name.example/')}`))
          .body,
        [],
      );
      const { body } = await two.manage('GET', '/clients?take=1');
      assert.equal((await one.manage('GET', `/clients?take=1&from=${encodeURIComponent(body.next)}`)).status, 400);
    });

    test('TEN-01: a token of one tenant is refused at the other, and its log says why', async () => {
      const reply = await two.send('GET', '/api/v2/clients', { authorization: `Bearer ${one.accessToken}` });
      assert.equal(reply.status, 401);
      await site.house.logs.flush();
      const [event] = (await two.manage('GET', '/logs?q=type:fapi&per_page=1')).body;
      assert.match(event.details.cause.code, /^(wrong_issuer|wrong_tenant)$/);
    });

    test('the same identifier may stand in both, and each Management API is named by its own host', async () => {
      for (const tenant of [one, two])
        assert.equal(
          (await tenant.manage('POST', '/resource-servers', { identifier: 'https://same.example/' })).status,
          201,
        );
      const names = await Promise.all(
        [one, two].map(
          async (tenant) =>
            (await tenant.manage('GET', '/resource-servers?fields=identifier,is_system')).body.find(
              (api: { is_system?: boolean }) => api.is_system,
            ).identifier,
        ),
      );
      assert.deepEqual(names, ['https://one.test/api/v2/', 'https://two.test/api/v2/']);
    });
  });
}

function without(entity: Record<string, unknown>, name: string): object {
  const { [name]: _, ...rest } = entity;
  return rest;
}
