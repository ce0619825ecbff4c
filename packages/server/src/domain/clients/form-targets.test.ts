// Where the redirects after a form may lead, row by row.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clientFacts } from './facts.ts';
import { formTargets } from './form-targets.ts';

const rows: readonly (readonly [what: string, redirectUri: string, registered: object, sources: readonly string[]])[] =
  [
    [
      'a callback, and its domain',
      'https://app.example.com/cb',
      {},
      ['https://app.example.com', 'https://example.com', 'https://*.example.com'],
    ],
    ['a callback at the domain itself', 'https://example.com/cb', {}, ['https://example.com', 'https://*.example.com']],
    [
      'a port',
      'https://app.example.com:8443/cb',
      {},
      ['https://app.example.com:8443', 'https://example.com', 'https://*.example.com'],
    ],
    ['localhost', 'http://localhost:3000/cb', {}, ['http://localhost:3000']],
    ['a loopback address', 'http://127.0.0.1:51004/cb', {}, ['http://127.0.0.1:51004']],
    ['an IPv6 address, which CSP cannot name', 'http://[::1]:51004/cb', {}, ['http:']],
    ['an app', 'com.example.app:/cb', {}, ['com.example.app:']],
    [
      'what else is registered, once each',
      'http://localhost:3000/cb',
      {
        callbacks: ['http://localhost:3000/cb', 'https://*.other.test/cb'],
        web_origins: ['https://web.test'],
        allowed_logout_urls: ['https://web.test/bye', 'https://bye.test'],
        initiate_login_uri: 'https://start.test/login',
      },
      ['http://localhost:3000', 'https://*.other.test', 'https://web.test', 'https://bye.test', 'https://start.test'],
    ],
    [
      'nothing that would open a scheme or break the header',
      'http://localhost:3000/cb',
      {
        callbacks: [
          'https://{organization_name}.example.com/cb',
          'javascript:x',
          'data:x',
          'https://a b; script-src *',
          '',
        ],
      },
      ['http://localhost:3000'],
    ],
  ];
for (const [what, redirectUri, registered, sources] of rows) {
  test(`form-action: ${what}`, () => {
    assert.deepEqual(formTargets(redirectUri, clientFacts({ client_id: 'c', ...registered }, [])), sources);
  });
}

test('form-action: a client with a thousand addresses gets a header of bounded length, its callback among them', () => {
  const callbacks = Array.from({ length: 1000 }, (_, index) => `https://c${index}.test/cb`);
  const sources = formTargets('https://c999.test/cb', clientFacts({ client_id: 'c', callbacks }, []));
  assert.equal(sources.length, 50);
  assert.equal(sources[0], 'https://c999.test');
});
