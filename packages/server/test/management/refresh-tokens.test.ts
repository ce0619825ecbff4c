// Refresh tokens and device credentials through the Management API: what is shown, what is revoked, and what else ends them.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Api, type Client, type PeopledSite, type Person, peopled } from '../support/people.ts';
import { exchange, login, renew, userinfo } from '../support/relying-party.ts';
import { engines, serveHere } from '../support/running.ts';
import { userAgent } from '../support/user-agent.ts';

const rotating = { rotation_type: 'rotating', expiration_type: 'expiring', leeway: 60 };

for (const engine of engines) {
  describe(`refresh tokens at the Management API on ${engine}`, () => {
    let here: Awaited<ReturnType<typeof serveHere>>;
    let site: PeopledSite;
    let client: Client;
    let api: Api;
    before(async () => {
      here = await serveHere(engine);
      site = peopled(here);
      [client, api] = await Promise.all([
        site.webClient({ refresh_token: rotating }),
        site.api({ allow_offline_access: true, skip_consent_for_verifiable_first_party_clients: false }),
      ]);
    });
    after(() => here.stop());

    /** A login of a person; the answer of the exchange, with the id of the family. */
    async function begun(person: Person, params: Record<string, string> = {}, of = client) {
      const asked = { scope: 'openid offline_access', ...params };
      const { params: given } = await login(site, of, asked, { person, browser: userAgent() });
      const { body, text } = await exchange(site, of, given.code ?? '');
      assert.ok(body.refresh_token, text);
      const id = Buffer.from(body.refresh_token.slice(3), 'base64url').subarray(0, 16).toString('hex');
      return { ...body, id } as { refresh_token: string; access_token: string; id: string };
    }
    const lives = async (token: string, of = client) => (await renew(site, of, token)).status === 200;
    const at = (person: Person, rest: string) => `/users/${encodeURIComponent(person.userId)}${rest}`;

    test('a refresh token is shown with all but what it is made of', async () => {
      const person = await site.user();
      const { id, refresh_token } = await begun(person, {
        audience: api.audience,
        scope: 'openid read:patients offline_access',
      });
      const { status, body, text } = await site.manage('GET', `/refresh-tokens/${id}`);
      assert.equal(status, 200);
      assert.equal(body.user_id, person.userId);
      assert.equal(body.client_id, client.id);
      assert.equal(body.rotating, true);
      assert.deepEqual(body.resource_servers, [
        { audience: api.audience, scopes: 'openid read:patients offline_access' },
      ]);
      assert.equal(body.last_exchanged_at, null);
      assert.ok(Date.parse(body.expires_at) > Date.parse(body.idle_expires_at));
      assert.equal((await site.manage('GET', `/sessions/${body.session_id}`)).status, 200);
      await renew(site, client, refresh_token);
      const after = await site.manage('GET', `/refresh-tokens/${id}?fields=last_exchanged_at,id`);
      assert.deepEqual(Object.keys(after.body).toSorted(), ['id', 'last_exchanged_at']);
      assert.ok(after.body.last_exchanged_at);
      for (const part of ['hash', 'proof', 'successor', 'counter', 'holder'])
        assert.ok(!text.includes(part), `${part} is nobody's business`);
      const endless = await begun(person, {}, await site.webClient());
      const forever = (await site.manage('GET', `/refresh-tokens/${endless.id}`)).body;
      assert.equal(forever.expires_at, null);
      assert.equal(forever.idle_expires_at, null);
      assert.deepEqual(forever.resource_servers[0].audience, `https://${site.host}/userinfo`);
      assert.equal((await site.manage('GET', '/refresh-tokens/nothing')).status, 404);
    });

    test('lists are of one user, may be narrowed to a client, and are paged', async () => {
      const person = await site.user();
      const other = await site.webClient();
      const ids = [];
      for (const one of [client, client, other]) ids.push((await begun(person, {}, one)).id);
      const listed = await site.manage('GET', at(person, '/refresh-tokens?include_totals=true&per_page=50'));
      assert.deepEqual(
        listed.body.tokens.map((one: { id: string }) => one.id),
        ids,
      );
      assert.equal(listed.body.total, 3);
      const user = encodeURIComponent(person.userId);
      const narrowed = await site.manage('GET', `/refresh-tokens?user_id=${user}&client_id=${client.id}`);
      assert.deepEqual(
        narrowed.body.refresh_tokens.map((one: { id: string }) => one.id),
        ids.slice(0, 2),
      );
      const first = await site.manage('GET', `/refresh-tokens?user_id=${user}&take=2`);
      const second = await site.manage('GET', `/refresh-tokens?user_id=${user}&take=2&from=${first.body.next}`);
      assert.deepEqual(
        [...first.body.refresh_tokens, ...second.body.refresh_tokens].map(({ id }) => id),
        ids,
      );
      assert.equal(second.body.next, undefined);
      assert.equal((await site.manage('GET', '/refresh-tokens')).status, 400);
      assert.equal((await site.manage('GET', '/refresh-tokens?user_id=auth0%7Cnobody')).status, 404);
    });

    test('metadata is set, replaced and taken away, within its bounds', async () => {
      const { id } = await begun(await site.user());
      const path = `/refresh-tokens/${id}`;
      const set = async (refresh_token_metadata: unknown) => site.manage('PATCH', path, { refresh_token_metadata });
      assert.deepEqual((await set({ device: 'phone' })).body.refresh_token_metadata, { device: 'phone' });
      assert.deepEqual((await set({ other: 'x' })).body.refresh_token_metadata, { other: 'x' });
      assert.equal((await set({})).body.refresh_token_metadata, undefined);
      assert.equal((await set({ 'a b': 'x' })).status, 400);
      assert.equal((await set({ a: 'x'.repeat(256) })).status, 400);
      assert.equal((await site.manage('PATCH', path, { rotating: false })).status, 400);
      assert.equal((await site.manage('PATCH', '/refresh-tokens/nothing', {})).status, 404);
    });

    test('one is deleted by its id, several by ids or by whose they are; others live on', async () => {
      const [person, stranger] = await Promise.all([site.user(), site.user()]);
      const one = await begun(person);
      assert.equal((await site.manage('DELETE', `/refresh-tokens/${one.id}`)).status, 202);
      assert.equal(await lives(one.refresh_token), false);
      assert.equal((await userinfo(site, one.access_token)).status, 200, 'access tokens live until they end');
      assert.equal((await site.manage('GET', `/refresh-tokens/${one.id}`)).status, 404);
      const [two, three] = [await begun(person), await begun(person)];
      const four = await begun(person, { audience: api.audience });
      const five = await begun(stranger);
      const revoke = (body: object) => site.manage('POST', '/refresh-tokens/revoke', body);
      assert.equal((await revoke({ ids: [two.id, 'nothing'] })).status, 202);
      assert.equal(await lives(two.refresh_token), false);
      const whose = { user_id: person.userId, client_id: client.id };
      assert.equal((await revoke({ ...whose, audience: api.audience })).status, 202);
      assert.equal(await lives(four.refresh_token), false);
      assert.equal(await lives(three.refresh_token), true);
      assert.equal((await revoke({ ...whose, client_id: 'another' })).status, 202);
      assert.equal((await site.manage('GET', `/refresh-tokens/${three.id}`)).status, 200);
      assert.equal((await revoke({ user_id: person.userId })).status, 202);
      assert.equal((await site.manage('GET', `/refresh-tokens/${three.id}`)).status, 404);
      assert.equal(await lives(five.refresh_token), true);
      for (const wrong of [
        {},
        { ids: [] },
        { ids: 'x' },
        { ids: ['a'], user_id: 'b' },
        { client_id: 'a' },
        { user_id: 'a', audience: 'b' },
        { user_id: 'a', more: 1 },
      ])
        assert.equal((await revoke(wrong)).status, 400, JSON.stringify(wrong));
    });

    test('all of a user go at once, and the log tells which (srrt)', async () => {
      const person = await site.user();
      const [one, two] = [await begun(person), await begun(person)];
      const reply = await site.manage('DELETE', at(person, '/refresh-tokens'));
      assert.equal(reply.status, 202);
      assert.deepEqual(reply.body, {});
      assert.equal(await lives(one.refresh_token), false);
      assert.equal(await lives(two.refresh_token), false);
      let found = [];
      for (let tries = 0; tries < 100 && found.length === 0; tries++) {
        found = (await site.manage('GET', `/logs?q=type:srrt%20AND%20${two.id}`)).body;
        if (found.length === 0) await sleep(50);
      }
      assert.equal(found[0]?.details.reason, 'administrator');
      assert.equal(found[0]?.user_id, person.userId);
      assert.equal((await site.manage('DELETE', '/users/auth0%7Cnobody/refresh-tokens')).status, 404);
    });

    test('a session that ends leaves refresh tokens, and one that is revoked takes its own with it', async () => {
      const person = await site.user();
      const [one, two] = [await begun(person), await begun(person)];
      const session = async ({ id }: { id: string }) =>
        (await site.manage('GET', `/refresh-tokens/${id}`)).body.session_id;
      const [first, second] = [await session(one), await session(two)];
      assert.notEqual(first, second);
      await site.manage('DELETE', `/sessions/${first}`);
      assert.equal((await site.manage('GET', `/refresh-tokens/${one.id}`)).status, 200);
      await site.manage('POST', `/sessions/${second}/revoke`);
      assert.equal(await lives(two.refresh_token), false);
      assert.equal(await lives(one.refresh_token), true);
      const three = await begun(person);
      await site.manage('POST', at(person, '/revoke-access'), {
        session_id: await session(three),
        preserve_refresh_tokens: true,
      });
      assert.equal((await site.manage('GET', at(person, '/sessions'))).body.sessions.length, 0);
      assert.equal((await site.manage('GET', `/refresh-tokens/${three.id}`)).status, 200);
      const four = await begun(person);
      assert.equal(
        (await site.manage('POST', at(person, '/revoke-access'), { session_id: await session(four) })).status,
        202,
      );
      assert.equal(await lives(four.refresh_token), false);
      assert.equal((await site.manage('GET', `/refresh-tokens/${three.id}`)).status, 200, 'of another session');
      assert.equal((await site.manage('POST', at(person, '/revoke-access'), {})).status, 202);
      assert.equal(await lives(three.refresh_token), false);
      assert.equal((await userinfo(site, three.access_token)).status, 401);
      assert.equal((await site.manage('POST', at(person, '/revoke-access'), { nonsense: 1 })).status, 400);
    });

    test('a changed password or address ends them with everything else, and blocking only suspends them', async () => {
      for (const patch of [{ password: 'Another-Horse-10-Battery' }, { email: `moved-${engine}@people.example.com` }]) {
        const person = await site.user();
        const one = await begun(person);
        assert.equal((await site.manage('PATCH', at(person, ''), patch)).status, 200);
        assert.equal(await lives(one.refresh_token), false);
        assert.equal((await userinfo(site, one.access_token)).status, 401);
        assert.deepEqual((await site.manage('GET', at(person, '/sessions'))).body.sessions, []);
      }
      const person = await site.user();
      const one = await begun(person);
      await site.manage('PATCH', at(person, ''), { nickname: 'somebody' });
      await site.manage('PATCH', at(person, ''), { blocked: true });
      const refused = await renew(site, client, one.refresh_token);
      assert.equal(refused.status, 403);
      assert.deepEqual(refused.body, { error: 'invalid_grant', error_description: 'user is blocked' });
      await site.manage('PATCH', at(person, ''), { blocked: false });
      assert.equal(await lives(one.refresh_token), true);
    });

    test('a deleted consent, API, client or user ends them', async () => {
      const person = await site.user();
      const under = { audience: api.audience, scope: 'openid read:patients offline_access' };
      const one = await begun(person, under);
      const grants = await site.manage('GET', `/grants?user_id=${encodeURIComponent(person.userId)}`);
      assert.equal((await site.manage('DELETE', `/grants/${grants.body[0].id}`)).status, 204);
      assert.equal(await lives(one.refresh_token), false);
      const two = await begun(person, under);
      await site.manage('DELETE', `/grants?user_id=${encodeURIComponent(person.userId)}`);
      assert.equal(await lives(two.refresh_token), false);
      const [brief, gone] = await Promise.all([site.api({ allow_offline_access: true }), site.webClient()]);
      const three = await begun(person, { audience: brief.audience });
      await site.manage('DELETE', `/resource-servers/${brief.id}`);
      await site.api({ identifier: brief.audience, allow_offline_access: true });
      assert.equal(await lives(three.refresh_token), false, 'also when the API comes back');
      const four = await begun(person, {}, gone);
      await site.manage('DELETE', `/clients/${gone.id}`);
      assert.equal((await site.manage('GET', `/refresh-tokens/${four.id}`)).status, 404);
      const five = await begun(person);
      await site.manage('DELETE', at(person, ''));
      const reply = await renew(site, client, five.refresh_token);
      assert.equal(reply.status, 403);
      assert.deepEqual(reply.body, {
        error: 'invalid_grant',
        error_description: "The refresh_token was generated for a user who doesn't exist anymore.",
      });
    });

    test('device credentials: refresh tokens by their older address, and keys that are kept', async () => {
      const person = await site.user();
      const still = await site.webClient();
      const [turning, lasting] = [await begun(person), await begun(person, {}, still)];
      const user = encodeURIComponent(person.userId);
      const list = async (rest = '') => (await site.manage('GET', `/device-credentials?user_id=${user}${rest}`)).body;
      assert.deepEqual(await list('&type=refresh_token'), [
        { id: lasting.id, device_name: 'node', type: 'refresh_token', user_id: person.userId, client_id: still.id },
      ]);
      assert.deepEqual(
        (await list('&type=rotating_refresh_token')).map((one: { id: string }) => one.id),
        [turning.id],
      );
      assert.deepEqual(
        (await list()).map((one: { id: string }) => one.id),
        [lasting.id],
      );
      assert.equal((await site.manage('GET', '/device-credentials?type=nonsense')).status, 400);
      const key = {
        client_id: client.id,
        device_name: 'Phone',
        device_id: 'phone-1',
        type: 'public_key',
        value: 'QUJD',
      };
      const made = await site.manage('POST', '/device-credentials', key);
      assert.equal(made.status, 201);
      assert.deepEqual(Object.keys(made.body), ['id']);
      const totals = (await site.manage('GET', '/device-credentials?type=public_key&include_totals=true')).body;
      assert.equal(totals.total, 1);
      const { value: _value, ...shown } = key;
      assert.deepEqual(totals.device_credentials, [{ id: made.body.id, ...shown }]);
      assert.equal((await site.manage('POST', '/device-credentials', { ...key, type: 'refresh_token' })).status, 400);
      for (const id of [made.body.id, lasting.id, 'nothing'])
        assert.equal((await site.manage('DELETE', `/device-credentials/${id}`)).status, 204);
      assert.equal(await lives(lasting.refresh_token, still), false);
      assert.equal(await lives(turning.refresh_token), true);
      assert.deepEqual((await site.manage('GET', '/device-credentials?type=public_key')).body, []);
    });
  });
}
