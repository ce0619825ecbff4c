// The scope waterfall as a table: what was requested, the facts, what is granted and which rule dropped what.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ClientRow, clientFacts } from '../clients/facts.ts';
import { MANAGEMENT_API } from '../tenants/system-apis.ts';
import { type ApiRow, apiFacts, grantFacts } from './api-facts.ts';
import { type ScopeFacts, userScopes } from './user-scopes.ts';

const client = (row: Partial<ClientRow> = {}) => clientFacts({ client_id: 'CID', ...row }, []);
const api = (row: Partial<ApiRow> = {}) => ({
  kind: 'api' as const,
  audience: 'https://api/',
  api: apiFacts({
    id: 'a1',
    identifier: 'https://api/',
    scopes: [{ value: 'read:x' }, { value: 'write:x' }, { value: 'admin:x' }],
    ...row,
  }),
});
const permissive = { client: client({ is_first_party: false, third_party_security_mode: 'permissive' }) };
const strict = { client: client({ is_first_party: false, third_party_security_mode: 'strict' }) };
const grant = (...scope: string[]) => ({ grant: grantFacts({ id: 'cgr_1', scope }) });
const holding = (...scopes: string[]) => ({ permissions: new Set(scopes) });

const rows: readonly [
  name: string,
  requested: string,
  facts: Partial<ScopeFacts>,
  granted: string,
  dropped: Record<string, string>,
][] = [
  ['everything that the API defines, in the order asked', 'write:x openid read:x', {}, 'write:x openid read:x', {}],
  ['a scope that is asked for twice once', 'read:x read:x', {}, 'read:x', {}],
  ['nothing when nothing is asked', '', {}, '', {}],
  ['nothing that the API does not define', 'read:x nonsense', {}, 'read:x', { api_scopes: 'nonsense' }],
  ['scopes as they are spelt', 'Read:x OPENID', {}, '', { api_scopes: 'Read:x OPENID' }],
  [
    'no API scope without an API',
    'openid read:x',
    { target: { kind: 'userinfo' } },
    'openid',
    { api_scopes: 'read:x' },
  ],
  ['identity scopes without openid, which then mean nothing', 'profile read:x', {}, 'profile read:x', {}],
  [
    'no offline_access until there are refresh tokens',
    'openid offline_access',
    {},
    'openid',
    { offline_access: 'offline_access' },
  ],
  ['single claims to a first-party client', 'openid name created_at', {}, 'openid name created_at', {}],
  [
    'no single claims to a third party',
    'openid email name identities',
    { ...permissive, ...grant() },
    'openid email',
    { third_party: 'name identities' },
  ],
  [
    'no identity to a strict third party',
    'openid profile read:x name',
    { ...strict, ...grant('read:x') },
    'read:x',
    { third_party: 'openid profile name' },
  ],
  [
    'what the client grant gives',
    'openid read:x write:x',
    grant('read:x'),
    'openid read:x',
    { client_grant: 'write:x' },
  ],
  [
    'nothing that a client grant gives and the API stopped defining',
    'gone:x',
    grant('gone:x'),
    '',
    { api_scopes: 'gone:x' },
  ],
  [
    'everything to a client grant for all scopes',
    'read:x admin:x',
    { grant: grantFacts({ id: 'cgr_1', allow_all_scopes: true }) },
    'read:x admin:x',
    {},
  ],
  [
    'what the user holds',
    'openid email read:x write:x',
    holding('read:x'),
    'openid email read:x',
    { permissions: 'write:x' },
  ],
  ['nothing of an API to a user without permissions', 'read:x', holding(), '', { permissions: 'read:x' }],
  [
    'what is held, given and defined, each rule dropping its own',
    'read:x write:x admin:x more:x',
    { ...grant('read:x', 'write:x'), ...holding('read:x', 'admin:x') },
    'read:x',
    { api_scopes: 'more:x', client_grant: 'admin:x', permissions: 'write:x' },
  ],
  [
    'no more than the own profile at the Management API',
    'openid read:users read:current_user',
    { target: api({ identifier: MANAGEMENT_API, scopes: [{ value: 'read:users' }, { value: 'read:current_user' }] }) },
    'openid read:current_user',
    { management_api: 'read:users' },
  ],
];

for (const [name, requested, more, granted, dropped] of rows) {
  test(`it grants ${name}`, () => {
    const facts = { client: client(), target: api(), grant: undefined, permissions: undefined, ...more };
    const result = userScopes(requested.split(' ').filter(Boolean), facts);
    assert.equal(result.scopes.join(' '), granted);
    assert.deepEqual(
      Object.fromEntries(result.trace.map(({ rule, dropped: scopes }) => [rule, scopes?.join(' ')])),
      dropped,
    );
    for (const { because } of result.trace) assert.ok(because.length > 20);
  });
}

test('whatever the facts, what is granted was requested, and what is not granted has a reason', () => {
  const words = ['openid', 'profile', 'name', 'offline_access', 'read:x', 'write:x', 'nonsense', 'read:current_user'];
  const facts: ScopeFacts[] = [client(), permissive.client, strict.client].flatMap((who) =>
    [undefined, grantFacts({ id: 'g', scope: ['read:x'] })].flatMap((given) =>
      [undefined, new Set(['write:x'])].flatMap((permissions) =>
        [api(), { kind: 'userinfo' as const }].map((target) => ({ client: who, grant: given, permissions, target })),
      ),
    ),
  );
  for (const one of facts) {
    for (let mask = 0; mask < 1 << words.length; mask++) {
      const requested = words.filter((_, bit) => mask & (1 << bit));
      const { scopes, trace } = userScopes(requested, one);
      const dropped = trace.flatMap((entry) => entry.dropped ?? []);
      assert.deepEqual([...scopes, ...dropped].toSorted(), requested.toSorted());
    }
  }
});
