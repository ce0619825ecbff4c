// Whom a request came from: a table of what proxies write.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { originOf } from './origin.ts';

const trusted = (address: string) => address === '10.0.0.1';
const from = (peer: string, headers: Record<string, string>) =>
  originOf({ peer, headers: { host: 'Auth.Example.com', ...headers } }, false, trusted);

const addresses: readonly [sent: string, ip: string][] = [
  ['192.0.2.7', '192.0.2.7'],
  ['192.0.2.7:40001', '192.0.2.7'],
  ['203.0.113.9, 192.0.2.7:40001', '192.0.2.7'],
  ['2001:db8::7', '2001:db8::7'],
  ['[2001:db8::7]', '2001:db8::7'],
  ['[2001:db8::7]:40001', '2001:db8::7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['unknown', '10.0.0.1'],
  ['_hidden', '10.0.0.1'],
  ['192.0.2.7:port', '10.0.0.1'],
  ['[192.0.2.7', '10.0.0.1'],
  ['', '10.0.0.1'],
];

for (const [sent, ip] of addresses) {
  test(`a trusted proxy that forwards for "${sent}" forwards for ${ip}`, () =>
    assert.equal(from('10.0.0.1', { 'x-forwarded-for': sent }).ip, ip));
}

test('a peer that is no trusted proxy speaks for itself alone', () => {
  const headers = { 'x-forwarded-for': '192.0.2.7', 'x-forwarded-host': 'evil.test', 'x-forwarded-proto': 'https' };
  assert.deepEqual(from('::ffff:198.51.100.4', headers), {
    host: 'auth.example.com',
    secure: false,
    ip: '198.51.100.4',
  });
});

test('a trusted proxy says which host was asked, and how', () => {
  const headers = { 'x-forwarded-host': 'Login.example.com', 'x-forwarded-proto': 'https' };
  assert.deepEqual(from('10.0.0.1', headers), { host: 'login.example.com', secure: true, ip: '10.0.0.1' });
});
