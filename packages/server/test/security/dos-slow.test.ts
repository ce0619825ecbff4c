// DOS: senders that take their time. Headers must come within 10 s and a whole request within 30 s (`web/router.ts`);
// who is late is told 408, or cut off, within another second or two. Everybody else is served meanwhile.

import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { judged, openFilesOf, probe, type Watch, watch } from '../support/oracles.ts';
import { freePort, freshPlace, type Machine, type Reply, type Spawned, spawnServer } from '../support/running.ts';
import { dial, readReplies, request } from '../support/sockets.ts';

const headersTimeout = 10_000;
const requestTimeout = 30_000;
/** How often the server looks for who is late, and what a busy machine adds. */
const margin = 3_000;

describe('slow senders', { concurrency: true }, () => {
  let server: Spawned;
  let watched: Watch;
  let machine: Machine;
  let port: number;
  let tlsPort: number;
  let begin: string;
  let files: number;
  before(async () => {
    const place = await freshPlace('sqlite');
    tlsPort = await freePort();
    server = await spawnServer(place, { flags: ['--https-port', String(tlsPort)] });
    machine = await server.machine();
    port = Number(new URL(server.base).port);
    begin = request('POST /oauth/token HTTP/1.1', [
      `Host: ${server.host}`,
      'Content-Type: application/x-www-form-urlencoded',
      'Content-Length: 1000',
    ]);
    await token();
    files = await openFilesOf(server);
    watched = await watch(server, place);
  });
  after(() => watched.end());
  const token = (): Promise<Reply> =>
    judged(server).token({
      grant_type: 'client_credentials',
      client_id: machine.clientId,
      client_secret: machine.clientSecret,
      audience: machine.audience,
    });

  /** Opens connections that each send `first`, then `drop` now and then; when each ended, in ms, and with which status. */
  async function dribble(count: number, first: string, drop: string, mostMs: number, to = port) {
    const began = performance.now();
    const ends: Promise<{ milliseconds: number; status: number | undefined }>[] = [];
    const sockets: Socket[] = [];
    for (let i = 0; i < count; i++) {
      const socket = await dial(to);
      sockets.push(socket);
      let raw = '';
      socket.setEncoding('latin1').on('data', (chunk) => {
        raw += String(chunk);
      });
      ends.push(
        new Promise((resolve) =>
          socket.once('close', () =>
            resolve({ milliseconds: performance.now() - began, status: readReplies(raw)[0]?.status }),
          ),
        ),
      );
      if (first !== '') socket.write(first);
    }
    const dropping = setInterval(() => {
      if (drop !== '') for (const socket of sockets) if (!socket.destroyed) socket.write(drop);
    }, 1_000);
    const late = setTimeout(
      () => {
        for (const socket of sockets) socket.destroy();
      },
      mostMs + margin * 3,
    );
    const ended = await Promise.all(ends);
    clearInterval(dropping);
    clearTimeout(late);
    const times = ended.map(({ milliseconds }) => milliseconds).toSorted((a, b) => a - b);
    assert.ok((times.at(-1) ?? 0) < mostMs + margin, `the last ended after ${times.at(-1)} ms`);
    for (const { status } of ended) assert.ok(status === undefined || status === 408, `${status}`);
    return times;
  }

  const beside = async (attack: () => Promise<unknown>) => {
    const stop = probe(token, 100);
    await attack();
    const { p99, statuses } = await stop();
    assert.deepEqual([...statuses], [200]);
    // A server that waited for slow senders would need ten seconds and more; a busy machine needs some.
    assert.ok(p99 < 5_000, `beside it tokens took ${p99} ms`);
  };

  test('DOS-03: 300 connections that send one header byte a second end after ten seconds', () =>
    beside(() => dribble(300, 'GET /health HTTP/1.1\r\nX-Slow: ', 'a', headersTimeout)));

  test('DOS-03: 100 connections that send nothing end too', async () => {
    await dribble(100, '', '', headersTimeout);
  });

  test('DOS-03: 50 connections that send empty lines end too', async () => {
    await dribble(50, '\r\n', '\r\n', headersTimeout);
  });

  test('DOS-03: 50 connections that do not begin, or do not go on with, their TLS end too', async () => {
    // A record header of TLS that promises 512 bytes.
    await Promise.all([
      dribble(25, '', '', headersTimeout, tlsPort),
      dribble(25, '\x16\x03\x01\x02\x00', '\x01', headersTimeout, tlsPort),
    ]);
  });

  test('DOS-04: 200 bodies of one byte a second end after thirty seconds, and no file stays open', async () => {
    await beside(() => dribble(200, begin, 'a', requestTimeout));
    const left = (await openFilesOf(server)) - files;
    assert.ok(left < 20, `${left} files more are open than before`);
  });

  test('DOS-04: an answered connection stays open for the next request, and not for half of one', async () => {
    const first = request('GET /health HTTP/1.1', [`Host: ${server.host}`]);
    const socket = await dial(port);
    let raw = '';
    let closed: number | undefined;
    const began = performance.now();
    socket.setEncoding('latin1').on('data', (chunk) => {
      raw += String(chunk);
    });
    socket.once('close', () => {
      closed = performance.now() - began;
    });
    for (let i = 1; i <= 3; i++) {
      socket.write(first);
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      assert.equal(readReplies(raw).length, i);
    }
    socket.write('GET /health HTTP/1.1\r\nHo');
    await new Promise((resolve) => setTimeout(resolve, headersTimeout + margin));
    assert.ok(closed !== undefined, 'half a request is cut off');
  });
});
