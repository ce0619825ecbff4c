// Acceptance matrix (auth0-behaviour §47), rows about refresh tokens: A-20, A-21, A-22, A-33, A-38.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, type PeopledSite, type Person, peopled } from '../support/people.ts';
import { claimsOf, exchange, idToken, login, renew, revoke, userinfo } from '../support/relying-party.ts';
import { engines, serveHere } from '../support/running.ts';
import { type UserAgent, userAgent } from '../support/user-agent.ts';

const rotating = { rotation_type: 'rotating', expiration_type: 'expiring' };

for (const engine of engines) {
  describe(`refresh tokens on ${engine}`, () => {
    let here: Awaited<ReturnType<typeof serveHere>>;
    let site: PeopledSite;
    let person: Person;
    let browser: UserAgent;
    before(async () => {
      here = await serveHere(engine);
      site = peopled(here);
      person = await site.user();
      browser = userAgent();
    });
    after(() => here.stop());

    /** The answer of a code exchange at a client. */
    async function bought(client: Client, params: Record<string, string>) {
      const { params: given } = await login(site, client, params, { person, browser });
      assert.ok(given.code, JSON.stringify(given));
      const reply = await exchange(site, client, given.code);
      assert.equal(reply.status, 200, reply.text);
      return reply.body;
    }

    async function refused(client: Client, token: string) {
      const reply = await renew(site, client, token);
      assert.equal(reply.status, 403, reply.text);
      assert.deepEqual(reply.body, {
        error: 'invalid_grant',
        error_description: 'Unknown or invalid refresh token.',
      });
      assert.equal(reply.headers.get('cache-control'), 'no-store');
    }

    async function logged(type: string, family: string) {
      for (let tries = 0; tries < 100; tries++) {
        const { body } = await site.manage('GET', `/logs?q=${encodeURIComponent(`type:${type} AND ${family}`)}`);
        if (body.length > 0) return body[0];
        await sleep(50);
      }
      return assert.fail(`no event ${type} of family ${family}`);
    }

    test('A-20: offline_access brings a refresh token where the API allows it, and leaves the scope where not', async () => {
      const client = await site.webClient();
      const [allowing, refusing] = await Promise.all([site.api({ allow_offline_access: true }), site.api()]);
      const scope = 'openid read:patients offline_access';
      const got = await bought(client, { scope, audience: allowing.audience });
      assert.match(got.refresh_token, /^v1\.[\w-]{112}$/);
      assert.equal(got.scope, undefined, 'all that was asked for was granted');
      assert.equal(claimsOf(got.access_token).scope, scope);
      assert.deepEqual(Object.keys(got), ['access_token', 'refresh_token', 'id_token', 'expires_in', 'token_type']);
      const less = await bought(client, { scope, audience: refusing.audience });
      assert.equal(less.refresh_token, undefined);
      assert.equal(less.scope, 'openid read:patients');
      assert.equal(claimsOf(less.access_token).scope, 'openid read:patients');
      assert.ok((await bought(client, { scope: 'openid offline_access' })).refresh_token, 'no API is named');
      const without = await site.webClient({ grant_types: ['authorization_code'] });
      assert.equal((await bought(without, { scope, audience: allowing.audience })).refresh_token, undefined);
    });

    test('A-21: with rotation and without leeway a token that comes back after the window ends its family', async () => {
      const client = await site.webClient({ refresh_token: rotating });
      const first = await bought(client, { scope: 'openid offline_access' });
      const other = await bought(client, { scope: 'openid offline_access' });
      const second = await renew(site, client, first.refresh_token);
      assert.equal(second.status, 200, second.text);
      assert.notEqual(second.body.refresh_token, first.refresh_token);
      // The race window of a tenant that says nothing is one second.
      await sleep(1100);
      await refused(client, first.refresh_token);
      await refused(client, second.body.refresh_token);
      assert.equal((await userinfo(site, first.access_token)).status, 401, 'what it bought is refused here too');
      assert.equal((await userinfo(site, second.body.access_token)).status, 401);
      const family = Buffer.from(first.refresh_token.slice(3), 'base64url').subarray(0, 16).toString('hex');
      const { details } = await logged('ferrt', family);
      assert.equal(details.familyId, family);
      assert.equal(details.tokenCounter, 0);
      assert.equal(details.latestCounter, 1);
      assert.equal((await renew(site, client, other.refresh_token)).status, 200, 'another family of the same user');
    });

    test('A-22: with a leeway the token before brings the same successor, as long as that was not used', async () => {
      const client = await site.webClient({ refresh_token: { ...rotating, leeway: 30 } });
      const first = await bought(client, { scope: 'openid offline_access' });
      const second = await renew(site, client, first.refresh_token);
      await sleep(1100);
      const again = await renew(site, client, first.refresh_token);
      assert.equal(again.status, 200, again.text);
      assert.equal(again.body.refresh_token, second.body.refresh_token);
      assert.equal((await userinfo(site, again.body.access_token)).status, 200);
      const third = await renew(site, client, second.body.refresh_token);
      assert.equal(third.status, 200, third.text);
      await refused(client, first.refresh_token);
      await refused(client, third.body.refresh_token);
    });

    test('A-33: a narrower scope narrows this answer, and the next one without a scope is full again', async () => {
      const client = await site.webClient();
      const api = await site.api({ allow_offline_access: true });
      const scope = 'openid profile read:patients write:patients offline_access';
      const { refresh_token: token } = await bought(client, { scope, audience: api.audience });
      const narrow = await renew(site, client, token, { scope: 'openid read:patients' });
      assert.equal(narrow.body.scope, 'openid read:patients');
      assert.equal(claimsOf(narrow.body.access_token).scope, 'openid read:patients');
      assert.equal((await idToken(site, narrow.body.id_token, { client })).nickname, undefined);
      const full = await renew(site, client, token);
      assert.equal(full.body.scope, scope);
      assert.equal(claimsOf(full.body.access_token).scope, scope);
      assert.equal(claimsOf(full.body.access_token).gty, 'refresh_token');
      assert.ok((await idToken(site, full.body.id_token, { client })).nickname);
      const more = await renew(site, client, token, { scope: 'read:patients admin:all' });
      assert.equal(more.body.scope, 'read:patients', 'what was not granted is left out');
      assert.equal(more.body.id_token, undefined);
    });

    test('A-38: revoking is 200 without a body, and the token is refused from then on', async () => {
      for (const refresh_token of [{}, rotating]) {
        const client = await site.webClient({ refresh_token });
        const first = await bought(client, { scope: 'openid offline_access' });
        const second = await renew(site, client, first.refresh_token);
        const token = second.body.refresh_token ?? first.refresh_token;
        const reply = await revoke(site, client, token);
        assert.equal(reply.status, 200, reply.text);
        assert.equal(reply.text, '');
        await refused(client, token);
        assert.equal(
          (await userinfo(site, second.body.access_token)).status,
          200,
          'what was issued lives until its end',
        );
        assert.equal((await revoke(site, client, token)).status, 200, 'again');
      }
    });
  });
}
