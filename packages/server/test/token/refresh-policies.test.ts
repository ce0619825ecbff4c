// Multi-resource refresh tokens on the wire (auth0-behaviour §12.7): one login, tokens for more APIs by policies of the client.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Api, type Client, type PeopledSite, peopled } from '../support/people.ts';
import { claimsOf, exchange, login, renew } from '../support/relying-party.ts';
import { serveHere } from '../support/running.ts';

describe('refresh tokens for more than one API', () => {
  let here: Awaited<ReturnType<typeof serveHere>>;
  let site: PeopledSite;
  let client: Client;
  let one: Api;
  let two: Api;
  let three: Api;
  let token: string;
  before(async () => {
    here = await serveHere();
    site = peopled(here);
    [one, two, three] = await Promise.all([site.api({ allow_offline_access: true }), site.api(), site.api()]);
    const policies = [{ audience: two.audience, scope: ['read:patients', 'never:defined'] }];
    client = await site.webClient({ refresh_token: { policies } });
    const scope = 'openid write:patients offline_access';
    const person = await site.user();
    const { params } = await login(site, client, { scope, audience: one.audience }, { person });
    token = (await exchange(site, client, params.code ?? '')).body.refresh_token;
  });
  after(() => here.stop());

  test('another API of a policy, and the API of the login the next time', async () => {
    for (const name of ['audience', 'resource']) {
      const other = await renew(site, client, token, { [name]: two.audience });
      assert.equal(other.status, 200, other.text);
      assert.deepEqual(claimsOf(other.body.access_token).aud, [two.audience, `${site.issuer}userinfo`]);
      // The second API allows no offline_access, and defines only one of the scopes.
      assert.equal(other.body.scope, 'openid read:patients');
      assert.ok(other.body.id_token);
    }
    const own = await renew(site, client, token);
    assert.deepEqual(claimsOf(own.body.access_token).aud, [one.audience, `${site.issuer}userinfo`]);
    assert.equal(own.body.scope, 'openid write:patients offline_access');
  });

  test('an API without a policy, or that does not exist, is not heard', async () => {
    for (const audience of [three.audience, 'https://nowhere.example/']) {
      const reply = await renew(site, client, token, { audience });
      assert.equal(reply.status, 200, reply.text);
      assert.deepEqual(claimsOf(reply.body.access_token).aud, [one.audience, `${site.issuer}userinfo`]);
    }
  });

  test('an API that is closed to users refuses, and the token stays good', async () => {
    const close = (policy: string) =>
      site.manage('PATCH', `/resource-servers/${two.id}`, {
        subject_type_authorization: { user: { policy }, client: { policy: 'require_client_grant' } },
      });
    await close('deny_all');
    const reply = await renew(site, client, token, { audience: two.audience });
    assert.equal(reply.status, 403, reply.text);
    assert.equal(reply.body.error, 'access_denied');
    await close('allow_all');
    assert.equal((await renew(site, client, token, { audience: two.audience })).status, 200);
  });

  test('a session transfer token is not offered', async () => {
    const reply = await renew(site, client, token, { audience: `urn:${site.host}:session_transfer` });
    assert.equal(reply.status, 403);
    assert.equal(reply.body.access_token, undefined);
  });
});
