// DOS: large bodies that strangers begin and do not end. The whole process gives them a share of its memory and no more, and who sends
// little is served meanwhile.

import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import { serveHere } from '../support/running.ts';
import { dial, readReplies, request } from '../support/sockets.ts';

const megabyte = 1024 * 1024;

test('DOS-01: bodies that are begun and not ended get so much memory together, and make room when they go', async () => {
  const site = await serveHere();
  const sockets: Socket[] = [];
  try {
    const head = request('PATCH /api/v2/tenants/settings HTTP/1.1', [
      `Host: ${site.host}`,
      'Content-Type: application/json',
      `Content-Length: ${4 * megabyte}`,
    ]);
    const part = Buffer.alloc(64 * 1024, 'x');
    /** Sends all but the last byte; the status of an answer that comes before the end. */
    const begin = async () => {
      const socket = await dial(Number(new URL(site.base).port));
      sockets.push(socket);
      let raw = '';
      let isEnded = false;
      const over = new Promise<void>((resolve) => {
        const end = () => {
          isEnded = true;
          resolve();
        };
        socket.setEncoding('latin1').on('data', (chunk) => {
          raw += String(chunk);
          end();
        });
        socket.on('error', end).on('close', end);
      });
      socket.write(head);
      for (let left = 4 * megabyte - 1; left > 0 && !isEnded; left -= part.length) {
        const taken = socket.write(part.subarray(0, Math.min(left, part.length)));
        if (!taken) await Promise.race([new Promise((resolve) => socket.once('drain', resolve)), over]);
      }
      return { isEnded: () => isEnded, over, status: () => readReplies(raw)[0]?.status };
    };
    const begun: Awaited<ReturnType<typeof begin>>[] = [];
    for (let count = 0; count < 12; count++) begun.push(await begin());
    const waiting = () => begun.filter(({ isEnded }) => !isEnded());
    // 32 MB are one network's, which is eight of them.
    while (waiting().length > 8) await Promise.race(waiting().map(({ over }) => over));
    // The connection may be reset before the answer was read; what counts is that it ends.
    for (const { isEnded, status } of begun)
      if (isEnded()) assert.ok([503, undefined].includes(status()), `${status()}`);
    assert.ok(waiting().length > 0, 'those that fit are waited for');

    const large = { friendly_name: 'Large', change_password: { enabled: false, html: 'x'.repeat(900_000) } };
    const small = await site.manage('PATCH', '/tenants/settings', { friendly_name: 'Small' });
    assert.equal(small.status, 200, small.text);
    for (const socket of sockets) socket.destroy();
    let reply = await site.manage('PATCH', '/tenants/settings', large);
    // The server hears of a closed connection a moment later.
    for (let tries = 0; tries < 100 && reply.status === 503; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      reply = await site.manage('PATCH', '/tenants/settings', large);
    }
    assert.equal(reply.status, 200, reply.text.slice(0, 300));
  } finally {
    for (const socket of sockets) socket.destroy();
    await site.stop();
  }
});
