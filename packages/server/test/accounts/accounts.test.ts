// Users in the store, on both engines: claims on identifiers, passwords, logins, permissions, and what goes with a user.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { changeIdentifier, changePassword, recordLogin, upgradeHash } from '../../src/domain/accounts/change.ts';
import { createUser, type UserDraft } from '../../src/domain/accounts/create.ts';
import { findPassword, findUser, findUserByIdentifier } from '../../src/domain/accounts/find.ts';
import { permissionsOf } from '../../src/domain/accounts/permissions.ts';
import { removeUser } from '../../src/domain/accounts/remove.ts';
import {
  identifiers,
  passwords,
  rolePermissions,
  type User,
  userPermissions,
  userRoles,
  users,
} from '../../src/domain/accounts/user.ts';
import { issuedTokens, userGrants } from '../../src/domain/issuing/user-tables.ts';
import type { Store } from '../../src/storage/store.ts';
import { engines } from '../support/running.ts';
import { type Opened, openAccounts } from './store.ts';

const now = Date.parse('2026-01-02T03:04:05.678Z');
const connection = 'people';

async function made(store: Store, draft: Omit<UserDraft, 'connection'>): Promise<User> {
  const outcome = await store.transact((tx) => createUser(tx, { connection, ...draft }, now));
  assert.equal(outcome.kind, 'created');
  return outcome.kind === 'created' ? outcome.user : assert.fail();
}

for (const engine of engines) {
  describe(`accounts on ${engine}`, () => {
    let opened: Awaited<ReturnType<typeof openAccounts>>;
    let other: Opened;
    before(async () => {
      opened = await openAccounts(engine);
      other = await opened.again();
    });
    after(async () => {
      await other.close();
      await opened.close();
    });

    test('a new user has a profile made from what was given', async () => {
      const user = await made(opened.store, { email: 'Ada@Example.com', username: 'Ada', given_name: 'Ada' });
      assert.match(user.user_id, /^auth0\|[0-9a-f]{24}$/);
      assert.deepEqual(
        { ...user, user_id: '', identities: [] },
        {
          user_id: '',
          connection,
          email: 'ada@example.com',
          email_verified: false,
          username: 'ada',
          name: 'ada@example.com',
          nickname: 'ada',
          picture: `https://s.gravatar.com/avatar/${createHash('md5').update('ada@example.com').digest('hex')}?s=480&r=pg&d=https%3A%2F%2Fcdn.auth0.com%2Favatars%2Fad.png`,
          given_name: 'Ada',
          created_at: '2026-01-02T03:04:05.678Z',
          updated_at: '2026-01-02T03:04:05.678Z',
          identities: [],
        },
      );
      const [identity] = user.identities;
      assert.deepEqual(identity, { connection, provider: 'auth0', user_id: user.user_id.slice(6), isSocial: false });
      assert.deepEqual(await findUser(opened.store, user.user_id), user);
    });

    test('a user is found by each identifier in any case, in its own connection only', async () => {
      const user = await made(opened.store, { email: 'find@x.test', username: 'finder', phone_number: '+4912345' });
      for (const typed of ['find@x.test', 'FIND@X.TEST', 'Finder', '+4912345']) {
        assert.equal((await findUserByIdentifier(opened.store, connection, typed))?.user_id, user.user_id, typed);
        assert.equal(await findUserByIdentifier(opened.store, 'others', typed), undefined, typed);
      }
      for (const typed of ['', 'find', 'f\u0131nd@x.test', '4912345', 'x'.repeat(10_000)]) {
        assert.equal(await findUserByIdentifier(opened.store, connection, typed), undefined, typed);
      }
    });

    test('an identifier is taken by one user of a connection, in any case, and nothing is written for the other', async () => {
      await made(opened.store, { email: 'taken@x.test', username: 'taken' });
      const again = (draft: Omit<UserDraft, 'connection'>) =>
        opened.store.transact((tx) => createUser(tx, { connection, ...draft }, now));
      assert.deepEqual(await again({ email: 'TAKEN@x.test' }), { kind: 'exists', identifier: 'email' });
      assert.deepEqual(await again({ email: 'free@x.test', username: 'Taken' }), {
        kind: 'exists',
        identifier: 'username',
      });
      assert.equal(await findUserByIdentifier(opened.store, connection, 'free@x.test'), undefined);
      const elsewhere = await opened.store.transact((tx) =>
        createUser(tx, { connection: 'others', email: 'taken@x.test' }, now),
      );
      assert.equal(elsewhere.kind, 'created');
    });

    test('É and é are one address on every engine; straße and strasse are two', async () => {
      await made(opened.store, { email: 'É@x.test' });
      const same = await opened.store.transact((tx) => createUser(tx, { connection, email: 'é@x.test' }, now));
      assert.equal(same.kind, 'exists');
      const first = await made(opened.store, { email: 'STRASSE@x.test' });
      const second = await made(opened.store, { email: 'straße@x.test' });
      assert.equal((await findUserByIdentifier(opened.store, connection, 'strasse@x.test'))?.user_id, first.user_id);
      assert.equal((await findUserByIdentifier(opened.store, connection, 'Straße@x.test'))?.user_id, second.user_id);
    });

    test('what names nobody is refused, and so is an id that is no id', async () => {
      const tried = (draft: Omit<UserDraft, 'connection'>) =>
        opened.store.transact((tx) => createUser(tx, { connection, ...draft }, now));
      assert.deepEqual(await tried({ email: 'v＠x.test' }), { kind: 'invalid', identifier: 'email' });
      assert.deepEqual(await tried({ username: 'a b' }), { kind: 'invalid', identifier: 'username' });
      assert.deepEqual(await tried({ phone_number: '1' }), { kind: 'invalid', identifier: 'phone_number' });
      assert.deepEqual(await tried({ email: 'id@x.test', user_id: 'a b' }), { kind: 'invalid', identifier: 'user_id' });
    });

    test('an id can be chosen once', async () => {
      const user = await made(opened.store, { email: 'chosen@x.test', user_id: 'chosen' });
      assert.equal(user.user_id, 'auth0|chosen');
      const again = await opened.store.transact((tx) =>
        createUser(tx, { connection, email: 'chosen2@x.test', user_id: 'chosen' }, now),
      );
      assert.deepEqual(again, { kind: 'exists', identifier: 'user_id' });
    });

    test('of twenty racers on two nodes for one address, in several cases, one creates the user and none fails', async () => {
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          (index % 2 ? opened : other).store.transact((tx) =>
            createUser(
              tx,
              {
                connection,
                email: index % 3 ? 'race@x.test' : 'Race@X.test',
                username: index % 5 ? 'racer' : `r${index}`,
              },
              now,
            ),
          ),
        ),
      );
      assert.equal(outcomes.filter(({ kind }) => kind === 'created').length, 1);
      assert.equal(outcomes.filter(({ kind }) => kind === 'exists').length, 19);
      assert.equal((await opened.store.all(users, { email: 'race@x.test' })).length, 1);
    });

    test('a password is changed, earlier ones are kept as far as the connection remembers, and the reset is dated', async () => {
      const user = await made(opened.store, { email: 'change@x.test', password_hash: 'one' });
      const change = (hash: string, history: number) =>
        opened.store.transact((tx) => changePassword(tx, user, hash, now + 1000, history));
      const after = await change('two', 2);
      assert.equal(after?.last_password_reset, '2026-01-02T03:04:06.678Z');
      assert.equal(after?.updated_at, '2026-01-02T03:04:06.678Z');
      await change('three', 2);
      await change('four', 2);
      const stored = await findPassword(opened.store, user.user_id);
      assert.deepEqual(stored, {
        user_id: user.user_id,
        hash: 'four',
        history: ['three', 'two'],
        changed_at: '2026-01-02T03:04:06.678Z',
      });
      await change('five', 0);
      assert.deepEqual((await findPassword(opened.store, user.user_id))?.history, []);
      assert.equal(
        await opened.store.transact((tx) => changePassword(tx, { user_id: 'auth0|no' }, 'x', now)),
        undefined,
      );
    });

    test('a hash is upgraded only over the hash that was verified', async () => {
      const user = await made(opened.store, { email: 'upgrade@x.test', password_hash: 'weak' });
      const upgrade = (from: string) => opened.store.transact((tx) => upgradeHash(tx, user.user_id, from, 'strong'));
      assert.equal(await upgrade('other'), false);
      assert.equal((await findPassword(opened.store, user.user_id))?.hash, 'weak');
      assert.equal(await upgrade('weak'), true);
      assert.equal((await findPassword(opened.store, user.user_id))?.hash, 'strong');
      assert.equal((await findUser(opened.store, user.user_id))?.last_password_reset, undefined);
    });

    test('logins are counted, also when they come at once', async () => {
      const user = await made(opened.store, { email: 'login@x.test' });
      await Promise.all(
        [opened, other, opened].map(({ store }) =>
          store.transact((tx) => recordLogin(tx, user.user_id, '192.0.2.1', now + 5000)),
        ),
      );
      const stored = await findUser(opened.store, user.user_id);
      assert.equal(stored?.logins_count, 3);
      assert.equal(stored?.last_ip, '192.0.2.1');
      assert.equal(stored?.last_login, '2026-01-02T03:04:10.678Z');
      assert.equal(stored?.updated_at, stored?.last_login);
      assert.equal(await opened.store.transact((tx) => recordLogin(tx, 'auth0|no', '192.0.2.1', now)), undefined);
    });

    test('an identifier that is changed is free for others, and one that is taken stays with its user', async () => {
      const user = await made(opened.store, { email: 'old@x.test' });
      await made(opened.store, { email: 'neighbour@x.test' });
      const rename = (text: string | null) =>
        opened.store.transact(async (tx) => {
          const locked = await tx.lock(users, user.user_id);
          const outcome = await changeIdentifier(tx, locked ?? assert.fail(), 'email', text, now);
          if (outcome.kind === 'renamed') await tx.replace(users, outcome.user);
          return outcome.kind;
        });
      assert.equal(await rename('Neighbour@x.test'), 'exists');
      assert.equal(await rename('a@b'), 'invalid');
      assert.equal((await findUserByIdentifier(opened.store, connection, 'old@x.test'))?.user_id, user.user_id);
      assert.equal(await rename('New@x.test'), 'renamed');
      assert.equal((await findUser(opened.store, user.user_id))?.email, 'new@x.test');
      await made(opened.store, { email: 'old@x.test' });
      assert.equal(await rename(null), 'renamed');
      assert.equal(await findUserByIdentifier(opened.store, connection, 'new@x.test'), undefined);
    });

    test('permissions are those held directly and those of roles, of one API', async () => {
      const user = await made(opened.store, { email: 'may@x.test' });
      const id = user.user_id;
      const scope = (api: string, name: string) => ({ resource_server_identifier: api, permission_name: name });
      await opened.store.transact(async (tx) => {
        await tx.insert(userPermissions, { id: `${id} a read`, user_id: id, ...scope('a', 'read') });
        await tx.insert(userPermissions, { id: `${id} b read`, user_id: id, ...scope('b', 'read:b') });
        for (const [role, name] of [
          ['rol_1', 'read'],
          ['rol_1', 'write'],
          ['rol_2', 'admin'],
        ] as const) {
          await tx.insert(rolePermissions, { id: `${role} a ${name}`, role_id: role, ...scope('a', name) });
        }
        await tx.insert(rolePermissions, { id: 'rol_1 b x', role_id: 'rol_1', ...scope('b', 'x:b') });
        await tx.insert(userRoles, { id: `${id} rol_1`, user_id: id, role_id: 'rol_1' });
      });
      assert.deepEqual([...(await permissionsOf(opened.store, id, 'a'))].sort(), ['read', 'write']);
      assert.deepEqual([...(await permissionsOf(opened.store, id, 'b'))].sort(), ['read:b', 'x:b']);
      assert.deepEqual([...(await permissionsOf(opened.store, 'auth0|no', 'a'))], []);
    });

    test('a removed user leaves nothing behind, and others keep what is theirs', async () => {
      const leaving = await made(opened.store, { email: 'leave@x.test', password_hash: 'x' });
      const staying = await made(opened.store, { email: 'stay@x.test', password_hash: 'x' });
      await opened.store.transact(async (tx) => {
        for (const { user_id } of [leaving, staying]) {
          await tx.insert(userRoles, { id: `${user_id} rol_9`, user_id, role_id: 'rol_9' });
          await tx.insert(userGrants, { id: `g ${user_id}`, clientID: 'c', user_id, audience: 'a', scope: [] });
          await tx.insert(issuedTokens, {
            id: `t ${user_id}`,
            family: 'f',
            user_id,
            client_id: 'c',
            issuer: 'i',
            scopes: [],
            opaque: true,
            expires_at: '2099-01-01T00:00:00.000Z',
          });
        }
      });
      const remove = () => opened.store.transact((tx) => removeUser(tx, leaving.user_id));
      assert.equal(await remove(), true);
      assert.equal(await remove(), false);
      const count = async (user_id: string) =>
        (
          await Promise.all([
            opened.store.all(userRoles, { user_id }),
            opened.store.all(userGrants, { user_id }),
            opened.store.all(issuedTokens, { user_id }),
            opened.store.all(identifiers, { user_id }),
          ])
        ).map(({ length }) => length);
      assert.deepEqual(await count(leaving.user_id), [0, 0, 0, 0]);
      assert.deepEqual(await count(staying.user_id), [1, 1, 1, 1]);
      assert.equal(await opened.store.get(passwords, leaving.user_id), undefined);
      assert.equal(await findUser(opened.store, leaving.user_id), undefined);
      assert.ok(await findUser(opened.store, staying.user_id));
      await made(opened.store, { email: 'leave@x.test' });
    });
  });
}
