// Log records: what is stored says as little as it can, what is answered has every member.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TenantId } from '../../schema/brand.ts';
import { logIds, opened, stored } from './record.ts';

const tenant = 'default' as TenantId;
const now = Date.parse('2026-11-22T12:34:56.789Z');

test('ids have 56 digits, sort by time, and never go back with the clock', () => {
  const next = logIds();
  const ids = [next(now), next(now), next(now + 1), next(now - 60_000)];
  for (const id of ids) assert.match(id, /^90020261122123456\d{39}$/);
  assert.deepEqual(ids.toSorted(), ids);
  assert.equal(new Set(ids).size, 4);
});

test('a record is answered with every member of the wire, in nulls where nothing is known', () => {
  const { record } = stored(
    { tenant, type: 'seccft', description: 'd', client_id: 'c', details: { a: 1 } },
    '9001',
    now,
  );
  assert.ok(!record.includes('null'));
  assert.deepEqual(opened(record), {
    _id: '9001',
    log_id: '9001',
    date: '2026-11-22T12:34:56.789Z',
    type: 'seccft',
    description: 'd',
    connection: null,
    organization_id: null,
    organization_name: null,
    client_id: 'c',
    client_name: null,
    ip: null,
    hostname: null,
    user_id: null,
    user_name: null,
    user_agent: null,
    audience: null,
    scope: null,
    connection_id: null,
    strategy: null,
    strategy_type: null,
    isMobile: false,
    location_info: null,
    details: { a: 1 },
  });
});

const hostile: readonly [name: string, text: string, kept: string | RegExp][] = [
  ['quotes and a forged member', 'a","type":"s', 'a","type":"s'],
  ['backslashes', 'a\\u0022', 'a\\u0022'],
  ['a line break', 'a\n{"x":1}', 'a\n{"x":1}'],
  ['a NUL', 'a\0b', 'ab'],
  ['half a surrogate pair', 'a\ud800', 'a\ufffd'],
  ['letters of the world', 'Zoë 漢字 😀', 'Zoë 漢字 😀'],
  ['100 kB', 'x'.repeat(100_000), /^x{500}… \(cut\)$/],
];
for (const [name, text, kept] of hostile) {
  test(`INJ-03: a text with ${name} stays one text of one record`, () => {
    const event = stored({ tenant, type: 'f', description: text, client_id: text, user_agent: text }, '9002', now);
    const record = opened(event.record);
    assert.equal(record.type, 'f');
    for (const value of [record.description, record.client_id, record.user_agent, event.client_id]) {
      if (typeof kept === 'string') assert.equal(value, kept);
      else assert.match(String(value), kept);
    }
  });
}
