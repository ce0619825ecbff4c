// GET and POST /oidc/logout on the wire (auth0-behaviour §31.2): who is asked, where it leads, and what no site can do.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Client, type PeopledSite, type Person, peopled } from '../support/people.ts';
import { claimsOf, exchange, login } from '../support/relying-party.ts';
import { engines, serveHere } from '../support/running.ts';
import { type UserAgent, userAgent } from '../support/user-agent.ts';

for (const engine of engines) {
  describe(`/oidc/logout on ${engine}`, () => {
    const bye = 'https://app.example.com/bye';
    const withQuery = 'https://app.example.com/bye?from=here';
    let served: Awaited<ReturnType<typeof serveHere>>;
    let site: PeopledSite;
    let client: Client;
    let other: Client;
    let person: Person;
    let ahead = 0;
    before(async () => {
      served = await serveHere(engine, { now: () => Date.now() + ahead });
      site = peopled(served);
      client = await site.webClient({ allowed_logout_urls: [bye, withQuery, 'https://*.example.org/out'] });
      other = await site.webClient();
      person = await site.user();
    });
    after(() => served.stop());

    async function signedIn(at: Client = client, browser = userAgent()) {
      const { params } = await login(site, at, {}, { browser, person });
      const reply = await exchange(site, at, params.code ?? '');
      const idToken = String(reply.body.id_token);
      return { browser, idToken, sid: String(claimsOf(idToken).sid) };
    }
    const get = (browser: UserAgent, params: Readonly<Record<string, string>>) =>
      browser.load(`${site.base}/oidc/logout?${new URLSearchParams(params)}`);
    const post = (browser: UserAgent, params: Readonly<Record<string, string>>) =>
      browser.load(`${site.base}/oidc/logout`, { method: 'POST', body: new URLSearchParams(params).toString() });
    const alive = async (sid: string) => (await site.manage('GET', `/sessions/${sid}`)).status === 200;
    const events = async (type: string) => {
      await served.house.logs.flush();
      return (await site.manage('GET', `/logs?q=type:${type}&sort=date:-1`)).body;
    };
    const asks = (html: string) => html.includes('Do you want to log out');

    test('a hint of the session ends it without a question, by GET and by POST, also when it has expired', async () => {
      for (const send of [get, post]) {
        const { browser, idToken, sid } = await signedIn();
        ahead += 11 * 3_600_000;
        const view = await send(browser, { id_token_hint: idToken, post_logout_redirect_uri: bye, state: 'a b&c=d+é' });
        assert.equal(view.status, send === get ? 302 : 303);
        assert.equal(view.headers.get('location'), `${bye}?state=a%20b%26c%3Dd%2B%C3%A9`);
        assert.equal(view.headers.get('cache-control'), 'no-store');
        assert.equal(view.headers.get('referrer-policy'), 'no-referrer');
        assert.equal(await alive(sid), false);
        assert.equal(browser.cookies('localhost').countersign, undefined);
        const [event] = await events('slo');
        assert.deepEqual([event.user_id, event.client_id], [person.userId, client.id]);
      }
    });

    test('LO-10, LO-11: the address must be registered byte by byte, with its query', async () => {
      const { browser, idToken, sid } = await signedIn();
      for (const uri of [
        `${bye}?x=1`,
        `${bye}/`,
        `${bye}#part`,
        'https://APP.example.com/bye',
        'https://app.example.com/bye?from=there',
        'https://app.example.com/bye?from=here&x=1',
        'https://app.example.com.evil.test/bye',
        'https://a.b.example.org/out',
        'https://evil.example.org.evil.test/out',
        '//app.example.com/bye',
        'javascript:alert(1)',
        `https://${new URL(other.callback).host}/`,
      ]) {
        const view = await get(browser, { id_token_hint: idToken, post_logout_redirect_uri: uri });
        assert.equal(view.status, 400, uri);
        assert.equal(view.headers.get('location'), null);
        assert.match(view.text, /is not defined as a valid URL in/);
      }
      assert.equal(await alive(sid), true);
      assert.equal((await events('flo'))[0].client_id, client.id);
      const view = await get(browser, { id_token_hint: idToken, post_logout_redirect_uri: withQuery, state: 's' });
      assert.equal(view.headers.get('location'), `${withQuery}&state=s`);
      const wild = await get(browser, { client_id: client.id, post_logout_redirect_uri: 'https://a.example.org/out' });
      assert.equal(wild.headers.get('location'), 'https://a.example.org/out');
    });

    test('LO-10: without a client the addresses of the tenant count, and only then', async () => {
      const tenants = 'https://tenant.example.com/bye';
      await site.tenant({ allowed_logout_urls: [tenants] });
      const browser = userAgent();
      assert.equal((await get(browser, { post_logout_redirect_uri: tenants })).headers.get('location'), tenants);
      assert.equal((await get(browser, { post_logout_redirect_uri: bye })).status, 400);
      assert.equal((await get(browser, { client_id: client.id, post_logout_redirect_uri: tenants })).status, 400);
    });

    test('LO-12: client_id without an address leads to the first; a hint alone to a page', async () => {
      assert.equal((await get(userAgent(), { client_id: client.id })).headers.get('location'), bye);
      const { browser, idToken } = await signedIn();
      const view = await get(browser, { id_token_hint: idToken });
      assert.equal(view.status, 200);
      assert.match(view.text, /You are logged out/);
    });

    test('LO-13: what contradicts the hint is refused, and nothing ends', async () => {
      const { browser, idToken, sid } = await signedIn();
      for (const [params, says] of [
        [{ client_id: other.id }, /client_id/],
        [{ client_id: 'nobody' }, /Unknown client: nobody/],
        [{ logout_hint: 'another' }, /logout_hint/],
      ] as const) {
        const view = await get(browser, { id_token_hint: idToken, ...params });
        assert.equal(view.status, 400);
        assert.match(view.text, says);
      }
      assert.equal((await post(browser, { id_token_hint: idToken, federated: '' })).status, 400);
      assert.equal(await alive(sid), true);
      assert.equal((await post(browser, { id_token_hint: idToken, federated: 'true' })).status, 200);
      assert.equal(await alive(sid), false);
    });

    test('LO-15: a person is asked where the request does not show that it knows the session', async () => {
      const { browser, idToken, sid } = await signedIn();
      const elsewhere = await signedIn();
      const [head = '', payload = '', signature = ''] = idToken.split('.');
      const rows: readonly Readonly<Record<string, string>>[] = [
        {},
        { state: 'x' },
        { client_id: client.id, post_logout_redirect_uri: bye },
        { id_token_hint: elsewhere.idToken, post_logout_redirect_uri: bye },
        { logout_hint: elsewhere.sid },
        { logout_hint: 'unknown' },
        { id_token_hint: `${head}.${payload}.${signature.slice(0, -4)}AAAA`, post_logout_redirect_uri: bye },
        { id_token_hint: 'nonsense' },
      ];
      for (const params of rows) {
        const view = await get(browser, params);
        assert.equal(view.status, 200, JSON.stringify(params));
        assert.ok(asks(view.html), JSON.stringify(params));
        assert.ok(view.text.includes(person.email));
        const stayed = await browser.submit(view, {}, { press: 'deny' });
        assert.match(stayed.text, /You are still logged in/);
      }
      assert.equal(await alive(sid), true);
      const view = await get(browser, { client_id: client.id, post_logout_redirect_uri: bye, state: '"><x' });
      const out = await browser.submit(view, {}, { press: 'accept' });
      assert.equal(out.status, 303);
      assert.equal(out.headers.get('location'), `${bye}?state=%22%3E%3Cx`);
      assert.equal(await alive(sid), false);
      assert.equal(await alive(elsewhere.sid), true);
    });

    test('LO-15: nobody is asked with the sid as logout_hint, without a session, or where the tenant turned it off', async () => {
      const { browser, sid } = await signedIn();
      assert.match((await get(browser, { logout_hint: sid })).text, /You are logged out/);
      assert.equal(await alive(sid), false);
      assert.match((await get(userAgent(), {})).text, /You are logged out/);
      await site.tenant({ sessions: { oidc_logout_prompt_enabled: false } });
      const again = await signedIn();
      assert.match((await get(again.browser, {})).text, /You are logged out/);
      assert.equal(await alive(again.sid), false);
      await site.tenant({ sessions: { oidc_logout_prompt_enabled: true } });
    });

    test('CSR: the answer to the question comes from our own page, of this session, or ends nothing', async () => {
      const { browser, sid } = await signedIn();
      const view = await get(browser, {});
      const action = `${site.base}/u/logout`;
      const csrf = /name="csrf" value="([^"]+)"/.exec(view.html)?.[1] ?? '';
      const send = (agent: UserAgent, params: Readonly<Record<string, string>>, headers: Record<string, string> = {}) =>
        agent.load(action, {
          method: 'POST',
          body: new URLSearchParams(params).toString(),
          headers: { origin: site.base, 'sec-fetch-site': 'same-origin', ...headers },
        });
      const attempts = [
        await send(browser, { action: 'accept' }),
        await send(browser, { action: 'accept', csrf: '' }),
        await send(browser, { action: 'accept', csrf: `${csrf.slice(0, -1)}_` }),
        await send(browser, { action: 'accept', csrf }, { origin: 'https://evil.test' }),
        await send(browser, { action: 'accept', csrf }, { 'sec-fetch-site': 'cross-site' }),
        await send((await signedIn()).browser, { action: 'accept', csrf }),
      ];
      for (const attempt of attempts) assert.equal(attempt.status, 403);
      assert.equal(await alive(sid), true);
      const elsewhere = await send(browser, { action: 'accept', csrf, post_logout_redirect_uri: 'https://evil.test' });
      assert.equal(elsewhere.status, 400);
      assert.equal(await alive(sid), true);
      assert.equal((await send(browser, { action: 'accept', csrf })).status, 200);
      assert.equal(await alive(sid), false);
    });

    test('TEN, TOK: only an ID token of this issuer is a hint', async () => {
      const { browser } = await signedIn();
      const { params } = await login(site, client, { audience: (await site.api()).audience }, { browser, person });
      const { body } = await exchange(site, client, params.code ?? '');
      const view = await get(browser, { id_token_hint: body.access_token, post_logout_redirect_uri: bye });
      assert.ok(asks(view.html), 'an access token');
      // The same server under another name is another issuer.
      const query = new URLSearchParams({ id_token_hint: String(body.id_token), post_logout_redirect_uri: bye });
      assert.equal((await userAgent().load(`${site.base}/oidc/logout?${query}`)).headers.get('location'), bye);
      const foreign = site.base.replace('localhost', '127.0.0.1');
      assert.equal((await userAgent().load(`${foreign}/oidc/logout?${query}`)).headers.get('location'), null);
    });

    test('HS256: a hint of a client that signs with its secret is verified with it', async () => {
      const symmetric = await site.webClient({
        jwt_configuration: { alg: 'HS256' },
        allowed_logout_urls: [bye],
      });
      const { browser, idToken, sid } = await signedIn(symmetric);
      const view = await get(browser, { id_token_hint: idToken, post_logout_redirect_uri: bye });
      assert.equal(view.headers.get('location'), bye);
      assert.equal(await alive(sid), false);
    });

    test('a HEAD ends nothing, a strict third party nothing either, and what is sent twice is refused', async () => {
      const { browser, idToken, sid } = await signedIn();
      const head = await browser.load(`${site.base}/oidc/logout?id_token_hint=${idToken}`, { method: 'HEAD' });
      assert.equal(head.status, 405);
      const stranger = await site.webClient({ is_first_party: false, grant_types: ['authorization_code'] });
      assert.equal((await get(browser, { client_id: stranger.id })).status, 400);
      const twice = await browser.load(`${site.base}/oidc/logout?state=a&state=b&id_token_hint=${idToken}`);
      assert.equal(twice.status, 400);
      assert.equal(await alive(sid), true);
    });

    test('pages speak the language that was asked for; LO-18: discovery names the endpoint unless it is told not to', async () => {
      for (const [language, says] of [
        ['de', 'Sie sind abgemeldet'],
        ['es', 'Ha cerrado la sesión'],
        ['fr', 'Vous êtes déconnecté'],
        ['en', 'You are logged out'],
      ]) {
        const view = await get(userAgent(), { ui_locales: String(language) });
        assert.ok(view.text.includes(String(says)), view.text);
        assert.match(view.html, new RegExp(`<html lang="${language}"`));
      }
      const named = async () => (await site.send('GET', '/.well-known/openid-configuration')).body.end_session_endpoint;
      assert.equal(await named(), `${site.issuer}oidc/logout`);
      await site.tenant({ oidc_logout: { rp_logout_end_session_endpoint_discovery: false } });
      assert.equal(await named(), undefined);
    });
  });
}
