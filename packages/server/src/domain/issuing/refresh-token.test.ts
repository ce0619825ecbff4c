// The form of refresh tokens and the sealing of a successor: what is read is what was written, and nothing opens but by the
// token before it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  firstToken,
  hashOfPart,
  isPart,
  newFamily,
  nextToken,
  openSuccessor,
  readToken,
  sealSuccessor,
  writeToken,
} from './refresh-token.ts';

test('a token is read as it was written, and is 115 characters long', () => {
  let token = firstToken(newFamily());
  for (let i = 0; i < 300; i++) {
    const text = writeToken(token);
    assert.equal(text.length, 115);
    assert.deepEqual(readToken(text), token);
    token = nextToken(token);
  }
  assert.equal(token.counter, 300);
});

test('what is no token of ours is not read', () => {
  const text = writeToken(firstToken(newFamily()));
  const wrong = [
    '',
    'v1.',
    text.slice(0, -1),
    `${text}A`,
    ` ${text}`,
    `${text}\n`,
    text.replace('v1', 'v2'),
    text.slice(3),
  ];
  for (const one of [...wrong, text.replace(/.$/, '='), text.replace(/.$/, '+'), 'v1.'.padEnd(115, 'é')])
    assert.equal(readToken(one), undefined, one);
});

test('every character of a token counts: changed anywhere, it is another family, number, proof or secret', () => {
  const token = firstToken(newFamily());
  const text = writeToken(token);
  for (let at = 3; at < text.length; at++) {
    const other = text[at] === 'A' ? 'B' : 'A';
    const read = readToken(text.slice(0, at) + other + text.slice(at + 1));
    assert.notDeepEqual(read, token, `character ${at}`);
  }
});

test('members of a family share the proof and nothing secret', () => {
  const first = firstToken(newFamily());
  const second = nextToken(first);
  assert.deepEqual(second.proof, first.proof);
  assert.notDeepEqual(second.secret, first.secret);
  assert.ok(isPart(second.secret, hashOfPart(second.secret)));
  assert.ok(!isPart(first.secret, hashOfPart(second.secret)));
  assert.throws(() => nextToken({ ...first, counter: 0xffff_ffff }), /no numbers left/);
});

test('a successor opens with the token that it replaces, and with no other', () => {
  const first = firstToken(newFamily());
  const second = nextToken(first);
  const sealed = sealSuccessor(first, second);
  assert.deepEqual(openSuccessor(first, sealed), second);
  assert.notEqual(sealSuccessor(first, second), sealed, 'never the same text twice');
  assert.ok(!Buffer.from(sealed, 'base64url').includes(second.secret));
  const strangers = [
    second,
    firstToken(first.family),
    { ...first, counter: 1 },
    { ...first, family: newFamily() },
    { ...first, secret: second.secret },
    { ...first, proof: second.secret },
  ];
  for (const stranger of strangers) assert.throws(() => openSuccessor(stranger, sealed));
  const bytes = Buffer.from(sealed, 'base64url');
  for (let at = 0; at < bytes.length; at++) {
    const damaged = Buffer.from(bytes);
    damaged[at] = (damaged[at] ?? 0) ^ 1;
    assert.throws(() => openSuccessor(first, damaged.toString('base64url')), `byte ${at}`);
  }
});
