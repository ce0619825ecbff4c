// The tenant log through the Management API: what writes leave in it, and how it is searched (auth0-behaviour §40.1, LOG-1, LOG-4).

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { engines, serveHere } from '../support/running.ts';

for (const engine of engines) {
  describe(`logs on ${engine}`, () => {
    let site: Awaited<ReturnType<typeof serveHere>>;
    before(async () => {
      site = await serveHere(engine);
    });
    after(() => site.stop());
    const find = async (query: string) => {
      await site.house.logs.flush();
      return site.manage('GET', `/logs?${query}`);
    };

    test('§40.1: a write is an event with who, what and the answer, in the recorded shape', async () => {
      const { body: client } = await site.manage('POST', '/clients', { name: 'Logged' });
      const [event] = (await find('q=type:sapi&per_page=1')).body;
      assert.equal(event._id, event.log_id);
      assert.equal(event.description, 'Create a client');
      assert.equal(event.client_id, site.admin.clientId);
      const { request, response } = event.details;
      assert.deepEqual(request.body, { name: 'Logged' });
      assert.deepEqual([request.method, request.path, request.channel], ['post', '/api/v2/clients', 'api']);
      assert.ok(request.auth.credentials.scopes.includes('create:clients'));
      assert.equal(response.statusCode, 201);
      assert.equal(response.body.client_id, client.client_id);
      assert.deepEqual((await site.manage('GET', `/logs/${event.log_id}`)).body, event);
    });

    test('LOG-1, SEC-01: secrets are masked in the log, reads and refusals are not logged as writes', async () => {
      const secret = 'canary-secret-that-nobody-may-see';
      const { body } = await site.manage('POST', '/clients', { name: 'Canary', client_secret: secret });
      await site.manage('PATCH', `/clients/${body.client_id}`, { client_secret: `${secret}-2` });
      const rotated = await site.manage('POST', `/clients/${body.client_id}/rotate-secret`);
      await site.manage('POST', '/resource-servers', {
        identifier: 'https://canary.example.com/',
        signing_alg: 'HS256',
        signing_secret: `${secret}-3`,
      });
      await site.manage('PATCH', '/clients/nothing', { client_secret: `${secret}-4` });
      const before = (await find('q=type:sapi&include_totals=true')).body.total;
      await site.manage('GET', `/clients/${body.client_id}`);
      await site.manage('POST', '/clients', { nonsense: secret });
      const after = await find('q=type:sapi&include_totals=true&per_page=100');
      assert.equal(after.body.total, before);
      assert.ok(!after.text.includes('canary-secret'), 'no secret that was sent');
      assert.ok(!after.text.includes(rotated.body.client_secret), 'no secret that was made');
      assert.ok(after.text.includes('*****'));
    });

    test('searches narrow by type, client, words and dates; the newest come first, or the oldest', async () => {
      await site.manage('POST', '/resource-servers', { identifier: 'https://found.example.com/', name: 'Zebra' });
      const types = (await find('q=type:sapi&per_page=100')).body.map((event: { type: string }) => event.type);
      assert.deepEqual([...new Set(types)], ['sapi']);
      assert.equal((await find('q=type:(sapi OR fapi)&per_page=1')).body.length, 1);
      assert.deepEqual((await find('q=type:nothing')).body, []);
      const zebra = (await find('q=Zebra AND type:sapi')).body;
      assert.deepEqual(
        zebra.map((event: { description: string }) => event.description),
        ['Create a resource server'],
      );
      assert.deepEqual((await find('q=date:[2001-01-01 TO 2001-12-31]')).body, []);
      assert.ok((await find('q=date:[2001-01-01 TO *]')).body.length > 0);
      const newest = (await find('sort=date:-1&per_page=100')).body.map((event: { log_id: string }) => event.log_id);
      const oldest = (await find('sort=date:1&per_page=100')).body.map((event: { log_id: string }) => event.log_id);
      assert.deepEqual(newest.toSorted().reverse(), newest);
      assert.deepEqual(oldest.toSorted(), oldest);
    });

    test('from and take read on from an event, oldest first, without gaps', async () => {
      for (let n = 0; n < 5; n++) await site.manage('PATCH', '/tenants/settings', { friendly_name: `n${n}` });
      await site.house.logs.flush();
      const all = (await find('sort=date:1&per_page=100')).body.map((event: { log_id: string }) => event.log_id);
      const seen: string[] = [];
      for (let query = 'take=3'; ; query = `take=3&from=${seen.at(-1)}`) {
        const part = (await site.manage('GET', `/logs?${query}`)).body.map((event: { log_id: string }) => event.log_id);
        if (part.length === 0) break;
        seen.push(...part);
      }
      assert.deepEqual(seen, all);
    });

    test('fields choose members, ids stay', async () => {
      const [event] = (await find('fields=date,type&per_page=1')).body;
      assert.deepEqual(Object.keys(event).toSorted(), ['_id', 'date', 'log_id', 'type']);
    });

    const refused = [
      'q=password_hash:*',
      'q=type:"s',
      'q=details.request.body:x',
      'sort=name:1',
      'per_page=101',
      'page=1000',
      'from=%27',
      'foo=1',
      "q=') OR 1=1--",
    ];
    for (const query of refused) {
      test(`SQL-02, DOS-11: ?${query} is refused`, async () => {
        const reply = await site.manage('GET', `/logs?${query.replaceAll(' ', '%20').replaceAll('"', '%22')}`);
        assert.equal(reply.status, 400);
        assert.match(reply.body.errorCode, /^invalid_(query_string|paging)$/);
      });
    }

    test('an event that is not there is 404', async () => {
      for (const id of ['90020200101000000000000000000000000000000000000000000000', "'", 'x'.repeat(500)]) {
        assert.equal((await site.manage('GET', `/logs/${encodeURIComponent(id)}`)).status, 404, id);
      }
    });
  });
}
