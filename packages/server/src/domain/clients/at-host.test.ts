// Addresses that follow the host: only the placeholder is filled in, only by hosts of ours, and comparing stays byte by byte.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { registeredRedirect } from '../../oauth/redirect-uri.ts';
import type { TenantHost } from '../../schema/brand.ts';
import { addressesAt, clientAt } from './at-host.ts';
import { clientFacts } from './facts.ts';

const rules = { wildcards: true, anyLoopbackPort: false };
const follows = ['https://{custom_domain}/cb', 'https://app.example.com/cb'];

test('an address with {custom_domain} is that of the host of the request, and of no other', () => {
  const callbacks = addressesAt(follows, 'login.example.com:8443' as TenantHost);
  assert.deepEqual(callbacks, ['https://login.example.com:8443/cb', 'https://app.example.com/cb']);
  const taken = (uri: string) => registeredRedirect(uri, { ...rules, callbacks }) !== undefined;
  assert.equal(taken('https://login.example.com:8443/cb'), true);
  for (const uri of [
    'https://evil.test/cb',
    'https://login.example.com/cb',
    'http://login.example.com:8443/cb',
    'https://{custom_domain}/cb',
  ])
    assert.equal(taken(uri), false, uri);
});

test('by plain http an address follows to loopback names, and to no public host', () => {
  const both = [
    'https://{custom_domain}/cb',
    'http://{custom_domain}/cb',
    'HTTP://{custom_domain}/cb',
    'http://a.test/cb',
  ];
  for (const host of [
    'login.example.com',
    'login.example.com:8443',
    'localhost.example.com',
    '10.0.0.1',
    '127.0.0.1.nip.io',
  ])
    assert.deepEqual(addressesAt(both, host as TenantHost), [`https://${host}/cb`, 'http://a.test/cb'], host);
  for (const host of ['localhost:3000', '127.0.0.1:3000', '[::1]:3000', 'acme.localhost:3000'])
    assert.ok(addressesAt(both, host as TenantHost).includes(`http://${host}/cb`), host);
});

test('all lists of a client follow, and a client without placeholders stays the very object', () => {
  const plain = clientFacts({ client_id: 'CID', callbacks: ['https://app.example.com/cb'] }, []);
  assert.equal(clientAt(plain, 'a.example.com' as TenantHost), plain);
  const row = {
    client_id: 'CID',
    callbacks: follows,
    web_origins: ['https://{custom_domain}'],
    allowed_logout_urls: follows,
  };
  const here = clientAt(clientFacts(row, []), 'a.example.com' as TenantHost);
  assert.deepEqual(here.authorization.webOrigins, ['https://a.example.com']);
  assert.deepEqual(here.authorization.logoutUrls, ['https://a.example.com/cb', 'https://app.example.com/cb']);
});
