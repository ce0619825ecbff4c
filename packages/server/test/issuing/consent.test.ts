// Stored consents on both engines: never asked twice, asked again for more, one record however many tabs consent at once.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { consentOf, storeConsent } from '../../src/domain/issuing/consent.ts';
import { userGrants } from '../../src/domain/issuing/user-tables.ts';
import { defaultTenant } from '../../src/domain/tenants/hosts.ts';
import { engines, serveHere } from '../support/running.ts';
import { api, application, decided, person, type Running, responseTo } from './login.ts';

for (const engine of engines) {
  describe(`stored consents on ${engine}`, () => {
    let site: Running & { stop(): Promise<void> };
    let user: string;
    before(async () => {
      site = await serveHere(engine);
      user = await person(site);
    });
    after(() => site.stop());

    const kindOf = async (client: string, more: object) => {
      const decision = await decided(site, client, user, more);
      return decision.kind === 'granted' ? decision.consent.kind : decision.refusal.kind;
    };

    test('A-13: a first party is asked once for a set of scopes, again for more, and not for less', async () => {
      const web = await application(site);
      const audience = await api(site, { skip_consent_for_verifiable_first_party_clients: false });
      const small = { audience, scope: 'openid read:x' };
      const large = { audience, scope: 'openid read:x write:x' };
      assert.equal(await kindOf(web.id, small), 'needed');
      await responseTo(site, web.id, user, small);
      assert.equal(await kindOf(web.id, small), 'stored');
      assert.equal(await kindOf(web.id, large), 'needed');
      await responseTo(site, web.id, user, large);
      assert.equal(await kindOf(web.id, large), 'stored');
      assert.equal(await kindOf(web.id, small), 'stored');
      assert.equal(await kindOf(web.id, { ...small, prompt: ['consent'] }), 'needed');
    });

    test('A-14: a third party needs a client grant, and consent also for /userinfo, each for itself', async () => {
      const third = { is_first_party: false, third_party_security_mode: 'permissive' };
      const client = await application(site, third);
      const other = await application(site, third);
      const audience = await api(site);
      assert.equal(await kindOf(client.id, { audience }), 'grant_not_allowed');
      const grant = { client_id: client.id, audience, subject_type: 'user', scope: ['read:x'] };
      assert.equal((await site.manage('POST', '/client-grants', grant)).status, 201);
      assert.equal(await kindOf(client.id, { audience, scope: 'openid read:x write:x' }), 'needed');
      await responseTo(site, client.id, user, { audience, scope: 'openid read:x' });
      assert.equal(await kindOf(client.id, { audience, scope: 'openid read:x' }), 'stored');
      assert.equal(await kindOf(client.id, { scope: 'openid' }), 'needed');
      await responseTo(site, client.id, user, { scope: 'openid' });
      assert.equal(await kindOf(client.id, { scope: 'openid' }), 'stored');
      assert.equal(await kindOf(other.id, { scope: 'openid' }), 'needed');
    });

    test('twenty consents at once are one record with all of their scopes', async () => {
      const store = site.house.database.store(defaultTenant);
      const scopes = Array.from({ length: 20 }, (_, n) => `s${n}`);
      const given = { user_id: user, client_id: 'many', audience: 'https://many/' };
      await Promise.all(scopes.map((scope) => store.transact((tx) => storeConsent(tx, { ...given, scopes: [scope] }))));
      const rows = await store.all(userGrants, { user_id: user, clientID: 'many' });
      assert.equal(rows.length, 1);
      assert.match(rows[0]?.id ?? '', /^[0-9a-f]{24}$/);
      assert.deepEqual((await consentOf(store, user, 'many', 'https://many/'))?.size, 20);
    });

    test('nothing is kept for a user who is gone', async () => {
      const store = site.house.database.store(defaultTenant);
      const given = { user_id: 'auth0|nobody', client_id: 'c', audience: undefined, scopes: [] };
      assert.equal(await store.transact((tx) => storeConsent(tx, given)), false);
      assert.equal(await consentOf(store, 'auth0|nobody', 'c', undefined), undefined);
    });
  });
}
