// What a handle says about its client, and what it cannot be made to say.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clientOfHandle, siteOf } from './way-back.ts';

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

const sites: readonly [name: string, callbacks: string[], expected: string | undefined][] = [
  ['an https callback', ['https://app.example.com/callback?x=1'], 'https://app.example.com/'],
  ['a callback on this machine', ['http://localhost:4002/'], 'http://localhost:4002/'],
  ['a wildcard before a plain one', ['https://*.example.com/', 'https://b.example.com/cb'], 'https://b.example.com/'],
  ['a placeholder', ['https://{organization_name}.example.com/'], undefined],
  ['an app on a phone', ['com.example.app://callback'], undefined],
  ['what is no address', ['https://'], undefined],
  ['no callback', [], undefined],
];

for (const [name, callbacks, expected] of sites) {
  test(`the site of a client with ${name}: ${expected ?? 'none'}`, () => {
    assert.equal(siteOf({ firstParty: true, callbacks }), expected);
    assert.equal(siteOf({ firstParty: false, callbacks }), undefined, 'never of a third party');
  });
}
