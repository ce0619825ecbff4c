// /api/v2/users: created, read, changed, removed (auth0-behaviour §2.6, §37; security cases MAS-03, MAS-04, MAS-10, SES-4).

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import bcrypt from 'bcrypt';
import { findPassword, findUserByIdentifier } from '../../src/domain/accounts/find.ts';
import { identifiers, userPermissions, userRoles } from '../../src/domain/accounts/user.ts';
import { userGrants } from '../../src/domain/issuing/user-tables.ts';
import { sessionsOf, startSession } from '../../src/domain/sessions/lifecycle.ts';
import { tenantSettings } from '../../src/resources/index.ts';
import { type Engine, engines, serveHere } from '../support/running.ts';
import { at, makeConnection, makeUser, storeOf } from './people.ts';

const suite = (engine: Engine) => () => {
  let site: Awaited<ReturnType<typeof serveHere>>;
  let connection: string;
  before(async () => {
    site = await serveHere(engine);
    connection = await makeConnection(site);
  });
  after(() => site.stop());

  const logIn = (user_id: string) =>
    storeOf(site).transact((tx) =>
      startSession(
        tx,
        { user_id, connection, method: 'pwd', ip: '192.0.2.1', user_agent: 'Test' },
        tenantSettings.initial,
        Date.now(),
      ),
    );
  const sessionCount = async (user_id: string) => (await sessionsOf(storeOf(site), user_id, Date.now())).length;

  test('a user has the recorded members, and no password in any answer or log', async () => {
    const secret = 'a very secret password';
    const created = await site.manage('POST', '/users', {
      connection,
      email: 'Chuck@Example.com',
      username: 'Chuck',
      password: secret,
      given_name: 'Chuck',
      verify_email: false,
      user_metadata: { a: 1, gone: null },
      blocked: false,
    });
    assert.equal(created.status, 201, created.text);
    const { user_id, created_at, updated_at, picture, ...rest } = created.body;
    assert.match(user_id, /^auth0\|[0-9a-f]{24}$/);
    assert.equal(created_at, updated_at);
    assert.match(picture, /^https:\/\/s\.gravatar\.com\/avatar\/[0-9a-f]{32}\?/);
    assert.deepEqual(rest, {
      email: 'chuck@example.com',
      email_verified: false,
      username: 'chuck',
      name: 'chuck@example.com',
      nickname: 'chuck',
      given_name: 'Chuck',
      blocked: false,
      user_metadata: { a: 1 },
      identities: [{ connection, provider: 'auth0', user_id: user_id.slice(6), isSocial: false }],
    });
    const read = await site.manage('GET', at(created.body));
    assert.deepEqual(read.body, created.body);
    const stored = await findPassword(storeOf(site), user_id);
    assert.match(stored?.hash ?? '', /^\$argon2id\$/);

    await site.manage('PATCH', at(created.body), { password: `${secret} 2` });
    const imported = await bcrypt.hash('imported', 4);
    await site.manage('POST', '/users', { connection, email: 'h@example.com', password_hash: imported });
    await site.manage('POST', '/users', {
      connection,
      email: 'h2@example.com',
      custom_password_hash: { algorithm: 'bcrypt', hash: { value: imported } },
    });
    await site.house.logs.flush();
    const { records } = await storeOf(site).logs.page({ filter: {}, newestFirst: true, offset: 0, limit: 50 });
    const log = records.join('\n');
    assert.ok(log.includes('chuck@example.com'), 'the writes are in the log');
    for (const text of [secret, imported, stored?.hash ?? '-']) assert.ok(!log.includes(text), 'but no password');
    const list = await site.manage('GET', '/users');
    for (const text of ['"password', 'argon2', '$2b$', 'hash']) assert.ok(!list.text.includes(text), text);
  });

  test('an id may be chosen; identifiers and ids are taken once, in any case', async () => {
    const first = await makeUser(site, connection, { user_id: 'chosen', email: 'once@example.com', username: 'once' });
    assert.equal(first.user_id, 'auth0|chosen');
    for (const body of [
      { email: 'ONCE@example.com' },
      { email: 'twice@example.com', username: 'Once' },
      { email: 'twice@example.com', user_id: 'chosen' },
    ]) {
      const reply = await site.manage('POST', '/users', { connection, password: 'x', ...body });
      assert.equal(reply.status, 409, reply.text);
      assert.deepEqual(
        [reply.body.message, reply.body.errorCode, reply.body.error],
        ['The user already exists.', 'auth0_idp_error', 'Conflict'],
      );
    }
    assert.equal(
      await findUserByIdentifier(storeOf(site), connection, 'twice@example.com'),
      undefined,
      'nothing is half-written',
    );
    const elsewhere = await makeConnection(site);
    await makeUser(site, elsewhere, { email: 'once@example.com' });
  });

  test('of many who create the same user at once, one does', async () => {
    const body = { connection, email: 'race@example.com', password: 'x' };
    const replies = await Promise.all(Array.from({ length: 8 }, () => site.manage('POST', '/users', body)));
    assert.deepEqual(replies.map(({ status }) => status).toSorted(), [201, 409, 409, 409, 409, 409, 409, 409]);
  });

  test('what a user cannot be made of is a 400 that names it', async () => {
    const good = { connection, email: 'good@example.com', password: 'x' };
    const cases: readonly (readonly [object, RegExp])[] = [
      [{ ...good, connection: undefined }, /Missing required property: connection/],
      [{ ...good, email: undefined }, /Missing required property: email/],
      [{ ...good, password: undefined }, /Missing required property: password/],
      [{ ...good, connection: 'None' }, /The connection does not exist/],
      [{ ...good, foo: 1 }, /Additional properties not allowed: foo/],
      [{ ...good, callbacks: [] }, /Additional properties not allowed: callbacks/],
      [{ ...good, created_at: '2020-01-01' }, /Additional properties not allowed: created_at/],
      [{ ...good, identities: [] }, /Additional properties not allowed: identities/],
      [{ ...good, logins_count: 3 }, /Additional properties not allowed: logins_count/],
      [{ ...good, blocked: 'false' }, /Expected type boolean.*blocked/],
      [{ ...good, email_verified: 1 }, /Expected type boolean/],
      [{ ...good, email: ['a@b.example'] }, /Expected type string.*email/],
      [{ ...good, email: 'nobody' }, /email/],
      [{ ...good, email: `${'x'.repeat(65)}@example.com` }, /validation for format email/],
      [{ ...good, username: 'a@b.example' }, /format username/],
      [{ ...good, phone_number: '0123' }, /pattern|format|phone_number/],
      [{ ...good, user_id: 'a b' }, /user_id/],
      [{ ...good, password: 'x'.repeat(73) }, /at most 72 bytes/],
      [{ ...good, password: 'ü'.repeat(40) }, /at most 72 bytes/],
      [{ ...good, password_hash: await bcrypt.hash('x', 4) }, /Send one of/],
      [{ ...good, password: undefined, password_hash: 'plain' }, /Not a hash/],
      [{ ...good, password: undefined, password_hash: `$2b$31$${'a'.repeat(53)}` }, /Not a hash/],
      [{ ...good, app_metadata: 'x' }, /app_metadata/],
      [{ ...good, picture: 'javascript:alert(1)' }, /picture/],
    ];
    for (const [body, message] of cases) {
      const reply = await site.manage('POST', '/users', body);
      assert.equal(reply.status, 400, `${JSON.stringify(body)}: ${reply.text}`);
      assert.match(reply.body.message, message);
    }
    assert.equal(await findUserByIdentifier(storeOf(site), connection, 'good@example.com'), undefined);
  });

  test('the password rules of the connection hold, for new users and for changes', async () => {
    const strict = await makeConnection(site, {
      passwordPolicy: 'good',
      password_history: { enable: true, size: 2 },
      password_dictionary: { enable: true, dictionary: [] },
      password_no_personal_info: { enable: true },
    });
    const weak = await site.manage('POST', '/users', { connection: strict, email: 'w@example.com', password: 'abc' });
    assert.deepEqual([weak.status, weak.body.message], [400, 'PasswordStrengthError: Password is too weak']);
    const user = await makeUser(site, strict, { email: 'elizabeth@example.com', password: 'Tr0ub4dor&3' });
    const change = async (password: string) => (await site.manage('PATCH', at(user), { password })).body.message;
    assert.equal(await change('short'), 'PasswordStrengthError: Password is too weak');
    assert.equal(await change('Elizabeth-1'), 'PasswordNoUserInfoError: Password contains user information');
    assert.equal(await change('Tr0ub4dor&3'), 'PasswordHistoryError: Password has previously been used');
    assert.equal(await change('An0ther&better'), undefined);
    assert.equal(await change('Tr0ub4dor&3'), 'PasswordHistoryError: Password has previously been used');
  });

  test('metadata is merged by its first level, null takes a member away, and {} takes all', async () => {
    const user = await makeUser(site, connection, { user_metadata: { a: { b: 1, c: 2 }, d: 3 } });
    const patch = async (body: object) => (await site.manage('PATCH', at(user), body)).body;
    assert.deepEqual((await patch({ user_metadata: { a: { b: 9 }, e: 5 } })).user_metadata, {
      a: { b: 9 },
      d: 3,
      e: 5,
    });
    assert.deepEqual((await patch({ user_metadata: { d: null } })).user_metadata, { a: { b: 9 }, e: 5 });
    assert.deepEqual((await patch({ app_metadata: { roles: ['x'] } })).app_metadata, { roles: ['x'] });
    const after = await patch({ user_metadata: {} });
    assert.deepEqual([after.user_metadata, after.app_metadata], [{}, { roles: ['x'] }]);
  });

  test('of changes of metadata at the same time none is lost', async () => {
    const user = await makeUser(site, connection);
    const keys = Array.from({ length: 8 }, (_, index) => `k${index}`);
    await Promise.all(keys.map((key) => site.manage('PATCH', at(user), { user_metadata: { [key]: key } })));
    const { user_metadata } = (await site.manage('GET', at(user))).body;
    assert.deepEqual(Object.keys(user_metadata).toSorted(), keys);
  });

  test('of two users who want the same address at once, one gets it', async () => {
    const people = [
      await makeUser(site, connection),
      await makeUser(site, connection),
      await makeUser(site, connection),
    ];
    const email = `wanted-${engine}@example.com`;
    const replies = await Promise.all(people.map((user) => site.manage('PATCH', at(user), { email })));
    assert.deepEqual(replies.map(({ status }) => status).toSorted(), [200, 400, 400]);
    const owner = await findUserByIdentifier(storeOf(site), connection, email);
    assert.equal(owner?.user_id, people[replies.findIndex(({ status }) => status === 200)]?.user_id);
  });

  test('profile members are changed and taken away; what the server keeps cannot be changed', async () => {
    const user = await makeUser(site, connection, { given_name: 'A', nickname: 'n' });
    const changed = await site.manage('PATCH', at(user), { given_name: null, family_name: 'B', blocked: true });
    assert.equal(changed.status, 200, changed.text);
    assert.equal('given_name' in changed.body, false);
    assert.deepEqual([changed.body.family_name, changed.body.blocked, changed.body.nickname], ['B', true, 'n']);
    assert.ok(changed.body.updated_at >= user.updated_at);
    for (const body of [
      { user_id: 'auth0|other' },
      { identities: [] },
      { created_at: '2020-01-01T00:00:00Z' },
      { last_ip: '1.2.3.4' },
      { foo: 1 },
      { blocked: null },
      { connection: 'Other' },
      { email: null },
      { password_hash: '$2b$04$x' },
    ]) {
      const reply = await site.manage('PATCH', at(user), body);
      assert.equal(reply.status, 400, `${JSON.stringify(body)}: ${reply.text}`);
    }
    assert.deepEqual((await site.manage('GET', at(user))).body, changed.body);
  });

  test('a changed e-mail address moves the claim, is unverified again, and ends the sessions', async () => {
    const user = await makeUser(site, connection, { email: 'old@example.com', email_verified: true });
    const other = await makeUser(site, connection, { email: 'other@example.com' });
    await logIn(user.user_id);
    await logIn(other.user_id);
    await site.manage('PATCH', at(user), { given_name: 'Still', email: 'OLD@example.com' });
    assert.equal(await sessionCount(user.user_id), 1, 'the same address is no change');
    const taken = await site.manage('PATCH', at(user), { username: 'fresh-name', email: 'OTHER@example.com' });
    assert.deepEqual(
      [taken.status, taken.body.message, taken.body.errorCode],
      [400, 'The specified new email already exists', 'auth0_idp_error'],
    );
    assert.equal(
      await findUserByIdentifier(storeOf(site), connection, 'fresh-name'),
      undefined,
      'nothing is kept of it',
    );
    const changed = await site.manage('PATCH', at(user), { email: 'New@example.com' });
    assert.deepEqual(
      [changed.body.email, changed.body.email_verified, changed.body.name],
      ['new@example.com', false, 'new@example.com'],
    );
    assert.deepEqual([await sessionCount(user.user_id), await sessionCount(other.user_id)], [0, 1]);
    assert.equal(await findUserByIdentifier(storeOf(site), connection, 'old@example.com'), undefined);
    assert.equal((await findUserByIdentifier(storeOf(site), connection, 'new@example.com'))?.user_id, user.user_id);
    await makeUser(site, connection, { email: 'old@example.com' });
    const both = await site.manage('PATCH', at(user), { email: 'v@example.com', email_verified: true, name: 'Own' });
    assert.deepEqual([both.body.email_verified, both.body.name], [true, 'Own']);
    const without = await makeUser(site, connection, { username: 'only-name' });
    const left = (await site.manage('PATCH', at(without), { email: null })).body;
    assert.deepEqual([left.email, left.email_verified, left.name], [undefined, undefined, 'only-name']);
  });

  test('a changed password and a block end the sessions of the user', async () => {
    const user = await makeUser(site, connection);
    for (const body of [{ password: 'another one' }, { username: 'renamed-user' }, { blocked: true }]) {
      await logIn(user.user_id);
      const reply = await site.manage('PATCH', at(user), body);
      assert.equal(reply.status, 200, reply.text);
      assert.equal(await sessionCount(user.user_id), 0, JSON.stringify(body));
    }
    assert.ok((await site.manage('GET', at(user))).body.last_password_reset);
    await logIn(user.user_id);
    await site.manage('PATCH', at(user), { nickname: 'x' });
    assert.equal(await sessionCount(user.user_id), 1, 'nothing else does');
  });

  test('a user that is not there is a 404, and removing one twice is a 204', async () => {
    const user = await makeUser(site, connection);
    assert.equal((await site.manage('DELETE', at(user))).status, 204);
    assert.equal((await site.manage('DELETE', at(user))).status, 204);
    for (const [method, path, body] of [
      ['GET', '', undefined],
      ['PATCH', '', { nickname: 'x' }],
      ['GET', '/roles', undefined],
      ['GET', '/permissions', undefined],
      ['GET', '/logs', undefined],
      ['GET', '/sessions', undefined],
      ['DELETE', '/sessions', undefined],
    ] as const) {
      const reply = await site.manage(method, `${at(user)}${path}`, body);
      assert.deepEqual(
        [reply.status, reply.body?.message, reply.body?.errorCode],
        [404, 'The user does not exist.', 'inexistent_user'],
        `${method} ${path}`,
      );
    }
    assert.equal((await site.manage('GET', `/users/${'x'.repeat(200)}`)).status, 404);
    assert.ok([400, 404].includes((await site.manage('GET', '/users/a%00b')).status));
  });

  test('a removed user leaves nothing behind that names it', async () => {
    const user = await makeUser(site, connection, { username: 'leaving' });
    const { user_id } = user;
    const api = await site.manage('POST', '/resource-servers', {
      identifier: 'https://left.example/',
      scopes: [{ value: 'a' }],
    });
    const role = await site.manage('POST', '/roles', { name: 'Left' });
    await site.manage('POST', `${at(user)}/roles`, { roles: [role.body.id] });
    await site.manage('POST', `${at(user)}/permissions`, {
      permissions: [{ resource_server_identifier: api.body.identifier, permission_name: 'a' }],
    });
    await logIn(user_id);
    const store = storeOf(site);
    const grant = { id: 'left', clientID: 'c', user_id, audience: 'https://left.example/', scope: ['a'] };
    await store.transact((tx) => tx.insert(userGrants, grant));
    assert.equal((await store.all(userRoles, { user_id })).length, 1);
    assert.equal((await site.manage('DELETE', at(user))).status, 204);
    const left = [
      await store.all(userRoles, { user_id }),
      await store.all(userPermissions, { user_id }),
      await store.all(userGrants, { user_id }),
      await store.all(identifiers, { user_id }),
    ];
    assert.deepEqual(left, [[], [], [], []]);
    assert.equal(await sessionCount(user_id), 0);
    assert.equal(await findPassword(store, user_id), undefined);
    assert.deepEqual((await site.manage('GET', `/roles/${role.body.id}/users`)).body, []);
    await makeUser(site, connection, { email: user.email, username: 'leaving' });
  });

  test('each operation needs its scope', async () => {
    const user = await makeUser(site, connection);
    const machine = await site.machine();
    const management = `https://${site.host}/api/v2/`;
    const tokenWith = async (...scope: string[]) => {
      const { body } = await site.manage('GET', `/client-grants?client_id=${machine.clientId}&audience=${management}`);
      if (body[0]) await site.manage('PATCH', `/client-grants/${body[0].id}`, { scope });
      else await site.manage('POST', '/client-grants', { client_id: machine.clientId, audience: management, scope });
      const reply = await site.token({
        grant_type: 'client_credentials',
        client_id: machine.clientId,
        client_secret: machine.clientSecret,
        audience: management,
      });
      return reply.body.access_token as string;
    };
    const ask = async (token: string, method: string, path: string, body?: object) => {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
      return site.send(method, `/api/v2${path}`, { headers, ...(body ? { body: JSON.stringify(body) } : {}) });
    };
    const reader = await tokenWith('read:users');
    assert.equal((await ask(reader, 'GET', at(user))).status, 200);
    assert.equal((await ask(reader, 'GET', '/users')).status, 200);
    for (const [method, path, body] of [
      ['POST', '/users', { connection, email: 'no@example.com', password: 'x' }],
      ['PATCH', at(user), { nickname: 'x' }],
      ['DELETE', at(user)],
      ['GET', `${at(user)}/roles`],
      ['POST', `${at(user)}/roles`, { roles: ['rol_x'] }],
      ['GET', `${at(user)}/logs`],
      ['GET', `${at(user)}/sessions`],
      ['GET', '/roles'],
      ['GET', '/grants'],
      ['GET', '/branding'],
    ] as const) {
      const reply = await ask(reader, method, path, body);
      assert.equal(reply.status, 403, `${method} ${path}`);
      assert.equal(reply.body.errorCode, 'insufficient_scope');
    }
    const metadata = await tokenWith('update:users_app_metadata');
    assert.equal((await ask(metadata, 'PATCH', at(user), { app_metadata: { a: 1 } })).status, 200);
    for (const body of [{ nickname: 'x' }, { app_metadata: {}, blocked: true }, { password: 'x' }])
      assert.equal((await ask(metadata, 'PATCH', at(user), body)).status, 403, JSON.stringify(body));
    const own = await tokenWith('read:current_user', 'update:current_user_metadata');
    assert.equal((await ask(own, 'GET', at(user))).status, 403, 'a machine has no profile of its own');
    assert.equal((await ask(own, 'PATCH', at(user), { user_metadata: { a: 1 } })).status, 403);
  });
};

for (const engine of engines) describe(`users on ${engine}`, suite(engine));
