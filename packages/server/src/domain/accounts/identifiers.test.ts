// The canonical form of identifiers: what is one address, what are two, and what is none (security cases UNI-01, UNI-02).

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonicalEmail, canonicalPhone, canonicalUsername, readIdentifier } from './identifiers.ts';

/** as typed, as stored; `undefined`: refused */
const emails: readonly [string, string | undefined][] = [
  ['Ada@Example.COM', 'ada@example.com'],
  ['a.b+c@sub.example.com', 'a.b+c@sub.example.com'],
  ["o'brien@example.com", "o'brien@example.com"],
  ['É@x.test', 'é@x.test'],
  ['E\u0301@x.test', 'é@x.test'],
  ['é@x.test', 'é@x.test'],
  ['straße@x.test', 'straße@x.test'],
  ['STRASSE@x.test', 'strasse@x.test'],
  ['m\u0131ke@x.test', 'm\u0131ke@x.test'],
  ['пользователь@x.test', 'пользователь@x.test'],
  ['me@bücher.example', 'me@xn--bcher-kva.example'],
  ['me@BÜCHER.example', 'me@xn--bcher-kva.example'],
  ['me@xn--bcher-kva.example', 'me@xn--bcher-kva.example'],
  [`${'a'.repeat(64)}@example.com`, `${'a'.repeat(64)}@example.com`],
  [`${'a'.repeat(65)}@example.com`, undefined],
  [`${'é'.repeat(33)}@example.com`, undefined],
  [`a@${'b'.repeat(60)}.${'c'.repeat(60)}.${'d'.repeat(60)}.${'e'.repeat(60)}.${'f'.repeat(20)}`, undefined],
  // Full-width forms, ligatures and the Kelvin sign would become other letters.
  ['victim＠victim.test@evil.test', undefined],
  ['v@evil.test＠victim.test', undefined],
  ['v@victim．test', undefined],
  ['v@victim。test', undefined],
  ['ｖictim@victim.test', undefined],
  ['mi\u212ae@x.test', undefined],
  ['o\ufb00ice@x.test', undefined],
  // A Cyrillic а among Latin letters.
  ['\u0430dmin@x.test', undefined],
  ['a@b@c.test', undefined],
  ['@x.test', undefined],
  ['a@', undefined],
  ['a', undefined],
  ['', undefined],
  ['a@localhost', undefined],
  ['a b@x.test', undefined],
  [' a@x.test', undefined],
  ['a@x.test ', undefined],
  ['a@x.test\n', undefined],
  ['a\u200b@x.test', undefined],
  ['a\u1160@x.test', undefined],
  ['a\ufe0f@x.test', undefined],
  ['e\u034f\u0301@x.test', undefined],
  ['me@b\u00fccher\u00ad.example', undefined],
  ['a@x..test', undefined],
  ['.a@x.test', undefined],
  ['a..b@x.test', undefined],
  ['a@-x.test', undefined],
  ['a@x.test/b', undefined],
  ['a@ü.test/b', undefined],
  ['"a b"@x.test', undefined],
  ['<a@x.test>', undefined],
  ['a@[127.0.0.1]', undefined],
  ['a\0@x.test', undefined],
  ['\ud800@x.test', undefined],
];
for (const [typed, stored] of emails) {
  test(`e-mail ${JSON.stringify(typed)} is ${stored === undefined ? 'refused' : JSON.stringify(stored)}`, () => {
    assert.equal(canonicalEmail(typed), stored);
    if (stored !== undefined) assert.equal(canonicalEmail(stored), stored, 'the canonical form is its own');
  });
}

const usernames: readonly [string, string | undefined][] = [
  ['Ada_Lovelace', 'ada_lovelace'],
  ['a', 'a'],
  ['x'.repeat(15), 'x'.repeat(15)],
  ['x'.repeat(16), undefined],
  ['', undefined],
  ['\u212aelvin', undefined],
  ['аda', undefined],
  ['a b', undefined],
  ['a<b', undefined],
  ['a@b.test', undefined],
  ['+4912345', undefined],
  ['@home', '@home'],
];
for (const [typed, stored] of usernames) {
  test(`username ${JSON.stringify(typed)} is ${stored === undefined ? 'refused' : JSON.stringify(stored)}`, () => {
    assert.equal(canonicalUsername(typed, { min: 1, max: 15 }), stored);
  });
}

test('a phone number is a plus and up to 15 digits', () => {
  assert.equal(canonicalPhone('+491234567'), '+491234567');
  for (const wrong of ['491234567', '+', '+1234567890123456', '+49 123', '+٤٩'])
    assert.equal(canonicalPhone(wrong), undefined);
});

test('a text names one kind of thing', () => {
  assert.deepEqual(readIdentifier('A@x.test'), { kind: 'email', value: 'a@x.test' });
  assert.deepEqual(readIdentifier('+4912345'), { kind: 'phone_number', value: '+4912345' });
  assert.deepEqual(readIdentifier('Ada'), { kind: 'username', value: 'ada' });
  assert.equal(readIdentifier('a b'), undefined);
});
