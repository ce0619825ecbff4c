// The search language of users as a table: what finds, what columns answer, what is refused.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { matches, planOf } from './user-match.ts';
import { readUserQuery } from './user-query.ts';

const user = {
  user_id: 'auth0|1',
  connection: 'DB',
  email: 'jane.doe@example.com',
  email_verified: true,
  name: 'Jane Doe',
  given_name: 'Jane',
  logins_count: 12,
  blocked: false,
  created_at: '2026-03-01T10:00:00.000Z',
  identities: [{ connection: 'DB', provider: 'auth0', user_id: '1', isSocial: false }],
  app_metadata: { plan: 'Gold', seats: 3, tags: ['a', 'b'], deep: { er: ['x', { y: 'z' }] } },
};

function testOf(q: string) {
  const read = readUserQuery(q);
  if (read.kind === 'invalid') assert.fail(`${q}: ${read.message}`);
  return read.test;
}

const rows: readonly (readonly [string, boolean])[] = [
  ['', true],
  ['*', true],
  ['*:*', true],
  ['email:jane.doe@example.com', true],
  ['email:"JANE.doe@example.com"', true],
  ['email:jane*', true],
  ['email:*@example.com', true],
  ['email:*doe*', true],
  ['email:*doe', false],
  ['email:j*e', false],
  ['email:"jane*"', false],
  ['user_id:auth0|1', true],
  ['user_id:AUTH0|1', false],
  ['name:"Jane Doe"', true],
  ['name:"jane doe"', false],
  ['name:Jane\\ Doe', true],
  ['given_name:jane', true],
  ['email_verified:true', true],
  ['blocked:true', false],
  ['NOT blocked:true', true],
  ['-blocked:true', true],
  ['NOT -blocked:false', true],
  ['email:jane* AND blocked:false', true],
  ['email:jane* blocked:true', false],
  ['blocked:true OR email_verified:true', true],
  ['blocked:true OR email_verified:true AND name:x', false],
  ['(blocked:true OR email_verified:true) AND given_name:Jane', true],
  ['given_name:(Joe OR Jane)', true],
  ['given_name:(Joe OR Jim)', false],
  ['logins_count:[10 TO 12]', true],
  ['logins_count:{10 TO 12}', false],
  ['logins_count:[9 TO *]', true],
  ['logins_count:[100 TO *]', false],
  ['created_at:[2026-02-01 TO 2026-03-01T10:00:00.000Z]', true],
  ['created_at:[2026-02-01 TO 2026-03-01]', false],
  ['created_at:{2026-03-01T10:00:00Z TO *]', false],
  ['_exists_:given_name', true],
  ['_exists_:family_name', false],
  ['family_name:*', false],
  ['identities.connection:DB', true],
  ['identities.connection:db', false],
  ['identities.provider:google-oauth2', false],
  ['app_metadata.plan:gold', true],
  ['app_metadata.seats:3', true],
  ['app_metadata.tags:b', true],
  ['app_metadata.deep.er:x', true],
  ['app_metadata.deep.er.y:z', true],
  ['app_metadata.constructor:*', false],
  ['user_metadata.x:1', false],
];

test('a search finds what its conditions say', () => {
  for (const [q, wanted] of rows) assert.equal(matches(testOf(q), user), wanted, q);
});

test('what columns answer together with the rest is the same search', () => {
  const kept: Readonly<Record<string, string>> = {
    user_id: user.user_id,
    email: user.email,
    name: user.name,
    connection: user.connection,
  };
  for (const [q, wanted] of rows) {
    const { columns, rest } = planOf(testOf(q));
    const found = Object.entries(columns).every(([column, condition]) => {
      const value = kept[column];
      if (typeof condition === 'string') return value === condition;
      return 'prefix' in condition ? value?.startsWith(condition.prefix) : condition.some((one) => one === value);
    });
    assert.equal(found && matches(rest, user), wanted, q);
  }
});

test('columns answer equality, beginnings and lists of values', () => {
  const cases: readonly (readonly [string, object, boolean])[] = [
    ['email:A@b.example', { email: 'a@b.example' }, true],
    ['email:AB*', { email: { prefix: 'ab' } }, true],
    ['user_id:("auth0|1" OR "auth0|2")', { user_id: ['auth0|1', 'auth0|2'] }, true],
    ['email:x name:"A B"', { email: 'x', name: 'A B' }, true],
    ['email:x AND blocked:true', { email: 'x' }, false],
    ['email:x email:y', { email: 'x' }, false],
    ['email:*x', {}, false],
    ['email:x OR name:y', {}, false],
    ['NOT email:x', {}, false],
    ['', {}, true],
  ];
  for (const [q, columns, whole] of cases) {
    const plan = planOf(testOf(q));
    assert.deepEqual(plan.columns, columns, q);
    assert.equal(plan.rest.kind === 'all', whole, q);
  }
});

test('what cannot be answered is refused with the reason', () => {
  const refused: readonly (readonly [string, RegExp])[] = [
    ['email:"a" OR password_hash:*', /cannot be searched by password_hash/],
    ['_exists_:app_metadata', /cannot be searched/],
    ['constructor:x', /cannot be searched/],
    ['__proto__:x', /cannot be searched/],
    ['"email":x', /write field:value/],
    ['jane', /write field:value/],
    ['email:', /lacks a value/],
    ['email:(a OR', /ends where a condition/],
    ['(email:a', /closing bracket/],
    ['email:a)', /too many/],
    ['email:"a', /cannot be read/],
    ['logins_count:[1 TO', /bound/],
    ['logins_count:[1 2]', /range/],
    ['AND email:a', /write field:value|condition/],
    ['email:a OR', /ends where/],
    ['NOT', /ends where/],
    [`${'('.repeat(20)}email:a${')'.repeat(20)}`, /deep/],
    [Array.from({ length: 60 }, () => 'email:a').join(' '), /more than 50/],
    ['x'.repeat(3000), /longer than/],
  ];
  for (const [q, message] of refused) {
    const read = readUserQuery(q);
    assert.equal(read.kind, 'invalid', q);
    if (read.kind === 'invalid') assert.match(read.message, message, q);
  }
});

test('a pattern of many wildcards is judged in no time', () => {
  const test = testOf(`app_metadata.text:${'*a'.repeat(500)}*b`);
  const started = performance.now();
  assert.equal(matches(test, { app_metadata: { text: 'a'.repeat(100_000) } }), false);
  assert.ok(performance.now() - started < 500);
});
