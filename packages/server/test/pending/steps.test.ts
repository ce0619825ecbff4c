// Logins on their way, over both engines: bound to a browser, advanced from what is stored, taken once.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { pendingLifetimeMs } from '../../src/domain/pending/pending.ts';
import { advancePending, beginPending, readPending, takePending } from '../../src/domain/pending/steps.ts';
import type { AuthorizationRequest } from '../../src/oauth/authorization-request.ts';
import type { TenantHost } from '../../src/schema/brand.ts';
import type { Store } from '../../src/storage/store.ts';
import { engines } from '../support/running.ts';
import { openStore } from '../support/store.ts';

const now = Date.parse('2026-01-01T00:00:00.000Z');
const request: AuthorizationRequest = {
  client_id: 'client',
  redirect_uri: 'https://app.example.com/cb',
  redirect_uri_sent: true,
  response_type: ['code'],
  response_mode: 'query',
  scopes: ['openid'],
  prompt: [],
  state: '\u{1f600} &"<state>',
};

for (const engine of engines) {
  describe(`pending authorizations on ${engine}`, () => {
    let store: Store;
    let close: () => Promise<void>;
    before(async () => {
      ({ store, close } = await openStore(engine));
    });
    after(() => close());
    const begin = (browser = 'browser') =>
      beginPending(
        store,
        { request, issuer: 'https://id.example.com/', host: 'id.example.com' as TenantHost, browser },
        now,
      );

    test('what was begun is found by its handle in its browser, unchanged', async () => {
      const { handle, pending } = await begin();
      assert.deepEqual(await readPending(store, handle, 'browser', now), { kind: 'found', pending });
      assert.deepEqual(pending.request, request);
      assert.ok(!JSON.stringify(pending).includes(handle));
      assert.ok(!JSON.stringify(pending).includes('"browser":"browser"'));
    });

    test('CSR-02: another browser, or one without a cookie, finds it foreign', async () => {
      const { handle } = await begin();
      assert.deepEqual(await readPending(store, handle, 'other', now), { kind: 'foreign' });
      assert.deepEqual(await readPending(store, handle, undefined, now), { kind: 'foreign' });
    });

    test('AZ-8: after an hour it is gone; a handle that never was is gone too', async () => {
      const { handle } = await begin();
      const end = now + pendingLifetimeMs;
      assert.equal((await readPending(store, handle, 'browser', end - 1)).kind, 'found');
      assert.equal((await readPending(store, handle, 'browser', end)).kind, 'gone');
      for (const odd of ['', 'never', '\u0000', '\ud800', `${handle}A`])
        assert.equal((await readPending(store, odd, 'browser', now)).kind, 'gone');
    });

    test('two tabs of one browser do not disturb each other', async () => {
      const one = await begin();
      const two = await begin();
      assert.notEqual(one.handle, two.handle);
      assert.notEqual(one.pending.csrf, two.pending.csrf);
      assert.equal(await store.transact((tx) => takePending(tx, one.pending)), true);
      assert.equal((await readPending(store, two.handle, 'browser', now)).kind, 'found');
    });

    test('steps that were read at the same time both count', async () => {
      const { handle, pending } = await begin();
      const consent = { given: true, scopes: ['read:x'], user_id: 'auth0|u' };
      await Promise.all([
        store.transact((tx) => advancePending(tx, pending, { confirmed: true })),
        store.transact((tx) => advancePending(tx, pending, { consent })),
      ]);
      const found = await readPending(store, handle, 'browser', now);
      assert.ok(found.kind === 'found');
      assert.deepEqual([found.pending.confirmed, found.pending.consent], [true, consent]);
    });

    test('of many who take it at once one does, and nobody advances it afterwards', async () => {
      const { handle, pending } = await begin();
      const takers = Array.from({ length: 10 }, () => store.transact((tx) => takePending(tx, pending)));
      assert.equal((await Promise.all(takers)).filter(Boolean).length, 1);
      assert.equal(await store.transact((tx) => advancePending(tx, pending, { confirmed: true })), undefined);
      assert.equal((await readPending(store, handle, 'browser', now)).kind, 'gone');
    });
  });
}
