// Back-channel logout on the wire (auth0-behaviour §31.4): who is told of which ending, what is said, and what comes of answers.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { endSession } from '../../src/domain/sessions/ending.ts';
import { defaultTenant } from '../../src/domain/tenants/hosts.ts';
import { type Client, type PeopledSite, type Person, peopled } from '../support/people.ts';
import { claimsOf, exchange, login } from '../support/relying-party.ts';
import { engines, serveHere } from '../support/running.ts';
import { type UserAgent, userAgent } from '../support/user-agent.ts';
import { logoutToken, type Receiver, receiver } from './receiver.ts';

const hour = 3_600_000;

for (const engine of engines) {
  describe(`back-channel logout on ${engine}`, () => {
    let served: Awaited<ReturnType<typeof serveHere>>;
    let site: PeopledSite;
    let rp: Receiver;
    let ahead = 0;
    before(async () => {
      rp = await receiver();
      served = await serveHere(engine, { flags: ['--allow-outbound', 'localhost'], now: () => Date.now() + ahead });
      site = peopled(served);
    });
    after(async () => {
      await served.stop();
      await rp.stop();
    });

    let made = 0;
    const pass = (ms: number) => {
      ahead += ms;
    };
    /** A client that is told at an address of its own. */
    async function told(oidcLogout: object = {}, more: object = {}) {
      const name = `client-${++made}`;
      const client = await site.webClient({
        oidc_logout: { backchannel_logout_urls: [rp.url(name)], ...oidcLogout },
        ...more,
      });
      return { name, client };
    }
    /** Signs a person in and gives what the ID token says. */
    async function signIn(browser: UserAgent, client: Client, person: Person) {
      const { params } = await login(site, client, {}, { browser, person });
      const reply = await exchange(site, client, params.code ?? '');
      assert.equal(reply.status, 200, reply.text);
      return claimsOf(reply.body.id_token);
    }
    const logout = (browser: UserAgent) => browser.load(`${site.base}/v2/logout`);
    const everything = { backchannel_logout_initiators: { mode: 'all' } };
    async function events(type: string, clientId: string) {
      for (let tries = 0; ; tries++) {
        await served.house.logs.flush();
        const q = encodeURIComponent(`type:${type} AND client_id:${clientId}`);
        const { body } = await site.manage('GET', `/logs?q=${q}`);
        if (body.length > 0 || tries > 500) return body;
        await sleep(20);
      }
    }

    test('BCL-3, BCL-5: every client of the session is told, each with its own token; others are not', async () => {
      const [one, two, other] = [await told(), await told(), await told()];
      const person = await site.user();
      const browser = userAgent();
      const first = await signIn(browser, one.client, person);
      const second = await signIn(browser, two.client, person);
      await signIn(userAgent(), other.client, person);
      assert.equal(first.sid, second.sid);
      await logout(browser);
      for (const { name, client } of [one, two]) {
        const [call] = await rp.until(name, 1);
        assert.ok(call);
        assert.deepEqual([call.method, call.contentType], ['POST', 'application/x-www-form-urlencoded']);
        assert.deepEqual(Object.keys(call.params), ['logout_token']);
        const { payload, protectedHeader } = await logoutToken(site, call, client.id);
        assert.equal(protectedHeader.typ, 'JWT');
        assert.ok(protectedHeader.kid);
        const { iat, exp, jti, trace_id, ...rest } = payload;
        assert.deepEqual(rest, {
          iss: site.issuer,
          sub: person.userId,
          aud: client.id,
          sid: first.sid,
          events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
        });
        assert.equal(Number(exp) - Number(iat), 120);
        assert.match(String(jti), /^[0-9a-f-]{36}$/);
        assert.match(String(trace_id), /^[0-9a-f]{16}$/);
        const [event] = await events('oidc_backchannel_logout_succeeded', client.id);
        assert.equal(event.user_id, person.userId);
        assert.equal(event.client_name, client.record.name);
        assert.deepEqual(event.details, {
          session_id: first.sid,
          initiator: 'rp-logout',
          url: rp.url(name),
          attempts: 1,
        });
      }
      await logout(browser);
      await sleep(50);
      assert.deepEqual([rp.of(one.name).length, rp.of(two.name).length, rp.of(other.name).length], [1, 1, 0]);
    });

    test('BCL-2: each ending is told to clients that want to hear of it, once, with its name', async () => {
      const all = await told(everything);
      const none = await told({ backchannel_logout_initiators: { mode: 'custom', selected_initiators: [] } });
      const ways: readonly [initiator: string, end: (person: Person, sid: string) => Promise<unknown>][] = [
        ['session-revoked', (_, sid) => site.manage('DELETE', `/sessions/${sid}`)],
        ['session-revoked', (_, sid) => site.manage('POST', `/sessions/${sid}/revoke`)],
        ['session-revoked', ({ userId }) => site.manage('DELETE', `/users/${userId}/sessions`)],
        [
          'password-changed',
          ({ userId }) => site.manage('PATCH', `/users/${userId}`, { password: 'Other-Horse-9-Xyz' }),
        ],
        ['account-deactivated', ({ userId }) => site.manage('PATCH', `/users/${userId}`, { blocked: true })],
        [
          'email-identifier-changed',
          ({ userId }) => site.manage('PATCH', `/users/${userId}`, { email: `moved-${made}@people.example.com` }),
        ],
        ['account-deleted', ({ userId }) => site.manage('DELETE', `/users/${userId}`)],
        ['session-expired', () => Promise.resolve(pass(200 * hour))],
      ];
      for (const [index, [initiator, end]] of ways.entries()) {
        const selected = await told({
          backchannel_logout_initiators: { mode: 'custom', selected_initiators: [initiator] },
        });
        const person = await site.user();
        const browser = userAgent();
        const { sid } = await signIn(browser, all.client, person);
        await signIn(browser, none.client, person);
        await signIn(browser, selected.client, person);
        await end(person, String(sid));
        const [call] = await rp.until(selected.name, 1);
        assert.deepEqual([call?.claims.sid, call?.claims.sub], [sid, person.userId], initiator);
        assert.equal((await rp.until(all.name, index + 1)).at(-1)?.claims.sid, sid, initiator);
        const [event] = await events('oidc_backchannel_logout_succeeded', selected.client.id);
        assert.equal(event.details.initiator, initiator);
      }
      assert.deepEqual(rp.of(none.name), []);
    });

    test('a session that runs out idle is told then, and not while it is used', async () => {
      const client = await told(everything);
      const person = await site.user();
      const browser = userAgent();
      const { sid } = await signIn(browser, client.client, person);
      // Idle sessions end after three days; this one is used after two.
      ahead += 48 * hour;
      assert.equal((await signIn(browser, client.client, person)).sid, sid);
      ahead += 48 * hour;
      await sleep(1_500);
      assert.equal((await site.manage('GET', `/sessions/${sid}`)).status, 200);
      assert.equal(rp.of(client.name).length, 0);
      ahead += 25 * hour;
      assert.equal((await rp.until(client.name, 1))[0]?.claims.sid, sid);
    });

    test('another person who takes the browser ends the session before, and its clients are told', async () => {
      const client = await told(everything);
      const browser = userAgent();
      const { sid } = await signIn(browser, client.client, await site.user());
      const other = await site.user();
      await login(site, client.client, { prompt: 'login' }, { browser, person: other });
      assert.equal((await rp.until(client.name, 1))[0]?.claims.sid, sid);
      const [event] = await events('oidc_backchannel_logout_succeeded', client.client.id);
      assert.equal(event.details.initiator, 'session-revoked');
    });

    test('BCL-4: 204 is good too; what a client refuses is not tried again', async () => {
      for (const [status, type] of [
        [204, 'oidc_backchannel_logout_succeeded'],
        [400, 'oidc_backchannel_logout_failed'],
        [404, 'oidc_backchannel_logout_failed'],
        [302, 'oidc_backchannel_logout_failed'],
      ] as const) {
        const { name, client } = await told();
        rp.answer(name, status);
        const browser = userAgent();
        await signIn(browser, client, await site.user());
        await logout(browser);
        await rp.until(name, 1);
        const [event] = await events(type, client.id);
        assert.equal(event.details.attempts, 1);
        if (status !== 204) assert.equal(event.description, `The client answered ${status}`);
        assert.ok(!JSON.stringify(event).includes('a secret of the client'));
        ahead += hour;
        await sleep(30);
        assert.equal(rp.of(name).length, 1, String(status));
      }
      assert.ok(!rp.calls.some(({ path }) => path === '/elsewhere'));
    });

    test('BCL-4: a client that is in trouble is called again, with a new token for the same call', async () => {
      const { name, client } = await told();
      rp.answer(name, 500, 0, 503, 200);
      const browser = userAgent();
      await signIn(browser, client, await site.user());
      await logout(browser);
      for (let count = 1; count <= 4; count++) {
        const calls = await rp.until(name, count);
        assert.equal(calls.length, count);
        // What came of it is written down a moment later; every pause is shorter than an hour.
        while ((await served.house.database.jobs.due(['backchannel-logout'], Date.now() + ahead)).length > 0)
          await sleep(5);
        await sleep(100);
        ahead += hour;
      }
      const calls = rp.of(name);
      assert.equal(new Set(calls.map(({ claims }) => claims.jti)).size, 4);
      assert.equal(new Set(calls.map(({ claims }) => claims.trace_id)).size, 1);
      const [event] = await events('oidc_backchannel_logout_succeeded', client.id);
      assert.equal(event.details.attempts, 4);
    });

    test('BCL-6, SSR-06: an address inside is not called, and the log of the tenant says nothing of what is there', async () => {
      const port = new URL(rp.url('x')).port;
      const client = await site.webClient({
        oidc_logout: { backchannel_logout_urls: [`https://127.0.0.1:${port}/inside`] },
      });
      const browser = userAgent();
      await signIn(browser, client, await site.user());
      await logout(browser);
      const [event] = await events('oidc_backchannel_logout_failed', client.id);
      assert.equal(event.description, 'The address is not one that this server may call');
      assert.equal(event.details.attempts, 1);
    });

    test('metadata of the session are told to a client that asks for them', async () => {
      const asks = await told({ backchannel_logout_session_metadata: { include: true } });
      const not = await told();
      const browser = userAgent();
      const person = await site.user();
      const { sid } = await signIn(browser, asks.client, person);
      await signIn(browser, not.client, person);
      await site.manage('PATCH', `/sessions/${sid}`, { session_metadata: { device: 'kiosk' } });
      await logout(browser);
      assert.deepEqual((await rp.until(asks.name, 1))[0]?.claims.session_metadata, { device: 'kiosk' });
      assert.equal((await rp.until(not.name, 1))[0]?.claims.session_metadata, undefined);
    });

    test('in the oidc dialect the token has a type of its own', async () => {
      const { name, client } = await told({}, { answer_dialect: 'oidc' });
      const browser = userAgent();
      await signIn(browser, client, await site.user());
      await logout(browser);
      const [call] = await rp.until(name, 1);
      assert.ok(call);
      const { protectedHeader } = await logoutToken(site, call, client.id, new Date(Date.now() + ahead));
      assert.equal(protectedHeader.typ, 'logout+jwt');
    });

    test('a client that was deleted or changed its mind meanwhile is not called', async () => {
      const { name, client } = await told();
      rp.answer(name, 500);
      const browser = userAgent();
      await signIn(browser, client, await site.user());
      await logout(browser);
      await rp.until(name, 1);
      await site.manage('PATCH', `/clients/${client.id}`, { oidc_logout: null });
      ahead += hour;
      await sleep(1_500);
      assert.equal(rp.of(name).length, 1);
    });

    test('a logout that is rolled back tells nobody', async () => {
      const { name, client } = await told(everything);
      const person = await site.user();
      const { sid } = await signIn(userAgent(), client, person);
      const store = served.house.database.store(defaultTenant);
      await assert.rejects(
        store.transact(async (tx) => {
          assert.equal(await endSession(tx, String(sid), { why: 'session-revoked', now: Date.now() }), true);
          throw new Error('no');
        }),
        /no/,
      );
      await sleep(100);
      assert.equal(rp.of(name).length, 0);
    });
  });
}
