// Writes a configuration that was drawn (random-tenant.ts) as the Management API would keep it: over the same rows each time.

import { randomBytes } from 'node:crypto';
import { userPermissions, users } from '../../src/domain/accounts/user.ts';
import { connectionTable } from '../../src/domain/connections/find.ts';
import { grantLinks, linkOf } from '../../src/domain/issuing/organizations.ts';
import { userGrants } from '../../src/domain/issuing/user-tables.ts';
import { defaultTenant } from '../../src/domain/tenants/hosts.ts';
import { settingsDocument } from '../../src/domain/tenants/settings.ts';
import { clientGrants, clients, resourceServers } from '../../src/resources/index.ts';
import { tableOf } from '../../src/schema/collection.ts';
import type { House } from '../../src/server.ts';
import { audience, type Configuration } from './random-tenant.ts';

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
