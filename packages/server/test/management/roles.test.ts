// Roles and permissions through the Management API (auth0-behaviour §24): who may what, and what goes away with it.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { permissionsOf } from '../../src/domain/accounts/permissions.ts';
import { rolePermissions, userPermissions, userRoles } from '../../src/domain/accounts/user.ts';
import { userGrants } from '../../src/domain/issuing/user-tables.ts';
import { type Engine, engines, serveHere } from '../support/running.ts';
import { at, makeConnection, makeUser, storeOf } from './people.ts';

const suite = (engine: Engine) => () => {
  let site: Awaited<ReturnType<typeof serveHere>>;
  let connection: string;
  let made = 0;
  before(async () => {
    site = await serveHere(engine);
    connection = await makeConnection(site);
  });
  after(() => site.stop());

  const api = async (scopes: readonly { value: string; description?: string }[]) => {
    const identifier = `https://roles-${++made}.example/`;
    const reply = await site.manage('POST', '/resource-servers', { name: `API ${made}`, identifier, scopes });
    assert.equal(reply.status, 201, reply.text);
    return reply.body as { id: string; identifier: string; name: string };
  };
  const role = async (more: object = {}) => {
    const reply = await site.manage('POST', '/roles', { name: `Role ${++made}`, ...more });
    assert.equal(reply.status, 200, reply.text);
    return reply.body as { id: string; name: string };
  };
  const permissions = (identifier: string, ...names: string[]) => ({
    permissions: names.map((permission_name) => ({ resource_server_identifier: identifier, permission_name })),
  });
  const names = (list: readonly { permission_name: string }[]) => list.map((one) => one.permission_name);

  test('a role is made, found, changed and removed as recorded', async () => {
    const reply = await site.manage('POST', '/roles', { name: 'Editor', description: 'Edits' });
    assert.equal(reply.status, 200);
    const { id, ...rest } = reply.body;
    assert.match(id, /^rol_[A-Za-z0-9]{16}$/);
    assert.deepEqual(rest, { name: 'Editor', description: 'Edits', type: 'tenant' });
    const path = `/roles/${id}`;
    assert.deepEqual((await site.manage('GET', path)).body, reply.body);
    assert.equal((await site.manage('PATCH', path, { description: 'Reads too' })).body.description, 'Reads too');
    assert.equal((await site.manage('POST', '/roles', { name: 'Editor' })).status, 409);
    for (const body of [
      {},
      { name: '' },
      { name: 1 },
      { name: 'x', foo: 1 },
      { name: 'x', id: 'rol_x' },
      { name: '<b>' },
    ])
      assert.equal((await site.manage('POST', '/roles', body)).status, 400, JSON.stringify(body));
    const gone = await site.manage('DELETE', path);
    assert.deepEqual([gone.status, gone.body], [200, {}]);
    for (const method of ['GET', 'DELETE']) {
      const missing = await site.manage(method, path);
      assert.deepEqual([missing.status, missing.body.message], [404, 'The role does not exist.']);
    }
    for (const [method, below, body] of [
      ['GET', 'permissions', undefined],
      ['GET', 'users', undefined],
      ['POST', 'permissions', permissions('https://x.example/', 'a')],
      ['POST', 'users', { users: ['auth0|x'] }],
    ] as const)
      assert.equal((await site.manage(method, `${path}/${below}`, body)).status, 404, `${method} ${below}`);
  });

  test('roles are listed by pages, and by a part of their name in any case', async () => {
    for (const name of ['Zoo keeper', 'zoo owner', 'Visitor of the ZOO', 'Other']) await role({ name });
    const list = async (query: string) => (await site.manage('GET', `/roles?${query}`)).body;
    const found = await list('name_filter=ZOO&include_totals=true&per_page=2');
    assert.deepEqual({ ...found, roles: found.roles.length }, { start: 0, limit: 2, total: 3, roles: 2 });
    const rest = await list('name_filter=zoo&per_page=2&page=1');
    assert.deepEqual(
      rest.map((one: { name: string }) => one.name),
      ['Visitor of the ZOO'],
    );
    assert.deepEqual(await list('name_filter=%25'), [], 'nothing in it is a pattern');
    const first = await list('name_filter=zoo&take=2');
    assert.equal((await list(`name_filter=zoo&take=2&from=${first.next}`)).roles.length, 1);
    assert.equal((await site.manage('GET', '/roles?name_filter=zoo&take=2&from=x')).status, 400);
    assert.deepEqual(await list('type=organization'), []);
    assert.ok((await list('type=tenant')).length >= 4);
  });

  test('a role of an organization names one that exists, goes with it, and is not given to users', async () => {
    const organization = (await site.manage('POST', '/organizations', { name: `roles-${++made}` })).body;
    const body = { name: 'Operator', type: 'organization', owner_id: organization.id };
    const { id, ...rest } = await role(body);
    assert.deepEqual(rest, { ...body, description: null });
    assert.equal((await site.manage('GET', `/roles/${id}`)).body.description, '');
    assert.deepEqual(
      (await site.manage('GET', `/roles?type=organization&owner_id=${organization.id}`)).body.map(
        (one: { id: string }) => one.id,
      ),
      [id],
    );
    const user = await makeUser(site, connection);
    assert.equal((await site.manage('POST', `${at(user)}/roles`, { roles: [id] })).status, 400);
    assert.equal((await site.manage('POST', `/roles/${id}/users`, { users: [user.user_id] })).status, 400);
    for (const wrong of [
      { name: 'A', type: 'organization' },
      { name: 'A', owner_id: organization.id },
      { name: 'A', type: 'organization', owner_id: 'org_none' },
    ])
      assert.equal((await site.manage('POST', '/roles', wrong)).status, 400, JSON.stringify(wrong));
    await site.manage('DELETE', `/organizations/${organization.id}`);
    assert.equal((await site.manage('GET', `/roles/${id}`)).status, 404);
  });

  test('a role has permissions of APIs, each once, with what the API says of them', async () => {
    const one = await api([{ value: 'read:x', description: 'Read X' }, { value: 'write:x' }]);
    const two = await api([{ value: 'read:x' }]);
    const { id } = await role();
    const path = `/roles/${id}/permissions`;
    const added = await site.manage('POST', path, permissions(one.identifier, 'write:x', 'read:x', 'read:x'));
    assert.deepEqual([added.status, added.body], [201, {}]);
    await site.manage('POST', path, permissions(one.identifier, 'read:x'));
    await site.manage('POST', path, permissions(two.identifier, 'read:x'));
    const listed = (await site.manage('GET', `${path}?include_totals=true`)).body;
    assert.deepEqual(listed, {
      start: 0,
      limit: 50,
      total: 3,
      permissions: [
        {
          permission_name: 'read:x',
          description: 'Read X',
          resource_server_name: one.name,
          resource_server_identifier: one.identifier,
        },
        {
          permission_name: 'write:x',
          description: '',
          resource_server_name: one.name,
          resource_server_identifier: one.identifier,
        },
        {
          permission_name: 'read:x',
          description: '',
          resource_server_name: two.name,
          resource_server_identifier: two.identifier,
        },
      ],
    });
    assert.equal((await site.manage('GET', `${path}?per_page=1&page=1`)).body[0].permission_name, 'write:x');
    for (const wrong of [
      permissions(one.identifier, 'read:none'),
      permissions('https://none.example/', 'read:x'),
      permissions('urn:countersign:management-api', 'read:users'),
      permissions(one.identifier),
      {},
      { permissions: [{ permission_name: 'read:x' }] },
      { permissions: ['read:x'] },
      { ...permissions(one.identifier, 'read:x'), more: 1 },
    ])
      assert.equal((await site.manage('POST', path, wrong)).status, 400, JSON.stringify(wrong));
    assert.equal((await site.manage('DELETE', path, permissions(one.identifier, 'read:x', 'never'))).status, 204);
    assert.deepEqual(names((await site.manage('GET', path)).body), ['write:x', 'read:x']);
  });

  test('permissions of the Management API follow the host', async () => {
    const { id } = await role();
    const path = `/roles/${id}/permissions`;
    const management = `https://${site.host}/api/v2/`;
    assert.equal((await site.manage('POST', path, permissions(management, 'read:users'))).status, 201);
    const [held] = (await site.manage('GET', path)).body;
    assert.equal(held.resource_server_identifier, management);
    assert.equal(
      (await storeOf(site).all(rolePermissions, { role_id: id }))[0]?.resource_server_identifier,
      'urn:countersign:management-api',
    );
  });

  test('a user has what is given directly and what the roles have, and each says where it is from', async () => {
    const one = await api([{ value: 'a' }, { value: 'b' }, { value: 'c' }]);
    const user = await makeUser(site, connection);
    const first = await role({ description: 'First' });
    const second = await role();
    await site.manage('POST', `/roles/${first.id}/permissions`, permissions(one.identifier, 'a', 'b'));
    await site.manage('POST', `/roles/${second.id}/permissions`, permissions(one.identifier, 'b'));
    const given = await site.manage('POST', `${at(user)}/roles`, { roles: [first.id, second.id] });
    assert.deepEqual([given.status, given.text], [204, '']);
    assert.equal(
      (await site.manage('POST', `${at(user)}/roles`, { roles: [first.id] })).status,
      204,
      'again is no fault',
    );
    const direct = await site.manage('POST', `${at(user)}/permissions`, permissions(one.identifier, 'b', 'c'));
    assert.deepEqual([direct.status, direct.body], [201, {}]);
    assert.deepEqual((await site.manage('GET', `${at(user)}/roles?include_totals=true`)).body, {
      start: 0,
      limit: 50,
      total: 2,
      roles: [
        { id: first.id, name: first.name, description: 'First' },
        { id: second.id, name: second.name, description: '' },
      ],
    });
    const listed = (await site.manage('GET', `${at(user)}/permissions`)).body;
    const source = ({ id, name }: { id: string; name: string }) => ({
      source_id: id,
      source_name: name,
      source_type: 'ROLE',
    });
    const directly = { source_id: '', source_name: '', source_type: 'DIRECT' };
    assert.deepEqual(
      listed.map((held: { permission_name: string; sources: object[] }) => [held.permission_name, held.sources]),
      [
        ['a', [source(first)]],
        ['b', [directly, source(first), source(second)]],
        ['c', [directly]],
      ],
    );
    assert.deepEqual([...(await permissionsOf(storeOf(site), user.user_id, one.identifier))].sort(), ['a', 'b', 'c']);
    assert.equal(
      (await site.manage('DELETE', `${at(user)}/permissions`, permissions(one.identifier, 'b'))).status,
      204,
    );
    assert.equal((await site.manage('DELETE', `${at(user)}/roles`, { roles: [first.id] })).status, 204);
    assert.deepEqual(names((await site.manage('GET', `${at(user)}/permissions`)).body), ['b', 'c']);
    assert.equal((await site.manage('POST', `${at(user)}/roles`, { roles: [second.id, 'rol_none'] })).status, 404);
    for (const wrong of [{}, { roles: [] }, { roles: 'x' }, { roles: [second.id, second.id] }, { roles: [1] }])
      assert.equal((await site.manage('POST', `${at(user)}/roles`, wrong)).status, 400, JSON.stringify(wrong));
  });

  test('the users of a role are listed by pages and by checkpoints', async () => {
    const { id } = await role();
    const people = [
      await makeUser(site, connection),
      await makeUser(site, connection),
      await makeUser(site, connection),
    ];
    const ids = people.map((user) => user.user_id);
    const reply = await site.manage('POST', `/roles/${id}/users`, { users: ids });
    assert.deepEqual([reply.status, reply.body], [200, {}]);
    const [first] = people;
    const page = (await site.manage('GET', `/roles/${id}/users?per_page=2&include_totals=true`)).body;
    assert.deepEqual([page.total, page.users.length], [3, 2]);
    assert.deepEqual(page.users[0], {
      user_id: first.user_id,
      email: first.email,
      picture: first.picture,
      name: first.name,
    });
    const walked: string[] = [];
    for (let from = ''; ; ) {
      const { body } = await site.manage('GET', `/roles/${id}/users?take=2${from}`);
      walked.push(...body.users.map((user: { user_id: string }) => user.user_id));
      if (body.next === undefined) break;
      from = `&from=${encodeURIComponent(body.next)}`;
    }
    assert.deepEqual(walked, ids);
    const missing = await site.manage('POST', `/roles/${id}/users`, { users: ['auth0|none'] });
    assert.deepEqual([missing.status, missing.body.errorCode], [404, 'inexistent_user']);
  });

  test('RBAC-12: a user has at most 50 roles, and a role at most 1000 permissions', async () => {
    const user = await makeUser(site, connection);
    const ids: string[] = [];
    for (let index = 0; index < 51; index++) ids.push((await role()).id);
    assert.equal((await site.manage('POST', `${at(user)}/roles`, { roles: ids.slice(0, 49) })).status, 204);
    assert.equal((await site.manage('POST', `${at(user)}/roles`, { roles: ids.slice(49) })).status, 400);
    assert.equal((await site.manage('GET', `${at(user)}/roles?include_totals=true`)).body.total, 49, 'none was given');
    const many = Array.from({ length: 1000 }, (_, index) => `p${index}`);
    const one = await api(many.map((value) => ({ value })));
    const two = await api([{ value: 'more' }]);
    const { id } = await role();
    for (let from = 0; from < 1000; from += 500) {
      const reply = await site.manage(
        'POST',
        `/roles/${id}/permissions`,
        permissions(one.identifier, ...many.slice(from, from + 500)),
      );
      assert.equal(reply.status, 201, reply.text);
    }
    const over = await site.manage('POST', `/roles/${id}/permissions`, permissions(two.identifier, 'more'));
    assert.match(over.body.message, /at most 1000 permissions/);
  });

  test('RBAC-11: a scope that leaves its API leaves roles, users and consents, and does not come back with it', async () => {
    const one = await api([{ value: 'keep' }, { value: 'drop' }]);
    const other = await api([{ value: 'drop' }]);
    const user = await makeUser(site, connection);
    const { id } = await role();
    for (const path of [`/roles/${id}/permissions`, `${at(user)}/permissions`]) {
      await site.manage('POST', path, permissions(one.identifier, 'keep', 'drop'));
      await site.manage('POST', path, permissions(other.identifier, 'drop'));
    }
    const store = storeOf(site);
    const grant = {
      id: `rbac-${engine}`,
      clientID: 'c',
      user_id: user.user_id,
      audience: one.identifier,
      scope: ['openid', 'keep', 'drop'],
    };
    await store.transact((tx) => tx.insert(userGrants, grant));
    await site.manage('PATCH', `/resource-servers/${one.id}`, { scopes: [{ value: 'keep' }] });
    await site.manage('PATCH', `/resource-servers/${one.id}`, { scopes: [{ value: 'keep' }, { value: 'drop' }] });
    for (const path of [`/roles/${id}/permissions`, `${at(user)}/permissions`])
      assert.deepEqual(names((await site.manage('GET', path)).body), ['keep', 'drop'], `${path}: one of each API`);
    assert.deepEqual([...(await permissionsOf(store, user.user_id, one.identifier))], ['keep']);
    assert.deepEqual((await store.get(userGrants, grant.id))?.scope, ['openid', 'keep']);
  });

  test('a removed role, API or client leaves nothing behind that names it', async () => {
    const one = await api([{ value: 'a' }]);
    const user = await makeUser(site, connection);
    const { id } = await role();
    const client = (await site.manage('POST', '/clients', { name: 'Leaving' })).body.client_id;
    const store = storeOf(site);
    await site.manage('POST', `/roles/${id}/permissions`, permissions(one.identifier, 'a'));
    await site.manage('POST', `${at(user)}/permissions`, permissions(one.identifier, 'a'));
    await site.manage('POST', `${at(user)}/roles`, { roles: [id] });
    const grant = (name: string, clientID: string, audience: string) => ({
      id: `${name}-${engine}`,
      clientID,
      user_id: user.user_id,
      audience,
      scope: ['a'],
    });
    await store.transact(async (tx) => {
      await tx.insert(userGrants, grant('by-api', 'c', one.identifier));
      await tx.insert(userGrants, grant('by-client', client, 'https://elsewhere.example/'));
    });
    await site.manage('DELETE', `/resource-servers/${one.id}`);
    assert.deepEqual(await store.all(rolePermissions, { resource_server_identifier: one.identifier }), []);
    assert.deepEqual(await store.all(userPermissions, { resource_server_identifier: one.identifier }), []);
    assert.deepEqual(await store.all(userGrants, { audience: one.identifier }), []);
    await site.manage('DELETE', `/roles/${id}`);
    assert.deepEqual(await store.all(userRoles, { role_id: id }), []);
    assert.equal((await store.all(userGrants, { clientID: client })).length, 1);
    await site.manage('DELETE', `/clients/${client}`);
    assert.deepEqual(await store.all(userGrants, { clientID: client }), []);
  });
};

for (const engine of engines) describe(`roles on ${engine}`, suite(engine));
