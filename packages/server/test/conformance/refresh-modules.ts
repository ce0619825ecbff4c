// The modules about refresh tokens for one run (openid-conformance §3, §8): named as in the suite. Only for runs with a code.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { idToken, renew } from '../support/relying-party.ts';
import { userAgent } from '../support/user-agent.ts';
import { basicOf, entropyOf, type Op } from './op.ts';

/** Registers them. */
export function refreshModules(opOf: () => Op): void {
  const asked = { scope: 'openid offline_access', prompt: 'consent' };
  const withBasic = (op: Op, token: string, more: Record<string, string> = {}) =>
    op.site.token({ grant_type: 'refresh_token', refresh_token: token, ...more }, basicOf(op.client));

  test('oidcc-refresh-token', async () => {
    const op = opOf();
    const flow = await op.flow({ ...asked, max_age: '10000' }, { browser: userAgent() });
    const token: string = flow.tokens?.body.refresh_token ?? '';
    const metadata = await op.site.send('GET', '/.well-known/openid-configuration');
    assert.ok(metadata.body.grant_types_supported.includes('refresh_token'));
    assert.ok(metadata.body.scopes_supported.includes('offline_access'));
    assert.ok(token.length >= 16, 'a refresh token');
    assert.ok(entropyOf(token) > 96);
    const before = flow.idTokens.at(-1);
    // The suite waits a second, so that `iat` is another.
    op.forward(2);
    const reply = await withBasic(op, token, { scope: asked.scope });
    assert.equal(reply.status, 200, reply.text);
    assert.match(reply.headers.get('cache-control') ?? '', /no-store/);
    assert.match(reply.headers.get('content-type') ?? '', /^application\/json/);
    const { body } = reply;
    assert.equal(body.token_type.toLowerCase(), 'bearer');
    assert.ok(body.expires_in > 0);
    assert.notEqual(body.access_token, flow.accessTokens.at(-1));
    const now = new Date(Number(before?.iat) * 1000 + 2000);
    const after = await idToken(op.site, body.id_token, { client: op.client, now, accessToken: body.access_token });
    for (const claim of ['iss', 'sub', 'aud', 'azp', 'auth_time', 'sid'] as const)
      assert.deepEqual(after[claim], before?.[claim], claim);
    assert.ok(after.auth_time !== undefined);
    assert.notEqual(after.iat, before?.iat);

    const foreign = await op.flow(asked, { browser: userAgent(), client: op.second });
    const stolen = await withBasic(op, foreign.tokens?.body.refresh_token);
    assert.equal(stolen.status, 400, stolen.text);
    assert.equal(stolen.body.error, 'invalid_grant');
    assert.equal(
      (await renew(op.site, op.second, foreign.tokens?.body.refresh_token)).status,
      200,
      'still the owner’s',
    );
  });

  test('refresh-token: what FAPI 2.0 demands besides DPoP', async () => {
    const op = opOf();
    const patch = await op.site.manage('PATCH', `/clients/${op.client.id}`, {
      refresh_token: { rotation_type: 'rotating', expiration_type: 'expiring', leeway: 60 },
    });
    assert.equal(patch.status, 200, patch.text);
    const flow = await op.flow(asked, { browser: userAgent() });
    const first = flow.tokens?.body.refresh_token;
    const bare = await op.site.token({ grant_type: 'refresh_token', refresh_token: first, client_id: op.client.id });
    assert.equal(bare.status, 401, bare.text);
    assert.equal(bare.body.error, 'invalid_client');
    const second = await withBasic(op, first);
    assert.equal(second.status, 200, second.text);
    assert.notEqual(second.body.refresh_token, first);
    op.forward(31);
    const again = await withBasic(op, first);
    assert.equal(again.status, 200, 'the token before, half a minute later');
    assert.equal((await withBasic(op, second.body.refresh_token)).status, 200);
  });
}
