// POST /oauth/revoke on the wire (RFC 7009, auth0-behaviour §30): who may give which token back, and what goes with it.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, type PeopledSite, type Person, peopled } from '../support/people.ts';
import { exchange, login, pkce, renew, revoke } from '../support/relying-party.ts';
import { engines, serveHere } from '../support/running.ts';
import { type UserAgent, userAgent } from '../support/user-agent.ts';

const rotating = { rotation_type: 'rotating', expiration_type: 'expiring', leeway: 60 };

for (const engine of engines) {
  describe(`revocation on ${engine}`, () => {
    let here: Awaited<ReturnType<typeof serveHere>>;
    let site: PeopledSite;
    let person: Person;
    let browser: UserAgent;
    let client: Client;
    before(async () => {
      here = await serveHere(engine);
      site = peopled(here);
      [person, client] = await Promise.all([site.user(), site.webClient({ refresh_token: rotating })]);
      browser = userAgent();
    });
    after(() => here.stop());

    async function token(of: Client = client, params: Record<string, string> = {}): Promise<string> {
      const proof = pkce();
      const challenge = { code_challenge: proof.challenge, code_challenge_method: 'S256' };
      const asked = { scope: 'openid offline_access', ...challenge, ...params };
      const { params: given } = await login(site, of, asked, { person, browser });
      const reply = await exchange(site, of, given.code ?? '', { code_verifier: proof.verifier });
      assert.ok(reply.body.refresh_token, reply.text);
      return reply.body.refresh_token;
    }
    const send = (body: string, headers: Record<string, string> = {}) =>
      site.send('POST', '/oauth/revoke', {
        headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
        body,
      });
    async function event(type: string, words: string) {
      for (let tries = 0; tries < 100; tries++) {
        const { body } = await site.manage('GET', `/logs?q=${encodeURIComponent(`type:${type} AND ${words}`)}`);
        if (body.length > 0) return body[0];
        await sleep(50);
      }
      return assert.fail(`no event ${type}`);
    }

    test('any member of a family ends it (REV-8), and the log says who did it (REV-10)', async () => {
      const first = await token();
      const second = await renew(site, client, first);
      assert.equal((await revoke(site, client, first)).status, 200);
      assert.equal((await renew(site, client, second.body.refresh_token)).status, 403);
      const family = Buffer.from(first.slice(3), 'base64url').subarray(0, 16).toString('hex');
      const { details, user_id, client_id } = await event('srrt', family);
      assert.equal(user_id, person.userId);
      assert.equal(client_id, client.id);
      assert.deepEqual(details.refresh_token, { familyId: family, tokenCounter: 0, latestCounter: 1 });
    });

    test('form, JSON and Basic are taken, and a hint is ignored (REV-1)', async () => {
      const ways = [
        (one: string) => revoke(site, client, one, { token_type_hint: 'access_token' }),
        (one: string) =>
          send(JSON.stringify({ client_id: client.id, client_secret: client.secret, token: one }), {
            'content-type': 'application/json',
          }),
        (one: string) =>
          send(new URLSearchParams({ token: one }).toString(), {
            authorization: `Basic ${Buffer.from(`${client.id}:${client.secret}`).toString('base64')}`,
          }),
      ];
      for (const way of ways) {
        const one = await token();
        const reply = await way(one);
        assert.equal(reply.status, 200, reply.text);
        assert.equal(reply.text, '');
        assert.equal(reply.headers.get('cache-control'), 'no-store');
        assert.equal((await renew(site, client, one)).status, 403);
      }
    });

    test('a token of another client is left alone, and the answer does not tell (REV-4)', async () => {
      const other = await site.publicClient();
      const one = await token();
      assert.equal((await revoke(site, other, one)).status, 200);
      const renewed = await renew(site, client, one);
      assert.equal(renewed.status, 200, renewed.text);
      for (const unknown of ['nonsense', renewed.body.access_token, `v1.${'A'.repeat(112)}`])
        assert.equal((await revoke(site, client, unknown)).status, 200, unknown);
      assert.equal((await renew(site, client, renewed.body.refresh_token)).status, 200);
    });

    test('who cannot authenticate is refused as invalid_client, and what is missing is named (REV-5, REV-6)', async () => {
      const one = await token();
      const wrong = await revoke(site, { ...client, secret: 'wrong' }, one);
      assert.equal(wrong.status, 401);
      assert.deepEqual(wrong.body, { error: 'invalid_client', error_description: 'Unauthorized' });
      const bare = await revoke(site, { ...client, secret: undefined }, one);
      assert.equal(bare.status, 401);
      const nobody = await send(`token=${one}`);
      assert.equal(nobody.status, 400);
      assert.equal(nobody.body.error, 'invalid_request');
      const nothing = await send(`client_id=${client.id}&client_secret=${client.secret}`);
      assert.deepEqual(nothing.body, {
        error: 'invalid_request',
        error_description: 'Missing required parameter: token',
      });
      assert.equal((await send(`client_id=${client.id}&token=a&token=b`)).status, 400);
      assert.equal((await renew(site, client, one)).status, 200, 'nothing was revoked');
    });

    test('a page of the client may revoke, and a foreign page may not', async () => {
      const spa = await site.publicClient({ refresh_token: rotating });
      const one = await token(spa);
      const body = new URLSearchParams({ client_id: spa.id, token: one }).toString();
      const foreign = await send(body, { origin: 'https://evil.example' });
      assert.equal(foreign.status, 403);
      assert.equal((await renew(site, spa, one)).status, 200);
      const origin = new URL(spa.callback).origin;
      const own = await send(body, { origin });
      assert.equal(own.status, 200);
      assert.equal(own.headers.get('access-control-allow-origin'), origin);
      assert.equal((await renew(site, spa, one)).status, 403);
    });

    test('with revoke_refresh_token_grant the consent goes too, and all tokens under it (REV-7)', async () => {
      const api = await site.api({
        allow_offline_access: true,
        skip_consent_for_verifiable_first_party_clients: false,
      });
      const under = { audience: api.audience, scope: 'openid read:patients offline_access' };
      const grants = async () =>
        (
          await site.manage(
            'GET',
            `/grants?user_id=${encodeURIComponent(person.userId)}&audience=${encodeURIComponent(api.audience)}`,
          )
        ).body;
      const [one, two, three] = [await token(client, under), await token(client, under), await token(client, under)];
      const elsewhere = await token();
      await revoke(site, client, one);
      assert.equal((await grants()).length, 1, 'the flag is off');
      assert.equal((await renew(site, client, two)).status, 200);
      await site.tenant({ flags: { revoke_refresh_token_grant: true } });
      assert.equal((await revoke(site, client, two)).status, 200);
      await site.tenant({ flags: { revoke_refresh_token_grant: false } });
      assert.deepEqual(await grants(), []);
      assert.equal((await renew(site, client, three)).status, 403);
      assert.equal((await renew(site, client, elsewhere)).status, 200, 'of another API');
    });
  });
}
