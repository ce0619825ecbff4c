// What a request of a user flow is for (auth0-behaviour §23.1, §23.5, §25.5): named, by default, unknown, or not allowed.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { findClient } from '../../src/domain/clients/find.ts';
import { judgeAudience } from '../../src/domain/issuing/audience.ts';
import { defaultTenant } from '../../src/domain/tenants/hosts.ts';
import type { TenantHost } from '../../src/schema/brand.ts';
import { serveHere } from '../support/running.ts';
import { api, application, claimsOf, decided, person, redirectUri, responseTo } from './login.ts';

describe('the audience of a login', () => {
  let site: Awaited<ReturnType<typeof serveHere>>;
  let web: { id: string; secret: string };
  let audience: string;
  before(async () => {
    site = await serveHere();
    web = await application(site);
    audience = await api(site);
  });
  after(() => site.stop());

  const judge = async (
    asked: { audience?: string; resource?: string },
    at: { host?: string; issuer?: string } = {},
  ) => {
    const { database, snapshot } = site.house;
    const client = await findClient(database, snapshot, defaultTenant, web.id);
    assert.ok(client);
    return judgeAudience({ database, snapshot }, defaultTenant, client, {
      audience: asked.audience,
      resource: asked.resource,
      host: (at.host ?? site.host) as TenantHost,
      issuer: at.issuer ?? site.issuer,
    });
  };
  const shown = async (asked: { audience?: string; resource?: string }) => {
    const verdict = await judge(asked);
    return verdict.kind === 'api' ? verdict.audience : verdict.kind;
  };
  const set = (settings: object) => site.manage('PATCH', '/tenants/settings', settings);

  test('A-11: an unknown audience is refused by its name, and the log says what is near', async () => {
    for (const near of [audience.slice(0, -1), audience.toUpperCase(), `${audience} `]) {
      const verdict = await judge({ audience: near });
      assert.ok(verdict.kind === 'refused');
      assert.equal(verdict.refusal.description, `Service not found: ${near}`);
      assert.equal(verdict.refusal.kind, 'unknown_api');
    }
    const near = await judge({ audience: audience.slice(0, -1) });
    assert.ok(near.kind === 'refused' && near.refusal.because.includes(`did you mean "${audience}"`));
  });

  test('AZ-4: the Management API is named with its slash, at the host that is asked', async () => {
    const management = `https://${site.host}/api/v2/`;
    assert.equal(await shown({ audience: management }), management);
    const without = await judge({ audience: management.slice(0, -1) });
    assert.ok(without.kind === 'refused' && without.refusal.because.includes(management));
    assert.equal((await judge({ audience: management }, { host: 'login.example.com' })).kind, 'refused');
    assert.equal(await shown({ audience: 'urn:countersign:management-api' }), 'refused');
  });

  test('audience comes before resource, and resource counts where the tenant lets it', async () => {
    const other = await api(site);
    assert.equal(await shown({ resource: audience }), audience);
    assert.equal(await shown({ audience: other, resource: audience }), other);
    await set({ resource_parameter_profile: 'audience' });
    assert.equal(await shown({ resource: audience }), 'userinfo');
    await set({ resource_parameter_profile: 'compatibility' });
  });

  test("A-29: the tenant's default audience makes a JWT, and the address of /userinfo beats it", async () => {
    await set({ default_audience: audience });
    const user = await person(site);
    assert.equal(await shown({}), audience);
    assert.equal(await shown({ audience: `${site.issuer}userinfo` }), 'userinfo');
    const { code = '' } = await responseTo(site, web.id, user);
    const auth = { client_id: web.id, client_secret: web.secret, redirect_uri: redirectUri };
    const reply = await site.token({ grant_type: 'authorization_code', ...auth, code });
    assert.equal(claimsOf(reply.body.access_token).aud[0], audience);
    await set({ default_audience: '' });
    assert.equal(await shown({}), 'userinfo');
  });

  test('A-28: another domain of the tenant is the issuer, and its /userinfo the second audience', async () => {
    const other = { ...site, issuer: 'https://login.example.com/', host: 'login.example.com' };
    const { access_token = '' } = await responseTo(other, web.id, await person(site), {
      response_type: ['token'],
      audience,
    });
    const claims = claimsOf(access_token);
    assert.equal(claims.iss, other.issuer);
    assert.deepEqual(claims.aud, [audience, 'https://login.example.com/userinfo']);
  });

  test('§25.5: deny_all refuses everyone; require_client_grant wants one, which is the ceiling', async () => {
    const denied = await api(site, { subject_type_authorization: { user: { policy: 'deny_all' } } });
    assert.equal(await shown({ audience: denied }), 'refused');
    const limited = await api(site, { subject_type_authorization: { user: { policy: 'require_client_grant' } } });
    assert.equal(await shown({ audience: limited }), 'refused');
    const user = await person(site);
    const grant = { client_id: web.id, audience: limited, subject_type: 'user', scope: ['read:x'] };
    const { body: made } = await site.manage('POST', '/client-grants', grant);
    const request = { audience: limited, scope: 'openid read:x write:x' };
    const scopesNow = async () => {
      const decision = await decided(site, web.id, user, request);
      return decision.kind === 'granted' ? decision.scopes.join(' ') : decision.refusal.kind;
    };
    assert.equal(await scopesNow(), 'openid read:x');
    await site.manage('PATCH', `/client-grants/${made.id}`, { scope: ['read:x', 'write:x'] });
    assert.equal(await scopesNow(), 'openid read:x write:x');
    await site.manage('DELETE', `/client-grants/${made.id}`);
    assert.equal(await scopesNow(), 'no_client_grant');
  });

  test("3P-8: third parties share a default grant, and a client's own, even a narrower one, beats it", async () => {
    const third = await application(site, { is_first_party: false, third_party_security_mode: 'permissive' });
    const shared = await api(site);
    const base = { audience: shared, subject_type: 'user' };
    await site.manage('POST', '/client-grants', {
      ...base,
      default_for: 'third_party_clients',
      scope: ['read:x', 'write:x'],
    });
    const user = await person(site);
    const scopesNow = async () => {
      const decision = await decided(site, third.id, user, { audience: shared, scope: 'read:x write:x' });
      return decision.kind === 'granted' ? decision.scopes.join(' ') : decision.refusal.kind;
    };
    assert.equal(await scopesNow(), 'read:x write:x');
    await site.manage('POST', '/client-grants', { ...base, client_id: third.id, scope: ['write:x'] });
    assert.equal(await scopesNow(), 'write:x');
  });
});
