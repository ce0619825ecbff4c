import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { createSealer } from '../../src/storage/seal.ts';
import { StoreRefused } from '../../src/storage/store.ts';

const sealer = createSealer(Buffer.alloc(32, 1));

test('what is sealed opens in its place, in the documented form, and never looks the same twice', () => {
  for (const plain of ['', 'secret', 'ÄÖÜ 🩺', 'x'.repeat(100_000)]) {
    const sealed = sealer.seal(plain, 'here');
    assert.match(sealed, /^s1\.[0-9a-f]{8}\.[A-Za-z0-9_-]+$/);
    assert.equal(sealer.open(sealed, 'here'), plain);
    assert.equal(createSealer(Buffer.alloc(32, 1)).open(sealed, 'here'), plain);
    assert.notEqual(sealer.seal(plain, 'here'), sealed);
  }
  const [, id] = sealer.seal('a', 'here').split('.');
  assert.notEqual(createSealer(Buffer.alloc(32, 2)).seal('a', 'here').split('.')[1], id);
});

test('every change of a sealed value is refused without saying what was in it', () => {
  const plain = 'canary-of-the-test';
  const sealed = sealer.seal(plain, 'here');
  const refused = (changed: string, place = 'here', by = sealer) =>
    assert.throws(
      () => by.open(changed, place),
      (error) => error instanceof StoreRefused && !error.message.includes(plain) && !error.message.includes(sealed),
      changed,
    );
  for (let at = 0; at < sealed.length; at++) {
    const letter = sealed[at] === 'A' ? 'B' : 'A';
    refused(sealed.slice(0, at) + letter + sealed.slice(at + 1));
    refused(sealed.slice(0, at));
  }
  for (const changed of [`${sealed}A`, `${sealed}=`, ` ${sealed}`, plain, '', 's1..', 's1.00000000.']) refused(changed);
  refused(sealed, 'there');
  refused(sealed, '');
  refused(sealed, 'here', createSealer(Buffer.alloc(32, 2)));
});

test('a message authentication code depends on key, purpose and text', () => {
  const codes = [
    sealer.mac('cursor', 'a'),
    sealer.mac('cursor', 'b'),
    sealer.mac('other', 'a'),
    createSealer(Buffer.alloc(32, 2)).mac('cursor', 'a'),
  ];
  assert.equal(new Set(codes).size, 4);
  assert.equal(sealer.mac('cursor', 'a'), codes[0]);
  assert.match(codes[0] ?? '', /^[A-Za-z0-9_-]{43}$/);
});

test('a master key of another length is refused', () => {
  for (const length of [0, 16, 31, 33, 64]) assert.throws(() => createSealer(randomBytes(length)), StoreRefused);
});
