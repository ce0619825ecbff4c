// What a handle says about its client, and what it cannot be made to say.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clientOfHandle } from './way-back.ts';

const named = (id: string) => `random.${Buffer.from(id).toString('base64url')}`;

const rows: readonly [name: string, handle: string, expected: string | undefined][] = [
  ['a handle', named('client'), 'client'],
  ['an id with odd characters', named('https://app.example.com/id'), 'https://app.example.com/id'],
  ['no client', 'random', undefined],
  ['an empty client', 'random.', undefined],
  ['more parts', `${named('client')}.x`, undefined],
  ['text that is not base64url', 'random.<script>', undefined],
  ['a NUL', named('a\0b'), undefined],
  ['bytes that are no UTF-8', `random.${Buffer.from([0xff]).toString('base64url')}`, undefined],
  ['a client longer than any', `random.${'A'.repeat(201)}`, undefined],
  ['nothing', '', undefined],
];

for (const [name, handle, expected] of rows) {
  test(`the client of ${name}: ${expected ?? 'none'}`, () => assert.equal(clientOfHandle(handle), expected));
}
