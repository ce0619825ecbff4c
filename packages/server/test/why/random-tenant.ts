// A tenant whose configuration is drawn at random, and what is asked of it: for the property that a preview tells exactly what
// is issued. Rows are written as the Management API would keep them; what it would refuse is not drawn.

import { randomBytes } from 'node:crypto';
import * as fc from 'fast-check';
import { userPermissions, users } from '../../src/domain/accounts/user.ts';
import { connectionTable } from '../../src/domain/connections/find.ts';
import { grantLinks, linkOf } from '../../src/domain/issuing/organizations.ts';
import { userGrants } from '../../src/domain/issuing/user-tables.ts';
import { defaultTenant } from '../../src/domain/tenants/hosts.ts';
import { settingsDocument } from '../../src/domain/tenants/settings.ts';
import { clientGrants, clients, resourceServers } from '../../src/resources/index.ts';
import { tableOf } from '../../src/schema/collection.ts';
import type { House } from '../../src/server.ts';

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

/** Ids and secrets of the rows that configurations are written over. */
export interface Rows {
  readonly api: string;
  readonly client: string;
  readonly secret: string;
  readonly machineGrant: string;
  readonly userGrant: string;
  readonly organization: { readonly id: string; readonly name: string };
  readonly connection: string;
  readonly connectionName: string;
  readonly user: string;
}

const apis = tableOf(resourceServers);
const clientTable = tableOf(clients);
const grantTable = tableOf(clientGrants);
const hmacSecret = randomBytes(32).toString('hex');

/** Writes a configuration over these rows, in one transaction. */
export async function configure({ database }: House, rows: Rows, drawn: Configuration): Promise<void> {
  const { api, client, machineGrant, userGrant, person, tenant } = drawn;
  await database.store(defaultTenant).transact(async (tx) => {
    const row = await tx.get(apis, rows.api);
    if (!row) throw new Error('no API');
    await tx.replace(apis, {
      ...row,
      scopes: api.scopes.map((value) => ({ value })),
      signing_alg: api.signing_alg,
      ...(api.signing_alg === 'HS256' ? { signing_secret: hmacSecret } : {}),
      token_dialect: api.token_dialect,
      enforce_policies: api.enforce_policies,
      token_lifetime: api.token_lifetime,
      token_lifetime_for_web: api.token_lifetime_for_web,
      allow_offline_access: api.allow_offline_access,
      skip_consent_for_verifiable_first_party_clients: api.skip_consent_for_verifiable_first_party_clients,
      subject_type_authorization: { client: { policy: api.client_policy }, user: { policy: api.user_policy } },
      proof_of_possession: api.proof ? { mechanism: 'dpop', required: true } : null,
    } as never);
    const before = await tx.get(clientTable, rows.client);
    if (!before) throw new Error('no client');
    const { answer_dialect: _old, ...kept } = before as Record<string, unknown>;
    await tx.replace(clientTable, {
      ...kept,
      grant_types: client.grants,
      app_type: client.app_type,
      token_endpoint_auth_method: client.isPublic ? 'none' : 'client_secret_post',
      is_first_party: client.first,
      third_party_security_mode: client.mode,
      jwt_configuration: { alg: client.alg, lifetime_in_seconds: client.lifetime, secret_encoded: false },
      ...(client.dialect === undefined ? {} : { answer_dialect: client.dialect }),
      refresh_token: {
        rotation_type: client.rotation,
        expiration_type: client.expiration,
        leeway: 0,
        token_lifetime: 2_592_000,
        idle_token_lifetime: 1_296_000,
        infinite_token_lifetime: false,
        infinite_idle_token_lifetime: false,
      },
      require_proof_of_possession: client.proof,
    } as never);
    for (const [id, subject_type, drawnGrant] of [
      [rows.machineGrant, 'client', machineGrant],
      [rows.userGrant, 'user', userGrant],
    ] as const) {
      const content = {
        id,
        client_id: rows.client,
        audience,
        subject_type,
        scope: drawnGrant.scope,
        allow_all_scopes: drawnGrant.all,
        organization_usage: drawnGrant.usage,
        allow_any_organization: drawnGrant.any,
      };
      const there = (await tx.get(grantTable, id)) !== undefined;
      if (!drawnGrant.there) await tx.remove(grantTable, id);
      else if (there) await tx.replace(grantTable, content as never);
      else await tx.insert(grantTable, content as never);
      const link = linkOf(rows.organization.id, id);
      const linked = (await tx.get(grantLinks, link.id)) !== undefined;
      if (drawnGrant.linked && !linked) await tx.insert(grantLinks, link);
      if (!drawnGrant.linked && linked) await tx.remove(grantLinks, link.id);
    }
    const user = await tx.get(users, rows.user);
    if (!user) throw new Error('no user');
    const { user_id, connection, created_at, updated_at, identities } = user;
    const profile = {
      name: person.name,
      email: person.email,
      phone_number: person.phone_number,
      nickname: person.nickname,
    };
    await tx.replace(users, {
      user_id,
      connection,
      created_at,
      updated_at,
      identities,
      ...Object.fromEntries(Object.entries(profile).filter(([, value]) => value !== undefined)),
      ...(person.blocked ? { blocked: true } : {}),
    });
    await tx.removeAll(userPermissions, { user_id: rows.user });
    for (const permission_name of person.permissions) {
      await tx.insert(userPermissions, {
        id: `${rows.user} ${permission_name}`,
        user_id: rows.user,
        resource_server_identifier: audience,
        permission_name,
      } as never);
    }
    await tx.removeAll(userGrants, { user_id: rows.user });
    if (person.consented) {
      const scope = person.consented;
      const common = { clientID: rows.client, user_id: rows.user, scope };
      await tx.insert(userGrants, { id: 'consent-api', audience, ...common });
      await tx.insert(userGrants, { id: 'consent-userinfo', audience: 'urn:countersign:userinfo', ...common });
    }
    const login = await tx.get(connectionTable, rows.connection);
    if (!login) throw new Error('no connection');
    const others = (login.enabled_clients ?? []).filter((id) => id !== rows.client);
    await tx.replace(connectionTable, {
      ...login,
      enabled_clients: person.mayUse ? [...others, rows.client] : others,
      is_domain_connection: person.mayUse,
    });
    await tx.put(settingsDocument, {
      ...(await tx.document<object>(settingsDocument)),
      default_audience: tenant.default_audience,
      resource_parameter_profile: tenant.resource_parameter_profile,
      answer_dialect: tenant.answer_dialect,
      allow_organization_name_in_authentication_api: tenant.names,
      default_directory: tenant.directory ? rows.connectionName : '',
    });
  });
}
