// The client credentials decision as a table: facts in, outcome and reasons out.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AuthenticatedClient } from '../../../domain/clients/authenticate.ts';
import { clientFacts } from '../../../domain/clients/facts.ts';
import { type ApiRow, apiFacts, type GrantRow, grantFacts } from '../../../domain/issuing/api-facts.ts';
import { organizationFacts } from '../../../domain/issuing/organizations.ts';
import type { TenantHost } from '../../../schema/brand.ts';
import type { NamedOrganization } from '../organization.ts';
import { type Asked, clientCredentials, decide, type Found } from './client-credentials.ts';

const client = clientFacts(
  { client_id: 'CID', client_secret: 's', grant_types: ['client_credentials'] },
  [],
) as AuthenticatedClient;
const context = { client, host: 'auth.example.com' as TenantHost, issuer: 'https://auth.example.com/' };
const asked: Asked = { audience: 'https://api/', resource: undefined, scopes: undefined, organization: undefined };
const api = (row: Partial<ApiRow> = {}) =>
  apiFacts({
    id: 'a1',
    identifier: 'https://api/',
    scopes: [{ value: 'read:x' }, { value: 'write:x' }, { value: 'admin:x' }],
    ...row,
  });
const grant = (row: Partial<GrantRow> = {}) => grantFacts({ id: 'cgr_1', scope: ['read:x', 'write:x'], ...row });
const found = (more: Partial<Found> = {}): Found => ({
  audience: { value: 'https://api/', from: 'audience' },
  api: api(),
  grant: grant(),
  organization: undefined,
  similar: [],
  ...more,
});
const named = (more: Partial<NamedOrganization> = {}): NamedOrganization => ({
  value: 'org_1',
  from: 'organization',
  facts: organizationFacts({ id: 'org_1', name: 'acme' }),
  associated: true,
  namesAllowed: false,
  ...more,
});
const organizations = (organization_usage: string, more: Partial<GrantRow> = {}) =>
  grant({ organization_usage, ...more });

const granted: readonly [
  name: string,
  asked: Partial<Asked>,
  found: Partial<Found>,
  scopes: string,
  dropped: string,
][] = [
  ['everything the grant gives when no scope is asked', {}, {}, 'read:x write:x', ''],
  ['what is asked of it', { scopes: ['write:x'] }, {}, 'write:x', 'read:x'],
  ['scopes in the order asked', { scopes: ['write:x', 'read:x'] }, {}, 'write:x read:x', ''],
  ['nothing of what the grant does not give', { scopes: ['admin:x'] }, {}, '', 'admin:x read:x write:x'],
  ['nothing that the API does not define', { scopes: ['read:x', 'nonsense'] }, {}, 'read:x', 'nonsense write:x'],
  [
    'nothing that the API has stopped defining',
    {},
    { api: api({ scopes: [{ value: 'read:x' }] }) },
    'read:x',
    'write:x',
  ],
  [
    'every scope of the API under allow_all_scopes',
    {},
    { grant: grant({ scope: [], allow_all_scopes: true }) },
    'read:x write:x admin:x',
    '',
  ],
  ['no scope of a grant without scopes', {}, { grant: grant({ scope: [] }) }, '', ''],
];

for (const [name, ask, facts, scopes, dropped] of granted) {
  test(`a machine gets ${name}`, () => {
    const decision = decide({ ...asked, ...ask }, found(facts), context);
    assert.equal(decision.kind, 'authorized');
    if (decision.kind !== 'authorized') return;
    assert.equal(decision.authorization.scopes.join(' '), scopes);
    const lost = decision.authorization.trace.flatMap((entry) => entry.dropped ?? []);
    assert.equal(lost.toSorted().join(' '), dropped.split(' ').toSorted().join(' ').trim());
    assert.equal(decision.authorization.subject, 'CID@clients');
    assert.equal(decision.authorization.audience, 'https://api/');
  });
}

const refusedRows: readonly [
  name: string,
  found: Partial<Found>,
  asked: Partial<Asked>,
  kind: string,
  description: RegExp,
  because: RegExp,
][] = [
  [
    'no audience',
    { audience: undefined, api: undefined, grant: undefined },
    {},
    'no_api',
    /^Non-global clients are not allowed access to APIv1$/,
    /no audience.*default_audience/,
  ],
  [
    'an unknown API',
    { audience: { value: 'https://api', from: 'audience' }, api: undefined, similar: ['https://api/'] },
    {},
    'unknown_api',
    /^Service not enabled within domain: https:\/\/api$/,
    /did you mean "https:\/\/api\/"/,
  ],
  [
    'the Management API without its slash',
    { audience: { value: 'https://auth.example.com/api/v2', from: 'audience' }, api: undefined },
    {},
    'unknown_api',
    /^Service not enabled within domain/,
    /did you mean "https:\/\/auth.example.com\/api\/v2\/"/,
  ],
  [
    'userinfo',
    { audience: { value: 'https://auth.example.com/userinfo', from: 'audience' }, api: undefined },
    {},
    'unknown_api',
    /^Service not enabled/,
    /a machine has no user/,
  ],
  [
    'no client grant',
    { grant: undefined },
    {},
    'no_client_grant',
    /^Client is not authorized to access "https:\/\/api\/"\. You need to create a "client-grant" associated to this API\. See: https:\/\/auth0/,
    /POST \/api\/v2\/client-grants/,
  ],
  [
    'an API that denies machines',
    { api: api({ subject_type_authorization: { client: { policy: 'deny_all' } } }) },
    {},
    'policy',
    /not authorized/,
    /deny_all/,
  ],
  [
    'an API that wants bound tokens',
    { api: api({ proof_of_possession: { required: true } }) },
    {},
    'policy',
    /sender-constrained/,
    /proof_of_possession/,
  ],
  [
    'an organization that the grant denies',
    {},
    { organization: 'org_1' },
    'malformed',
    /organization is not allowed/,
    /"deny"/,
  ],
  [
    'a missing organization that the grant requires',
    { grant: organizations('require') },
    {},
    'malformed',
    /organization is required/,
    /"require".*no default_organization/,
  ],
  [
    'an organization that does not exist',
    { grant: organizations('allow'), organization: named({ facts: undefined, associated: false }) },
    { organization: 'org_1' },
    'policy',
    /^The client is not associated with this organization$/,
    /^organization names org_1, and no organization has this id$/,
  ],
  [
    'an organization that does not exist, where any would do',
    {
      grant: organizations('allow', { allow_any_organization: true }),
      organization: named({ facts: undefined, associated: false }),
    },
    { organization: 'org_1' },
    'policy',
    /^The organization does not exist$/,
    /no organization has this id/,
  ],
  [
    'a name that no organization has',
    {
      grant: organizations('allow'),
      organization: named({ value: 'ACME', facts: undefined, associated: false, namesAllowed: true }),
    },
    { organization: 'ACME' },
    'policy',
    /^The client is not associated with this organization$/,
    /no organization has this name/,
  ],
  [
    'an organization that the grant is not associated with',
    { grant: organizations('allow'), organization: named({ associated: false }) },
    { organization: 'org_1' },
    'policy',
    /^The client is not associated with this organization$/,
    /org_1 \(acme\).*POST \/api\/v2\/organizations\/org_1\/client-grants \{"grant_id":"cgr_1"\}$/,
  ],
  [
    'a name where the tenant takes ids only',
    {
      grant: organizations('allow', { allow_any_organization: true }),
      organization: named({ value: 'acme', facts: undefined, associated: false }),
    },
    { organization: 'acme' },
    'malformed',
    /^parameter organization must be an organization id$/,
    /allow_organization_name_in_authentication_api is off/,
  ],
  [
    'a default organization that is gone',
    {
      grant: organizations('require'),
      organization: named({ from: 'default_organization', facts: undefined, associated: false }),
    },
    {},
    'policy',
    /not associated/,
    /^default_organization names org_1, and no organization has this id$/,
  ],
];

for (const [name, facts, ask, kind, description, because] of refusedRows) {
  test(`a machine is refused for ${name}, with the reason`, () => {
    const decision = decide({ ...asked, ...ask }, found(facts), context);
    assert.equal(decision.kind, 'refused');
    if (decision.kind !== 'refused') return;
    assert.equal(decision.refusal.kind, kind);
    assert.match(decision.refusal.description, description);
    assert.match(decision.refusal.because, because);
  });
}

test('a third-party client without a grant is an unauthorized client', () => {
  const thirdParty = clientFacts({ client_id: 'tpc_x', is_first_party: false }, []) as AuthenticatedClient;
  const decision = decide(asked, found({ grant: undefined }), { ...context, client: thirdParty });
  assert.equal(decision.kind === 'refused' && decision.refusal.kind, 'grant_not_allowed');
});

test('CC-8: a third-party client cannot use any organization, however its grant came to say so', () => {
  const thirdParty = clientFacts({ client_id: 'tpc_x', is_first_party: false }, []) as AuthenticatedClient;
  const outcome = (associated: boolean, client: AuthenticatedClient) =>
    decide(
      { ...asked, organization: 'org_1' },
      found({
        grant: organizations('allow', { allow_any_organization: true }),
        organization: named({ associated }),
      }),
      { ...context, client },
    ).kind;
  assert.equal(outcome(false, thirdParty), 'refused');
  assert.equal(outcome(true, thirdParty), 'authorized');
  assert.equal(outcome(false, client), 'authorized');
});

const forOrganization: readonly [usage: string, organization: NamedOrganization | undefined, because: RegExp][] = [
  ['allow', named(), /^organization names org_1 \(acme\).*is associated with$/],
  ['require', named({ from: 'default_organization' }), /^default_organization names org_1/],
  ['allow', undefined, /^no organization was named/],
  ['deny', undefined, /^$/],
];
for (const [usage, organization, because] of forOrganization) {
  test(`CC-8: under "${usage}", ${organization?.from ?? 'nothing'} decides the organization, and the trace says so`, () => {
    const decision = decide(asked, found({ grant: organizations(usage), organization }), context);
    if (decision.kind !== 'authorized') return assert.fail(decision.refusal.because);
    assert.equal(decision.authorization.organization?.id, organization?.facts?.id);
    const reasons = decision.authorization.trace.filter(({ rule }) => rule === 'organization');
    assert.match(reasons.map((reason) => reason.because).join(), because);
  });
}

test('permissions are the granted scopes, sorted, and only under RBAC with an authz dialect', () => {
  const permissions = (row: Partial<ApiRow>) => {
    const decision = decide({ ...asked, scopes: ['write:x', 'read:x'] }, found({ api: api(row) }), context);
    return decision.kind === 'authorized' ? decision.authorization.permissions : 'refused';
  };
  assert.deepEqual(permissions({ enforce_policies: true, token_dialect: 'access_token_authz' }), ['read:x', 'write:x']);
  assert.deepEqual(permissions({ enforce_policies: true, token_dialect: 'rfc9068_profile_authz' }), [
    'read:x',
    'write:x',
  ]);
  assert.equal(permissions({ enforce_policies: true, token_dialect: 'access_token' }), undefined);
  assert.equal(permissions({ enforce_policies: false, token_dialect: 'access_token_authz' }), undefined);
});

test('an empty scope asks for nothing in particular, and a malformed one is refused', () => {
  const parse = (scope: string) => clientCredentials.parse(new Map([['scope', scope]]));
  const empty = parse('');
  assert.equal(empty.kind === 'asked' ? empty.asked.scopes : 'refused', undefined);
  const bad = parse('read:x "quoted"');
  assert.equal(bad.kind === 'refused' && bad.refusal.kind, 'bad_scope');
});
