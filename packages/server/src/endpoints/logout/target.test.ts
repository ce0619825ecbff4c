// Where a logout goes (auth0-behaviour §31.1, security-cases OPR-02).

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ClientRow, clientFacts } from '../../domain/clients/facts.ts';
import { judgeLogout } from './target.ts';

const bye = 'https://app.example.com/bye';
const row: ClientRow = { client_id: 'client', name: 'App', allowed_logout_urls: [bye, 'https://*.example.org'] };
const settings = { allowed_logout_urls: ['https://tenant.example.com'] };

const rows: readonly [name: string, client: ClientRow | undefined, returnTo: string | undefined, expected: string][] = [
  ['LO-2: an address of the client', row, bye, `redirect ${bye}`],
  ['LO-5: with a query', row, `${bye}?x=1`, `redirect ${bye}?x=1`],
  ['LO-5: a subdomain', row, 'https://a.example.org', 'redirect https://a.example.org'],
  ['LO-2: an address of the tenant, with a client', row, 'https://tenant.example.com', 'refused'],
  [
    'LO-2: an address of the tenant, without a client',
    undefined,
    'https://tenant.example.com',
    'redirect https://tenant.example.com',
  ],
  ['LO-2: an address of the client, without a client', undefined, bye, 'refused'],
  ['LO-3: none, with a client', row, undefined, `redirect ${bye}`],
  [
    'LO-3: none, and the first is a pattern',
    { ...row, allowed_logout_urls: ['https://*.example.org', bye] },
    undefined,
    'here',
  ],
  ['LO-3: none, and the list is empty', { ...row, allowed_logout_urls: [] }, undefined, 'here'],
  ['LO-4: neither', undefined, undefined, 'here'],
  ['LO-6: an address of nobody', row, 'https://evil.test/', 'refused'],
  ['the global client', { ...row, global: true }, bye, 'refused'],
];

for (const [name, client, returnTo, expected] of rows) {
  test(`${name}: ${expected}`, () => {
    const facts = client && clientFacts(client, []);
    const target = judgeLogout({ clientId: client?.client_id, returnTo }, facts, settings);
    assert.equal(target.kind === 'redirect' ? `redirect ${target.url}` : target.kind, expected);
    if (target.kind === 'refused') assert.equal(target.endsSession, true);
  });
}

test('an unknown client has no addresses', () => {
  const target = judgeLogout({ clientId: 'nope', returnTo: 'https://tenant.example.com' }, undefined, settings);
  assert.deepEqual(target, { kind: 'refused', description: 'Unknown client: nope', endsSession: true });
});

test('a third-party client in strict mode ends nothing', () => {
  const strict = clientFacts({ ...row, is_first_party: false, third_party_security_mode: 'strict' }, []);
  const target = judgeLogout({ clientId: 'client', returnTo: bye }, strict, settings);
  assert.ok(target.kind === 'refused' && !target.endsSession);
});
