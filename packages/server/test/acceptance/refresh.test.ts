// Acceptance matrix (auth0-behaviour §47), rows about refresh tokens.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type PeopledSite, type Person, peopled } from '../support/people.ts';
import { claimsOf, exchange, login } from '../support/relying-party.ts';
import { engines, serveHere } from '../support/running.ts';
import { type UserAgent, userAgent } from '../support/user-agent.ts';

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
    async function bought(client: Parameters<typeof login>[1], params: Record<string, string>) {
      const { params: given } = await login(site, client, params, { person, browser });
      assert.ok(given.code, JSON.stringify(given));
      const reply = await exchange(site, client, given.code);
      assert.equal(reply.status, 200, reply.text);
      return reply.body;
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
    });
  });
}
