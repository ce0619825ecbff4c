// SSR: whatever somebody makes this server call, it calls nothing inside (security-cases SSR-01 to SSR-04, SSR-06). Listeners on
// this machine count who comes; the names and addresses of the world are stand-ins, as the guard judges what they lead to.

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { isPublic } from '../../src/domain/egress/addresses.ts';
import { createEgress, type Egress, type EgressOptions } from '../../src/domain/egress/egress.ts';
import { type DevelopmentTls, developmentTls } from '../../src/tls.ts';

const name = 'client.example.test';
/** Somewhere on the Internet; nobody is called there, since `dial` of these tests goes nowhere else than to this machine. */
const elsewhere = '93.184.215.14';

interface Canary {
  readonly port: number;
  connections: number;
  bytes: number;
  close(): Promise<void>;
}

async function canary(host: string): Promise<Canary | undefined> {
  const server = createServer((socket) => {
    found.connections++;
    socket.on('data', (data) => {
      found.bytes += data.length;
    });
    socket.on('error', () => {});
  });
  const found: Canary = { port: 0, connections: 0, bytes: 0, close: () => closed(server) };
  const listens = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(0, host, () => resolve(true));
  });
  return listens ? Object.assign(found, { port: (server.address() as AddressInfo).port }) : undefined;
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    if ('closeAllConnections' in server) (server.closeAllConnections as () => void)();
    server.close(() => resolve());
  });
}

describe('SSR: the guarded way out', () => {
  let tls: DevelopmentTls;
  let folder: string;
  let inside: Canary;
  let inside6: Canary | undefined;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'countersign-'));
    tls = await developmentTls(folder, [name], Date.now());
    const found = await canary('127.0.0.1');
    assert.ok(found);
    inside = found;
    inside6 = await canary('::1');
  });
  after(async () => {
    await inside.close();
    await inside6?.close();
    await rm(folder, { recursive: true });
  });

  const told: { host: string; reason: string; detail: string }[] = [];
  const egress = (options: Partial<EgressOptions> = {}): Egress =>
    createEgress({ allow: [], ca: tls.caPem, onFailure: (_, fields) => told.push(fields), ...options });
  const ask = (way: Egress, url: string, options: { timeoutMs?: number; longestAnswer?: number } = {}) =>
    way.fetch({ url, method: 'POST', body: 'a=b', timeoutMs: 5_000, longestAnswer: 1_000, ...options });
  const noVisit = async (work: () => Promise<unknown>) => {
    const before = inside.connections + (inside6?.connections ?? 0);
    await work();
    // A connection that was begun shows as one to ourselves does.
    for (const host of [inside, ...(inside6 ? [inside6] : [])]) {
      const seen = host.connections;
      const probe = connect(host.port, host === inside ? '127.0.0.1' : '::1');
      while (host.connections === seen) await new Promise((resolve) => setImmediate(resolve));
      probe.destroy();
      host.connections--;
    }
    assert.equal(inside.connections + (inside6?.connections ?? 0), before);
  };

  /** An https server that a name leads to, and a way out that reaches it. */
  async function outside(listener: RequestListener): Promise<{ server: Server; way: Egress; url: string }> {
    const server = createHttpsServer({ key: tls.keyPem, cert: tls.certPem }, listener);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const way = egress({ allow: ['127.0.0.1'], lookup: async () => ['127.0.0.1'] });
    return { server, way, url: `https://${name}:${port}/hook` };
  }

  test('SSR-01: addresses inside are refused, as they are and behind a name, with and without TLS', async () => {
    const addresses = [
      '127.0.0.1',
      '127.255.255.254',
      '10.0.0.1',
      '172.16.0.1',
      '172.31.255.255',
      '192.168.1.1',
      '169.254.169.254',
      '100.64.0.1',
      '0.0.0.0',
      '192.0.0.8',
      '198.18.0.1',
      '224.0.0.1',
      '239.255.255.250',
      '255.255.255.255',
      '::',
      '::1',
      'fc00::1',
      'fd12:3456::1',
      'fe80::1',
      'ff02::1',
      '::ffff:127.0.0.1',
      '::ffff:93.184.215.14',
      '64:ff9b::7f00:1',
      '64:ff9b:1::1',
      '2002:7f00:1::',
      '2001::1',
      '2001:db8::1',
      '100::1',
      '5f00::1',
    ];
    await noVisit(async () => {
      for (const address of addresses) {
        assert.equal(isPublic(address), false, address);
        const literal = address.includes(':') ? `[${address}]` : address;
        const named = egress({ lookup: async () => [address] });
        for (const [way, host] of [
          [egress(), literal],
          [named, name],
        ] as const) {
          for (const scheme of ['https', 'http']) {
            const answer = await ask(way, `${scheme}://${host}:${inside.port}/`);
            assert.ok(answer.kind === 'failed' && answer.reason === 'refused', `${scheme}://${host} ${address}`);
          }
          const line = await way.connect({ hostname: host, port: inside.port, timeoutMs: 5_000 });
          assert.ok(line.kind === 'failed' && line.reason === 'refused', host);
        }
      }
    });
    for (const address of [elsewhere, '1.1.1.1', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '2a00:1450::1'])
      assert.equal(isPublic(address), true, address);
    for (const text of ['', 'localhost', '127.1', '1.2.3', '1.2.3.4.5', '::g']) assert.equal(isPublic(text), false);
  });

  test('SSR-02: no spelling of an address leads inside, nor does a name of the system', async () => {
    const spellings = [
      '127.1',
      '0x7f.1',
      '2130706433',
      '0177.0.0.1',
      '①②⑦.⓪.⓪.①',
      '[::ffff:127.0.0.1]',
      '[::ffff:7f00:1]',
      '[0:0:0:0:0:ffff:7f00:0001]',
      '0',
      '127.0.0.1.',
      'localhost',
      'localhost.',
      'LOCALHOST',
      'LocalHost',
    ];
    await noVisit(async () => {
      for (const spelling of spellings) {
        for (const scheme of ['https', 'http']) {
          const answer = await ask(egress(), `${scheme}://${spelling}:${inside.port}/`);
          assert.equal(answer.kind, 'failed', spelling);
        }
        // As a connection takes it, nothing is folded: the system resolves what is no address.
        const line = await egress().connect({ hostname: spelling, port: inside.port, timeoutMs: 5_000 });
        assert.equal(line.kind, 'failed', spelling);
      }
    });
  });

  test('SSR-03: a name that answers first with a public address and then with one inside is asked once', async () => {
    let asked = 0;
    const rebinding = () => {
      let times = 0;
      return egress({
        lookup: async () => {
          asked++;
          return ++times === 1 ? [elsewhere] : ['127.0.0.1'];
        },
        // Nobody answers out there; a second look at the name would lead to this machine.
        dial: (address, port) => connect({ host: address === elsewhere ? '127.0.0.1' : address, port: port + 1 }),
      });
    };
    await noVisit(async () => {
      const answers = await Promise.all(
        Array.from({ length: 100 }, () => ask(rebinding(), `https://${name}:${inside.port}/`)),
      );
      for (const answer of answers) assert.equal(answer.kind, 'failed');
    });
    assert.equal(asked, 100);
  });

  test('SSR-03: a name with an address outside and one inside is refused whole', async () => {
    await noVisit(async () => {
      for (const addresses of [
        [elsewhere, '127.0.0.1'],
        ['127.0.0.1', elsewhere],
        [elsewhere, '::1'],
      ]) {
        const answer = await ask(egress({ lookup: async () => addresses }), `https://${name}:${inside.port}/`);
        assert.ok(answer.kind === 'failed' && answer.reason === 'refused');
      }
    });
  });

  test('SSR-03: a socket that leads elsewhere than to the address that was judged is closed before a byte is sent', async () => {
    const astray = egress({
      lookup: async () => [elsewhere],
      dial: (_, port) => connect({ host: '127.0.0.1', port }),
    });
    const [connections, bytes] = [inside.connections, inside.bytes];
    const answer = await ask(astray, `https://${name}:${inside.port}/`);
    assert.ok(answer.kind === 'failed' && answer.reason === 'refused');
    const line = await astray.connect({ hostname: name, port: inside.port, timeoutMs: 5_000 });
    assert.ok(line.kind === 'failed' && line.reason === 'refused');
    while (inside.connections < connections + 2) await new Promise((resolve) => setImmediate(resolve));
    assert.equal(inside.bytes, bytes);
  });

  test('SSR-04: redirects are answers, and nobody goes where they point', async () => {
    for (const status of [301, 302, 303, 307, 308]) {
      let visits = 0;
      const { server, way, url } = await outside((request, response) => {
        visits++;
        const location = request.url === '/hook' ? `http://127.0.0.1:${inside.port}/` : `https://${name}/`;
        response.writeHead(status, { location }).end();
      });
      await noVisit(async () => {
        for (const to of [url, url.replace('/hook', '/other')]) {
          const answer = await ask(way, to);
          assert.ok(answer.kind === 'answered' && answer.status === status);
        }
      });
      assert.equal(visits, 2);
      await closed(server);
    }
  });

  test('SSR-06: what a caller is told says nothing about what is inside; the operator reads why', async () => {
    told.length = 0;
    const answer = await ask(egress({ lookup: async () => ['10.20.30.40'] }), `https://${name}:${inside.port}/`);
    assert.deepEqual(answer, {
      kind: 'failed',
      reason: 'refused',
      description: 'The address is not one that this server may call',
    });
    assert.match(told.at(-1)?.detail ?? '', /leads to 10\.20\.30\.40; .*--allow-outbound/);
    const nobody = await ask(
      egress({ lookup: async () => ['127.0.0.1'], allow: ['127.0.0.1'] }),
      `https://${name}:${inside.port + 1}/`,
    );
    assert.deepEqual(nobody, { kind: 'failed', reason: 'unreachable', description: 'The server could not be reached' });
    assert.match(told.at(-1)?.detail ?? '', /ECONNREFUSED/);
  });

  test('what is allowed is called: a name also without TLS, and a range with it', async () => {
    const server = createHttpServer((_, response) => response.end('hello'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    for (const [allow, host, reaches] of [
      [['localhost'], 'localhost', true],
      [['LOCALHOST'], 'localhost', true],
      [['127.0.0.0/8'], '127.0.0.1', true],
      [['127.0.0.1'], '127.1', true],
      [['localhost'], '127.0.0.1', false],
      [['127.0.0.1'], 'localhost', false],
      [['host'], 'localhost', false],
      [['10.0.0.0/8'], '127.0.0.1', false],
      [[], 'localhost', false],
    ] as const) {
      const answer = await ask(egress({ allow }), `http://${host}:${port}/`);
      assert.equal(answer.kind, reaches ? 'answered' : 'failed', `${allow} ${host}`);
      if (answer.kind === 'answered') assert.deepEqual([answer.status, answer.body.toString()], [200, 'hello']);
    }
    await closed(server);
    for (const entry of [
      'http://a.test',
      'a.test/8',
      '10.0.0.0/33',
      '10.0.0.0/8/8',
      '10.0.0.0/',
      'a b',
      '*.a.test',
      '',
    ])
      assert.throws(() => createEgress({ allow: [entry], onFailure: () => {} }), TypeError, entry);
  });

  test('it is sent as it was given, with the name that was judged, once, and no redirect of a header', async () => {
    const seen: unknown[] = [];
    const { server, way, url } = await outside((request, response) => {
      let body = '';
      request.on('data', (part) => {
        body += part;
      });
      request.on('end', () => {
        seen.push([request.method, request.url, request.headers.host, request.headers['content-type'], body]);
        response.end('ok');
      });
    });
    const answer = await way.fetch({
      url: `${url}?x=1#part`,
      method: 'POST',
      headers: { 'content-type': 'text/plain', host: 'elsewhere.test' },
      body: 'é',
      timeoutMs: 5_000,
      longestAnswer: 2,
    });
    assert.ok(answer.kind === 'answered' && answer.status === 200 && answer.body.toString() === 'ok');
    assert.deepEqual(seen, [['POST', '/hook?x=1', new URL(url).host, 'text/plain', 'é']]);
    await closed(server);
  });

  test('an answer that is too long, too slow, no HTTP, or cut short is a failure, and so is a certificate of somebody else', async () => {
    const rows: readonly [name: string, listener: RequestListener, reason: string][] = [
      ['too long', (_, response) => response.end('x'.repeat(1_001)), 'too-large'],
      [
        'without an end',
        (_, response) => {
          const more = setInterval(() => response.write('x'.repeat(400)), 1);
          response.on('close', () => clearInterval(more));
        },
        'too-large',
      ],
      [
        'headers without an end',
        (_, response) => response.writeHead(200, { x: 'x'.repeat(40_000) }).end(),
        'unreachable',
      ],
      ['silent', () => {}, 'timeout'],
      [
        'slow',
        (_, response) => {
          response.write('x');
        },
        'timeout',
      ],
      ['cut', (request) => request.socket.destroy(), 'unreachable'],
      ['no HTTP', (request) => request.socket.end('hello\r\n\r\n'), 'unreachable'],
    ];
    for (const [what, listener, reason] of rows) {
      const { server, way, url } = await outside(listener);
      const answer = await ask(way, url, { timeoutMs: reason === 'timeout' ? 300 : 10_000 });
      assert.equal(answer.kind === 'failed' ? answer.reason : answer.kind, reason, what);
      await closed(server);
    }
    const { server, url } = await outside((_, response) => response.end('ok'));
    for (const options of [{ ca: undefined }, {}]) {
      const host = options.ca === undefined && 'ca' in options ? name : 'other.example.test';
      const way = createEgress({
        allow: ['127.0.0.1'],
        lookup: async () => ['127.0.0.1'],
        onFailure: () => {},
        ...('ca' in options ? {} : { ca: tls.caPem }),
      });
      const answer = await ask(way, url.replace(name, host));
      assert.ok(answer.kind === 'failed' && answer.reason === 'unreachable', host);
    }
    await closed(server);
  });

  test('a silent peer does not hold a connection, and who gives up is heard', async () => {
    const way = egress({ allow: ['127.0.0.1'], lookup: async () => ['127.0.0.1'] });
    const silent = await ask(way, `https://${name}:${inside.port}/`, { timeoutMs: 100 });
    assert.ok(silent.kind === 'failed' && silent.reason === 'timeout', 'no TLS is answered');
    const unresolved = egress({ lookup: () => new Promise(() => {}) });
    const nameless = await ask(unresolved, `https://${name}/`, { timeoutMs: 50 });
    assert.ok(nameless.kind === 'failed' && nameless.reason === 'timeout');
    const stop = new AbortController();
    const waiting = way.fetch({
      url: `https://${name}:${inside.port}/`,
      method: 'GET',
      timeoutMs: 60_000,
      longestAnswer: 1,
      signal: stop.signal,
    });
    stop.abort();
    assert.equal((await waiting).kind, 'failed');
  });

  test('what is no https address of a host is refused unseen', async () => {
    const seen: string[] = [];
    const way = egress({
      lookup: async (host) => {
        seen.push(host);
        return [elsewhere];
      },
    });
    for (const url of [
      'http://client.example.test/',
      'ftp://client.example.test/',
      'file:///etc/passwd',
      'gopher://client.example.test/',
      'data:text/plain,hello',
      'https://user:password@client.example.test/',
      'https://user@client.example.test/',
      '//client.example.test/',
      '/hook',
      'https://',
      '',
    ]) {
      const answer = await ask(way, url);
      assert.ok(answer.kind === 'failed' && answer.reason === 'refused', url);
    }
    const long = await way.fetch({
      url: `https://${name}/`,
      method: 'POST',
      body: 'x'.repeat(65_537),
      timeoutMs: 1_000,
      longestAnswer: 1,
    });
    assert.ok(long.kind === 'failed' && long.reason === 'too-large');
    assert.deepEqual(seen, []);
  });

  test('a raw connection talks, and its errors after that are its own', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => {});
      socket.write('220 hello\r\n');
      socket.once('data', () => socket.resetAndDestroy());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const line = await egress({ allow: ['mail.internal'], lookup: async () => ['127.0.0.1'] }).connect({
      hostname: 'mail.internal',
      port,
      timeoutMs: 5_000,
    });
    assert.ok(line.kind === 'connected');
    const greeting = await new Promise((resolve) => line.socket.once('data', (data) => resolve(String(data))));
    assert.equal(greeting, '220 hello\r\n');
    const gone = new Promise((resolve) => line.socket.once('close', resolve));
    line.socket.write('QUIT\r\n');
    await gone;
    await closed(server);
  });
});
