// ENC at the level of HTTP itself: messages that two readers would take for different requests.
// The server refuses them and closes, so that nothing behind them is read as a request of its own.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { judge, type Watch, watch } from '../support/oracles.ts';
import { freshPlace, type Spawned, spawnServer } from '../support/running.ts';
import { request, talk } from '../support/sockets.ts';

let server: Spawned;
let watched: Watch;
let port: number;
let host: string;
let body: string;
const form = 'Content-Type: application/x-www-form-urlencoded';
const chunked = 'Transfer-Encoding: chunked';
const token = 'POST /oauth/token HTTP/1.1';
const discovery = 'GET /.well-known/openid-configuration HTTP/1.1';
const chunk = (text: string, extension = '') => `${text.length.toString(16)}${extension}\r\n${text}\r\n`;

before(async () => {
  const place = await freshPlace('sqlite');
  server = await spawnServer(place);
  watched = await watch(server, place);
  const machine = await server.machine();
  port = Number(new URL(server.base).port);
  host = `Host: ${server.host}`;
  body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: machine.clientId,
    client_secret: machine.clientSecret,
    audience: machine.audience,
  }).toString();
});
after(() => watched.end());

/** The statuses of all answers to these bytes; each answer is judged. */
async function statuses(bytes: string | string[], options: Parameters<typeof talk>[2] = {}): Promise<number[]> {
  const { replies } = await talk(port, bytes, { waitMs: 1_500, count: 1, ...options });
  for (const { status, headers, body: text } of replies) {
    judge('the wire', { status, text, header: (name) => headers[name] });
  }
  return replies.map(({ status }) => status);
}

describe('a message that may be read in two ways is refused, and nothing behind it is answered', () => {
  const framings: readonly (readonly [name: string, headers: () => string[], body?: () => string])[] = [
    ['Content-Length twice, the same', () => [`Content-Length: ${body.length}`, `Content-Length: ${body.length}`]],
    ['Content-Length twice, not the same', () => [`Content-Length: ${body.length}`, 'Content-Length: 5']],
    ['a list as Content-Length', () => [`Content-Length: ${body.length}, ${body.length}`]],
    ['a sign before Content-Length', () => [`Content-Length: +${body.length}`]],
    ['a negative Content-Length', () => ['Content-Length: -1']],
    ['a hexadecimal Content-Length', () => [`Content-Length: 0x${body.length.toString(16)}`]],
    ['an endless Content-Length', () => ['Content-Length: 99999999999999999999999']],
    [
      'Content-Length and Transfer-Encoding',
      () => [`Content-Length: ${body.length}`, chunked],
      () => `${chunk(body)}0\r\n\r\n`,
    ],
    ['Transfer-Encoding and Content-Length', () => [chunked, 'Content-Length: 5'], () => `${chunk(body)}0\r\n\r\n`],
    ['an unknown coding', () => ['Transfer-Encoding: xchunked'], () => `${chunk(body)}0\r\n\r\n`],
    ['a coding before chunked', () => ['Transfer-Encoding: gzip, chunked'], () => `${chunk(body)}0\r\n\r\n`],
    ['chunked twice', () => ['Transfer-Encoding: chunked, chunked'], () => `${chunk(body)}0\r\n\r\n`],
    ['chunked and then identity', () => [chunked, 'Transfer-Encoding: identity'], () => `${chunk(body)}0\r\n\r\n`],
    ['identity', () => ['Transfer-Encoding: identity']],
    ['a space before the colon', () => ['Transfer-Encoding : chunked'], () => `${chunk(body)}0\r\n\r\n`],
    ['a folded header', () => ['X-Folded: a\r\n b']],
    ['a header without a colon', () => ['X-Nothing']],
    ['NUL in a header', () => ['X-Nul: a\0b']],
    ['a bare CR in a header', () => ['X-Return: a\rb']],
    ['a chunk size that is no number', () => [chunked], () => `zz\r\n${body}\r\n0\r\n\r\n`],
    ['a chunk size of 2^64', () => [chunked], () => `10000000000000000\r\n${body}\r\n0\r\n\r\n`],
    ['a chunk longer than its size', () => [chunked], () => `5\r\n${body}\r\n0\r\n\r\n`],
  ];
  for (const [name, headers, content = () => body] of framings) {
    test(`ENC: ${name}`, async () => {
      const behind = request('GET /health HTTP/1.1', [host, 'X-Smuggled: yes']);
      const { replies, closed } = await talk(port, request(token, [host, form, ...headers()], content()) + behind, {
        waitMs: 1_500,
      });
      assert.deepEqual(
        replies.map((reply) => reply.status),
        [400],
        JSON.stringify(replies),
      );
      assert.ok(closed);
    });
  }

  test('ENC: line ends without CR', async () => {
    const good = request(token, [host, form], body);
    assert.deepEqual(await statuses(good.replaceAll('\r\n', '\n')), [400]);
    assert.deepEqual(await statuses(good.replace('\r\nContent-Type', '\nContent-Type')), [400]);
    assert.deepEqual(
      await statuses(request(token, [host, form, chunked], `${chunk(body).replaceAll('\r\n', '\n')}0\n\n`)),
      [400],
    );
  });

  test('ENC: a body that a coding makes smaller is not decoded', async () => {
    for (const coding of ['gzip', 'deflate', 'br', 'identity, gzip']) {
      const [status] = await statuses(
        request(token, [host, form, `Content-Encoding: ${coding}`], Buffer.from('1f8b0800', 'hex')),
      );
      assert.equal(status, 400, coding);
    }
  });

  test('ENC: headers of which two mean two things', async () => {
    for (const path of ['/oauth/token', '/oauth/revoke', '/oauth/introspect']) {
      for (const [name, ...twice] of [
        ['authorization', 'Authorization: Basic eDp5', 'Authorization: Basic eDp5'],
        ['content-type', 'Content-Type: application/json'],
        ['origin', 'Origin: https://a.example', 'Origin: https://b.example'],
        ['dpop', 'DPoP: x', 'DPoP: y'],
      ]) {
        const bytes = request(`POST ${path} HTTP/1.1`, [host, form, ...twice], body);
        const { replies } = await talk(port, bytes, { waitMs: 1_500, count: 1 });
        const [{ status, body: text = '' } = { status: 0 }] = replies;
        const error = { error: 'invalid_request', error_description: `Duplicate header: ${name}` };
        assert.deepEqual({ status, ...JSON.parse(text || '{}') }, { status: 400, ...error }, `${path} ${twice}`);
      }
    }
    const api = ['Authorization: Bearer x', 'Authorization: Bearer y'];
    assert.deepEqual(await statuses(request('GET /api/v2/clients HTTP/1.1', [host, ...api])), [400]);
  });

  test('ENC: a credential that came twice is none where an API asks why it refused a token', async () => {
    const { client_id, client_secret } = Object.fromEntries(new URLSearchParams(body));
    const basic = `Authorization: Basic ${Buffer.from(`${client_id}:${client_secret}`).toString('base64')}`;
    const ask = (...headers: string[]) =>
      statuses(
        request('POST /api/v2/tokens/explain HTTP/1.1', [host, 'Content-Type: application/json', ...headers], '{}'),
      );
    assert.deepEqual(await ask(basic), [403], 'it is right, and stands for no API');
    assert.deepEqual(await ask(basic, basic), [401]);
  });
});

describe('who is asked', () => {
  const foreign: readonly (readonly [name: string, line: string, headers: () => string[]])[] = [
    ['Host twice', discovery, () => [host, host]],
    ['two Hosts', discovery, () => [host, 'Host: evil.example']],
    ['a list of Hosts', discovery, () => [`${host}, evil.example`]],
    ['a path in Host', discovery, () => [`${host}/evil`]],
    ['a query in Host', discovery, () => [`${host}?evil`]],
    ['a fragment in Host', discovery, () => [`${host}#evil`]],
    ['user information in Host', discovery, () => [host.replace(': ', ': evil@')]],
    ['a space in Host', discovery, () => [`${host} evil`]],
    ['an escape in Host', discovery, () => [host.replace('localhost', 'localho%73t')]],
    ['a dot at the end of Host', discovery, () => [host.replace('localhost', 'localhost.')]],
    ['an empty Host', discovery, () => ['Host:']],
    ['a port of six digits', discovery, () => ['Host: localhost:123456']],
    ['a decimal address', discovery, () => ['Host: 2130706433']],
    ['an IPv6 address with a zone', discovery, () => ['Host: [::1%25eth0]']],
    ['no Host', discovery, () => []],
    ['no Host in HTTP/1.0', discovery.replace('1.1', '1.0'), () => []],
    ['another host in the target', discovery.replace('/', 'http://evil.example/'), () => [host]],
    ['another port in the target', discovery.replace('/', 'http://localhost:1/'), () => [host]],
    ['user information in the target', discovery.replace('/', 'http://localhost@evil.example/'), () => [host]],
    ['a target without a host', discovery.replace('/', 'http:///'), () => [host]],
    ['a target of another scheme', discovery.replace('/', 'ftp://localhost/'), () => [host]],
    ['a target that is no path', discovery.replace('/', ''), () => [host]],
  ];
  for (const [name, line, headers] of foreign) {
    test(`ENC: ${name} is refused and names no issuer`, async () => {
      const { replies } = await talk(port, request(line, headers()), { waitMs: 1_500, count: 1 });
      assert.equal(replies.length, 1);
      assert.ok([400, 404].includes(replies[0]?.status ?? 0), JSON.stringify(replies));
      assert.ok(!replies[0]?.body.includes('issuer'));
    });
  }

  test('ENC: a target that repeats the host is the same as a path', async () => {
    const { replies } = await talk(
      port,
      request(discovery.replace('/', `HTTP://${server.host.toUpperCase()}/`), [host]),
      { count: 1 },
    );
    assert.equal(JSON.parse(replies[0]?.body ?? '').issuer, server.issuer);
    assert.deepEqual(await statuses(request(`GET http://${server.host}/health HTTP/1.1`, [host])), [200]);
    assert.deepEqual(
      await statuses(request(`POST http://${server.host}/oauth/token HTTP/1.1`, [host, form], body)),
      [200],
    );
  });
});

describe('what HTTP allows works', () => {
  test('ENC: chunks, with extensions and with a trailer that is not looked at', async () => {
    assert.deepEqual(await statuses(request(token, [host, form, chunked], `${chunk(body)}0\r\n\r\n`)), [200]);
    assert.deepEqual(
      await statuses(
        request(token, [host, form, chunked], `${chunk(body.slice(0, 9), ';a=b')}${chunk(body.slice(9))}0\r\n\r\n`),
      ),
      [200],
    );
    const nobody = new URLSearchParams({ grant_type: 'client_credentials', audience: 'x' }).toString();
    const trailer = `Authorization: Basic ${Buffer.from('a:b').toString('base64')}`;
    const bytes = request(
      token,
      [host, form, chunked, 'Trailer: Authorization'],
      `${chunk(nobody)}0\r\n${trailer}\r\n\r\n`,
    );
    assert.deepEqual(await statuses(bytes), [400]);
  });

  test('ENC: requests one behind the other are answered in their order, also byte by byte', async () => {
    const wrong = request(token, [host, form], body.replace('client_credentials', 'magic'));
    const right = request(token, [host, form], body);
    const bytes = right + wrong + request('GET /health HTTP/1.1', [host]) + right;
    assert.deepEqual(await statuses(bytes, { count: 4 }), [200, 403, 200, 200]);
    assert.deepEqual(await statuses([...right].map(String), { pauseMs: 0, waitMs: 5_000 }), [200]);
  });

  test('ENC: a body announced with Expect is taken; other expectations are refused', async () => {
    const [head = '', content = ''] = request(token, [host, form, 'Expect: 100-continue'], body).split(/(?<=\r\n\r\n)/);
    assert.deepEqual(await statuses([head, content], { pauseMs: 50 }), [200]);
    assert.deepEqual(await statuses(request(token, [host, form, 'Expect: 200-ok'], body)), [417]);
    const tooMuch = await talk(port, request(token, [host, form, 'Expect: 100-continue', 'Content-Length: 10000000']), {
      waitMs: 1_500,
    });
    assert.deepEqual(
      tooMuch.replies.map((reply) => reply.status),
      [413],
    );
    assert.ok(tooMuch.closed);
  });

  test('ENC: other methods, versions and protocols get an answer or an end', async () => {
    assert.deepEqual(await statuses(request(discovery.replace('1.1', '1.0'), [host])), [200]);
    assert.deepEqual(
      await statuses(request('TRACE /oauth/token HTTP/1.1', [host, 'Authorization: Bearer canary'])),
      [404],
    );
    assert.deepEqual(await statuses(request('OPTIONS * HTTP/1.1', [host])), [204]);
    assert.deepEqual(await statuses(request('GET /oauth/token HTTP/1.1', [host])), [405]);
    assert.deepEqual(
      await statuses(request('GET /health HTTP/1.1', [host, 'Connection: Upgrade', 'Upgrade: websocket'])),
      [200],
    );
    assert.deepEqual(await statuses(request(discovery.replace('1.1', '1.2'), [host])), [400]);
    assert.deepEqual(await statuses('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), [400]);
    assert.deepEqual(await statuses('\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03'), [400]);
    const { replies, closed } = await talk(port, request('CONNECT evil.example:80 HTTP/1.1', [host]), {
      waitMs: 1_000,
    });
    assert.deepEqual(replies, []);
    assert.ok(closed);
  });
});
