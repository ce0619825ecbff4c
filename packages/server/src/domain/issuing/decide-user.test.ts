// The decision about a user's tokens as a table: who is refused, with which kind of refusal, and what is granted otherwise.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RefusalKind } from '../../oauth/errors.ts';
import type { TenantHost } from '../../schema/brand.ts';
import type { User } from '../accounts/user.ts';
import { type ClientRow, clientFacts } from '../clients/facts.ts';
import { type ApiRow, apiFacts, grantFacts } from './api-facts.ts';
import { isUserinfo, namedAudience } from './audience.ts';
import { decideUser, withConsent } from './decide-user.ts';
import type { UserFacts } from './user-authorization.ts';

const host = 'auth.example.com' as TenantHost;
const issuer = 'https://auth.example.com/';
const user: User = {
  user_id: 'auth0|1',
  connection: 'c',
  created_at: '',
  updated_at: '',
  identities: [],
};
const target = (row: Partial<ApiRow> = {}) => ({
  kind: 'api' as const,
  audience: 'https://api/',
  api: apiFacts({
    id: 'a1',
    identifier: 'https://api/',
    scopes: [{ value: 'read:x' }, { value: 'write:x' }],
    skip_consent_for_verifiable_first_party_clients: true,
    ...row,
  }),
});
const policy = (user: string) => ({ target: target({ subject_type_authorization: { user: { policy: user } } }) });
const strict = { is_first_party: false, third_party_security_mode: 'strict' } as const;
const permissive = { is_first_party: false, third_party_security_mode: 'permissive' } as const;
const grant = { grant: grantFacts({ id: 'cgr_1', scope: ['read:x'] }) };

interface Case {
  readonly client?: Partial<ClientRow>;
  readonly user?: Partial<User>;
  readonly scopes?: string;
  readonly facts?: Partial<UserFacts>;
}
function decide({ client, user: about, scopes = 'openid read:x write:x', facts }: Case) {
  return decideUser(
    {
      client: clientFacts({ client_id: 'CID', client_secret: 's', ...client }, []),
      user: { ...user, ...about },
      request: { scopes: scopes.split(' '), audience: 'https://api/', prompt: [] },
      issuer,
      host,
    },
    {
      target: target(),
      grant: undefined,
      permissions: undefined,
      consented: undefined,
      dialect: 'auth0',
      ...facts,
    },
  );
}

const refused: readonly [name: string, one: Case, kind: RefusalKind][] = [
  ['a user who is blocked', { user: { blocked: true } }, 'user_denied'],
  ['an API that is gone', { facts: { target: undefined } }, 'unknown_api'],
  ['an API that gives users nothing', { facts: policy('deny_all') }, 'policy'],
  ['the same in spite of a grant', { facts: { ...policy('deny_all'), ...grant } }, 'policy'],
  ['no client grant where the API wants one', { facts: policy('require_client_grant') }, 'no_client_grant'],
  ['a third party without a client grant', { client: permissive }, 'grant_not_allowed'],
  [
    'a strict third party without an API',
    { client: strict, facts: { target: { kind: 'userinfo' } } },
    'grant_not_allowed',
  ],
  [
    'a strict third party at a built-in API',
    { client: strict, facts: { ...grant, target: target({ is_system: true }) } },
    'grant_not_allowed',
  ],
  [
    'a bearer token for an API that wants bound ones',
    { facts: { target: target({ proof_of_possession: { required: true } }) } },
    'policy',
  ],
  [
    'a bearer token to a public client for an API that wants bound ones of such',
    {
      client: { token_endpoint_auth_method: 'none' },
      facts: { target: target({ proof_of_possession: { required: true, required_for: 'public_clients' } }) },
    },
    'policy',
  ],
  ['a bearer token to a client that wants bound ones', { client: { require_proof_of_possession: true } }, 'policy'],
];
for (const [name, one, kind] of refused) {
  test(`it refuses ${name}`, () => {
    const decision = decide(one);
    assert.equal(decision.kind, 'refused');
    if (decision.kind === 'refused') {
      assert.equal(decision.refusal.kind, kind);
      assert.ok(decision.refusal.because.length > 15);
    }
  });
}

const authz = { enforce_policies: true, token_dialect: 'access_token_authz' };
const granted: readonly [name: string, one: Case, scopes: string, permissions: string | undefined][] = [
  ['what the API defines', {}, 'openid read:x write:x', undefined],
  [
    'what the client grant gives',
    { facts: { ...policy('require_client_grant'), ...grant } },
    'openid read:x',
    undefined,
  ],
  ['what a third party was granted', { client: permissive, facts: grant }, 'openid read:x', undefined],
  ['no identity to a strict third party', { client: strict, facts: grant }, 'read:x', undefined],
  [
    'a bearer token to a confidential client where only public ones must prove possession',
    { facts: { target: target({ proof_of_possession: { required: true, required_for: 'public_clients' } }) } },
    'openid read:x write:x',
    undefined,
  ],
  [
    'what the user holds',
    { facts: { target: target({ enforce_policies: true }), permissions: new Set(['read:x']) } },
    'openid read:x',
    undefined,
  ],
  [
    'A-27: all permissions of the user at this API, whether asked for or not, sorted, if it still defines them',
    { scopes: 'read:x', facts: { target: target(authz), permissions: new Set(['write:x', 'read:x', 'gone:x']) } },
    'read:x',
    'read:x write:x',
  ],
  ['an empty list to a user without any', { facts: { target: target(authz), permissions: new Set() } }, 'openid', ''],
  [
    'no permissions claim where they are not enforced',
    { facts: { target: target({ token_dialect: 'access_token_authz' }) } },
    'openid read:x write:x',
    undefined,
  ],
];
for (const [name, one, scopes, permissions] of granted) {
  test(`it grants ${name}`, () => {
    const decision = decide(one);
    assert.equal(decision.kind, 'granted');
    if (decision.kind !== 'granted') return;
    assert.equal(decision.scopes.join(' '), scopes);
    assert.equal(decision.authorization.permissions?.join(' '), permissions);
    assert.equal(decision.trace.at(-1)?.rule, 'granted');
  });
}

test('consent in this login settles what is needed, and nothing beyond what it was about', () => {
  const asking = { facts: { target: target({ skip_consent_for_verifiable_first_party_clients: false }) } };
  const decision = decide(asking);
  assert.ok(decision.kind === 'granted' && decision.consent.kind === 'needed');
  assert.equal(withConsent(decision, ['openid', 'read:x', 'write:x']).consent.kind, 'stored');
  assert.equal(withConsent(decision, ['openid', 'read:x', 'write:x', 'more']).consent.kind, 'stored');
  assert.equal(withConsent(decision, ['openid', 'read:x']).consent.kind, 'needed');
  assert.equal(withConsent(decision, []).consent.kind, 'needed');
});

const named: readonly [asked: readonly (string | undefined)[], settings: object, audience: string | undefined][] = [
  [[], {}, undefined],
  [['a'], {}, 'a'],
  [['a', 'r'], {}, 'a'],
  [[undefined, 'r'], {}, 'r'],
  [['', 'r'], {}, 'r'],
  [[undefined, 'r'], { resource_parameter_profile: 'audience' }, undefined],
  [[undefined, 'r'], { resource_parameter_profile: 'audience', default_audience: 'd' }, 'd'],
  [[], { default_audience: 'd' }, 'd'],
  [['a'], { default_audience: 'd' }, 'a'],
  [[], { default_audience: '' }, undefined],
];
for (const [[audience, resource], settings, expected] of named) {
  test(`audience ${audience} and resource ${resource} with ${JSON.stringify(settings)} name ${expected}`, () => {
    assert.equal(namedAudience({ audience, resource }, settings), expected);
  });
}

test('AT-1: the address of /userinfo and the domain mean no API; anything else does', () => {
  const at = { host, issuer };
  for (const form of [`${issuer}userinfo`, issuer, 'https://auth.example.com']) assert.ok(isUserinfo(form, at), form);
  for (const form of [`${issuer}userinfo/`, 'https://AUTH.example.com', 'https://other/userinfo', `${issuer}api/v2/`])
    assert.ok(!isUserinfo(form, at), form);
});
