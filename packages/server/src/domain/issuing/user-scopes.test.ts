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

const refreshing = { grant_types: ['refresh_token'] };
const third = { is_first_party: false, third_party_security_mode: 'strict' } as const;
const offlineApi = api({ allow_offline_access: true });
const may = { client: client(refreshing), target: offlineApi };
const offline = 'read:x offline_access';
const noOffline = { offline_access: 'offline_access' };

const managing = {
  target: api({
    identifier: MANAGEMENT_API,
    scopes: [{ value: 'read:users' }, { value: 'delete:users' }, { value: 'read:current_user' }],
  }),
};

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
  ['offline_access to a client with the grant, at an API that allows it', 'read:x offline_access', may, offline, {}],
  [
    'offline_access where no API is named',
    'openid offline_access',
    { ...may, target: { kind: 'userinfo' } },
    'openid offline_access',
    {},
  ],
  ['no offline_access to a client without the grant', offline, { target: offlineApi }, 'read:x', noOffline],
  ['no offline_access at an API that does not allow it', offline, { ...may, target: api() }, 'read:x', noOffline],
  ['no offline_access in the implicit flow', offline, { ...may, responseTypes: ['token'] }, 'read:x', noOffline],
  ['offline_access where there is a code too', offline, { ...may, responseTypes: ['code', 'token'] }, offline, {}],
  [
    'no offline_access to a single-page application that does not rotate',
    offline,
    { ...may, client: client({ ...refreshing, app_type: 'spa' }) },
    'read:x',
    noOffline,
  ],
  [
    'offline_access to one that does',
    offline,
    { ...may, client: client({ ...refreshing, app_type: 'spa', refresh_token: { rotation_type: 'rotating' } }) },
    offline,
    {},
  ],
  [
    'no offline_access for ever to a strict third party',
    offline,
    { ...may, client: client({ ...refreshing, ...third }), ...grant('read:x') },
    'read:x',
    noOffline,
  ],
  [
    'offline_access that expires to a strict third party',
    offline,
    {
      ...may,
      client: client({ ...refreshing, ...third, refresh_token: { expiration_type: 'expiring' } }),
      ...grant('read:x'),
    },
    offline,
    {},
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
  [
    'of the Management API what an administrator holds, to a first-party client whose client grant gives it',
    'read:users delete:users read:current_user',
    { ...managing, ...holding('read:users', 'delete:users'), ...grant('read:users') },
    'read:users read:current_user',
    { management_api: 'delete:users' },
  ],
  [
    'of the Management API what an administrator holds, to a client grant for all scopes, and nothing more',
    'openid read:users delete:users',
    { ...managing, ...holding('read:users'), grant: grantFacts({ id: 'cgr_1', allow_all_scopes: true }) },
    'openid read:users',
    { management_api: 'delete:users' },
  ],
  [
    'nothing of it to a client without such a grant, whatever the user holds (MA-5)',
    'read:users read:current_user',
    { ...managing, ...holding('read:users', 'delete:users') },
    'read:current_user',
    { management_api: 'read:users' },
  ],
  [
    'nothing of it to a client of somebody else, whatever it was granted',
    'read:users',
    { ...managing, ...permissive, ...holding('read:users'), ...grant('read:users') },
    '',
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
