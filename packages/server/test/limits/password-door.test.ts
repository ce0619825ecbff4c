// The door takes an attempt before it looks at a password, and gives back those that nobody looked at.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Passwords } from '../../src/domain/accounts/passwords.ts';
import { createPasswordDoor } from '../../src/domain/limits/password-door.ts';
import { createSnapshot } from '../../src/domain/tenants/snapshot.ts';
import { StoreUnavailable } from '../../src/storage/store.ts';
import { engines } from '../support/running.ts';
import { openStore } from '../support/store.ts';

for (const engine of engines) {
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
