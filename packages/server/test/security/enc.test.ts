// ENC: malformed and ambiguous input at the token endpoint and in the paths of the Management API.
// What is asked on SQLite is asked on PostgreSQL too, and must be answered alike (oracle G6).

import assert from 'node:assert/strict';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { signedWith } from '../support/forgery.ts';
import { judged } from '../support/oracles.ts';
import { engines, type Machine, type Reply, type Site, serveHere } from '../support/running.ts';

const form = 'application/x-www-form-urlencoded';
const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });

interface Subject {
  readonly site: Site & { stop(): Promise<void> };
  readonly machine: Machine;
  /** A client that authenticates with `keys`. */
  readonly assertive: Machine;
}

describe('malformed input', () => {
  const subjects: Subject[] = [];
  before(async () => {
    for (const engine of engines) {
      const site = await serveHere(engine);
      const pem = keys.publicKey.export({ type: 'spki', format: 'pem' }).toString();
      const credentials = [{ credential_type: 'public_key', name: 'key', pem }];
      const client = { client_authentication_methods: { private_key_jwt: { credentials } } };
      subjects.push({ site: judged(site), machine: await site.machine(), assertive: await site.machine({ client }) });
    }
  });
  after(async () => {
    for (const { site } of subjects) await site.stop();
  });

  /** Asks on every engine; the statuses are the same, and among those that are allowed. */
  const everywhere = async (allowed: readonly number[], what: string, ask: (subject: Subject) => Promise<Reply>) => {
    const replies: Reply[] = [];
    for (const subject of subjects) replies.push(await ask(subject));
    const [first] = replies;
    for (const reply of replies) {
      assert.ok(allowed.includes(reply.status), `${what}: ${reply.status} ${reply.text}`);
      assert.deepEqual([reply.status, reply.body?.error], [first?.status, first?.body?.error], what);
      assert.ok(!('access_token' in (reply.body ?? {})) || reply.status === 200, what);
    }
  };
  const good = (machine: Machine): Record<string, string> => ({
    grant_type: 'client_credentials',
    client_id: machine.clientId,
    client_secret: machine.clientSecret,
    audience: machine.audience,
    scope: 'read:x',
  });
  const post = (site: Site, type: string | undefined, body: string | Buffer) =>
    site.send('POST', '/oauth/token', { headers: type === undefined ? {} : { 'content-type': type }, body });
  const encoded = (machine: Machine) => new URLSearchParams(good(machine)).toString();
  const names = ['grant_type', 'client_id', 'client_secret', 'audience', 'scope', 'resource', 'organization'];

  test('ENC-01: any parameter twice is refused, with the same value or another, in a form and in JSON', async () => {
    for (const name of names) {
      for (const second of ['same', 'other']) {
        await everywhere([400], `${name} ${second}`, ({ site, machine }) => {
          const value = good(machine)[name] ?? 'x';
          const more = encodeURIComponent(second === 'same' ? value : 'other');
          const first = name in good(machine) ? '' : `&${name}=x`;
          return post(site, form, `${encoded(machine)}${first}&${name}=${more}`);
        });
        await everywhere([400], `JSON ${name} ${second}`, ({ site, machine }) => {
          const text = JSON.stringify({ [name]: 'x', ...good(machine) });
          return post(site, 'application/json', text.replace('{', `{${JSON.stringify(name)}:"x",`));
        });
      }
      await everywhere([400], `escaped ${name}`, ({ site, machine }) =>
        post(site, form, `${encoded(machine)}&${name.replace('_', '%5f').replace(/^s/, '%73')}=x&${name}=x`),
      );
    }
  });

  test('ENC-02: brackets, lists, objects, numbers and null are refused and never made into text', async () => {
    for (const name of names) {
      for (const suffix of ['[]', '[x]', '[0]', '%5B%5D']) {
        await everywhere([400], `${name}${suffix}`, ({ site, machine }) =>
          post(site, form, `${encoded(machine)}&${name}${suffix}=x`),
        );
      }
      for (const value of [['A'], [], { $ne: null }, { $gt: '' }, {}, 1, 0, true, false, null, [['A']], 1.5]) {
        if (name === 'scope' && Array.isArray(value) && value.every((item) => typeof item === 'string')) continue;
        await everywhere([400], `${name}: ${JSON.stringify(value)}`, ({ site, machine }) =>
          post(site, 'application/json', JSON.stringify({ ...good(machine), [name]: value })),
        );
      }
    }
    for (const text of [
      '[]',
      'null',
      '"x"',
      '1',
      '[{"grant_type":"client_credentials"}]',
      '{"__proto__":{"client_id":"x"}}',
    ]) {
      await everywhere([400], text, ({ site }) => post(site, 'application/json', text));
    }
  });

  test('ENC-03: a body of another type than it says, or of a type that is not taken, is refused', async () => {
    const rows: readonly [type: string | undefined, body: (machine: Machine) => string | Buffer, status: number][] = [
      [form, encoded, 200],
      [`${form}; charset=UTF-8`, encoded, 200],
      ['application/json', (machine) => JSON.stringify(good(machine)), 200],
      ['Application/JSON; Charset="utf-8"', (machine) => JSON.stringify(good(machine)), 200],
      ['application/json', encoded, 400],
      [form, (machine) => JSON.stringify(good(machine)), 400],
      ['application/json', (machine) => `\ufeff${JSON.stringify(good(machine))}`, 400],
      [form, (machine) => `\ufeff${encoded(machine)}`, 400],
      ['application/json; charset=utf-16', (machine) => Buffer.from(JSON.stringify(good(machine)), 'utf16le'), 415],
      ['application/json; charset=utf-7', (machine) => JSON.stringify(good(machine)), 415],
      ['multipart/form-data; boundary=x', encoded, 415],
      ['text/plain', encoded, 415],
      [
        'application/xml',
        () => '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
        415,
      ],
      ['application/x-www-form-urlencoded, application/json', encoded, 415],
      ['', encoded, 415],
    ];
    for (const [type, body, status] of rows) {
      await everywhere(status === 415 ? [400, 415] : [status], String(type), ({ site, machine }) =>
        post(site, type, body(machine)),
      );
    }
  });

  test('ENC-04: invalid UTF-8 and lone surrogates are refused in every parameter', async () => {
    for (const name of names) {
      for (const bytes of ['%ff%fe', '%c0%ae', '%ed%a0%80', '%f4%90%80%80', '%e2%82', '%', '%zz', '%u0041']) {
        await everywhere([400], `${name}=${bytes}`, ({ site, machine }) =>
          post(
            site,
            form,
            `${new URLSearchParams(Object.entries(good(machine)).filter(([key]) => key !== name))}&${name}=a${bytes}`,
          ),
        );
      }
      for (const text of ['\\ud800', '\\udc00', '\\udc00\\ud800', 'a\\ud83d']) {
        await everywhere([400], `${name}: ${text}`, ({ site, machine }) =>
          post(
            site,
            'application/json',
            JSON.stringify({ ...good(machine), [name]: 'X' }).replace(`"${name}":"X"`, `"${name}":"${text}"`),
          ),
        );
      }
    }
    await everywhere([400], 'raw bytes', ({ site }) => post(site, form, Buffer.from([0x61, 0x3d, 0xff, 0xfe])));
  });

  test('ENC-04, ENC-06: two broken names are never one client: Basic and assertions refuse them too', async () => {
    for (const id of ['%ff', '%00', 'a%00b', '%ed%a0%80', '%', '\0', '\ufffd']) {
      await everywhere([401], `Basic ${id}`, ({ site, machine }) =>
        site.token(
          { grant_type: 'client_credentials', audience: machine.audience },
          { authorization: `Basic ${Buffer.from(`${id}:secret`).toString('base64')}` },
        ),
      );
    }
    for (const id of ['\0', 'a\0b', '\ud800', 'x'.repeat(1_000), '']) {
      await everywhere([401], `assertion of ${JSON.stringify(id).slice(0, 20)}`, ({ site, machine }) => {
        const assertion = signedWith(keys.privateKey, { alg: 'RS256' }, { iss: id, sub: id, aud: site.issuer });
        const claimed = { client_assertion_type: assertionType, client_assertion: assertion };
        return site.token({ grant_type: 'client_credentials', audience: machine.audience, ...claimed });
      });
    }
  });

  test('ENC-06: NUL is refused in every parameter, in a form and in JSON', async () => {
    for (const name of names) {
      await everywhere([400], `${name}=%00`, ({ site, machine }) =>
        post(
          site,
          form,
          `${new URLSearchParams(Object.entries(good(machine)).filter(([key]) => key !== name))}&${name}=a%00b`,
        ),
      );
      await everywhere([400], `${name}: NUL`, ({ site, machine }) =>
        post(site, 'application/json', JSON.stringify({ ...good(machine), [name]: 'a\0b' })),
      );
    }
    await everywhere([400], 'a name with NUL', ({ site, machine }) => post(site, form, `${encoded(machine)}&a%00=b`));
  });

  test('ENC-04, ENC-06: a path of the Management API with NUL or broken UTF-8 is refused by every operation', async () => {
    const { body } = await (subjects[0] as Subject).site.send('GET', '/api/v2/openapi.json');
    const operations = Object.entries(body.paths as Record<string, object>).flatMap(([path, verbs]) =>
      path.includes('{') ? Object.keys(verbs).map((verb) => [verb.toUpperCase(), path] as const) : [],
    );
    assert.ok(operations.length > 10);
    for (const [verb, path] of operations) {
      for (const value of ['%00', 'a%00b', '%ff', '%c0%ae', '%ed%a0%80', '%', 'x'.repeat(3_000)]) {
        const url = path.replace(/^\/api\/v2/, '').replaceAll(/\{[^}]+\}/g, value);
        await everywhere([400], `${verb} ${url.slice(0, 60)}`, ({ site }) =>
          site.manage(verb, url, ['POST', 'PATCH', 'PUT'].includes(verb) ? {} : undefined),
        );
      }
    }
  });

  test('ENC-10: times of an assertion may be fractions, and must be numbers', async () => {
    const now = Math.floor(Date.now() / 1000);
    const rows: readonly [claims: string, status: number][] = [
      [`"exp":${now}.123456e0`, 200],
      [`"exp":${now + 60}.987654`, 200],
      [`"exp":${now + 60},"iat":${now}.5,"nbf":${now - 1}.25`, 200],
      [`"exp":"${now + 60}"`, 401],
      ['"exp":1e400', 401],
      ['"exp":-1', 401],
      [`"exp":${now + 60},"nbf":"0"`, 401],
      [`"exp":${now + 60},"nbf":1e400`, 401],
      [`"exp":${now + 60},"iat":null`, 401],
      [`"exp":${now + 60},"iat":${Number.MAX_SAFE_INTEGER}`, 401],
      [`"exp":[${now + 60}]`, 401],
      [`"exp":${now + 60},"exp":1`, 401],
    ];
    for (const [times, status] of rows) {
      await everywhere([status], times, ({ site, assertive }) => {
        const { clientId: id, audience } = assertive;
        const names = { iss: id, sub: id, aud: site.issuer, jti: randomUUID() };
        const assertion = signedWith(
          keys.privateKey,
          { alg: 'RS256' },
          `${JSON.stringify(names).slice(0, -1)},${times}}`,
        );
        const claimed = { client_assertion_type: assertionType, client_assertion: assertion };
        return site.token({ grant_type: 'client_credentials', audience, ...claimed });
      });
    }
  });
});
