// The table of rates: how its rows are changed, and what their buckets give.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMemoryBuckets } from './memory-buckets.ts';
import { endpointRates, rateNamed, ratesWith, readRate } from './rates.ts';

test('a row is given other numbers by its name, and nonsense is refused', () => {
  const changed = readRate('token=30/s');
  assert.ok(typeof changed !== 'string');
  assert.deepEqual(rateNamed(ratesWith([changed]), 'token'), { capacity: 30, everyMs: 1000 / 30 });
  const slow = readRate('reset=10:7/h');
  assert.ok(typeof slow !== 'string');
  assert.deepEqual(
    rateNamed([slow], 'reset'),
    { capacity: 10, everyMs: 514_286 },
    'whole milliseconds in the database',
  );
  assert.equal(ratesWith([]).length, endpointRates.length);
  assert.equal(rateNamed([], 'token'), undefined, 'nothing is in force');
  for (const text of ['', 'token', 'token=', 'token=0/s', 'token=0:5/s', 'token=5/d', 'tokens=5/s', 'token=-1/s']) {
    assert.equal(typeof readRate(text), 'string', text);
  }
});

test('the first row that covers a route counts it, and every route is covered', () => {
  const row = (method: string, path: string) => endpointRates.find(({ covers }) => covers?.(method, path))?.name;
  assert.equal(row('POST', '/oauth/token'), 'token');
  assert.equal(row('GET', '/userinfo'), 'userinfo');
  assert.equal(row('GET', '/.well-known/jwks.json'), 'jwks');
  assert.equal(row('PATCH', '/api/v2/clients/:id'), 'management');
  for (const path of ['/api/v2/openapi.json', '/authorize', '/u/login', '/oauth/revoke', '/oauth/tokens']) {
    assert.equal(row('GET', path), 'authentication', path);
  }
});

test('a bucket in memory gives what it has, fills up, and knows when', () => {
  let now = 0;
  const buckets = createMemoryBuckets(() => now);
  const rate = { capacity: 2, everyMs: 100 };
  assert.deepEqual(buckets.draw('a', rate), { drawn: true, left: 1, nextIn: 0, fullIn: 100 });
  assert.deepEqual(buckets.draw('a', rate), { drawn: true, left: 0, nextIn: 100, fullIn: 200 });
  assert.deepEqual(buckets.draw('a', rate), { drawn: false, left: 0, nextIn: 100, fullIn: 200 });
  assert.equal(buckets.draw('b', rate).drawn, true, 'another key');
  now = 99;
  assert.equal(buckets.draw('a', rate).drawn, false);
  now = 100;
  assert.equal(buckets.draw('a', rate).drawn, true);
  now = 10_000;
  assert.deepEqual(buckets.draw('a', rate), { drawn: true, left: 1, nextIn: 0, fullIn: 100 });
});

test('what is given back can be drawn again, and no more than that', () => {
  let now = 0;
  const buckets = createMemoryBuckets(() => now);
  const rate = { capacity: 2, everyMs: 100 };
  for (let time = 0; time < 5; time++) {
    assert.equal(buckets.draw('a', rate).drawn, true);
    buckets.putBack('a', rate);
  }
  for (const drawn of [true, true, false]) assert.equal(buckets.draw('a', rate).drawn, drawn);
  now = 1000;
  buckets.putBack('a', rate);
  for (const drawn of [true, true, false]) assert.equal(buckets.draw('a', rate).drawn, drawn, 'full is full');
});

test('fractions of a millisecond take nothing away', () => {
  for (let now = 0.1; now < 5_000_000; now *= 1.7) {
    const buckets = createMemoryBuckets(() => now);
    const rate = { capacity: 7, everyMs: 1000 / 3 };
    const left = Array.from({ length: 8 }, () => buckets.draw('a', rate)).map((one) => (one.drawn ? one.left : 'none'));
    assert.deepEqual(left, [6, 5, 4, 3, 2, 1, 0, 'none'], `at ${now}`);
  }
});

test('a crowd of keys cannot fill the memory', () => {
  let now = 0;
  const buckets = createMemoryBuckets(() => now);
  const rate = { capacity: 1, everyMs: 1_000_000 };
  for (let key = 0; key < 120_000; key++) {
    now += 0.001;
    assert.equal(buckets.draw(`key ${key}`, rate).drawn, true);
  }
  assert.equal(buckets.draw('key 119999', rate).drawn, false, 'the youngest are remembered');
});
