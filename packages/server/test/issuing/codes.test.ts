// The life of an authorization code on both engines (security-cases COD-08, COD-09): five minutes, one use, one kind.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  type AuthorizationCode,
  codeLifetimeMs,
  findCode,
  keepCode,
  newCode,
  spendCode,
} from '../../src/domain/issuing/codes.ts';
import { engines } from '../support/running.ts';
import { openStore } from '../support/store.ts';

const content: AuthorizationCode = {
  client_id: 'CID',
  redirect_uri: 'https://app/cb',
  redirect_uri_sent: true,
  requested: ['openid'],
  granted: ['openid'],
  issuer: 'https://i/',
  user_id: 'auth0|1',
  session_id: 's',
  authenticated_at: 0,
  tells_auth_time: false,
  family: 'f',
};
const now = Date.parse('2026-11-22T12:00:00.000Z');

for (const engine of engines) {
  describe(`authorization codes on ${engine}`, () => {
    let opened: Awaited<ReturnType<typeof openStore>>;
    before(async () => {
      opened = await openStore(engine);
    });
    after(() => opened.close());

    const kept = async () => {
      const code = newCode();
      await opened.store.transact((tx) => keepCode(tx, code, content, now));
      return code;
    };

    test('COD-08: a code is good until five minutes have passed, and not beyond', async () => {
      assert.ok(codeLifetimeMs <= 600_000);
      const { store } = opened;
      const code = await kept();
      assert.deepEqual(await findCode(store, code, now + codeLifetimeMs - 2_000), { state: 'good', content });
      assert.deepEqual(await findCode(store, code, now + codeLifetimeMs), { state: 'ended', content });
      assert.equal((await store.transact((tx) => spendCode(tx, code, now + codeLifetimeMs + 2_000))).kind, 'expired');
      const other = await kept();
      assert.equal((await store.transact((tx) => spendCode(tx, other, now + codeLifetimeMs - 2_000))).kind, 'won');
    });

    test('looking at a code as often as one likes does not spend it; spending does, once', async () => {
      const { store } = opened;
      const code = await kept();
      for (let i = 0; i < 3; i++) assert.equal((await findCode(store, code, now))?.state, 'good');
      assert.equal((await store.transact((tx) => spendCode(tx, code, now))).kind, 'won');
      assert.equal((await findCode(store, code, now))?.state, 'spent');
      assert.equal((await store.transact((tx) => spendCode(tx, code, now))).kind, 'spent');
    });

    test('COD-09: what else can be used once is no code, and stays good for its own purpose', async () => {
      const { store } = opened;
      for (const kind of ['client_assertion', 'ticket', 'device_code', 'refresh_token']) {
        await store.transact((tx) => tx.keep({ kind, key: 'same' }, content, now + 1_000));
      }
      assert.equal(await findCode(store, 'same', now), undefined);
      assert.equal((await store.transact((tx) => spendCode(tx, 'same', now))).kind, 'unknown');
      assert.equal((await store.transact((tx) => tx.spend({ kind: 'ticket', key: 'same' }, now))).kind, 'won');
    });
  });
}
