// Acceptance matrix (auth0-behaviour §47), rows about people: consent, silent authentication, sessions, logout.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type PeopledSite, type Person, peopled } from '../support/people.ts';
import { authorizeUrl, claimsOf, exchange, login, type PageKind, random, walk } from '../support/relying-party.ts';
import { engines, serveHere } from '../support/running.ts';
import { type UserAgent, userAgent } from '../support/user-agent.ts';

for (const engine of engines) {
  describe(`people and their sessions on ${engine}`, () => {
    let here: Awaited<ReturnType<typeof serveHere>>;
    let site: PeopledSite;
    let person: Person;
    let signedIn: UserAgent;
    before(async () => {
      here = await serveHere(engine);
      site = peopled(here);
      person = await site.user();
      signedIn = userAgent();
      await login(site, await site.webClient(), {}, { person, browser: signedIn });
    });
    after(() => here.stop());

    /** Signs in and tells which pages were seen. */
    async function seen(client: Parameters<typeof login>[1], params: Record<string, string>, browser = signedIn) {
      const pages: PageKind[] = [];
      const ending = await login(site, client, params, {
        person,
        browser,
        onPage: (_view, kind) => void pages.push(kind) as undefined,
      });
      return { pages, params: ending.params, ending };
    }

    test('A-13: an own client of an API that wants consent asks once, again for more, and never for less', async () => {
      const client = await site.webClient();
      const api = await site.api({ skip_consent_for_verifiable_first_party_clients: false });
      const ask = (scope: string) => ({ scope, audience: api.audience });
      const first = await seen(client, ask('openid read:patients'));
      assert.deepEqual(first.pages, ['consent']);
      assert.ok(first.params.code);
      assert.deepEqual((await seen(client, ask('openid read:patients'))).pages, [], 'never asked twice');
      assert.deepEqual((await seen(client, ask('openid'))).pages, [], 'less than was given');
      assert.deepEqual((await seen(client, ask('openid read:patients write:patients'))).pages, ['consent'], 'more');
      const skipping = await site.api();
      assert.deepEqual(
        (await seen(client, { scope: 'openid read:patients', audience: skipping.audience })).pages,
        [],
        'an API may leave consent out for own clients',
      );
    });

    test('A-14: a third-party client asks for consent, and a refusal is access_denied', async () => {
      const client = await site.webClient({ is_first_party: false, third_party_security_mode: 'permissive' });
      const database = await site.manage('GET', '/connections?name=Username-Password-Authentication');
      await site.manage('PATCH', `/connections/${database.body[0].id}`, { is_domain_connection: true });
      const api = await site.api();
      const ask = { scope: 'openid read:patients', audience: api.audience, state: 'mine' };
      const grant = await site.manage('POST', '/client-grants', {
        client_id: client.id,
        audience: api.audience,
        scope: ['read:patients'],
        subject_type: 'user',
      });
      assert.equal(grant.status, 201, grant.text);
      const declined = await login(site, client, ask, { person, browser: signedIn, consent: 'deny' });
      assert.equal(declined.params.error, 'access_denied');
      assert.equal(declined.params.error_description, 'User did not authorize the request');
      assert.equal(declined.params.state, 'mine');
      assert.equal(declined.params.code, undefined);
      const second = await seen(client, ask);
      assert.deepEqual(second.pages, ['consent'], 'a refusal is not remembered');
      assert.ok(second.params.code);
      assert.deepEqual((await seen(client, ask)).pages, [], 'a yes is');
    });

    test('A-15: prompt=none without consent is consent_required', async () => {
      const client = await site.webClient();
      const api = await site.api({ skip_consent_for_verifiable_first_party_clients: false });
      const { pages, params } = await seen(client, {
        scope: 'openid read:patients',
        audience: api.audience,
        prompt: 'none',
        state: 'x',
      });
      assert.deepEqual(pages, []);
      assert.equal(params.error, 'consent_required');
      assert.equal(params.state, 'x');
      assert.equal(params.code, undefined);
    });

    test('A-16: prompt=none without a session is login_required, in every response mode', async () => {
      const client = await site.webClient();
      const state = random(96);
      for (const [more, mode] of [
        [{}, 'query'],
        [{ response_mode: 'fragment' }, 'fragment'],
        [{ response_mode: 'form_post' }, 'form_post'],
        [{ response_mode: 'web_message' }, 'web_message'],
        [{ response_type: 'id_token token', nonce: 'n' }, 'fragment'],
      ] as const) {
        const ending = await login(site, client, { prompt: 'none', state, ...more });
        assert.equal(ending.mode, mode);
        assert.deepEqual(ending.params, { error: 'login_required', error_description: 'Login required', state }, mode);
      }
    });

    test('silent authentication with a session gives the answer at once, in every response mode', async () => {
      const client = await site.webClient();
      for (const mode of ['query', 'fragment', 'form_post', 'web_message'] as const) {
        const ending = await login(
          site,
          client,
          { prompt: 'none', state: 'x', response_mode: mode },
          { browser: signedIn },
        );
        assert.equal(ending.mode, mode);
        assert.ok(ending.params.code, mode);
        assert.equal(ending.params.state, 'x', mode);
        assert.equal((await exchange(site, client, ending.params.code ?? '')).status, 200, mode);
      }
    });

    test('A-17: an ID token through the front channel needs a nonce', async () => {
      const client = await site.webClient();
      // With a code beside it: in the `oidc` dialect only, see ../conformance.
      for (const type of ['id_token', 'id_token token']) {
        const { mode, params } = await login(site, client, { response_type: type, state: 's' }, { browser: signedIn });
        assert.equal(mode, 'fragment');
        assert.equal(params.error, 'invalid_request', type);
        assert.equal(params.state, 's');
        assert.equal(params.id_token, undefined);
      }
      const { params } = await login(site, client, { response_type: 'code' }, { browser: signedIn });
      assert.ok(params.code, 'a code needs none');
    });

    test('A-31: max_age=0 shows the login although a session exists, and the ID token says when it was', async () => {
      const client = await site.webClient();
      const browser = userAgent();
      const before = await seen(client, {}, browser);
      const old = claimsOf((await exchange(site, client, before.params.code ?? '')).body.id_token);
      assert.equal(old.auth_time, undefined, 'only told when it is asked for (AZ-12)');
      const asked = Math.floor(Date.now() / 1000);
      const { pages, params } = await seen(client, { max_age: '0' }, browser);
      assert.deepEqual(pages, ['login']);
      const claims = claimsOf((await exchange(site, client, params.code ?? '')).body.id_token);
      assert.ok(Number(claims.auth_time) >= asked);
      assert.equal(claims.sid, old.sid, 'the same person in the same session (SES-3)');
      const silent = await walk(browser, authorizeUrl(site, client, { max_age: '0', prompt: 'none' }));
      assert.ok(silent.kind === 'client');
      assert.equal(silent.params.error, 'login_required');
      const long = await seen(client, { max_age: '1000' }, browser);
      assert.deepEqual(long.pages, []);
      const kept = claimsOf((await exchange(site, client, long.params.code ?? '')).body.id_token);
      assert.equal(kept.auth_time, claims.auth_time, 'single sign-on does not renew it');
    });

    test('A-32: a logout goes to an allowed address, and silent authentication then is login_required', async () => {
      const client = await site.webClient();
      const browser = userAgent();
      await seen(client, {}, browser);
      const copy = browser.twin();
      const [allowed] = client.record.allowed_logout_urls as string[];
      const out = await browser.load(
        `${site.base}/v2/logout?${new URLSearchParams({ client_id: client.id, returnTo: `${allowed}` })}`,
      );
      assert.equal(out.status, 302);
      assert.equal(out.headers.get('location'), allowed);
      for (const [who, agent] of [
        ['the browser', browser],
        ['a copy of its cookies', copy],
      ] as const) {
        const silent = await login(site, client, { prompt: 'none' }, { browser: agent });
        assert.equal(silent.params.error, 'login_required', who);
      }
    });
  });
}
