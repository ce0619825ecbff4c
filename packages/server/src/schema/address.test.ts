// Addresses: which texts are one, which ranges contain them, and who is behind them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contains, networkOf, readAddress, readRange } from './address.ts';

test('an address is read in all its spellings, and nothing else is one', () => {
  for (const [text, network] of [
    ['192.0.2.1', '192.0.2.1'],
    ['0.0.0.0', '0.0.0.0'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:c000:201', '192.0.2.1'],
    ['2001:DB8:0:1::5', '2001:db8:0:1::/64'],
    ['2001:db8:0:1:ffff:ffff:ffff:ffff', '2001:db8:0:1::/64'],
    ['::1', '0:0:0:0::/64'],
    ['::', '0:0:0:0::/64'],
    ['1::', '1:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['64:ff9b::192.0.2.1', '64:ff9b:0:0::/64'],
  ] as const) {
    assert.ok(readAddress(text), text);
    assert.equal(networkOf(text), network, text);
  }
  for (const text of [
    '',
    '1.2.3',
    '1.2.3.256',
    '01.2.3.4',
    '1.2.3.4.5',
    '0x7f.1',
    ' 1.2.3.4',
    ':',
    ':::',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1::2::3',
    '12345::',
    'g::',
    '::1.2.3',
    '1.2.3.4/32',
    'localhost',
    '1:2:3:4:5:6:7::8',
  ]) {
    assert.equal(readAddress(text), undefined, text);
    assert.equal(networkOf(text), text);
  }
});

test('a range contains what shares its prefix', () => {
  const inside = (range: string, address: string) => {
    const [a, b] = [readRange(range), readAddress(address)];
    assert.ok(a && b, `${range} ${address}`);
    return contains(a, b);
  };
  assert.ok(inside('10.0.0.0/8', '10.255.0.1'));
  assert.ok(inside('10.1.2.3/8', '10.255.0.1'));
  assert.ok(inside('0.0.0.0/0', '1.2.3.4'));
  assert.ok(inside('192.0.2.1', '::ffff:192.0.2.1'));
  assert.ok(inside('2001:db8::/32', '2001:db8:ffff::1'));
  assert.ok(!inside('10.0.0.0/8', '11.0.0.0'));
  assert.ok(!inside('192.0.2.1', '192.0.2.2'));
  assert.ok(!inside('::/0', '1.2.3.4'));
  assert.ok(!inside('2001:db8::/32', '2001:db9::'));
  for (const text of [
    '10.0.0.0/33',
    '::/129',
    '10.0.0.0/',
    '10.0.0.0/-1',
    '10.0.0.0/8/8',
    '::ffff:10.0.0.0/8',
    'x/8',
  ]) {
    assert.equal(readRange(text), undefined, text);
  }
});
