// What the log of a Management API write shows of a body.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { masked } from './events.ts';

test('secrets are masked wherever they stand, and add-ons whole, since their names cannot be listed', () => {
  const body = {
    name: 'kept',
    client_secret: 'x',
    password: 'x',
    sasKey: 'x',
    nested: [{ pem: 'x', servicePassword: 'x', apiKey: 'x', token_lifetime: 7, secret_encoded: false }],
    addons: { azure_sb: { anything: 'x' } },
    encryption_key: { name: 'kept', pem: 'x' },
  };
  assert.deepEqual(masked(body), {
    name: 'kept',
    client_secret: '*****',
    password: '*****',
    sasKey: '*****',
    nested: [{ pem: '*****', servicePassword: '*****', apiKey: '*****', token_lifetime: 7, secret_encoded: false }],
    addons: '*****',
    encryption_key: { name: 'kept', pem: '*****' },
  });
});

test('a body is cut as a whole, however it is built', () => {
  const long = 'x'.repeat(1_000_000);
  const wide = Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`k${index}`, null]));
  for (const body of [{ long }, { [long]: 1 }, wide, { list: Array.from({ length: 100 }, () => wide) }]) {
    const shown = JSON.stringify(masked(body));
    assert.ok(shown.length < 100_000, `${shown.length}`);
  }
  assert.match(JSON.stringify(masked(wide)), /"\.\.\.":"\d+ more"/);
});
