// Query strings of the Management API: strict names, strict numbers, both paginations (auth0-behaviour §37.5, ENC-02, ENC-10).

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pick, readPaging, readWanted } from './paging.ts';
import { isRefused, readQuery } from './query.ts';

const known = ['page', 'per_page', 'include_totals', 'from', 'take', 'fields', 'include_fields', 'client_id'];

function paging(text: string) {
  const query = readQuery(text, known, ['identifiers']);
  return isRefused(query) ? query : readPaging(query);
}

const pages: readonly [text: string, expected: object][] = [
  ['', { kind: 'page', offset: 0, limit: 50, totals: false }],
  ['page=2&per_page=10', { kind: 'page', offset: 20, limit: 10, totals: false }],
  ['per_page=0&include_totals=true', { kind: 'page', offset: 0, limit: 0, totals: true }],
  ['include_totals=false', { kind: 'page', offset: 0, limit: 50, totals: false }],
  ['take=5', { kind: 'checkpoint', from: undefined, take: 5 }],
  ['from=abc', { kind: 'checkpoint', from: 'abc', take: 50 }],
  ['take=5&include_totals=true&page=3', { kind: 'checkpoint', from: undefined, take: 5 }],
];
for (const [text, expected] of pages) {
  test(`?${text} is read as ${JSON.stringify(expected)}`, () => assert.deepEqual(paging(text), expected));
}

const refused = [
  'per_page=-1',
  'per_page=101',
  'per_page=1000',
  'per_page=1e3',
  'per_page=0x10',
  'per_page=NaN',
  'per_page=9007199254740993',
  'per_page=',
  'page=1.5',
  'page=-1',
  'page=10000000000',
  'page=%20',
  'take=0',
  'take=101',
  'include_totals=1',
  'include_totals=TRUE',
  'from=',
  'foo=1',
  'client_id[]=A',
  'client_id[x]=A',
  'client_id=A&client_id=B',
  'client_id=%ff%fe',
  'client_id=%c0%ae',
  'client_id=%00',
  'client_id=%',
  Array.from({ length: 10_000 }, (_, index) => `a${index}=1`).join('&'),
];
for (const text of refused) {
  test(`?${text.slice(0, 40)} is refused as invalid_query_string`, () => {
    const read = paging(text);
    assert.ok(isRefused(read));
    assert.equal(read.status, 400);
    assert.equal(read.errorCode, 'invalid_query_string');
  });
}

test('a list parameter may come several times, with or without brackets', () => {
  const query = readQuery('identifiers=a&identifiers=b&identifiers[]=c&identifiers[0]=d', known, ['identifiers']);
  assert.ok(!isRefused(query));
  assert.deepEqual(query.many.get('identifiers'), ['a', 'b', 'c', 'd']);
});

const wants: readonly [text: string, expected: object][] = [
  ['', { a: 1, b: 2, c: 3 }],
  ['fields=a,c', { a: 1, c: 3 }],
  ['fields=a,unknown', { a: 1 }],
  ['fields=a&include_fields=true', { a: 1 }],
  ['fields=a&include_fields=false', { b: 2, c: 3 }],
  ['include_fields=false', { a: 1, b: 2, c: 3 }],
];
for (const [text, expected] of wants) {
  test(`?${text} shows ${Object.keys(expected)}`, () => {
    const query = readQuery(text, known);
    assert.ok(!isRefused(query));
    const wanted = readWanted(query);
    assert.ok(!isRefused(wanted));
    assert.deepEqual(pick({ a: 1, b: 2, c: 3 }, wanted), expected);
  });
}
