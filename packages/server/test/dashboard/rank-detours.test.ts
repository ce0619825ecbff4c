// Ways up by a detour: by a machine, which nothing of the rule binds, by a link that was made before its user rose, and by what is read.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Administration, administration, adminRole } from '../support/administration.ts';

describe('a user with few permissions, by a detour', () => {
  let house: Administration;
  before(async () => {
    house = await administration();
  });
  after(() => house.stop());

  const machine = () => house.site.webClient({ grant_types: ['client_credentials'] });

  test('makes no machine that may anything at the Management API, also of what the user holds; of other APIs it does', async () => {
    const { site, api } = house;
    const call = await house.lesser('create:clients', 'create:client_grants');
    const made = await call('POST', '/clients', { name: 'Detour', app_type: 'non_interactive' });
    assert.equal(made.status, 201, made.text);
    const { client_id } = made.body;
    for (const grant of [
      { scope: ['create:client_grants'] },
      { scope: ['create:clients', 'create:client_grants'], subject_type: 'client' },
      { allow_all_scopes: true },
    ]) {
      const reply = await call('POST', '/client-grants', { client_id, audience: api, ...grant });
      assert.equal(reply.status, 403, reply.text);
      assert.match(reply.body.message, /every permission of the Management API/);
    }
    const ofUsers = { client_id, audience: api, scope: ['create:clients'], subject_type: 'user' };
    assert.equal((await call('POST', '/client-grants', ofUsers)).status, 201);
    const { audience } = await site.api();
    assert.equal((await call('POST', '/client-grants', { client_id, audience, scope: ['read:patients'] })).status, 201);
  });

  test('gets at no machine that may the same as the user', async () => {
    const { site, api } = house;
    const { id, secret } = await machine();
    const grant = { client_id: id, audience: api, scope: ['update:users'] };
    const { body: granted } = await site.manage('POST', '/client-grants', grant);
    const call = await house.lesser(
      'update:users',
      'read:clients',
      'read:client_keys',
      'update:client_keys',
      'update:clients',
      'delete:clients',
      'create:client_credentials',
      'update:client_grants',
      'delete:client_grants',
    );
    for (const [method, path, body] of [
      ['POST', `/clients/${id}/rotate-secret`],
      ['PATCH', `/clients/${id}`, { client_secret: 'a-secret-that-the-caller-chose-and-knows-1234567' }],
      ['PATCH', `/clients/${id}`, { name: 'Taken' }],
      ['DELETE', `/clients/${id}`],
      ['PATCH', `/client-grants/${granted.id}`, { scope: [] }],
      ['DELETE', `/client-grants/${granted.id}`],
      ['GET', `/clients/${id}?fields=client_secret`],
    ] as const)
      assert.equal((await call(method, path, body)).status, 403, `${method} ${path}`);
    assert.equal((await call('GET', `/clients/${id}`)).body.client_secret, undefined);
    assert.equal((await house.admin('GET', `/clients/${id}`)).body.client_secret, secret);
  });

  test('has a link to a password that is worth nothing once its user may more; that of an administrator is', async () => {
    const { site } = house;
    const call = await house.lesser('create:user_tickets');
    const linkBy = async (by: typeof call, user_id: string): Promise<string> => {
      const { status, body, text } = await by('POST', '/tickets/password-change', { user_id, ttl_sec: 600_000 });
      assert.equal(status, 201, text);
      const url = new URL(body.ticket);
      return `${url.pathname}${url.search}`;
    };
    const [one, other, third] = [await site.user(), await site.user(), await site.user()];
    const [before, ofAdmin, kept] = [
      await linkBy(call, one.userId),
      await linkBy(house.admin, other.userId),
      await linkBy(call, third.userId),
    ];
    for (const link of [before, ofAdmin, kept]) assert.equal((await site.send('GET', link)).status, 200);
    for (const { userId } of [one, other])
      assert.equal((await site.manage('POST', `/users/${userId}/roles`, { roles: [adminRole] })).status, 204);
    assert.notEqual((await site.send('GET', before)).status, 200);
    assert.equal((await site.send('GET', ofAdmin)).status, 200);
    assert.equal((await site.send('GET', kept)).status, 200, 'nobody rose here');
    const role = (await site.manage('POST', '/roles', { name: 'Rises later' })).body.id;
    assert.equal((await site.manage('POST', `/users/${third.userId}/roles`, { roles: [role] })).status, 204);
    assert.equal((await site.send('GET', kept)).status, 200);
    const risen = await site.manage('POST', `/roles/${role}/permissions`, house.permissions('read:users'));
    assert.equal(risen.status, 201, risen.text);
    assert.notEqual((await site.send('GET', kept)).status, 200, 'its user rose by a role that was held before');
  });

  test('reads connections without their secrets, unless the user may replace them', async () => {
    const { site } = house;
    const draft = {
      name: 'upstream',
      strategy: 'oidc',
      options: { client_id: 'C', client_secret: 'an-upstream-secret' },
    };
    const { status, body, text } = await site.manage('POST', '/connections', draft);
    assert.equal(status, 201, text);
    const reader = await house.lesser('read:connections');
    const writer = await house.lesser('read:connections', 'update:connections');
    for (const path of [`/connections/${body.id}`, '/connections?strategy=oidc']) {
      assert.ok(!(await reader('GET', path)).text.includes('an-upstream-secret'), path);
      assert.ok((await writer('GET', path)).text.includes('an-upstream-secret'), path);
      assert.ok((await site.manage('GET', path)).text.includes('an-upstream-secret'), path);
    }
  });
});
