// Attacks with whole requests: ENC-03, DOS-02, DOS-06, SQL-01 in paths and queries, SEC-08, on both engines.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { engines, serveHere } from '../support/running.ts';
import { authorized, isBadBody, makeTargets, type Target } from './targets.ts';

for (const engine of engines) {
  describe(`attacks by request on ${engine}`, () => {
    let site: Awaited<ReturnType<typeof serveHere>>;
    let targets: Target[];
    before(async () => {
      site = await serveHere(engine);
      targets = await makeTargets(site);
    });
    after(() => site.stop());
    const injections = [
      "'",
      '"',
      '\\',
      "';SELECT pg_sleep(5)--",
      "' OR 1=1--",
      '1);ATTACH DATABASE 1',
      '%27',
      '\u02bc\uff07',
      '$1',
      ':tenant',
      '{{1}}',
      '%',
      '_',
    ];

    test('SQL-01: the same in ids, filters, fields and cursors', async () => {
      const count = async () => (await site.manage('GET', '/clients?include_totals=true&per_page=1')).body.total;
      const before = await count();
      for (const injection of injections) {
        const text = encodeURIComponent(injection);
        for (const path of [
          '/clients/',
          '/resource-servers/',
          '/client-grants/',
          `${targets[0]?.row}/credentials/`,
          '/keys/signing/',
          '/logs/',
        ]) {
          assert.equal((await site.manage('GET', `${path}${text}`)).status, 404, path + injection);
        }
        for (const query of [`client_id=${text}`, `audience=${text}`, `subject_type=${text}`, `default_for=${text}`]) {
          assert.deepEqual((await site.manage('GET', `/client-grants?${query}`)).body, [], query);
        }
        for (const query of [`app_type=${text}`, `external_client_id=${text}`])
          assert.deepEqual((await site.manage('GET', `/clients?${query}`)).body, [], query);
        assert.deepEqual((await site.manage('GET', `/resource-servers?identifiers=${text}`)).body, []);
        assert.equal((await site.manage('GET', `/clients?fields=${text}`)).status, 200);
        assert.equal((await site.manage('GET', `/clients?take=1&from=${text}`)).status, 400);
      }
      assert.equal(await count(), before);
    });

    test('ENC-03: only JSON in UTF-8 is read', async () => {
      const send = (type: string | undefined, body: string | Buffer) =>
        authorized(site).then(({ authorization }) =>
          site.send('POST', '/api/v2/clients', {
            headers: { authorization: authorization ?? '', ...(type ? { 'content-type': type } : {}) },
            body,
          }),
        );
      const rows: readonly [type: string | undefined, body: string | Buffer, statuses: readonly number[]][] = [
        ['application/json', '{"name":"json"}', [201]],
        ['application/json; charset=utf-8', '{"name":"json"}', [201]],
        ['Application/JSON;Charset="UTF-8"', '{"name":"json"}', [201]],
        ['application/json; charset=utf-16', '{"name":"json"}', [415]],
        ['text/plain', '{"name":"json"}', [415]],
        ['application/x-www-form-urlencoded', 'name=form', [415]],
        ['multipart/form-data; boundary=x', '--x--', [415]],
        ['application/json', 'name=form', [400]],
        ['application/json', '\ufeff{"name":"json"}', [400]],
        ['application/json', '', [400]],
        ['application/json', '[]', [400]],
        ['application/json', 'null', [400]],
        ['application/json', '{"name":"a"}{"name":"b"}', [400]],
      ];
      for (const [type, body, statuses] of rows) {
        const reply = await send(type, body);
        assert.ok(statuses.includes(reply.status), `${type} ${body}: ${reply.status} ${reply.text}`);
      }
    });

    test('DOS-02, DOS-06: deep and long bodies are refused fast, and the server goes on', async () => {
      const headers = await authorized(site);
      const row = `/api/v2${targets[0]?.row}`;
      const bodies = [
        `{"client_metadata":${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}}`,
        `{"callbacks":${'['.repeat(40_000)}${']'.repeat(40_000)}}`,
        JSON.stringify({ callbacks: Array(10_000).fill('https://a.example/cb') }),
        JSON.stringify({ allowed_clients: Array(10_000).fill('x') }),
        JSON.stringify({
          client_metadata: Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`k${n}`, 'v'])),
        }),
        JSON.stringify(Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`k${n}`, 'v']))),
      ];
      for (const body of bodies) {
        const began = performance.now();
        isBadBody(await site.send('PATCH', row, { headers, body }), body.slice(0, 40));
        assert.ok(
          performance.now() - began < 500,
          `${Math.round(performance.now() - began)} ms for ${body.slice(0, 40)}`,
        );
      }
      assert.equal((await site.manage('PATCH', '/client-grants/x', { scope: ['x'.repeat(200_000)] })).status, 413);
      assert.ok(
        [400, 431].includes(
          (await site.manage('GET', `/clients?${Array.from({ length: 1000 }, (_, n) => `a${n}=1`).join('&')}`)).status,
        ),
      );
      assert.equal((await site.manage('GET', '/clients')).status, 200);
    });

    test('SEC-08: no error names the engine, a file, a stack or a query', async () => {
      const replies = [
        await site.manage('GET', "/clients/'"),
        await site.manage('POST', '/clients', { name: 1 }),
        await site.manage('POST', '/resource-servers', { identifier: 'https://target.example/' }),
        await site.manage('GET', '/logs?q=('),
      ];
      for (const reply of replies) {
        assert.ok(reply.status >= 400 && reply.status < 500);
        assert.doesNotMatch(reply.text, /sqlite|postgres|select |insert |node_modules|\.ts:|at \w+ \(/i);
      }
    });
  });
}
