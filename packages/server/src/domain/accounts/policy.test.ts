// Password rules as tables: the levels, the dictionary, personal data; one row a rule that can fail.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgePassword, type PasswordOwner } from './policy.ts';
import { policyOf } from './policy-levels.ts';

const kinds = (options: Parameters<typeof policyOf>[0], password: string, about: PasswordOwner = {}, reused = false) =>
  judgePassword(policyOf(options), password, about, reused).map(({ kind }) => kind);

/** level, password, the problems that it must have */
const levels: readonly [string, string, string[]][] = [
  ['none', '', ['too_short']],
  ['none', 'x', []],
  ['low', '12345', ['too_short']],
  ['low', '123456', []],
  ['fair', 'abcdefg1', ['types']],
  ['fair', 'ABCDEFG1', ['types']],
  ['fair', 'Abcdefgh', ['types']],
  ['fair', 'Abcdef1', ['too_short']],
  ['fair', 'Abcdefg1', []],
  ['good', 'abcdefg1', ['types']],
  ['good', 'abcdefg1!', []],
  ['good', 'Abcdefg1', []],
  ['good', 'ABCDEFG!1', []],
  ['good', 'Abc1!', ['too_short']],
  ['good', 'Aaaaaa1!', []],
  ['excellent', 'Abcdefg1!', ['too_short']],
  ['excellent', 'Abcdefgh1!', []],
  ['excellent', 'Abcdefaaa1!', ['repetition']],
  ['excellent', 'abcdefghijk', ['types']],
  ['excellent', 'Ab1!éééxyzw', ['repetition']],
];
for (const [level, password, wanted] of levels) {
  test(`${level}: "${password}" ${wanted.length === 0 ? 'is good' : `is refused: ${wanted}`}`, () => {
    assert.deepEqual(kinds({ passwordPolicy: level }, password), wanted);
  });
}

test('length counts characters, and 72 bytes are the most however many characters they are', () => {
  assert.deepEqual(kinds({ passwordPolicy: 'low' }, 'éàüöñ'), ['too_short']);
  assert.deepEqual(kinds({ passwordPolicy: 'low' }, '😀😀😀😀😀😀'), []);
  assert.deepEqual(kinds({ passwordPolicy: 'low' }, 'é'.repeat(36)), []);
  assert.deepEqual(kinds({ passwordPolicy: 'low' }, 'é'.repeat(37)), ['too_long']);
  assert.deepEqual(kinds({ passwordPolicy: 'low' }, 'x'.repeat(73)), ['too_long']);
});

test('a NUL or half a surrogate pair is no password', () => {
  assert.deepEqual(kinds({ passwordPolicy: 'low' }, 'secret\0more'), ['unusable']);
  assert.deepEqual(kinds({ passwordPolicy: 'low' }, 'secret\ud800more'), ['unusable']);
});

test('the length of the connection replaces the level’s', () => {
  const options = { passwordPolicy: 'good', password_complexity_options: { min_length: 12 } };
  assert.deepEqual(kinds(options, 'Abcdefgh1!'), ['too_short']);
  assert.deepEqual(kinds(options, 'Abcdefghijk1'), []);
});

const commonOnes = [
  'password',
  'Password1',
  'P@ssw0rd',
  'passw0rd123',
  'qwerty123',
  '123456',
  '987654321',
  'qwertyuiop',
];
const commonMore = [
  '1q2w3e4r',
  '1qaz2wsx',
  'letmein!',
  'Summer2024',
  'summer2025!',
  'iloveyou',
  'aaaaaaaa',
  'abababab',
];
const uncommon = [
  'correct horse battery staple',
  'kT7#mQ2!zz',
  'Wanderlustig-8',
  'a password of mine',
  'passwordmaker',
];
test('common passwords are refused where the dictionary is on, whatever their case', () => {
  const options = { passwordPolicy: 'none', password_dictionary: { enable: true } };
  for (const password of [...commonOnes, ...commonMore, 'passwordpassword']) {
    assert.deepEqual(kinds(options, password), ['dictionary'], password);
    assert.deepEqual(kinds({ passwordPolicy: 'none' }, password), [], password);
  }
  for (const password of uncommon) assert.deepEqual(kinds(options, password), [], password);
});

test('the connection’s own words are refused as whole passwords', () => {
  const options = { passwordPolicy: 'none', password_dictionary: { enable: true, dictionary: ['Acme Corp'] } };
  assert.deepEqual(kinds(options, 'ACME corp'), ['dictionary']);
  assert.deepEqual(kinds(options, 'ACME corp is fine'), []);
});

test('what is known of a person is refused in the password', () => {
  const options = { passwordPolicy: 'none', password_no_personal_info: { enable: true } };
  const about = {
    email: 'ada.lovelace@example.com',
    username: 'countess',
    name: 'Augusta Ada King',
    user_metadata: { first: 'Byron' },
  };
  for (const password of [
    'xxLOVELACE1',
    'countess!',
    'my-augusta-1',
    'byron1815',
    'ada.lovelace@example.com',
    'example99',
  ]) {
    assert.deepEqual(kinds(options, password, about), ['personal'], password);
  }
  assert.deepEqual(kinds(options, 'some.com.thing', about), []);
  assert.deepEqual(kinds({ passwordPolicy: 'none' }, 'xxLOVELACE1', about), []);
});

test('a password of the history is refused where there is one', () => {
  assert.deepEqual(kinds({ passwordPolicy: 'none', password_history: { enable: true, size: 2 } }, 'x', {}, true), [
    'history',
  ]);
  assert.deepEqual(kinds({ passwordPolicy: 'none' }, 'x', {}, true), []);
});

test('the newer options of a connection replace the level', () => {
  const complexity = {
    min_length: 10,
    character_types: ['lowercase', 'number'],
    character_type_rule: 'all',
    identical_characters: 'block',
    sequential_characters: 'block',
  };
  const options = { passwordPolicy: 'excellent', password_options: { complexity } };
  assert.deepEqual(kinds(options, 'krmpelstilz7'), []);
  assert.deepEqual(kinds(options, 'krmpelstilze'), ['types']);
  assert.deepEqual(kinds(options, 'krmp7777lstilz'), ['repetition']);
  assert.deepEqual(kinds(options, 'krmp4567lstilz'), ['sequence']);
  assert.deepEqual(kinds(options, 'krmpdcbalstilz7'), ['sequence']);
  const blocked = {
    password_options: {
      complexity: { min_length: 1 },
      profile_data: { active: true },
      dictionary: { active: true, custom: ['zebra crossing'] },
      history: { active: true, size: 4 },
    },
  };
  assert.deepEqual(kinds(blocked, 'zebra crossing', { username: 'zebra' }, true), [
    'dictionary',
    'personal',
    'history',
  ]);
});
