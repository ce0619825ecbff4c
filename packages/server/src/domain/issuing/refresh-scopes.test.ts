// What a refresh asks for, as the table of auth0-behaviour §12.7 (RT-23) and the narrowing of RT-11.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ClientRow, clientFacts } from '../clients/facts.ts';
import { type ApiRow, apiFacts } from './api-facts.ts';
import type { RefreshFamily } from './refresh-family.ts';
import { chooseRefresh, policyFor } from './refresh-scopes.ts';
import type { UserFacts } from './user-authorization.ts';

const client = (row: Partial<ClientRow> = {}) => clientFacts({ client_id: 'CID', ...row }, []);
const facts = (identifier: string, row: Partial<ApiRow> = {}): UserFacts => ({
  target: {
    kind: 'api',
    audience: identifier,
    api: apiFacts({ id: identifier, identifier, skip_consent_for_verifiable_first_party_clients: true, ...row }),
  },
  grant: undefined,
  permissions: undefined,
  consented: undefined,
  dialect: 'auth0',
});
const family = {
  audience: 'https://one/',
  scopes: ['openid', 'read:one', 'offline_access'],
} as unknown as RefreshFamily;
const policies = [
  { audience: 'https://one/', scope: ['more:one'] },
  { audience: 'https://two/', scope: ['read:two', 'write:two'] },
];
const mrrt = client({ refresh_token: { policies } });
const one = facts('https://one/');
const two = facts('https://two/');
const whole = 'openid read:one offline_access';

const rows: readonly [
  name: string,
  who: typeof mrrt,
  wish: { audience?: string; scope?: string },
  other: UserFacts | undefined,
  audience: string,
  scopes: string,
  dropped?: string,
][] = [
  ['all that was granted', client(), {}, undefined, 'https://one/', whole],
  [
    'less, in the order of the wish',
    client(),
    { scope: 'read:one openid' },
    undefined,
    'https://one/',
    'read:one openid',
  ],
  ['never more', client(), { scope: 'read:one admin:all' }, undefined, 'https://one/', 'read:one', 'admin:all'],
  [
    'nothing where nothing of it was granted',
    client(),
    { scope: 'admin:all' },
    undefined,
    'https://one/',
    '',
    'admin:all',
  ],
  ['the API of the login by its name', client(), { audience: 'https://one/' }, undefined, 'https://one/', whole],
  [
    'the API of the login where no policy has the other',
    client(),
    { audience: 'https://two/' },
    undefined,
    'https://one/',
    whole,
  ],
  ['the scopes of a policy for the API of the login', mrrt, {}, undefined, 'https://one/', `${whole} more:one`],
  ['some of both', mrrt, { scope: 'more:one read:one' }, undefined, 'https://one/', 'more:one read:one'],
  [
    'another API of a policy, with all of its scopes',
    mrrt,
    { audience: 'https://two/' },
    two,
    'https://two/',
    'openid offline_access read:two write:two',
  ],
  [
    'another API, with less',
    mrrt,
    { audience: 'https://two/', scope: 'openid read:two read:one' },
    two,
    'https://two/',
    'openid read:two',
    'read:one',
  ],
  [
    'no other API where the user would have to be asked',
    mrrt,
    { audience: 'https://two/' },
    facts('https://two/', { skip_consent_for_verifiable_first_party_clients: false }),
    'https://one/',
    `${whole} more:one`,
  ],
  [
    'no built-in API',
    mrrt,
    { audience: 'https://two/' },
    facts('https://two/', { is_system: true }),
    'https://one/',
    `${whole} more:one`,
  ],
  [
    'no API that is gone',
    mrrt,
    { audience: 'https://two/' },
    { ...two, target: undefined },
    'https://one/',
    `${whole} more:one`,
  ],
];

for (const [name, who, { audience, scope }, other, expected, scopes, dropped] of rows) {
  test(`a refresh gives ${name}`, () => {
    const choice = chooseRefresh(who, family, { audience, scopes: scope?.split(' ') }, { original: one, other });
    const { target } = choice.facts;
    assert.equal(target?.kind === 'api' && target.audience, expected);
    assert.equal(choice.elsewhere, expected !== 'https://one/');
    assert.equal(choice.scopes.join(' '), scopes);
    assert.equal(choice.trace.flatMap((entry) => entry.dropped ?? []).join(' '), dropped ?? '');
  });
}

test('a policy counts for another API, of an own client', () => {
  assert.ok(policyFor(mrrt, family, 'https://two/'));
  assert.ok(!policyFor(mrrt, family, 'https://one/'));
  assert.ok(!policyFor(mrrt, family, 'https://three/'));
  assert.ok(!policyFor(mrrt, family, undefined));
  assert.ok(!policyFor(client({ is_first_party: false, refresh_token: { policies } }), family, 'https://two/'));
});

test('a third-party client gets nothing by a policy', () => {
  const third = client({ is_first_party: false, refresh_token: { policies } });
  assert.equal(
    chooseRefresh(
      third,
      family,
      { audience: undefined, scopes: undefined },
      { original: one, other: undefined },
    ).scopes.join(' '),
    whole,
  );
});
