// A tenant whose configuration is drawn at random, and what is asked of it: for the property that a preview tells exactly what
// is issued. What the Management API would refuse is not drawn.

import * as fc from 'fast-check';

const scopePool = ['read:x', 'write:x', 'delete:x', 'admin'] as const;
const identityPool = [
  'openid',
  'profile',
  'email',
  'phone',
  'address',
  'offline_access',
  'nickname',
  'created_at',
] as const;
const some = (...values: readonly string[]) => fc.subarray([...values]);
const often = fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) });
const seldom = fc.oneof({ weight: 1, arbitrary: fc.constant(true) }, { weight: 9, arbitrary: fc.constant(false) });
const policy = (usual: string, ...others: string[]) =>
  fc.oneof({ weight: 5, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constantFrom(...others) });

export const audience = 'https://random.example.com/';
export const callback = 'https://random-app.example.com/callback';
const mistyped = ['https://random.example.com', 'HTTPS://random.example.com/', 'https://nobody.example.com/'];

const api = fc.record({
  scopes: some(...scopePool),
  signing_alg: fc.constantFrom('RS256', 'RS256', 'ES256', 'PS256', 'EdDSA', 'HS256'),
  token_dialect: fc.constantFrom('access_token', 'access_token_authz', 'rfc9068_profile', 'rfc9068_profile_authz'),
  enforce_policies: fc.boolean(),
  token_lifetime: fc.constantFrom(600, 86_400, 90_000),
  token_lifetime_for_web: fc.constantFrom(300, 7_200, 100_000),
  allow_offline_access: fc.boolean(),
  skip_consent_for_verifiable_first_party_clients: fc.boolean(),
  client_policy: policy('require_client_grant', 'deny_all'),
  user_policy: policy('allow_all', 'require_client_grant', 'deny_all'),
  proof: seldom,
});
const client = fc.record({
  grants: fc.oneof(
    {
      weight: 4,
      arbitrary: fc.constant([
        'authorization_code',
        'implicit',
        'refresh_token',
        'client_credentials',
        'password',
        'http://auth0.com/oauth/grant-type/password-realm',
      ]),
    },
    { weight: 1, arbitrary: some('authorization_code', 'implicit', 'refresh_token', 'client_credentials', 'password') },
  ),
  app_type: fc.constantFrom('regular_web', 'spa', 'native'),
  isPublic: fc.boolean(),
  first: often,
  mode: fc.constantFrom('strict', 'permissive'),
  alg: fc.constantFrom('RS256', 'HS256', 'ES256', 'PS256'),
  lifetime: fc.constantFrom(300, 36_000),
  dialect: fc.constantFrom(undefined, 'auth0', 'oidc'),
  rotation: fc.constantFrom('rotating', 'non-rotating'),
  expiration: fc.constantFrom('expiring', 'non-expiring'),
  proof: seldom,
  sso_disabled: fc.constant(false),
});
const grant = fc.record({
  there: often,
  scope: some(...scopePool, 'gone:x'),
  all: seldom,
  usage: policy('allow', 'deny', 'require'),
  any: seldom,
  linked: fc.boolean(),
});
const person = fc.record({
  blocked: seldom,
  name: fc.constantFrom(undefined, 'Ada', ''),
  email: fc.constantFrom(undefined, 'ada@example.com'),
  phone_number: fc.constantFrom(undefined, '+15550100'),
  nickname: fc.constantFrom(undefined, 'ada'),
  permissions: some(...scopePool, 'gone:x'),
  consented: fc.oneof(fc.constant(undefined), some(...scopePool, ...identityPool)),
  mayUse: often,
});
const tenant = fc.record({
  default_audience: fc.oneof(
    { weight: 4, arbitrary: fc.constant('') },
    { weight: 1, arbitrary: fc.constant(audience) },
  ),
  resource_parameter_profile: fc.constantFrom('audience', 'compatibility'),
  answer_dialect: fc.constantFrom('auth0', 'oidc'),
  names: fc.boolean(),
  directory: often,
});

/** What the client would send, besides who it is. */
const asked = fc.record({
  /** What it asks for when it exchanges the refresh token, if it gets one. */
  narrowed: fc.oneof(
    fc.constant<string[] | undefined>(undefined),
    fc.subarray(['openid', 'email', 'read:x', 'write:x', 'more:x']),
  ),
  how: fc.oneof(
    // A password costs a hundred times what anything else does.
    { weight: 1, arbitrary: fc.constantFrom('password', 'http://auth0.com/oauth/grant-type/password-realm') },
    {
      weight: 120,
      // Few machines ask for less than they may have, which is the one way to one of the rules.
      arbitrary: fc.constantFrom(
        'client_credentials',
        'client_credentials',
        'client_credentials',
        'code',
        'code',
        'code',
        'token',
        'id_token',
        'id_token token',
        'code id_token',
        'code token',
      ),
    },
  ),
  audience: fc.oneof(
    { weight: 6, arbitrary: fc.constant<string | undefined>(audience) },
    { weight: 2, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.constantFrom(...mistyped) },
  ),
  resource: fc.oneof({ weight: 5, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: fc.constant(audience) }),
  scope: fc.oneof(
    { weight: 1, arbitrary: fc.constant<string[] | undefined>(undefined) },
    { weight: 6, arbitrary: fc.shuffledSubarray([...scopePool, ...identityPool, 'unheard:of']) },
  ),
  organization: fc.oneof(
    { weight: 6, arbitrary: fc.constant<'id' | 'name' | 'other' | undefined>(undefined) },
    { weight: 1, arbitrary: fc.constantFrom<'id' | 'name' | 'other'>('id', 'name', 'other') },
  ),
});

/** Everything at random. A password is drawn once in a hundred times: see `passwordConfigurations`. */
export const configurations = fc.record({ api, client, machineGrant: grant, userGrant: grant, person, tenant, asked });
export type Configuration = typeof configurations extends fc.Arbitrary<infer T> ? T : never;

/**
 * Configurations that are asked with a password. Few of all let one in, so half of these have what a password grant needs
 * besides (its grant types, a user who may use the client, an API that lets users in) and differ in everything else.
 */
export const passwordConfigurations: fc.Arbitrary<Configuration> = fc
  .record({
    drawn: configurations,
    how: fc.constantFrom('password', 'http://auth0.com/oauth/grant-type/password-realm'),
    open: fc.boolean(),
  })
  .map(({ drawn, how, open }) => {
    const { api, client, person, tenant, asked } = drawn;
    const asking = { ...asked, how };
    if (!open) return { ...drawn, asked: asking };
    return {
      ...drawn,
      api: { ...api, user_policy: 'allow_all', proof: false },
      client: {
        ...client,
        grants: [...new Set([...client.grants, 'password', how])],
        first: true,
        proof: false,
      },
      person: { ...person, blocked: false, mayUse: true },
      tenant: { ...tenant, directory: true },
      asked: { ...asking, organization: undefined },
    };
  });
