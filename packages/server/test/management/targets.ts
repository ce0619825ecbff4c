// One row of every declared collection and the settings, for attacks on all their fields.

import assert from 'node:assert/strict';
import {
  branding,
  clientCredentials,
  clientGrants,
  clients,
  connectionProfiles,
  organizations,
  resourceServers,
  roles,
  tenantSettings,
  userAttributeProfiles,
  users,
} from '../../src/resources/index.ts';
import type { AnyField, Fields } from '../../src/schema/field.ts';
import type { Reply, Site } from '../support/running.ts';

export interface Target {
  readonly name: string;
  readonly fields: Fields;
  /** A body that would create one. */
  readonly draft: () => Record<string, unknown>;
  readonly list: string;
  /** An existing row. */
  row: string;
}

/** Fields whose type is a plain text: what takes one harmless text, and no number. */
export function takesText(field: AnyField): boolean {
  return (
    field.schema.safeParse('https://harmless.example/').success ||
    field.schema.safeParse('harmless').success ||
    field.schema.safeParse('harmless-harmless').success
  );
}

/** A 400 of the Management API about a body. */
export function isBadBody(reply: Reply, what: string): void {
  assert.equal(reply.status, 400, `${what}: ${reply.text}`);
  assert.equal(reply.body?.statusCode, 400);
  assert.equal(reply.body?.errorCode, 'invalid_body', what);
}

/** Headers of an administrator who sends JSON. */
export async function authorized(site: Site): Promise<Record<string, string>> {
  const { body } = await site.token({
    grant_type: 'client_credentials',
    client_id: site.admin.clientId,
    client_secret: site.admin.clientSecret,
    audience: `https://${site.host}/api/v2/`,
  });
  return { authorization: `Bearer ${body.access_token}`, 'content-type': 'application/json' };
}

/** Makes a row of everything. */
export async function makeTargets(site: Site): Promise<Target[]> {
  let made = 0;
  const client = (await site.manage('POST', '/clients', { name: 'Target', callbacks: ['https://a.example/cb'] })).body
    .client_id;
  const api = (
    await site.manage('POST', '/resource-servers', {
      identifier: 'https://target.example/',
      scopes: [{ value: 'a' }],
    })
  ).body;
  const grant = (
    await site.manage('POST', '/client-grants', { client_id: client, audience: api.identifier, scope: ['a'] })
  ).body;
  const credential = (
    await site.manage('POST', `/clients/${client}/credentials`, {
      credential_type: 'cert_subject_dn',
      subject_dn: 'CN=x',
    })
  ).body;
  const organization = (await site.manage('POST', '/organizations', { name: 'target' })).body;
  const connectionProfile = (await site.manage('POST', '/connection-profiles', { name: 'Target' })).body;
  const attributeProfile = (
    await site.manage('POST', '/user-attribute-profiles', { name: 'Target', user_attributes: {} })
  ).body;
  const role = (await site.manage('POST', '/roles', { name: 'Target' })).body;
  const database = { connection: 'Target', password: 'correct horse' };
  await site.manage('POST', '/connections', {
    name: 'Target',
    strategy: 'auth0',
    options: { passwordPolicy: 'none' },
  });
  const user = (await site.manage('POST', '/users', { ...database, email: 'target@example.com' })).body;
  assert.match(user.user_id, /^auth0\|/);
  for (const { id } of [role, credential, organization, connectionProfile, attributeProfile])
    assert.equal(typeof id, 'string');
  return [
    {
      name: 'clients',
      fields: clients.fields,
      draft: () => ({ name: 'New' }),
      list: '/clients',
      row: `/clients/${client}`,
    },
    {
      name: 'resource_servers',
      fields: resourceServers.fields,
      draft: () => ({ identifier: `https://new-${++made}.example/` }),
      list: '/resource-servers',
      row: `/resource-servers/${api.id}`,
    },
    {
      name: 'client_grants',
      fields: clientGrants.fields,
      draft: () => ({ client_id: client, audience: api.identifier, scope: ['a'], subject_type: 'user' }),
      list: '/client-grants',
      row: `/client-grants/${grant.id}`,
    },
    {
      name: 'client_credentials',
      fields: clientCredentials.fields,
      draft: () => ({ credential_type: 'cert_subject_dn', subject_dn: 'CN=y' }),
      list: `/clients/${client}/credentials`,
      row: `/clients/${client}/credentials/${credential.id}`,
    },
    {
      name: 'organizations',
      fields: organizations.fields,
      draft: () => ({ name: `organization-${++made}` }),
      list: '/organizations',
      row: `/organizations/${organization.id}`,
    },
    {
      name: 'connection_profiles',
      fields: connectionProfiles.fields,
      draft: () => ({ name: 'New' }),
      list: '/connection-profiles',
      row: `/connection-profiles/${connectionProfile.id}`,
    },
    {
      name: 'user_attribute_profiles',
      fields: userAttributeProfiles.fields,
      draft: () => ({ name: 'New', user_attributes: {} }),
      list: '/user-attribute-profiles',
      row: `/user-attribute-profiles/${attributeProfile.id}`,
    },
    {
      name: 'roles',
      fields: roles.fields,
      draft: () => ({ name: `Role ${++made}` }),
      list: '/roles',
      row: `/roles/${role.id}`,
    },
    {
      name: 'users',
      fields: users.fields,
      draft: () => ({ ...database, email: `target-${++made}@example.com` }),
      list: '/users',
      row: `/users/${encodeURIComponent(user.user_id)}`,
    },
    {
      name: 'branding',
      fields: branding.fields,
      draft: () => ({}),
      list: '',
      row: '/branding',
    },
    {
      name: 'tenant_settings',
      fields: tenantSettings.fields,
      draft: () => ({}),
      list: '',
      row: '/tenants/settings',
    },
  ];
}
