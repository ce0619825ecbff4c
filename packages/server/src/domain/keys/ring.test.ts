// The rules of a key ring as rows.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type KeyRow, type KeyState, listed, publishAheadSeconds, published, revoked, rotated } from './ring.ts';

const now = Date.parse('2026-11-22T12:00:00Z');
const key = (kid: string, state: KeyState, more: Partial<KeyRow> = {}): KeyRow => ({
  kid,
  alg: 'RS256',
  state,
  private_key: 'secret',
  public_key: '',
  cert: '',
  pkcs7: '',
  fingerprint: '',
  thumbprint: '',
  x5t: '',
  published_at: new Date(0).toISOString(),
  ...more,
});

test('rotation makes the next key current, the current key previous, and a fresh key next', () => {
  const result = rotated([key('a', 'current'), key('b', 'next')], key('c', 'next'), now);
  assert.equal(result.kind, 'rotated');
  if (result.kind !== 'rotated') return;
  assert.deepEqual(
    result.changed.map((row) => [row.kid, row.state]),
    [
      ['a', 'previous'],
      ['b', 'current'],
      ['c', 'next'],
    ],
  );
  assert.equal(result.current.kid, 'b');
});

test('rotation is refused until every cached key set holds the next key', () => {
  const young = key('b', 'next', { published_at: new Date(now - 10_000).toISOString() });
  assert.deepEqual(rotated([key('a', 'current'), young], key('c', 'next'), now), {
    kind: 'too_soon',
    seconds: publishAheadSeconds - 10,
  });
  const old = key('b', 'next', { published_at: new Date(now - publishAheadSeconds * 1000).toISOString() });
  assert.equal(rotated([key('a', 'current'), old], key('c', 'next'), now).kind, 'rotated');
});

test('only a previous key can be revoked, and its private part is gone then', () => {
  assert.equal(revoked(key('a', 'current'), now), undefined);
  assert.equal(revoked(key('a', 'next'), now), undefined);
  assert.equal(revoked(key('a', 'revoked'), now), undefined);
  const gone = revoked(key('a', 'previous'), now);
  assert.equal(gone?.state, 'revoked');
  assert.ok(gone && !('private_key' in gone));
});

test('a key set holds current, next and every previous key, and no revoked one', () => {
  const rows = [
    key('r', 'revoked'),
    key('p1', 'previous'),
    key('n', 'next'),
    key('c', 'current'),
    key('p2', 'previous'),
  ];
  assert.deepEqual(
    published(rows).map((row) => row.kid),
    ['c', 'n', 'p1', 'p2'],
  );
});

test('operators see the last three revoked keys', () => {
  const rows = ['1', '2', '3', '4'].map((n) => key(n, 'revoked', { revoked_at: `2026-01-0${n}T00:00:00Z` }));
  assert.deepEqual(
    listed([...rows, key('c', 'current')]).map((row) => row.kid),
    ['c', '4', '3', '2'],
  );
});
