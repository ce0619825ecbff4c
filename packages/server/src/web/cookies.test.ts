// Reading is strict about doubles; writing follows the scheme of the request.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clearCookie, cookieOf, setCookie } from './cookies.ts';

const plain = (cookie?: string) => ({ headers: { cookie }, issuer: 'http://localhost:3000/' });
const secure = (cookie?: string) => ({ headers: { cookie }, issuer: 'https://id.example.com/' });

const rows: readonly [name: string, ask: ReturnType<typeof plain>, expected: string | undefined][] = [
  ['no header', plain(), undefined],
  ['the cookie', plain('countersign=abc'), 'abc'],
  ['the cookie among others', plain('a=1; countersign=abc;b=2'), 'abc'],
  ['a value with an equals sign', plain('countersign=abc='), 'abc='],
  ['the cookie twice', plain('countersign=abc; countersign=abc'), undefined],
  ['an empty value', plain('countersign='), undefined],
  ['a longer name', plain('countersign_did=abc; xcountersign=d'), undefined],
  ['a name in another case', plain('Countersign=abc'), undefined],
  ['a pair without a value', plain('countersign'), undefined],
  ['the prefixed name over https', secure('__Host-countersign=abc'), 'abc'],
  ['the bare name over https, which a sister domain can plant', secure('countersign=abc'), undefined],
  ['a planted bare name beside the prefixed one', secure('countersign=evil; __Host-countersign=abc'), 'abc'],
];

for (const [name, ask, expected] of rows) {
  test(`reading a cookie: ${name}`, () => assert.equal(cookieOf(ask, 'countersign'), expected));
}

test('over https a cookie is Secure, SameSite=None and bound to the host', () => {
  assert.equal(
    setCookie(secure(), { name: 'countersign', value: 'abc', maxAgeSeconds: 60.9 }),
    '__Host-countersign=abc; Path=/; Max-Age=60; HttpOnly; SameSite=None; Secure',
  );
});

test('over plain http a cookie is SameSite=Lax, and without an age it ends with the browser', () => {
  assert.equal(
    setCookie(plain(), { name: 'countersign', value: 'abc' }),
    'countersign=abc; Path=/; HttpOnly; SameSite=Lax',
  );
});

test('a cookie is removed by the same attributes', () => {
  assert.equal(clearCookie(plain(), 'countersign'), 'countersign=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax');
});

test('a value that could end the cookie is a bug', () => {
  assert.throws(() => setCookie(plain(), { name: 'countersign', value: 'a; Domain=evil.test' }), TypeError);
});
