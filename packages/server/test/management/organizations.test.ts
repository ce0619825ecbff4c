// /api/v2/organizations (the record and its client grants), connection profiles and user attribute profiles, as recorded.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { grantLinks } from '../../src/endpoints/management/verbs/grant-links.ts';
import type { TenantId } from '../../src/schema/brand.ts';
import { type Engine, engines, serveHere } from '../support/running.ts';

const organizationsAndProfiles = (engine: Engine) => () => {
  let site: Awaited<ReturnType<typeof serveHere>>;
  before(async () => {
    site = await serveHere(engine);
  });
  after(() => site.stop());
  const must = async (path: string, body: object) => {
    const reply = await site.manage('POST', path, body);
    assert.equal(reply.status, 201, reply.text);
    return reply.body;
  };

  test('an organization has the recorded members, and is found by id and by name', async () => {
    const created = await must('/organizations', {
      name: 'acme',
      display_name: 'Acme',
      branding: { logo_url: 'https://a.example/l.png' },
    });
    assert.match(created.id, /^org_[A-Za-z0-9]{16}$/);
    assert.deepEqual(
      { ...created, id: '' },
      {
        id: '',
        name: 'acme',
        display_name: 'Acme',
        branding: { logo_url: 'https://a.example/l.png' },
        third_party_client_access: 'block',
        is_app_entitlement_active: false,
      },
    );
    assert.deepEqual((await site.manage('GET', `/organizations/${created.id}`)).body, created);
    assert.deepEqual((await site.manage('GET', '/organizations/name/acme')).body, created);
    assert.equal((await site.manage('POST', '/organizations', { name: 'acme' })).status, 409);
    for (const name of ['Acme', 'a b', '-a', 'org_acme', 'x'.repeat(51), ''])
      assert.equal((await site.manage('POST', '/organizations', { name })).status, 400, name);
    const path = `/organizations/${created.id}`;
    assert.deepEqual(
      (await site.manage('PATCH', path, { token_quota: { client_credentials: { per_day: 5 } } })).body.token_quota,
      { client_credentials: { per_day: 5 } },
    );
    assert.equal((await site.manage('PATCH', path, { token_quota: null })).body.token_quota, undefined);
    assert.deepEqual(Object.keys((await site.manage('GET', '/organizations?take=50&include_totals=true')).body), [
      'organizations',
    ]);
    assert.equal((await site.manage('DELETE', path)).status, 204);
    const again = await site.manage('DELETE', path);
    assert.deepEqual([again.status, again.body.message], [404, 'No organization found by that id or name']);
    assert.equal((await site.manage('GET', '/organizations/name/acme')).status, 404);
  });

  test('CC-8: client grants belong to organizations if their use allows it, once, and the link goes with either', async () => {
    const organization = await must('/organizations', { name: 'linked' });
    const machine = await site.machine();
    const path = `/organizations/${organization.id}/client-grants`;
    const body = { grant_id: machine.grantId };
    assert.match((await site.manage('POST', path, body)).body.message, /organization_usage allow or require/);
    await site.manage('PATCH', `/client-grants/${machine.grantId}`, { organization_usage: 'allow' });
    const linked = await site.manage('POST', path, body);
    assert.equal(linked.status, 201);
    assert.deepEqual(linked.body, {
      grant_id: machine.grantId,
      client_id: machine.clientId,
      audience: machine.audience,
      scope: ['read:x', 'write:x'],
      organization_usage: 'allow',
    });
    assert.equal((await site.manage('POST', path, body)).status, 409);
    const listed = await site.manage('GET', `${path}?include_totals=true&per_page=50`);
    assert.deepEqual(
      { ...listed.body, client_grants: listed.body.client_grants.map(({ id }: { id: string }) => id) },
      { start: 0, limit: 50, total: 1, client_grants: [machine.grantId] },
    );
    assert.deepEqual((await site.manage('GET', `${path}?page=1`)).body, []);
    assert.deepEqual((await site.manage('GET', `${path}?client_id=nobody`)).body, []);
    const reverse = await site.manage('GET', `/client-grants/${machine.grantId}/organizations`);
    assert.deepEqual(
      reverse.body.map(({ id }: { id: string }) => id),
      [organization.id],
    );

    for (const wrong of [{}, { grant_id: 1 }, { grant_id: machine.grantId, more: 1 }])
      assert.equal((await site.manage('POST', path, wrong)).status, 400);
    assert.equal((await site.manage('POST', path, { grant_id: 'cgr_nothing' })).status, 404);
    assert.equal((await site.manage('POST', '/organizations/org_nothing/client-grants', body)).status, 404);
    assert.equal((await site.manage('GET', '/organizations/org_nothing/client-grants')).status, 404);

    assert.equal((await site.manage('DELETE', `${path}/${machine.grantId}`)).status, 204);
    assert.deepEqual((await site.manage('GET', path)).body, []);
    await site.manage('POST', path, body);
    await site.manage('DELETE', `/clients/${machine.clientId}`);
    assert.deepEqual((await site.manage('GET', path)).body, [], 'the client took its grant along');
    const links = () => site.house.database.store('default' as TenantId).all(grantLinks);
    assert.deepEqual(await links(), [], 'and the link');
    const other = await site.machine();
    await site.manage('PATCH', `/client-grants/${other.grantId}`, { organization_usage: 'require' });
    await site.manage('POST', path, { grant_id: other.grantId });
    await site.manage('DELETE', `/organizations/${organization.id}`);
    assert.deepEqual((await site.manage('GET', `/client-grants/${other.grantId}/organizations`)).body, []);
  });

  test('the default organization of a client must exist', async () => {
    const organization = await must('/organizations', { name: 'default' });
    const draft = (organization_id: string) => ({
      name: 'Client',
      default_organization: { organization_id, flows: ['client_credentials'] },
    });
    assert.equal((await site.manage('POST', '/clients', draft(`org_${'x'.repeat(16)}`))).status, 400);
    const client = await must('/clients', draft(organization.id));
    assert.deepEqual(client.default_organization, { organization_id: organization.id, flows: ['client_credentials'] });
    assert.equal(
      (await site.manage('PATCH', `/clients/${client.client_id}`, { default_organization: null })).body
        .default_organization,
      undefined,
    );
  });

  test('a connection profile answers what was never set as null, as recorded', async () => {
    const profile = await must('/connection-profiles', { name: 'Profile', enabled_features: ['scim'] });
    assert.match(profile.id, /^cop_[A-Za-z0-9]{22}$/);
    assert.deepEqual([profile.connection_config, profile.strategy_overrides], [null, null]);
    const changed = await site.manage('PATCH', `/connection-profiles/${profile.id}`, {
      connection_config: {},
      enabled_features: null,
    });
    assert.deepEqual([changed.body.connection_config, changed.body.enabled_features], [{}, undefined]);
    assert.equal((await site.manage('DELETE', `/connection-profiles/${profile.id}`)).status, 204);
  });

  test('a user attribute profile has the recorded mapping of ids, which a patch merges', async () => {
    const email = { label: 'Email', description: 'Address', profile_required: true, auth0_mapping: 'email' };
    const profile = await must('/user-attribute-profiles', { name: 'Profile', user_attributes: { email } });
    assert.match(profile.id, /^uap_[A-Za-z0-9]{22}$/);
    assert.equal(profile.user_id.scim_mapping, 'externalId');
    const changed = await site.manage('PATCH', `/user-attribute-profiles/${profile.id}`, {
      user_id: { scim_mapping: 'userName' },
    });
    assert.deepEqual(changed.body.user_id, { ...profile.user_id, scim_mapping: 'userName' });
    assert.equal(
      (
        await site.manage('POST', '/user-attribute-profiles', {
          name: 'x',
          user_attributes: { email: { label: 'Email' } },
        })
      ).status,
      400,
    );
  });

  test('templates are profiles that can be created as they are', async () => {
    for (const [path, wrapper] of [
      ['/connection-profiles', 'connection_profile_templates'],
      ['/user-attribute-profiles', 'user_attribute_profile_templates'],
    ] as const) {
      const { body } = await site.manage('GET', `${path}/templates`);
      for (const { id, template } of body[wrapper]) {
        assert.deepEqual((await site.manage('GET', `${path}/templates/${id}`)).body.template, template);
        await must(path, template);
      }
      assert.equal((await site.manage('GET', `${path}/templates/nothing`)).status, 404);
    }
  });
};

for (const engine of engines) describe(`organizations and profiles on ${engine}`, organizationsAndProfiles(engine));
