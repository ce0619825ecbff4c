// MAS-09: who sees the secrets of clients and APIs, and what a summary shows (auth0-behaviour §37, management-api.md clients).

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { serveHere } from '../support/running.ts';

describe('secrets in answers', () => {
  let site: Awaited<ReturnType<typeof serveHere>>;
  let audience: string;
  let clientId: string;
  let clientSecret: string;
  before(async () => {
    site = await serveHere();
    audience = `https://${site.host}/api/v2/`;
    const client = (await site.manage('POST', '/clients', { name: 'Caller' })).body;
    ({ client_id: clientId, client_secret: clientSecret } = client);
  });
  after(() => site.stop());

  test('MAS-09: secrets are shown only to tokens that may read them', async () => {
    const caller = async (scope: string[]) => {
      const client = (await site.manage('POST', '/clients', { name: 'Reader', grant_types: ['client_credentials'] }))
        .body;
      await site.manage('POST', '/client-grants', { client_id: client.client_id, audience, scope });
      const { body } = await site.token({
        grant_type: 'client_credentials',
        client_id: client.client_id,
        client_secret: client.client_secret,
        audience,
      });
      return (method: string, path: string, value?: object) =>
        site.send(method, `/api/v2${path}`, {
          headers: { authorization: `Bearer ${body.access_token}`, 'content-type': 'application/json' },
          ...(value ? { body: JSON.stringify(value) } : {}),
        });
    };
    const shared = (
      await site.manage('POST', '/resource-servers', {
        identifier: 'https://shared.example.com/',
        signing_alg: 'HS256',
      })
    ).body;
    const plain = await caller(['read:clients', 'read:resource_servers', 'update:clients', 'create:clients']);
    for (const path of [
      `/clients/${clientId}`,
      '/clients',
      '/clients?include_totals=true',
      `/clients/${clientId}?fields=client_secret`,
    ]) {
      assert.ok(!(await plain('GET', path)).text.includes('"client_secret":'), path);
    }
    for (const path of [`/resource-servers/${shared.id}`, '/resource-servers'])
      assert.ok(!(await plain('GET', path)).text.includes('"signing_secret":'), path);
    const changed = await plain('PATCH', `/clients/${clientId}`, { description: 'changed' });
    assert.equal(changed.status, 200);
    assert.equal(changed.body.client_secret, undefined);
    assert.equal(
      (await plain('PATCH', `/clients/${clientId}`, { client_secret: 'a new secret, long enough' })).status,
      403,
    );
    const created = await plain('POST', '/clients', { name: 'Mine' });
    assert.match(created.body.client_secret, /^.{64}$/, 'whoever creates it sees it once');

    const keys = await caller(['read:client_keys']);
    assert.equal((await keys('GET', `/clients/${clientId}`)).body.client_secret, clientSecret);
    const writer = await caller(['read:resource_servers', 'update:resource_servers']);
    assert.equal((await writer('GET', `/resource-servers/${shared.id}`)).body.signing_secret, shared.signing_secret);

    const summary = await caller(['read:client_summary']);
    const seen = (await summary('GET', `/clients/${clientId}`)).body;
    assert.deepEqual(Object.keys(seen).toSorted(), ['client_id', 'description', 'name']);
  });

  test('LOG-1: a read that shows secrets is an event, without the secrets; other reads are none', async () => {
    const count = async () => {
      await site.house.logs.flush();
      return (await site.manage('GET', '/logs?q=type:mgmt_api_read&include_totals=true&per_page=1')).body;
    };
    const before = (await count()).total;
    await site.manage('GET', `/clients/${clientId}?fields=name`);
    await site.manage('GET', '/client-grants');
    assert.equal((await count()).total, before);
    await site.manage('GET', `/clients/${clientId}`);
    const { total, logs } = await count();
    assert.equal(total, before + 1);
    assert.equal(logs[0].description, 'Read a client with its secret');
    assert.ok(!JSON.stringify(logs).includes(clientSecret));
  });
});
