// Attacks on every declared field, generated from the declarations: MAS-03, MAS-04, MAS-10, ENC-02, ENC-04, ENC-06, SQL-01
// on both engines.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { engines, serveHere } from '../support/running.ts';
import { authorized, isBadBody, makeTargets, type Target, takesText } from './targets.ts';

for (const engine of engines) {
  describe(`attacks on fields on ${engine}`, () => {
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

    test('MAS-03: unknown properties, and known ones of another resource, are refused in every POST and PATCH', async () => {
      for (const target of targets) {
        const foreign = targets
          .flatMap((other) => Object.keys(other.fields))
          .filter((name) => !(name in target.fields));
        for (const name of ['foo', 'constructor', 'toString', foreign[0] ?? 'bar', foreign.at(-1) ?? 'baz']) {
          const patched = await site.manage('PATCH', target.row, { [name]: 1 });
          isBadBody(patched, `${target.name}.${name}`);
          assert.equal(patched.body.message, `Payload validation error: 'Additional properties not allowed: ${name}'.`);
          if (target.list)
            isBadBody(
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
          isBadBody(
            await site.manage('PATCH', target.row, { [name]: before[name] ?? 'x' }),
            `PATCH ${target.name}.${name}`,
          );
          if (target.list && field.writer === 'server')
            isBadBody(
              await site.manage('POST', target.list, { ...target.draft(), [name]: 'x' }),
              `POST ${target.name}.${name}`,
            );
        }
        for (const name of ['tenant', 'owner', 'created_at', '_id'])
          isBadBody(await site.manage('PATCH', target.row, { [name]: 'x' }), `${target.name}.${name}`);
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
            isBadBody(
              await site.manage('PATCH', target.row, { [name]: value }),
              `${target.name}.${name} = ${JSON.stringify(value)}`,
            );
          if (!field.nullRemoves)
            isBadBody(await site.manage('PATCH', target.row, { [name]: null }), `${target.name}.${name} = null`);
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
              headers: await authorized(site),
              body: `{"${name}":"${bad}"}`,
            });
            isBadBody(reply, `${target.name}.${name}`);
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
        isBadBody(
          await site.send('PATCH', `/api/v2${targets[0]?.row}`, { headers: await authorized(site), body }),
          body,
        );
      const invalid = Buffer.concat([
        Buffer.from('{"name":"'),
        Buffer.from([0xff, 0xfe, 0xc0, 0xae]),
        Buffer.from('"}'),
      ]);
      isBadBody(
        await site.send('PATCH', `/api/v2${targets[0]?.row}`, { headers: await authorized(site), body: invalid }),
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
  });
}
