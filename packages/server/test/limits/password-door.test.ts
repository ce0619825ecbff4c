// The door takes an attempt before it looks at a password, and gives back those that nobody looked at.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createUser } from '../../src/domain/accounts/create.ts';
import type { Passwords } from '../../src/domain/accounts/passwords.ts';
import { createPasswordDoor } from '../../src/domain/limits/password-door.ts';
import { createSnapshot } from '../../src/domain/tenants/snapshot.ts';
import { StoreUnavailable } from '../../src/storage/store.ts';
import { engines } from '../support/running.ts';
import { openStore } from '../support/store.ts';

for (const engine of engines) {
  test(`a right password that buys no login is no guess, and forgives none, on ${engine}`, async () => {
    const { database, store, close } = await openStore(engine);
    const snapshot = createSnapshot(database);
    try {
      await snapshot.start();
      const passwords: Passwords = {
        hash: async () => 'hash',
        verify: async (password, stored) => ({ ok: stored !== undefined && password === 'right', upgrade: false }),
      };
      const now = () => 0;
      const record = () => undefined;
      const door = createPasswordDoor({ database, snapshot, passwords, rates: [], now, record });
      await store.transact((tx) =>
        createUser(tx, { connection: 'directory', email: 'a@example.com', password_hash: 'stored' }, 0),
      );
      const judge = (password: string) =>
        door.judge({
          tenant: store.tenant,
          connection: { name: 'directory', bruteForceProtection: true },
          identifier: 'a@example.com',
          password,
          ip: '192.0.2.1',
          about: {},
        });
      for (let time = 0; time < 7; time++) assert.equal((await judge('wrong')).kind, 'wrong');
      for (let time = 0; time < 15; time++) {
        const judged = await judge('right');
        assert.ok(judged.kind === 'right', `${time}: ${judged.kind}`);
        // Refused for something else: a replayed assertion, a policy, a block.
        await judged.admission.end();
      }
      for (let time = 0; time < 3; time++) assert.equal((await judge('wrong')).kind, 'wrong');
      assert.equal((await judge('right')).kind, 'closed', 'the seven before still count');
    } finally {
      snapshot.stop();
      await close();
    }
  });

  test(`attempts that were not evaluated do not count, on ${engine}`, async () => {
    const { database, store, close } = await openStore(engine);
    const snapshot = createSnapshot(database);
    try {
      await snapshot.start();
      let busy = true;
      const passwords: Passwords = {
        hash: async () => 'hash',
        async verify() {
          if (busy) throw new StoreUnavailable('Too many passwords wait for their turn');
          return { ok: false, upgrade: false };
        },
      };
      const door = createPasswordDoor({
        database,
        snapshot,
        passwords,
        rates: [],
        now: () => 0,
        record: () => undefined,
      });
      const claim = {
        tenant: store.tenant,
        connection: { name: 'directory', bruteForceProtection: true },
        identifier: 'nobody@example.com',
        password: 'a guess',
        ip: '192.0.2.1',
        about: {},
      };
      for (let time = 0; time < 15; time++) await assert.rejects(door.judge(claim), { name: 'StoreUnavailable' });
      busy = false;
      for (let time = 0; time < 10; time++) assert.equal((await door.judge(claim)).kind, 'wrong');
      assert.equal((await door.judge(claim)).kind, 'closed');
      busy = true;
      assert.equal((await door.judge(claim)).kind, 'closed', 'and then nobody looks');
    } finally {
      snapshot.stop();
      await close();
    }
  });
}
