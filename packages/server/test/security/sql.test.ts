// SQL: values that want to be part of a statement, at the token endpoint and in the search of the log, and invented cursors.
// Every parameter of the Management API is in ../management/security.test.ts.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { TenantHost, TenantId } from '../../src/schema/brand.ts';
import { sqlPieces as hostile } from '../support/forgery.ts';
import { judged } from '../support/oracles.ts';
import { engines, type Machine, type Reply, type Site, serveHere } from '../support/running.ts';

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
for (const engine of engines) {
  describe(`values that want to be SQL on ${engine}`, () => {
    let here: Awaited<ReturnType<typeof serveHere>>;
    let site: Site;
    let machine: Machine;
    before(async () => {
      here = await serveHere(engine);
      site = judged(here);
      machine = await site.machine();
      for (let i = 0; i < 5; i++) await site.token(good());
      await here.house.logs.flush();
    });
    after(() => here.stop());

    const good = () => ({
      grant_type: 'client_credentials',
      client_id: machine.clientId,
      client_secret: machine.clientSecret,
      audience: machine.audience,
    });
    const quick = async (what: string, ask: () => Promise<Reply>): Promise<Reply> => {
      const began = performance.now();
      const reply = await ask();
      assert.ok(performance.now() - began < 4_000, `${what} took ${performance.now() - began} ms`);
      return reply;
    };

    test('SQL-01: in any parameter of a token request they are answered as any other unknown value', async () => {
      for (const name of [
        'grant_type',
        'client_id',
        'client_secret',
        'audience',
        'scope',
        'resource',
        'organization',
        'client_assertion',
        'client_assertion_type',
      ] as const) {
        const at = (value: string) => {
          const { audience: _, ...rest } = good();
          return {
            ...(name === 'resource' ? rest : good()),
            ...(name === 'client_assertion' ? { client_assertion_type: assertionType } : {}),
            [name]: value,
          };
        };
        const harmless = await site.token(at('harmless'));
        for (const value of hostile) {
          const reply = await quick(`${name}=${value}`, () => site.token(at(value)));
          // RFC 6749 §3.3: a scope has neither quotes nor backslashes.
          if (name === 'scope' && /["\\]/.test(value)) {
            assert.equal(reply.body.error, 'invalid_scope', value);
            continue;
          }
          assert.deepEqual(
            [reply.status, reply.body.error],
            [harmless.status, harmless.body.error],
            `${name}=${value}: ${reply.text}`,
          );
        }
      }
      for (const value of hostile) {
        const header = {
          authorization: `Basic ${Buffer.from(`${encodeURIComponent(value)}:${encodeURIComponent(value)}`).toString('base64')}`,
        };
        const reply = await quick(`Basic ${value}`, () =>
          site.token({ grant_type: 'client_credentials', audience: machine.audience }, header),
        );
        assert.equal(reply.status, 401);
      }
      assert.equal((await site.token(good())).status, 200, 'everything is still there');
    });

    test('SQL-01: in the search of the log they find nothing, or are refused', async () => {
      const { body: all } = await site.manage('GET', '/logs?include_totals=true');
      assert.ok(all.total > 5);
      for (const value of hostile) {
        for (const q of [
          value,
          `"${value.replace(/["\\]/g, '\\$&')}"`,
          `type:"${value.replace(/["\\]/g, '\\$&')}"`,
          `client_id:${value}`,
          `${value}:x`,
          `date:[${value} TO *]`,
          `NOT type:${value}`,
        ]) {
          const reply = await quick(q, () =>
            site.manage('GET', `/logs?include_totals=true&q=${encodeURIComponent(q)}`),
          );
          assert.ok([200, 400].includes(reply.status), `${q}: ${reply.text}`);
          if (reply.status === 400) assert.equal(reply.body.errorCode, 'invalid_query_string', q);
          // The refused requests of the test before are in the log, under what they called themselves.
          else if (q.startsWith('client_id:')) {
            for (const event of reply.body.logs)
              assert.ok(value.startsWith(event.client_id), `${q} found ${event.client_id}`);
          } else if (q.startsWith('type:')) assert.equal(reply.body.total, 0, `${q} found something`);
        }
        for (const [name, statuses] of [
          ['sort', [400]],
          ['page', [400]],
          ['per_page', [400]],
          ['take', [400]],
          ['from', [200, 400]],
          ['fields', [200]],
          ['include_totals', [200, 400]],
        ] as const) {
          const reply = await quick(`${name}=${value}`, () =>
            site.manage('GET', `/logs?${name}=${encodeURIComponent(value)}`),
          );
          assert.ok(
            (statuses as readonly number[]).includes(reply.status),
            `${name}=${value}: ${reply.status} ${reply.text}`,
          );
        }
        const one = await quick(value, () => site.manage('GET', `/logs/${encodeURIComponent(value)}`));
        assert.ok(
          [200, 400, 404].includes(one.status) && one.body?.log_id === undefined,
          `${value}: ${one.text.slice(0, 100)}`,
        );
      }
      assert.equal(
        (await site.manage('GET', `/logs?q=${encodeURIComponent('se%ft')}&include_totals=true`)).body.total,
        0,
        '% is no wildcard',
      );
      assert.equal(
        (await site.manage('GET', `/logs?q=${encodeURIComponent('type:se%ft')}&include_totals=true`)).body.total,
        0,
      );
      assert.equal(
        (
          await site.manage(
            'GET',
            `/logs?q=${encodeURIComponent(`client_id:${machine.clientId.slice(0, -1)}_`)}&include_totals=true`,
          )
        ).body.total,
        0,
        '_ is no wildcard',
      );
    });

    test('SQL-02: secrets cannot be searched for', async () => {
      const found = await site.manage(
        'GET',
        `/logs?include_totals=true&q=${encodeURIComponent(`"${machine.clientSecret}"`)}`,
      );
      assert.equal(found.body.total, 0);
      for (const q of [
        'client_secret:*',
        'details.request.body.client_secret:x',
        '_exists_:client_secret',
        'record:x',
        'doc:x',
        'seq:1',
        'tenant:default',
        '__proto__:x',
        'constructor:x',
      ]) {
        const reply = await site.manage('GET', `/logs?q=${encodeURIComponent(q)}`);
        assert.equal(reply.status, 400, `${q}: ${reply.text.slice(0, 100)}`);
      }
      for (const path of ['/clients', '/resource-servers', '/client-grants']) {
        for (const query of [
          'client_secret=x',
          'q=client_secret:*',
          'tenant=second',
          'where=1',
          'sort=client_secret:1',
          'client_id[$ne]=x',
        ]) {
          const reply = await site.manage('GET', `${path}?${query}`);
          assert.ok([200, 400].includes(reply.status), `${path}?${query}: ${reply.status}`);
          if (reply.status === 200) assert.equal(query, 'q=client_secret:*', `${path}?${query}`);
        }
      }
    });

    test('SQL-04: a cursor that was changed, invented, or is of another list or tenant is refused', async () => {
      for (let i = 0; i < 4; i++) await site.machine();
      const first = await site.manage('GET', '/clients?take=2');
      const cursor: string = first.body.next;
      assert.ok(cursor);
      assert.equal((await site.manage('GET', `/clients?take=2&from=${encodeURIComponent(cursor)}`)).status, 200);
      const [place = '', mac = ''] = cursor.split('.');
      const bytes = Buffer.from(mac, 'base64url');
      const changed: string[] = [];
      for (let bit = 0; bit < bytes.length * 8; bit += 7) {
        const copy = Buffer.from(bytes);
        copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        changed.push(`${place}.${copy.toString('base64url')}`);
      }
      const next = (Number.parseInt(place, 36) + 1).toString(36);
      const others = [
        `${next}.${mac}`,
        `0${place}.${mac}`,
        `${place.toUpperCase()}A.${mac}`,
        `-${place}.${mac}`,
        `${place}.`,
        `.${mac}`,
        place,
        mac,
        `${cursor}A`,
        cursor.slice(0, -1),
        `${cursor}=`,
        ` ${cursor}`,
        `${place}'--.${mac}`,
        `${place};SELECT 1.${mac}`,
        cursor.replace('.', '..'),
        Buffer.from(cursor).toString('base64'),
        Buffer.from('{"id":"x"}').toString('base64'),
        '0',
        '1',
        'null',
        '__proto__',
        first.body.clients?.[0]?.client_id ?? 'x',
        ...hostile,
      ];
      for (const from of [...changed, ...others]) {
        if (from === cursor) continue;
        const reply = await site.manage('GET', `/clients?take=2&from=${encodeURIComponent(from)}`);
        assert.equal(reply.status, 400, `${from}: ${reply.text.slice(0, 100)}`);
      }
      for (const path of ['/resource-servers', '/client-grants']) {
        assert.equal(
          (await site.manage('GET', `${path}?take=2&from=${encodeURIComponent(cursor)}`)).status,
          400,
          `${path} with a cursor of clients`,
        );
      }
      // The same list of another tenant of this server, asked by the program itself.
      const other = 'second' as TenantId;
      await here.house.database.addTenant({ id: other, name: 'Second', hosts: ['second.example.com'] });
      const theirs = async (method: 'GET' | 'POST', query: string, body: string) => {
        const route = here.house.trustedRoutes.find(
          (candidate) => candidate.method === method && candidate.path === '/api/v2/clients',
        );
        const answer = await route?.handle({
          id: 'x',
          method,
          path: '/api/v2/clients',
          params: {},
          query,
          headers: { 'content-type': 'application/json' },
          repeated: new Set(),
          body: Buffer.from(body),
          ip: '127.0.0.1',
          tenant: other,
          host: 'second.example.com' as TenantHost,
          issuer: 'http://second.example.com/',
        });
        return JSON.parse(answer?.body ?? '{}');
      };
      for (const name of ['a', 'b', 'c']) await theirs('POST', '', JSON.stringify({ name }));
      const { next: foreign } = await theirs('GET', 'take=1', '');
      assert.match(foreign, /^[0-9a-z]+\.[A-Za-z0-9_-]{43}$/);
      assert.equal((await theirs('GET', `take=1&from=${foreign}`, '')).clients.length, 1);
      assert.equal(
        (await site.manage('GET', `/clients?take=2&from=${foreign}`)).status,
        400,
        "another tenant's cursor",
      );
    });
  });
}
