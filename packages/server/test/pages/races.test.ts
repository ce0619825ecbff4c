// Forms that are sent at once, on both engines: one account an address, one end a login, nothing by halves.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { changePassword } from '../../src/domain/accounts/change.ts';
import { findUser } from '../../src/domain/accounts/find.ts';
import { removeUser } from '../../src/domain/accounts/remove.ts';
import { passwords, users } from '../../src/domain/accounts/user.ts';
import { takePending } from '../../src/domain/pending/steps.ts';
import { sessions } from '../../src/domain/sessions/session.ts';
import { engines, type Reply, serveHere } from '../support/running.ts';
import { assertResumes, begin, connection, makeClient, makeUser, password, storeOf } from './visitor.ts';

for (const engine of engines) {
  describe(`forms at once on ${engine}`, () => {
    let here: Awaited<ReturnType<typeof serveHere>>;
    let clientId: string;
    before(async () => {
      here = await serveHere(engine);
      clientId = await makeClient(here);
    });
    after(() => here.stop());

    const count = (replies: readonly Reply[], status: number) =>
      replies.filter((reply) => reply.status === status).length;

    test('of ten who sign up with one address, in any case, one gets the account and the others a page', async () => {
      const visitors = await Promise.all(Array.from({ length: 10 }, () => begin(here, clientId)));
      const replies = await Promise.all(
        visitors.map((visitor, index) =>
          visitor.post('signup', { email: index % 2 ? 'Raced@Example.com' : 'raced@example.com', password }),
        ),
      );
      assert.deepEqual([count(replies, 303), count(replies, 400)], [1, 9]);
      const made = await storeOf(here).all(users, { email: 'raced@example.com', connection });
      assert.equal(made.length, 1);
      assert.equal((await storeOf(here).all(sessions, { user_id: made[0]?.user_id ?? '' })).length, 1);
      const logins = await Promise.all(visitors.map((visitor) => visitor.now()));
      assert.equal(logins.filter((login) => login?.login !== undefined).length, 1);
    });

    test('ten submits of one login form all end well, and each is one login', async () => {
      const user = await makeUser(here, { email: 'ten@example.com' });
      const visitor = await begin(here, clientId);
      const fields = { username: 'ten@example.com', password };
      const replies = await Promise.all(Array.from({ length: 10 }, () => visitor.post('login', fields)));
      for (const reply of replies) assertResumes(reply, visitor);
      assert.equal((await findUser(storeOf(here), user.user_id))?.logins_count, 10);
    });

    test('a login that ends while its form is on the way starts no session', async () => {
      const user = await makeUser(here, { email: 'ended@example.com' });
      for (let round = 0; round < 5; round++) {
        const visitor = await begin(here, clientId);
        // The verification waits in line behind these, so that the login has ended before it is done.
        const line = Promise.all(
          Array.from({ length: 5 }, () => here.house.passwords.hash('Somebody else 9', { tenant: 'default' })),
        );
        const sent = visitor.post('login', { username: 'ended@example.com', password });
        await storeOf(here).transact((tx) => takePending(tx, visitor.pending));
        const reply = await sent;
        await line;
        assert.equal(reply.status, 400);
        assert.equal(reply.headers.get('set-cookie'), null);
      }
      assert.equal((await storeOf(here).all(sessions, { user_id: user.user_id })).length, 0);
      assert.equal((await findUser(storeOf(here), user.user_id))?.logins_count ?? 0, 0);
    });

    test('a password that changes, or a user who goes, while the old one is being verified lets nobody in', async () => {
      const hash = await here.house.passwords.hash('Quite another 8', { tenant: 'default' });
      for (const [email, change] of [
        ['changed@example.com', 'password'],
        ['gone@example.com', 'removed'],
        ['late@example.com', 'blocked'],
      ] as const) {
        const user = await makeUser(here, { email });
        const visitor = await begin(here, clientId);
        // Verified first, changed then, written last: the verification waits in line behind this one.
        const line = here.house.passwords.hash('Somebody else 9', { tenant: 'default' });
        const sent = visitor.post('login', { username: email, password });
        await line;
        await storeOf(here).transact(async (tx) => {
          if (change === 'removed') await removeUser(tx, user.user_id);
          else if (change === 'password') await changePassword(tx, user, hash, here.house.now());
          else await tx.replace(users, { ...user, blocked: true });
        });
        const reply = await sent;
        assert.equal(reply.status, 400, change);
        assert.equal((await storeOf(here).all(sessions, { user_id: user.user_id })).length, 0, change);
      }
      assert.ok((await storeOf(here).all(passwords)).length > 0);
    });
  });
}
