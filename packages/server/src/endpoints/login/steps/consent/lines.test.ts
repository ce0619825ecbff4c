// The lines of the consent page, row by row.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { textsOf } from '../../../../web/texts/index.ts';
import { scopeLines } from './lines.ts';

const rows: readonly (readonly [what: string, scopes: string, profile: string[], api: string[]])[] = [
  ['what every login tells is told when it is all there is', 'openid', ['Know that it is you'], []],
  ['beside others it is not', 'openid email', ['See your email address'], []],
  ['two verbs of one resource are one line', 'read:posts write:posts', [], ['Posts: read and write your posts']],
  [
    'three verbs are a list, and another resource has its own line',
    'read:posts update:posts delete:posts read:users',
    [],
    ['Posts: read, change, and delete your posts', 'Users: read your users'],
  ],
  ['words are parted', 'manage:user_idps', [], ['User idps: manage your user idps']],
  ['an unknown verb is told as it is', 'pet:cats', [], ['Cats: pet your cats']],
  ['a scope of another form is told as it is', 'posts a:b:c https://x/y', [], ['posts', 'a:b:c', 'https://x/y']],
  ['a verb that every object has is no word of ours', 'constructor:x', [], ['X: constructor your x']],
  ['staying connected is told', 'openid offline_access', ['Stay connected while you are away'], []],
];
for (const [what, scopes, profile, api] of rows) {
  test(`consent: ${what}`, () => {
    assert.deepEqual(scopeLines(scopes.split(' '), textsOf.en.consent, 'en'), { profile, api });
  });
}

test('consent: descriptions are shown instead where the tenant wants them, and the scope where there is none', () => {
  const descriptions = new Map([['read:posts', 'See what you wrote']]);
  const { api } = scopeLines(['read:posts', 'write:posts'], textsOf.en.consent, 'en', descriptions);
  assert.deepEqual(api, ['See what you wrote', 'write:posts']);
});

test('consent: other languages group in their own words', () => {
  const lines = (language: keyof typeof textsOf) =>
    scopeLines(['read:posts', 'write:posts'], textsOf[language].consent, language).api;
  assert.deepEqual(lines('de'), ['Posts: lesen und schreiben']);
  assert.deepEqual(lines('fr'), ['Posts\u00a0: lire et écrire']);
  assert.deepEqual(lines('es'), ['Posts: leer y escribir']);
});
