// INJ: values that want to be a header of their own, or a line of the log.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { part } from '../support/forgery.ts';
import { judge, judged, type Watch, watch } from '../support/oracles.ts';
import { freshPlace, type Machine, type Site, type Spawned, spawnServer } from '../support/running.ts';
import { request, talk } from '../support/sockets.ts';

const breaks = [
  '\r\nX-Injected: 1',
  '\nX-Injected: 1',
  '\rX-Injected: 1',
  '\r\n\r\n<script>',
  '\u0085X-Injected: 1',
  '\u2028X-Injected: 1',
  '\u010d\u010aX-Injected: 1',
  '"\r\nX-Injected: 1',
];
const foreign = [
  'café',
  '€',
  '漢字',
  '😀',
  '\u202egnp.exe',
  'a\u0301',
  '\u007f',
  '\u0001\u001b[2J',
  '\ufeff',
  '"\\',
  '<script>alert(1)</script>',
];

describe('values that break out', () => {
  let server: Spawned;
  let site: Site;
  let watched: Watch;
  let machine: Machine;
  let port: number;
  before(async () => {
    const place = await freshPlace('sqlite');
    server = await spawnServer(place, { flags: ['--log-level', 'debug'] });
    site = judged(server);
    machine = await site.machine();
    port = Number(new URL(server.base).port);
    watched = await watch(server, place);
  });
  after(() => watched.end());

  const params = (): Record<string, string> => ({
    grant_type: 'client_credentials',
    client_id: machine.clientId,
    client_secret: machine.clientSecret,
    audience: machine.audience,
  });
  /** Sends bytes and looks at every header that comes back. */
  const wire = async (line: string, headers: string[], body = '') => {
    const { replies, raw } = await talk(port, request(line, [`Host: ${server.host}`, ...headers], body), { count: 1 });
    const [reply] = replies;
    assert.ok(reply, raw);
    judge(line.split(' ')[1] ?? '', { status: reply.status, text: reply.body, header: (name) => reply.headers[name] });
    const head = raw.slice(0, raw.indexOf('\r\n\r\n'));
    assert.doesNotMatch(head, /^x-injected/im);
    assert.doesNotMatch(head, /<script>/);
    assert.doesNotMatch(head, /(?<!\r)\n|\r(?!\n)/);
    return reply;
  };

  test('INJ-01, INJ-02: no parameter of a token request becomes a header, and none is a 500', async () => {
    for (const value of [...breaks, ...foreign]) {
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
        'x',
      ]) {
        for (const dialect of ['form', 'json'] as const) {
          const all = { ...params(), [name]: `${params()[name] ?? ''}${value}` };
          const type = dialect === 'form' ? 'application/x-www-form-urlencoded' : 'application/json';
          const body = dialect === 'form' ? new URLSearchParams(all).toString() : JSON.stringify(all);
          await wire('POST /oauth/token HTTP/1.1', [`Content-Type: ${type}`], body);
        }
      }
    }
  });

  test('INJ-02: a refusal repeats what was asked in any script, and stays JSON', async () => {
    for (const value of foreign) {
      const reply = await site.token({ ...params(), audience: `https://${value}/` });
      assert.equal(reply.status, 403);
      assert.equal(reply.body.error_description, `Service not enabled within domain: https://${value}/`);
      assert.match(reply.headers.get('content-type') ?? '', /^application\/json/);
      assert.equal(reply.headers.get('x-content-type-options'), 'nosniff');
    }
    await site.manage('PATCH', `/clients/${machine.clientId}`, { answer_dialect: 'oidc' });
    for (const value of [...foreign, ...breaks]) {
      const reply = await site.token({ ...params(), audience: `https://${value}/` });
      // RFC 6749 §5.2: %x20-21 / %x23-5B / %x5D-7E
      assert.match(reply.body.error_description, /^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/);
    }
    await site.manage('PATCH', `/clients/${machine.clientId}`, { answer_dialect: null });
  });

  test('INJ-01, INJ-02: nothing of a refused token or of a scope goes into WWW-Authenticate as it is', async () => {
    for (const value of [...breaks, ...foreign]) {
      for (const [header, claims] of [
        [{ alg: 'RS256', kid: value }, { iss: site.issuer }],
        [{ alg: value, kid: 'x' }, { iss: site.issuer }],
        [
          { alg: 'RS256', typ: value },
          { iss: value, aud: value, sub: value, azp: value, scope: value },
        ],
        [
          { alg: 'RS256', kid: 'x' },
          { iss: value, aud: [value, site.issuer] },
        ],
      ] as const) {
        const token = `${part(header)}.${part(claims)}.AAAA`;
        const reply = await wire('GET /api/v2/clients HTTP/1.1', [`Authorization: Bearer ${token}`]);
        assert.equal(reply.status, 401);
        assert.match(reply.headers['www-authenticate'] ?? '', /^[\x20-\x7e]+$/);
      }
    }
  });

  test('INJ-01: origins and the names of headers that a page asks for are not passed on as they are', async () => {
    const bytes = [
      '\x80\xff',
      '"',
      "'><script>",
      'https://a.example\tX-Injected: 1',
      'null',
      'https://a.example, https://b.example',
    ];
    for (const value of bytes) {
      for (const path of ['/oauth/token', '/api/v2/clients', '/.well-known/jwks.json', '/nothing']) {
        for (const method of ['OPTIONS', 'GET', 'POST']) {
          const reply = await wire(`${method} ${path} HTTP/1.1`, [
            `Origin: ${value}`,
            `Access-Control-Request-Headers: ${value}`,
            'Access-Control-Request-Method: POST',
          ]);
          assert.equal(reply.headers['access-control-allow-credentials'], undefined);
        }
      }
    }
  });

  test('INJ-01: paths and queries with line ends are answered as such', async () => {
    for (const value of [
      '%0d%0aX-Injected:1',
      '%0aX-Injected:1',
      '%E5%98%8D%E5%98%8AX-Injected:1',
      '%u000aX',
      '%5cn',
      '..%2f..%2f',
      '%2e%2e/',
      ';x',
      '%3Cscript%3E',
    ]) {
      for (const path of [
        `/${value}`,
        `/api/v2/clients/${value}`,
        `/api/v2/clients?fields=${value}`,
        `/api/v2/logs?q=${value}`,
        `/oauth/${value}`,
        `/.well-known/${value}`,
        `/oauth/token?${value}`,
      ]) {
        await wire(`GET ${path} HTTP/1.1`, []);
        await wire(`POST ${path} HTTP/1.1`, ['Content-Type: application/json'], '{}');
      }
    }
  });

  test('INJ-03: every line of the process log is one JSON object, and tenant log events are whole and cut', async () => {
    const agents = [
      'x"}\t{"forged":true}',
      '\x1b[2J\x1b[31mroot',
      `begin ${'x'.repeat(8_000)} end`,
      '\xff\xfe{"forged":1}',
      `$${'{jndi:ldap://x}'}`,
      "'; DROP TABLE logs; --",
    ];
    const forged = 'x\n{"level":"info","forged":true}\n\u001b[2J\r\n';
    for (const agent of agents) {
      const body = new URLSearchParams({
        ...params(),
        client_id: `${machine.clientId}${forged}`,
        audience: forged,
        scope: `a ${forged}`,
      }).toString();
      await wire(
        'POST /oauth/token HTTP/1.1',
        [
          'Content-Type: application/x-www-form-urlencoded',
          `User-Agent: ${agent}`,
          `Auth0-Client: ${Buffer.from(JSON.stringify({ name: forged.repeat(20), version: forged, env: {} })).toString('base64')}`,
        ],
        body,
      );
      await wire('GET /api/v2/clients HTTP/1.1', [
        `Authorization: Bearer ${part({ alg: forged, kid: forged.repeat(5) })}.${part({ iss: forged.repeat(80) })}.A`,
        `User-Agent: ${agent}`,
      ]);
    }
    await sleep(1_200);
    const lines = server
      .output()
      .split('\n')
      .filter((line) => line.includes('"level"'));
    assert.ok(lines.length > 20);
    for (const line of lines) {
      const entry = JSON.parse(line);
      assert.ok(!('forged' in entry));
      assert.ok(line.length < 5_000);
      assert.doesNotMatch(line, /[\x00-\x1f\x7f]/);
    }
    const { body, text } = await site.manage('GET', '/logs?per_page=100');
    assert.ok(body.length > 10);
    assert.doesNotMatch(text, /[\x00-\x1f]/, 'control characters are escaped');
    for (const event of body) {
      assert.ok(!('forged' in event));
      assert.ok(JSON.stringify(event).length < 12_000, JSON.stringify(event).slice(0, 200));
      if (event.user_agent?.startsWith('begin')) assert.match(event.user_agent, /… \(cut\)$/);
    }
    assert.ok(body.some((event: { user_agent?: string }) => event.user_agent?.endsWith('(cut)')));
  });
});
