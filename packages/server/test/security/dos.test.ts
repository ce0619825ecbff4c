// DOS: bodies that are meant to cost the server more than the sender.
// Limits: 16 kB of headers within 10 s, a whole request within 30 s, bodies of 32 kB at /oauth/token and 100 kB elsewhere
// (2 MB for clients). Many small things are in dos-small.test.ts,
// slow senders in dos-slow.test.ts.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { cpuOf, judged, memoryOf, probe, type Watch, watch } from '../support/oracles.ts';
import { freshPlace, type Machine, type Site, type Spawned, spawnServer } from '../support/running.ts';
import { dial, readReplies, request } from '../support/sockets.ts';

describe('too much', () => {
  let server: Spawned;
  let site: Site;
  let watched: Watch;
  let machine: Machine;
  let port: number;
  let bearer: string;
  before(async () => {
    const place = await freshPlace('sqlite');
    server = await spawnServer(place);
    site = judged(server);
    machine = await site.machine();
    port = Number(new URL(server.base).port);
    const admin = { client_id: site.admin.clientId, client_secret: site.admin.clientSecret };
    const reply = await site.token({
      grant_type: 'client_credentials',
      ...admin,
      audience: `https://${site.host}/api/v2/`,
    });
    bearer = `Authorization: Bearer ${reply.body.access_token}`;
    for (let i = 0; i < 200; i++) await token();
    watched = await watch(server, place);
  });
  after(() => watched.end());

  const params = () => ({
    grant_type: 'client_credentials',
    client_id: machine.clientId,
    client_secret: machine.clientSecret,
    audience: machine.audience,
  });
  const token = () => site.token(params());

  /** Every operation that takes a body, as the API describes itself, and what lies beside it. */
  const operations = async (): Promise<(readonly [verb: string, path: string])[]> => {
    const { body } = await site.send('GET', '/api/v2/openapi.json');
    const described = Object.entries(body.paths as Record<string, object>).flatMap(([path, verbs]) =>
      Object.keys(verbs)
        .filter((verb) => ['post', 'patch', 'put', 'delete'].includes(verb))
        .map((verb) => [verb.toUpperCase(), `/api/v2${path.replaceAll(/\{[^}]+\}/g, 'x')}`] as const),
    );
    assert.ok(described.length > 15);
    return [
      ...described,
      ['POST', '/oauth/token'],
      ['POST', '/nothing'],
      ['GET', '/health'],
      ['GET', '/.well-known/jwks.json'],
    ];
  };

  /** Sends a body without an end; how the server took it. */
  async function flood(line: string, framing: string, most: number) {
    const socket = await dial(port);
    const began = performance.now();
    let raw = '';
    let closed: number | undefined;
    const over = new Promise<void>((resolve) =>
      socket.once('close', () => {
        closed = performance.now() - began;
        resolve();
      }),
    );
    socket.setEncoding('latin1').on('data', (chunk) => {
      raw += String(chunk);
    });
    socket.write(request(line, [`Host: ${site.host}`, 'Content-Type: application/json', bearer, framing]));
    const block = Buffer.alloc(0x10000, 'a');
    const part = framing.startsWith('Content')
      ? block
      : Buffer.concat([Buffer.from('10000\r\n'), block, Buffer.from('\r\n')]);
    let sent = 0;
    for (; sent < most && !socket.destroyed; sent += block.length) {
      if (!socket.write(part)) await Promise.race([new Promise((resolve) => socket.once('drain', resolve)), over]);
    }
    await Promise.race([over, new Promise((resolve) => setTimeout(resolve, 2_000).unref())]);
    socket.destroy();
    return { status: readReplies(raw)[0]?.status, closed, sent };
  }

  test('DOS-01: a body of 10 MB, or one that never ends, is cut off at every operation', async () => {
    const stop = probe(token, 20);
    const memory: number[] = [];
    // V8 collects buffers only when some tens of MB have come together; from then on nothing may be added.
    for (let pass = 0; pass < 3; pass++) {
      for (const [verb, path] of await operations()) {
        for (const framing of ['Content-Length: 10000000', 'Transfer-Encoding: chunked']) {
          const { status, closed, sent } = await flood(`${verb} ${path} HTTP/1.1`, framing, 50_000_000);
          const what = `${verb} ${path} ${framing}: ${status} after ${sent} bytes`;
          // The connection may be reset before the answer was read; what counts is that it ends.
          assert.ok(status === undefined || [200, 400, 404, 405, 413].includes(status), what);
          assert.ok(closed !== undefined && closed < 1_500, `${what}, closed ${closed}`);
        }
      }
      memory.push(await memoryOf(server));
    }
    const { p99, statuses } = await stop();
    assert.deepEqual([...statuses], [200]);
    assert.ok(p99 < 3_000, `beside it tokens took ${p99} ms`);
    const grown = (memory.at(-1) ?? 0) - (memory[0] ?? 0);
    assert.ok(grown < 64e6, `memory grew by ${Math.round(grown / 1e6)} MB`);
  });

  test('DOS-01: who sends too much by mistake is told so', async () => {
    for (const size of [33_000, 100_000, 200_000]) {
      for (let i = 0; i < 5; i++) {
        const reply = await site.send('POST', '/oauth/token', {
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
          body: `a=${'x'.repeat(size)}`,
        });
        assert.equal(reply.status, 413);
        assert.equal(reply.body.error, 'invalid_request');
      }
    }
    const reply = await site.manage('POST', '/resource-servers', { identifier: 'urn:x', name: 'x'.repeat(120_000) });
    assert.equal(reply.status, 413);
    assert.equal(reply.body.statusCode, 413);
  });

  test('DOS-02: JSON of 200 000 levels is refused everywhere and costs little', async () => {
    const deep = (open: string, close: string, levels: number) => `${open.repeat(levels)}1${close.repeat(levels)}`;
    const before = await cpuOf(server);
    let asked = 0;
    for (const inner of [deep('[', ']', 200_000), deep('{"a":', '}', 100_000), deep('[{"a":', '}]', 100_000)]) {
      const bodies = [`{"name":"x","client_metadata":${inner}}`, `{"jwt_configuration":{"scopes":${inner}}}`, inner];
      for (const [verb, path] of [
        ['POST', '/clients'],
        ['PATCH', `/clients/${machine.clientId}`],
      ] as const) {
        for (const body of bodies) {
          const headers = { 'content-type': 'application/json', authorization: bearer.slice(15) };
          const reply = await site.send(verb, `/api/v2${path}`, { headers, body });
          assert.equal(reply.status, 400, `${verb} ${path}: ${reply.text.slice(0, 200)}`);
          asked++;
        }
      }
    }
    for (const inner of [deep('[', ']', 10_000), deep('{"a":', '}', 5_000)]) {
      for (const name of ['scope', 'client_id', 'x']) {
        const body = JSON.stringify({ ...params(), [name]: 'HERE' }).replace('"HERE"', inner);
        const reply = await site.send('POST', '/oauth/token', {
          headers: { 'content-type': 'application/json' },
          body,
        });
        assert.equal(reply.status, 400, reply.text);
        asked++;
      }
    }
    const each = ((await cpuOf(server)) - before) / asked;
    assert.ok(each < 1000, `${each} ms of CPU each`);
  });
});
