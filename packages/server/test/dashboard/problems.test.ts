// What forms of the dashboard say to a slip: the rule in words, never the text of a validator or a name of the wire.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { problemOf } from '../../../dashboard/src/forms/declared.ts';
import { clients, resourceServers, tenantSettings } from '../../src/resources/index.ts';

const slips: readonly (readonly [string, string | undefined])[] = [
  ['a number that is too small', problemOf(resourceServers, 'token_lifetime', -5)],
  ['a number that is too large', problemOf(tenantSettings, 'session_lifetime', 1e9)],
  ['a number with a fraction', problemOf(resourceServers, 'token_lifetime', 1.5)],
  ['a text that is too long', problemOf(clients, 'name', 'x'.repeat(100_000))],
];
for (const [what, said] of slips)
  test(`${what} is answered with the rule`, () => {
    assert.match(said ?? '', /^(At (least|most) \d+( characters)?|A whole number)\.$/);
  });

test('characters that do not belong are named', () => {
  assert.equal(problemOf(resourceServers, 'identifier', 'not a name'), 'Not allowed here: a blank.');
  assert.equal(problemOf(resourceServers, 'identifier', 'https://api.example.com/'), undefined);
});

test('what is wrong as a whole is not blamed on characters', () => {
  assert.equal(
    problemOf(tenantSettings, 'enabled_locales', ['klingon']),
    '“klingon”: Not of the form that is wanted here.',
  );
});

test('of several lines the wrong one is named', () => {
  assert.match(problemOf(clients, 'callbacks', ['https://app.example.com/', 'nonsense']) ?? '', /^“nonsense”: /);
});
