// POST /api/v2/tokens/preview: the tokens as they would be issued, the rule that dropped each scope, and nothing written.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, test } from 'node:test';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import type { ScopeVerdict } from '../../src/resources/index.ts';
import { api, application, person } from '../issuing/login.ts';
import { type Machine, serveHere } from '../support/running.ts';

type Here = Awaited<ReturnType<typeof serveHere>>;

describe('a token preview', () => {
  let site: Here;
  let machine: Machine;
  before(async () => {
    site = await serveHere();
    machine = await site.machine({ scopes: ['read:x', 'write:x', 'delete:x'], granted: ['read:x', 'write:x'] });
  });
  after(() => site.stop());

  const preview = async (ask: object, status = 200) => {
    const reply = await site.manage('POST', '/tokens/preview', ask);
    assert.equal(reply.status, status, reply.text);
    return reply.body;
  };
  const verdictOf = ({ scopes }: { scopes: ScopeVerdict[] }, scope: string) => {
    const verdict = scopes.find(({ value }) => value === scope);
    assert.ok(verdict, scope);
    return verdict;
  };

  test('of a machine has the claims, header and answer of the token that is issued', async () => {
    const ask = { client_id: machine.clientId, audience: machine.audience, scope: 'write:x read:x' };
    const seen = await preview({ ...ask, grant_type: 'client_credentials' });
    const issued = await site.token({
      grant_type: 'client_credentials',
      client_secret: machine.clientSecret,
      ...ask,
    });
    assert.equal(issued.status, 200, issued.text);
    const claims = decodeJwt(issued.body.access_token);
    const { iat, exp, ...rest } = seen.access_token.claims;
    const { iat: _issued, exp: _ends, ...issuedRest } = claims;
    assert.deepEqual(rest, issuedRest);
    assert.deepEqual(Object.keys(seen.access_token.claims), Object.keys(claims), 'in the order of the wire');
    assert.equal(exp - iat, (claims.exp ?? 0) - (claims.iat ?? 0));
    assert.deepEqual(seen.access_token.header, decodeProtectedHeader(issued.body.access_token));
    const { access_token: token, ...answer } = issued.body;
    assert.equal(seen.response.access_token, '(the access token)');
    assert.deepEqual(seen.response, { ...seen.response, ...answer });
    assert.equal(seen.scope, 'write:x read:x');
  });

  test('names the rule that dropped each scope', async () => {
    const ask = { client_id: machine.clientId, grant_type: 'client_credentials', audience: machine.audience };
    const seen = await preview({ ...ask, scope: 'read:x delete:x fly:x' });
    assert.equal(seen.outcome, 'issued');
    assert.equal(seen.scope, 'read:x');
    assert.equal(verdictOf(seen, 'delete:x').rule, 'client_grant');
    assert.match(verdictOf(seen, 'delete:x').because, new RegExp(machine.grantId));
    assert.equal(verdictOf(seen, 'fly:x').rule, 'api_scopes');
    assert.equal(verdictOf(seen, 'write:x').rule, 'requested');
    assert.equal(verdictOf(seen, 'read:x').granted, true);
  });

  test('of what would be refused says why', async () => {
    const ask = { client_id: machine.clientId, grant_type: 'client_credentials' };
    const seen = await preview({ ...ask, audience: machine.audience.slice(0, -1) });
    assert.equal(seen.outcome, 'refused');
    assert.equal(seen.refusal.error, 'access_denied');
    assert.match(seen.refusal.because, /did you mean/);
    assert.equal(seen.access_token, undefined);
  });

  test('of a login shows consent, the scope that the role lacks, both tokens and the profile', async () => {
    const web = await application(site);
    const user = await person(site);
    const audience = await api(site, {
      scopes: [{ value: 'read:x' }, { value: 'write:x' }],
      skip_consent_for_verifiable_first_party_clients: false,
      enforce_policies: true,
      token_dialect: 'access_token_authz',
    });
    await site.manage('POST', `/users/${encodeURIComponent(user)}/permissions`, {
      permissions: [{ resource_server_identifier: audience, permission_name: 'read:x' }],
    });
    const ask = { client_id: web.id, grant_type: 'authorization_code', user_id: user, audience };
    const seen = await preview({ ...ask, scope: 'openid email read:x write:x' });
    assert.equal(seen.outcome, 'issued', JSON.stringify(seen));
    assert.equal(seen.consent.needed, true);
    assert.deepEqual(seen.consent.scopes, ['openid', 'email', 'read:x']);
    assert.equal(seen.scope, 'openid email read:x');
    assert.equal(verdictOf(seen, 'write:x').rule, 'permissions');
    assert.deepEqual(seen.access_token.claims.aud, [audience, `${site.issuer}userinfo`]);
    assert.deepEqual(seen.access_token.claims.permissions, ['read:x']);
    assert.equal(seen.id_token.claims.aud, web.id);
    assert.equal(seen.userinfo.status, 200);
    assert.equal(seen.userinfo.claims.sub, user);
    assert.deepEqual(
      seen.trace
        .filter(({ rule }: { rule: string }) => rule === 'consent')
        .map(({ stage }: { stage: string }) => stage),
      ['authorize', 'authorize', 'token'],
    );
    // Nothing was written: the user is still to be asked.
    assert.equal((await preview({ ...ask, scope: 'openid' })).consent.needed, true);
  });

  test('of a login without an audience is opaque, and of a hybrid one both channels are shown', async () => {
    const web = await application(site, { grant_types: ['authorization_code', 'implicit'] });
    const user = await person(site);
    const ask = { client_id: web.id, user_id: user, scope: 'openid profile' };
    const implicit = await preview({ ...ask, grant_type: 'implicit' });
    assert.deepEqual(implicit.access_token, { format: 'opaque', expires_in: 7200 });
    assert.equal(implicit.userinfo.status, 200);
    assert.ok(implicit.unknown.includes('at_hash'));
    const hybrid = await preview({ ...ask, grant_type: 'authorization_code', response_type: 'code id_token' });
    assert.equal(hybrid.access_token.expires_in, 86_400);
    assert.equal(hybrid.front_channel.access_token, undefined);
    assert.ok('c_hash' in hybrid.front_channel.id_token.claims && !('c_hash' in hybrid.id_token.claims));
  });

  test('of a login with offline_access tells how long the refresh token would live', async () => {
    const web = await application(site, { grant_types: ['authorization_code', 'refresh_token'] });
    const user = await person(site);
    const audience = await api(site, { allow_offline_access: true });
    const ask = { client_id: web.id, grant_type: 'authorization_code', user_id: user, audience };
    const seen = await preview({ ...ask, scope: 'openid offline_access' });
    assert.equal(typeof seen.refresh_token.rotating, 'boolean');
    assert.equal(seen.response.refresh_token, '(the refresh token)');
    const refreshed = await preview({ ...ask, grant_type: 'refresh_token', scope: 'openid read:x' });
    assert.equal(refreshed.outcome, 'issued', JSON.stringify(refreshed.refusal));
    assert.equal(refreshed.access_token.claims.gty, 'refresh_token');
    assert.equal(refreshed.scope, 'openid read:x offline_access');
    const machines = await application(site);
    const never = await preview({ ...ask, client_id: machines.id, grant_type: 'refresh_token', scope: 'openid' });
    if (never.outcome === 'refused') assert.match(never.refusal.because, /refresh_token/);
    const without = await preview({ ...ask, client_id: machines.id, scope: 'openid offline_access' });
    assert.equal('refresh_token' in without, verdictOf(without, 'offline_access').granted);
  });

  test('of every kind writes nothing: no row of any table changes', async () => {
    const web = await application(site, { grant_types: ['authorization_code', 'implicit', 'refresh_token'] });
    const user = await person(site);
    const audience = await api(site, { allow_offline_access: true, signing_alg: 'ES256' });
    // The administrator's own token, and what it logs, come before.
    await preview({ client_id: machine.clientId, grant_type: 'client_credentials', audience: machine.audience });
    const rows = async () => {
      await site.house.logs.flush();
      const file = new DatabaseSync(join(site.data, 'countersign.db'), { readOnly: true });
      try {
        const tables = file
          .prepare(
            "select name from sqlite_master where type = 'table' and name not in ('logs', 'log_counts') order by name",
          )
          .all();
        const content = tables.map(({ name }) => {
          const all = file.prepare(`select * from "${name}"`).all();
          return [name, name === 'versions' ? all.filter((row) => row.name !== 'logs') : all];
        });
        assert.ok(content.length > 10);
        return JSON.stringify(content);
      } finally {
        file.close();
      }
    };
    // All but the log, which says who looked at whom, and what is counted of it.
    const before = await rows();
    const ask = { client_id: web.id, user_id: user, audience, scope: 'openid offline_access read:x nonsense' };
    for (const more of [
      { grant_type: 'authorization_code' },
      { grant_type: 'authorization_code', response_type: 'code id_token token' },
      { grant_type: 'implicit' },
      { grant_type: 'refresh_token' },
      { grant_type: 'password' },
    ])
      await preview({ ...ask, ...more });
    await preview({ client_id: machine.clientId, grant_type: 'client_credentials', audience: machine.audience });
    assert.equal(await rows(), before);
  });

  test('of a user who cannot sign in to the client says so', async () => {
    const web = await application(site);
    const user = await person(site);
    const blocked = await person(site, { blocked: true });
    const ask = { client_id: web.id, grant_type: 'authorization_code', scope: 'openid' };
    const seen = await preview({ ...ask, user_id: blocked });
    assert.equal(seen.refusal.because, `user ${blocked} is blocked`);
    const [connection] = (await site.manage('GET', '/connections')).body;
    await site.manage('PATCH', `/connections/${connection.id}/clients`, [{ client_id: web.id, status: false }]);
    const stranger = await preview({ ...ask, user_id: user });
    assert.match(stranger.refusal.because, /is not enabled for the client/);
  });

  test('is asked for with its scope, for a client and a user that exist, and in one way', async () => {
    const web = await application(site);
    const user = await person(site);
    await preview({ client_id: 'nobody', grant_type: 'client_credentials' }, 404);
    await preview({ client_id: web.id, grant_type: 'authorization_code', user_id: 'auth0|nobody' }, 404);
    await preview({ client_id: web.id, grant_type: 'authorization_code' }, 400);
    await preview({ client_id: web.id, grant_type: 'client_credentials', user_id: user }, 400);
    await preview({ client_id: web.id, grant_type: 'implicit', user_id: user, response_type: 'code' }, 400);
    await preview({ client_id: web.id, grant_type: 'refresh_token' }, 400);
    await preview({ client_id: web.id, grant_type: 'refresh_token', refresh_token_id: 'none' }, 404);
    await preview({ client_id: web.id, grant_type: 'authorization_code', user_id: user, password: 'x' }, 400);
    const reader = await site.machine();
    const host = `https://${site.host}/api/v2/`;
    await site.manage('POST', '/client-grants', { client_id: reader.clientId, audience: host, scope: ['read:users'] });
    const { body } = await site.token({
      grant_type: 'client_credentials',
      client_id: reader.clientId,
      client_secret: reader.clientSecret,
      audience: host,
    });
    const reply = await site.send('POST', '/api/v2/tokens/preview', {
      headers: { authorization: `Bearer ${body.access_token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ client_id: web.id, grant_type: 'client_credentials' }),
    });
    assert.equal(reply.status, 403, reply.text);
  });

  test('of a user is for who may read users, of a refresh token besides for who may read those, and the log says who looked', async () => {
    const web = await application(site);
    const user = await person(site);
    const audience = `https://${site.host}/api/v2/`;
    const of = { client_id: web.id, grant_type: 'authorization_code', scope: 'openid profile', user_id: user };
    const asking = async (...scope: string[]) => {
      const reader = await site.machine();
      await site.manage('POST', '/client-grants', { client_id: reader.clientId, audience, scope });
      const { clientId: client_id, clientSecret: client_secret } = reader;
      const { body } = await site.token({ grant_type: 'client_credentials', client_id, client_secret, audience });
      const headers = { authorization: `Bearer ${body.access_token}`, 'content-type': 'application/json' };
      const ask = (question: object) =>
        site.send('POST', '/api/v2/tokens/preview', { headers, body: JSON.stringify(question) });
      return { client_id, ask };
    };
    const alone = await asking('read:token_previews');
    const refusedIt = await alone.ask(of);
    assert.equal(refusedIt.status, 403, refusedIt.text);
    assert.match(refusedIt.body.message, /read:users/);
    const machines = { client_id: machine.clientId, grant_type: 'client_credentials', audience: machine.audience };
    assert.equal((await alone.ask(machines)).status, 200, 'no user is shown');
    const reader = await asking('read:token_previews', 'read:users');
    assert.equal((await reader.ask(of)).status, 200);
    const family = { client_id: web.id, grant_type: 'refresh_token', refresh_token_id: 'any' };
    assert.match((await reader.ask(family)).body.message, /read:refresh_tokens/);
    const both = await asking('read:token_previews', 'read:users', 'read:refresh_tokens');
    assert.equal((await both.ask(family)).status, 404);
    await site.house.logs.flush();
    const { body: events } = await site.manage('GET', '/logs?q=type:mgmt_api_read&per_page=100');
    const seen = events.filter((event: Record<string, string>) => event.description?.includes(user));
    assert.deepEqual(
      seen.map((event: Record<string, string>) => event.client_id),
      [reader.client_id],
    );
    assert.doesNotMatch(JSON.stringify(seen), /@example/, 'no claims');
  });
});
