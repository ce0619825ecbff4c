// Attacks on every declared field and resource, generated from the declarations: MAS-03, MAS-04, MAS-10, ENC-02, ENC-03, ENC-04,
// ENC-06, DOS-02, DOS-06, SQL-01 on both engines.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  clientCredentials,
  clientGrants,
  clients,
  resourceServers,
  tenantSettings,
} from '../../src/resources/index.ts';
import type { AnyField, Fields } from '../../src/schema/field.ts';
import { engines, serveHere } from '../support/running.ts';

interface Target {
  readonly name: string;
  readonly fields: Fields;
  /** A body that would create one. */
  readonly draft: () => Record<string, unknown>;
  readonly list: string;
  /** An existing row. */
  row: string;
}

/** Fields whose type is a plain text: what takes one harmless text, and no number. */
function takesText(field: AnyField): boolean {
  return (
    field.schema.safeParse('https://harmless.example/').success ||
    field.schema.safeParse('harmless').success ||
    field.schema.safeParse('harmless-harmless').success
  );
}

for (const engine of engines) {
  describe(`attacks on declared fields on ${engine}`, () => {
    let site: Awaited<ReturnType<typeof serveHere>>;
    const targets: Target[] = [];
    let made = 0;
    before(async () => {
      site = await serveHere(engine);
      const client = (await site.manage('POST', '/clients', { name: 'Target', callbacks: ['https://a.example/cb'] }))
        .body.client_id;
      const api = (
        await site.manage('POST', '/resource-servers', {
          identifier: 'https://target.example/',
          scopes: [{ value: 'a' }],
        })
      ).body;
      const grant = (
        await site.manage('POST', '/client-grants', { client_id: client, audience: api.identifier, scope: ['a'] })
      ).body;
      const credential = (
        await site.manage('POST', `/clients/${client}/credentials`, {
          credential_type: 'cert_subject_dn',
          subject_dn: 'CN=x',
        })
      ).body;
      assert.ok(credential.id);
      targets.push(
        {
          name: 'clients',
          fields: clients.fields,
          draft: () => ({ name: 'New' }),
          list: '/clients',
          row: `/clients/${client}`,
        },
        {
          name: 'resource_servers',
          fields: resourceServers.fields,
          draft: () => ({ identifier: `https://new-${++made}.example/` }),
          list: '/resource-servers',
          row: `/resource-servers/${api.id}`,
        },
        {
          name: 'client_grants',
          fields: clientGrants.fields,
          draft: () => ({ client_id: client, audience: api.identifier, scope: ['a'], subject_type: 'user' }),
          list: '/client-grants',
          row: `/client-grants/${grant.id}`,
        },
        {
          name: 'client_credentials',
          fields: clientCredentials.fields,
          draft: () => ({ credential_type: 'cert_subject_dn', subject_dn: 'CN=y' }),
          list: `/clients/${client}/credentials`,
          row: `/clients/${client}/credentials/${credential.id}`,
        },
        {
          name: 'tenant_settings',
          fields: tenantSettings.fields,
          draft: () => ({}),
          list: '',
          row: '/tenants/settings',
        },
      );
    });
    after(() => site.stop());

    const isProblem = (
      reply: { status: number; body: Record<string, unknown> | undefined; text: string },
      what: string,
    ) => {
      assert.equal(reply.status, 400, `${what}: ${reply.text}`);
      assert.equal(reply.body?.statusCode, 400);
      assert.equal(reply.body?.errorCode, 'invalid_body', what);
    };

    test('MAS-03: unknown properties, and known ones of another resource, are refused in every POST and PATCH', async () => {
      for (const target of targets) {
        const foreign = targets
          .flatMap((other) => Object.keys(other.fields))
          .filter((name) => !(name in target.fields));
        for (const name of ['foo', 'constructor', 'toString', foreign[0] ?? 'bar', foreign.at(-1) ?? 'baz']) {
          const patched = await site.manage('PATCH', target.row, { [name]: 1 });
          isProblem(patched, `${target.name}.${name}`);
          assert.equal(patched.body.message, `Payload validation error: 'Additional properties not allowed: ${name}'.`);
          if (target.list)
            isProblem(
              await site.manage('POST', target.list, { ...target.draft(), [name]: 1 }),
              `${target.name}.${name}`,
            );
        }
      }
    });

    test('MAS-04: every property that the server owns is refused, and nothing changes', async () => {
      for (const target of targets) {
        const before = (await site.manage('GET', target.row)).body;
        for (const [name, field] of Object.entries(target.fields)) {
          if (field.writer === 'caller') continue;
          isProblem(
            await site.manage('PATCH', target.row, { [name]: before[name] ?? 'x' }),
            `PATCH ${target.name}.${name}`,
          );
          if (target.list && field.writer === 'server')
            isProblem(
              await site.manage('POST', target.list, { ...target.draft(), [name]: 'x' }),
              `POST ${target.name}.${name}`,
            );
        }
        for (const name of ['tenant', 'owner', 'created_at', '_id'])
          isProblem(await site.manage('PATCH', target.row, { [name]: 'x' }), `${target.name}.${name}`);
        assert.deepEqual((await site.manage('GET', target.row)).body, before);
      }
    });

    test('MAS-10, ENC-02: no value of another type is taken for any field, nothing is coerced', async () => {
      for (const target of targets) {
        const before = (await site.manage('GET', target.row)).body;
        for (const [name, field] of Object.entries(target.fields)) {
          if (field.writer !== 'caller') continue;
          const wrong = ['text', 1, true, ['x'], { $ne: null }, 1.5, -1, 2 ** 60, [[]], {}, []].filter(
            (value) => !field.schema.safeParse(value).success,
          );
          assert.ok(wrong.length > 0, name);
          // Null members of an object that merges take them away.
          for (const value of wrong.filter((one) => !(field.merged && JSON.stringify(one) === '{"$ne":null}')))
            isProblem(
              await site.manage('PATCH', target.row, { [name]: value }),
              `${target.name}.${name} = ${JSON.stringify(value)}`,
            );
          if (!field.nullRemoves)
            isProblem(await site.manage('PATCH', target.row, { [name]: null }), `${target.name}.${name} = null`);
        }
        assert.deepEqual((await site.manage('GET', target.row)).body, before);
      }
    });

    test('ENC-04, ENC-06: NUL and lone surrogates are refused in every text, key and place, alike on both engines', async () => {
      for (const target of targets) {
        for (const [name, field] of Object.entries(target.fields)) {
          if (field.writer !== 'caller' || !takesText(field)) continue;
          for (const bad of ['a\\u0000b', 'a\\ud800', '\\udc00a']) {
            const reply = await site.send('PATCH', `/api/v2${target.row}`, {
              headers: await authorized(),
              body: `{"${name}":"${bad}"}`,
            });
            isProblem(reply, `${target.name}.${name}`);
          }
        }
      }
      const bodies = [
        '{"client_metadata":{"a\\u0000":"b"}}',
        '{"client_metadata":{"a":"\\ud83d"}}',
        '{"callbacks":["https://a.example/\\u0000"]}',
        '{"a\\ud800":1}',
      ];
      for (const body of bodies)
        isProblem(await site.send('PATCH', `/api/v2${targets[0]?.row}`, { headers: await authorized(), body }), body);
      const invalid = Buffer.concat([
        Buffer.from('{"name":"'),
        Buffer.from([0xff, 0xfe, 0xc0, 0xae]),
        Buffer.from('"}'),
      ]);
      isProblem(
        await site.send('PATCH', `/api/v2${targets[0]?.row}`, { headers: await authorized(), body: invalid }),
        'invalid UTF-8',
      );
      for (const path of [
        '/clients/%00',
        '/clients/a%00b',
        '/resource-servers/%00',
        '/client-grants/%00',
        '/logs/%00',
      ]) {
        assert.ok([400, 404].includes((await site.manage('GET', path)).status), path);
      }
    });

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
    test('SQL-01: quotes and statements in any text are data: the same class of answer as for a harmless text, and quickly', async () => {
      for (const target of targets) {
        for (const [name, field] of Object.entries(target.fields)) {
          if (field.writer !== 'caller' || !takesText(field)) continue;
          const harmless = field.schema.safeParse('https://harmless.example/').success
            ? 'https://harmless.example/'
            : 'harmless-harmless';
          for (const injection of ["'", injections.join(' ')]) {
            const value = `${harmless}${injection}`;
            const began = performance.now();
            const reply = await site.manage('PATCH', target.row, { [name]: value });
            assert.ok(performance.now() - began < 1000, 'no delay');
            assert.ok(
              [200, 400].includes(reply.status),
              `${target.name}.${name} ${value}: ${reply.status} ${reply.text}`,
            );
            if (reply.status === 200 && !field.secret && !field.hidden && !field.computed)
              assert.equal(reply.body[name], value, 'kept as it is');
            assert.doesNotMatch(reply.body?.message ?? '', /sqlite|postgres|syntax|SQL/i);
          }
        }
      }
    });

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
        authorized().then(({ authorization }) =>
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
      const headers = await authorized();
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
        isProblem(await site.send('PATCH', row, { headers, body }), body.slice(0, 40));
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

    async function authorized(): Promise<Record<string, string>> {
      const { body } = await site.token({
        grant_type: 'client_credentials',
        client_id: site.admin.clientId,
        client_secret: site.admin.clientSecret,
        audience: `https://${site.host}/api/v2/`,
      });
      return { authorization: `Bearer ${body.access_token}`, 'content-type': 'application/json' };
    }
  });
}
