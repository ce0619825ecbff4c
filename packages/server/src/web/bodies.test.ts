// The room that bodies may take: of all, of one network, and free again when the answer was sent.

import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { test } from 'node:test';
import { createBodies, NoRoom } from './bodies.ts';

function body(bodies: ReturnType<typeof createBodies>, network: string, bytes: number) {
  const payload = new PassThrough();
  const until = new EventEmitter();
  const read = buffer(bodies.counted(payload, network, until));
  payload.end(Buffer.alloc(bytes, 'x'));
  return { read, answered: () => until.emit('close') };
}

test('a body comes as it was sent, and one that finds no room fails; an answer makes room', async () => {
  const bodies = createBodies({ inAll: 300, ofNetwork: 200 });
  const first = body(bodies, 'a', 150);
  assert.equal((await first.read).toString(), 'x'.repeat(150));
  await assert.rejects(body(bodies, 'a', 100).read, NoRoom, 'one network has no more');
  const other = body(bodies, 'b', 140);
  assert.equal((await other.read).length, 140, 'another has');
  await assert.rejects(body(bodies, 'c', 20).read, NoRoom, 'nor is there more in all');
  first.answered();
  assert.equal((await body(bodies, 'a', 100).read).length, 100);
});

test('a body that breaks off ends, and what came of it is free again', async () => {
  const bodies = createBodies({ inAll: 100, ofNetwork: 100 });
  const payload = new PassThrough();
  const until = new EventEmitter();
  const read = buffer(bodies.counted(payload, 'a', until));
  payload.write(Buffer.alloc(90));
  payload.destroy(new Error('aborted'));
  await assert.rejects(read);
  until.emit('close');
  assert.equal((await body(bodies, 'a', 100).read).length, 100);
});
