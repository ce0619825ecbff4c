// What goes through the browser (auth0-behaviour §10, §20.6, §21.3): every response type with its members, lifetimes and hashes.
// /authorize delivers these; here they are looked at as they were issued.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { findClient } from '../../src/domain/clients/find.ts';
import { issueAuthorizationResponse } from '../../src/domain/issuing/authorization-response.ts';
import { halfHash } from '../../src/domain/issuing/id-token.ts';
import { issuedTokens } from '../../src/domain/issuing/user-tables.ts';
import { defaultTenant } from '../../src/domain/tenants/hosts.ts';
import type { ResponseType } from '../../src/oauth/authorization-request.ts';
import { engines, serveHere } from '../support/running.ts';
import {
  api,
  application,
  claimsOf,
  decided,
  headerOf,
  person,
  type Running,
  redirectUri,
  responseTo,
} from './login.ts';

const types: readonly [type: readonly ResponseType[], members: string, opaqueSeconds: number][] = [
  [['code'], 'code state', 0],
  [['token'], 'access_token expires_in token_type state', 7200],
  [['id_token'], 'state id_token', 0],
  [['token', 'id_token'], 'access_token expires_in token_type state id_token', 7200],
  [['code', 'token'], 'code access_token expires_in token_type state', 86_400],
  [['code', 'id_token'], 'code state id_token', 0],
  [['code', 'token', 'id_token'], 'code access_token expires_in token_type state id_token', 86_400],
];

for (const engine of engines) {
  describe(`authorization responses on ${engine}`, () => {
    let site: Running & { stop(): Promise<void> };
    let web: { id: string; secret: string };
    let user: string;
    let audience: string;
    before(async () => {
      site = await serveHere(engine);
      web = await application(site, { jwt_configuration: { alg: 'HS256' } });
      user = await person(site);
      audience = await api(site, { token_lifetime: 1000, token_lifetime_for_web: 500 });
    });
    after(() => site.stop());

    for (const [response_type, members, opaqueSeconds] of types) {
      test(`${response_type.join(' ')} has: ${members}`, async () => {
        const more = { response_type, state: 's', nonce: 'n', scope: 'openid profile' };
        const response = await responseTo(site, web.id, user, more);
        assert.equal(Object.keys(response).join(' '), members);
        assert.equal(response.state, 's');
        if (opaqueSeconds > 0) {
          assert.equal(response.expires_in, String(opaqueSeconds));
          const headers = { authorization: `Bearer ${response.access_token}` };
          assert.equal((await site.send('GET', '/userinfo', { headers })).status, 200);
        }
        if (response.id_token === undefined) return;
        assert.equal(headerOf(response.id_token).alg, 'RS256', 'ALG-3: no shared secret goes through the browser');
        const claims = claimsOf(response.id_token);
        const { code, access_token: token } = response;
        assert.equal(claims.nonce, 'n');
        assert.match(claims.sid, /^[\w-]{32}$/);
        assert.equal(claims.at_hash, token === undefined ? undefined : halfHash(token, 'RS256'));
        assert.equal(claims.c_hash, code === undefined ? undefined : halfHash(code, 'RS256'));
      });
    }

    test('AT-13: the front channel has the web lifetime of the API, the exchange of the same login the other', async () => {
      const more = { response_type: ['code', 'token', 'id_token'], audience, nonce: 'n' } as const;
      const front = await responseTo(site, web.id, user, more);
      const token = claimsOf(front.access_token ?? '');
      assert.deepEqual([front.expires_in, token.exp - token.iat], ['500', 500]);
      const back = await site.token({
        grant_type: 'authorization_code',
        client_id: web.id,
        client_secret: web.secret,
        redirect_uri: redirectUri,
        code: front.code ?? '',
      });
      assert.equal(back.body.expires_in, 1000);
      assert.notEqual(back.body.access_token, front.access_token);
      const [first, second] = [claimsOf(front.id_token ?? ''), claimsOf(back.body.id_token)];
      assert.deepEqual(
        [first.sub, first.iss, first.nonce, first.sid],
        [second.sub, second.iss, second.nonce, second.sid],
      );
    });

    test('IMP-2: offline_access is not granted, and scope says so', async () => {
      const response = await responseTo(site, web.id, user, {
        response_type: ['token'],
        scope: 'openid offline_access',
        audience,
      });
      assert.equal(response.scope, 'openid');
      assert.equal(claimsOf(response.access_token ?? '').scope, 'openid');
    });

    test('a login that was ended meanwhile issues nothing and keeps nothing', async () => {
      const { database, snapshot, keyring, now } = site.house;
      const whom = await person(site);
      const decision = await decided(site, web.id, whom, {});
      const client = await findClient(database, snapshot, defaultTenant, web.id);
      assert.ok(decision.kind === 'granted' && client);
      const store = database.store(defaultTenant);
      const { findUser } = await import('../../src/domain/accounts/find.ts');
      const account = await findUser(store, whom);
      assert.ok(account);
      const request = {
        client_id: web.id,
        redirect_uri: redirectUri,
        redirect_uri_sent: true,
        response_type: ['code', 'token'],
        response_mode: 'fragment',
        scopes: ['openid'],
        prompt: [],
      } as const;
      const ask = {
        tenant: defaultTenant,
        client,
        request,
        user: account,
        session: { id: 's' },
        authenticatedAt: now(),
        decision,
      };
      const response = await issueAuthorizationResponse({ database, keyring, now }, ask, async (tx) => {
        await tx.put('written_by_a_login_that_lost', { yes: true });
        return false;
      });
      assert.deepEqual(response, { kind: 'lost' });
      assert.deepEqual(await store.all(issuedTokens, { user_id: whom }), []);
      assert.equal(await store.document('written_by_a_login_that_lost'), undefined);
      const needed = { ...decision, consent: { kind: 'needed', scopes: [] } } as const;
      await assert.rejects(
        issueAuthorizationResponse({ database, keyring, now }, { ...ask, decision: needed }, async () => true),
      );
    });
  });
}
