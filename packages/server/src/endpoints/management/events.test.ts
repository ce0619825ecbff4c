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
