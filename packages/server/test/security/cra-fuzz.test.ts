// CRA-10: no request ends the process. Requests that are almost right, with bytes changed, moved, doubled and lost.
// `COUNTERSIGN_ROUNDS=1000` goes on for an hour, with another seed each time; it is in the messages (`COUNTERSIGN_SEED` repeats it).

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judge, judged, rounds, watch } from '../support/oracles.ts';
import { freshPlace, spawnServer } from '../support/running.ts';
import { request, talk } from '../support/sockets.ts';

const seed = Number(process.env.COUNTERSIGN_SEED ?? (rounds > 1 ? Math.floor(Math.random() * 2 ** 31) : 1));

/** Numbers from 0 to 1 that a seed repeats (mulberry32). */
function numbers(from: number): () => number {
  let state = from >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const spice = [
  '\0',
  '\r\n',
  '\n',
  '\xff',
  '%00',
  '%',
  '"',
  "'",
  '{',
  '}',
  '[',
  ']',
  ':',
  ',',
  '=',
  '&',
  ' ',
  '\t',
  '/',
  '\\',
  '\\u0000',
  '\\ud800',
  '-1',
  '1e999',
  'null',
  'true',
  '__proto__',
  'a'.repeat(300),
  '0x',
  '..',
  ';',
  '\ud83d',
];

test('CRA-10: nothing that is almost a request ends the process, hangs it, or is a 500', async () => {
  const place = await freshPlace('sqlite');
  const server = await spawnServer(place);
  const watched = await watch(server, place, 400);
  try {
    const site = judged(server);
    const machine = await site.machine();
    const port = Number(new URL(site.base).port);
    const params = {
      grant_type: 'client_credentials',
      client_id: machine.clientId,
      client_secret: machine.clientSecret,
      audience: machine.audience,
    };
    const { body: admin } = await site.token({
      ...params,
      client_id: site.admin.clientId,
      client_secret: site.admin.clientSecret,
      audience: `https://${site.host}/api/v2/`,
    });
    const { body: narrow } = await site.manage('POST', '/client-grants', {
      client_id: machine.clientId,
      audience: `https://${site.host}/api/v2/`,
      scope: ['read:clients', 'create:clients', 'read:logs', 'create:resource_servers'],
    });
    assert.ok(narrow.id && admin.access_token);
    const own = (await site.token({ ...params, audience: `https://${site.host}/api/v2/` })).body.access_token;
    const host = `Host: ${site.host}`;
    const bearer = `Authorization: Bearer ${own}`;
    const json = 'Content-Type: application/json';
    const form = 'Content-Type: application/x-www-form-urlencoded';
    const basic = `Authorization: Basic ${Buffer.from(`${machine.clientId}:${machine.clientSecret}`).toString('base64')}`;
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const templates = [
      request('POST /oauth/token HTTP/1.1', [host, form], new URLSearchParams(params).toString()),
      request('POST /oauth/token HTTP/1.1', [host, json], JSON.stringify({ ...params, scope: ['read:x'] })),
      request('POST /oauth/token HTTP/1.1', [host, form, basic], 'grant_type=client_credentials'),
      request(
        'POST /oauth/token HTTP/1.1',
        [host, form],
        new URLSearchParams({
          grant_type: 'client_credentials',
          client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
          client_assertion: `${part({ alg: 'RS256' })}.${part({ iss: machine.clientId })}.AAAA`,
        }).toString(),
      ),
      request('GET /api/v2/clients?per_page=2&page=0&include_totals=true&fields=name&include_fields=true HTTP/1.1', [
        host,
        bearer,
      ]),
      request('GET /api/v2/logs?q=type%3Aseccft%20AND%20NOT%20ip%3Ax&sort=date:-1&take=3 HTTP/1.1', [host, bearer]),
      request(`GET /api/v2/clients/${machine.clientId}?fields=name HTTP/1.1`, [host, bearer]),
      request(
        'POST /api/v2/clients HTTP/1.1',
        [host, bearer, json],
        JSON.stringify({
          name: 'Fuzz',
          callbacks: ['https://a.example/'],
          jwt_configuration: { lifetime_in_seconds: 10 },
          client_metadata: { a: 'b' },
        }),
      ),
      request(
        'POST /api/v2/resource-servers HTTP/1.1',
        [host, bearer, json],
        JSON.stringify({ identifier: 'urn:fuzz', scopes: [{ value: 'a', description: 'b' }], token_lifetime: 60 }),
      ),
      request('GET /.well-known/openid-configuration HTTP/1.1', [
        host,
        'If-None-Match: "x"',
        'Origin: https://a.example',
      ]),
      request('OPTIONS /oauth/token HTTP/1.1', [
        host,
        'Origin: https://a.example',
        'Access-Control-Request-Headers: a,b',
      ]),
      request('POST /oauth/token HTTP/1.1', [host, form, 'Transfer-Encoding: chunked'], '5\r\na=b&c\r\n0\r\n\r\n'),
    ];
    const random = numbers(seed);
    const below = (most: number) => Math.floor(random() * most);
    const mutate = (text: string): string => {
      let bytes = text;
      for (let times = 1 + below(4); times > 0; times--) {
        const at = below(bytes.length + 1);
        const length = 1 + below(12);
        const piece = spice[below(spice.length)] ?? '';
        switch (below(6)) {
          case 0:
            bytes = bytes.slice(0, at) + String.fromCharCode(below(256)) + bytes.slice(at + 1);
            break;
          case 1:
            bytes = bytes.slice(0, at) + piece + bytes.slice(at);
            break;
          case 2:
            bytes = bytes.slice(0, at) + bytes.slice(at + length);
            break;
          case 3:
            bytes = bytes.slice(0, at) + bytes.slice(at, at + length).repeat(2) + bytes.slice(at + length);
            break;
          case 4:
            bytes = bytes.slice(0, at) + piece + bytes.slice(at + length);
            break;
          default:
            bytes = bytes.slice(0, at);
        }
      }
      // A body that is to be read needs its length right.
      const [head = '', ...rest] = bytes.split('\r\n\r\n');
      const content = Buffer.from(rest.join('\r\n\r\n'), 'latin1').length;
      return random() < 0.8
        ? [head.replace(/Content-Length: \d+/, `Content-Length: ${content}`), ...rest].join('\r\n\r\n')
        : bytes;
    };
    const end = Date.now() + 4_000 * rounds;
    let sent = 0;
    const attackers = Array.from({ length: 8 }, async () => {
      while (Date.now() < end) {
        const bytes = mutate(templates[below(templates.length)] ?? '');
        const { replies } = await talk(port, bytes, { count: 1, waitMs: 60 });
        sent++;
        for (const { status, headers, body } of replies) {
          assert.ok(status < 500 || status === 505, `seed ${seed}: ${status} ${body} for ${JSON.stringify(bytes)}`);
          if (headers['content-type'] !== undefined)
            judge('fuzz', { status, text: status < 400 ? '' : body, header: (name) => headers[name] });
        }
      }
    });
    await Promise.all(attackers);
    assert.ok(sent > 200, `${sent}`);
    assert.equal((await site.token(params)).status, 200, 'it still works');
    assert.equal((await site.manage('GET', '/clients')).status, 200);
  } finally {
    await watched.end();
  }
});
