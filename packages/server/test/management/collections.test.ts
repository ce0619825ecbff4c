// What all collections of the Management API share: defaults, pagination, fields, errors (auth0-behaviour §37.3 to §37.5),
// on both engines.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { engines, serveHere } from '../support/running.ts';

for (const engine of engines) {
  describe(`collections on ${engine}`, () => {
    let site: Awaited<ReturnType<typeof serveHere>>;
    before(async () => {
      site = await serveHere(engine);
    });
    after(() => site.stop());

    test('§37.4: an API has exactly the recorded defaults', async () => {
      const reply = await site.manage('POST', '/resource-servers', { identifier: 'https://defaults.example.com/' });
      assert.equal(reply.status, 201);
      assert.match(reply.body.id, /^[0-9a-f]{24}$/);
      const { id, ...rest } = reply.body;
      assert.deepEqual(rest, {
        identifier: 'https://defaults.example.com/',
        allow_offline_access: false,
        skip_consent_for_verifiable_first_party_clients: false,
        subject_type_authorization: { client: { policy: 'require_client_grant' }, user: { policy: 'allow_all' } },
        token_lifetime: 86_400,
        token_lifetime_for_web: 7200,
        signing_alg: 'RS256',
      });
      const read = await site.manage('GET', `/resource-servers/${id}`);
      assert.deepEqual(read.body, reply.body);
      assert.equal(read.headers.get('cache-control'), 'private, no-store, no-cache, must-revalidate');
    });

    test('an API is found by its percent-encoded identifier as by its id', async () => {
      const identifier = 'https://named.example.com/api v1'.replace(' ', '+');
      const { body } = await site.manage('POST', '/resource-servers', { identifier });
      const path = `/resource-servers/${encodeURIComponent(identifier)}`;
      assert.equal((await site.manage('GET', path)).body.id, body.id);
      assert.equal((await site.manage('PATCH', path, { name: 'Named' })).body.name, 'Named');
      assert.equal((await site.manage('DELETE', path)).status, 204);
      assert.equal((await site.manage('GET', `/resource-servers/${body.id}`)).status, 404);
    });

    test('§37.5: pages, totals, and a page beyond the end is an empty list', async () => {
      for (let n = 0; n < 7; n++) await site.manage('POST', '/clients', { name: `Page ${n}` });
      const all = await site.manage('GET', '/clients?is_global=false');
      const total: number = all.body.length;
      assert.ok(total >= 8);
      const page = await site.manage('GET', '/clients?is_global=false&page=1&per_page=3&include_totals=true');
      assert.deepEqual({ ...page.body, clients: page.body.clients.length }, { total, start: 3, limit: 3, clients: 3 });
      assert.deepEqual(page.body.clients, all.body.slice(3, 6));
      const beyond = await site.manage('GET', '/clients?page=50&per_page=100&include_totals=true');
      assert.deepEqual(beyond.body.clients, []);
      assert.deepEqual((await site.manage('GET', '/clients?page=1000000000')).body, []);
    });

    test('§37.5: checkpoints walk through everything once, and take wins over include_totals', async () => {
      const seen: string[] = [];
      let from: string | undefined;
      for (let n = 0; n < 20; n++) {
        const query: string =
          from === undefined ? 'take=3&include_totals=true' : `take=3&from=${encodeURIComponent(from)}`;
        const { status, body } = await site.manage('GET', `/clients?${query}`);
        assert.equal(status, 200);
        assert.deepEqual(
          Object.keys(body).filter((name) => name !== 'next'),
          ['clients'],
        );
        seen.push(...body.clients.map((client: { client_id: string }) => client.client_id));
        from = body.next;
        if (from === undefined) break;
      }
      const all = await site.manage('GET', '/clients?per_page=100');
      assert.deepEqual(
        seen,
        all.body.map((client: { client_id: string }) => client.client_id),
      );
    });

    test('SQL-04: a checkpoint that was changed, invented or is of another list is refused', async () => {
      const { body } = await site.manage('GET', '/clients?take=1');
      const bad = [`${body.next}x`, body.next.slice(0, -1), 'abc', "' OR 1=1--", '0.AAAA'];
      for (const from of bad) {
        const reply = await site.manage('GET', `/clients?take=1&from=${encodeURIComponent(from)}`);
        assert.equal(reply.status, 400, from);
        assert.equal(reply.body.errorCode, 'invalid_query_string');
      }
      assert.equal(
        (await site.manage('GET', `/resource-servers?take=1&from=${encodeURIComponent(body.next)}`)).status,
        400,
      );
    });

    test('fields and include_fields choose members; unknown names are tolerated', async () => {
      const { body } = await site.manage('POST', '/clients', { name: 'Fields' });
      const path = `/clients/${body.client_id}`;
      assert.deepEqual((await site.manage('GET', `${path}?fields=client_id,name,nothing`)).body, {
        client_id: body.client_id,
        name: 'Fields',
      });
      const without = (await site.manage('GET', `${path}?fields=client_secret,signing_keys&include_fields=false`)).body;
      assert.equal(without.client_secret, undefined);
      assert.equal(without.signing_keys, undefined);
      assert.equal(without.name, 'Fields');
      const listed = await site.manage('GET', '/resource-servers?fields=identifier&include_fields=true');
      assert.ok(listed.body.every((api: object) => Object.keys(api).join() === 'identifier'));
    });

    test('filters find by equality; lists take several values', async () => {
      for (const name of ['one', 'two', 'three'])
        await site.manage('POST', '/resource-servers', { identifier: `https://${name}.filter.example/` });
      const two = await site.manage(
        'GET',
        `/resource-servers?identifiers=${encodeURIComponent('https://one.filter.example/')}&identifiers=${encodeURIComponent('https://two.filter.example/')}`,
      );
      assert.deepEqual(
        two.body.map((api: { identifier: string }) => api.identifier),
        ['https://one.filter.example/', 'https://two.filter.example/'],
      );
      await site.manage('POST', '/clients', { name: 'Filtered', app_type: 'spa' });
      const spas = await site.manage('GET', '/clients?app_type=spa,native&is_first_party=true');
      assert.ok(spas.body.length >= 1);
      assert.ok(spas.body.every((client: { app_type: string }) => client.app_type === 'spa'));
      assert.deepEqual(
        (await site.manage('GET', '/clients?is_global=true')).body.map((client: { name: string }) => client.name),
        ['All Applications'],
      );
      assert.deepEqual((await site.manage('GET', '/clients?is_first_party=false')).body, []);
    });

    test('§37.3: what is not there has the errors of its resource', async () => {
      const rows: readonly [path: string, message: string, errorCode: string][] = [
        ['/clients/nothing', 'The client does not exist', 'inexistent_client'],
        ['/resource-servers/nothing', 'The resource server does not exist', 'inexistent_resource_server'],
        ['/client-grants/cgr_nothing', 'The grant does not exist.', 'inexistent_client_grant'],
        ['/clients/nothing/credentials', 'The client does not exist', 'inexistent_client'],
      ];
      for (const [path, message, errorCode] of rows) {
        const reply = await site.manage('GET', path);
        assert.equal(reply.status, 404);
        assert.deepEqual(reply.body, { statusCode: 404, error: 'Not Found', message, errorCode });
      }
      assert.equal((await site.manage('PATCH', '/clients/nothing', { name: 'x' })).status, 404);
      const unknown = await site.manage('GET', '/unicorns');
      assert.equal(unknown.status, 404);
      assert.deepEqual(unknown.body, { statusCode: 404, error: 'Not Found', message: 'Not Found' });
    });

    test('deleting what is not there is 204 for clients, grants, APIs and credentials, as recorded', async () => {
      const { body } = await site.manage('POST', '/clients', { name: 'Gone' });
      for (const path of [`/clients/${body.client_id}`, '/resource-servers/nothing', '/client-grants/cgr_nothing']) {
        assert.equal((await site.manage('DELETE', path)).status, 204);
        assert.equal((await site.manage('DELETE', path)).status, 204);
      }
    });

    test('a second API of the same identifier is a conflict, and nothing of it is kept', async () => {
      const identifier = 'https://twice.example.com/';
      assert.equal((await site.manage('POST', '/resource-servers', { identifier, name: 'First' })).status, 201);
      const second = await site.manage('POST', '/resource-servers', { identifier, name: 'Second' });
      assert.equal(second.status, 409);
      assert.equal(second.body.error, 'Conflict');
      const found = await site.manage('GET', `/resource-servers?identifiers=${encodeURIComponent(identifier)}`);
      assert.deepEqual(
        found.body.map((api: { name: string }) => api.name),
        ['First'],
      );
    });

    test('twenty creations of one identifier at once have one winner', async () => {
      const identifier = 'https://race.example.com/';
      const replies = await Promise.all(
        Array.from({ length: 20 }, () => site.manage('POST', '/resource-servers', { identifier })),
      );
      assert.deepEqual(replies.map(({ status }) => status).toSorted(), [201, ...Array<number>(19).fill(409)]);
    });

    test('parallel patches of different members lose none', async () => {
      const { body } = await site.manage('POST', '/clients', { name: 'Race' });
      const changes = [
        { description: 'new' },
        { sso_disabled: true },
        { callbacks: ['https://a.example/cb'] },
        { client_metadata: { a: '1' } },
        { client_metadata: { b: '2' } },
        { jwt_configuration: { alg: 'RS256' } },
      ];
      const replies = await Promise.all(
        changes.map((change) => site.manage('PATCH', `/clients/${body.client_id}`, change)),
      );
      assert.deepEqual(
        replies.map(({ status }) => status),
        changes.map(() => 200),
      );
      const { body: after } = await site.manage('GET', `/clients/${body.client_id}`);
      assert.equal(after.description, 'new');
      assert.equal(after.sso_disabled, true);
      assert.deepEqual(after.callbacks, ['https://a.example/cb']);
      assert.deepEqual(after.client_metadata, { a: '1', b: '2' });
      assert.deepEqual(after.jwt_configuration, { secret_encoded: false, lifetime_in_seconds: 36_000, alg: 'RS256' });
    });
  });
}
