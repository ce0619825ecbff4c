// The authorization endpoint on the wire, on both engines (auth0-behaviour §4 to §7, §33).

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sessionsOf } from '../../src/domain/sessions/lifecycle.ts';
import { defaultTenant } from '../../src/domain/tenants/hosts.ts';
import { engines, type Reply } from '../support/running.ts';
import { type Browser, cb, challenge, type People, people, responseOf } from './site.ts';

for (const engine of engines) {
  describe(`/authorize on ${engine}`, () => {
    let site: People;
    let client: { client_id: string; client_secret: string };
    let base: Record<string, string>;
    before(async () => {
      site = await people(engine);
      client = await site.client();
      base = {
        client_id: client.client_id,
        redirect_uri: cb,
        response_type: 'code',
        state: 'odd &"<> %',
        scope: 'openid',
      };
    });
    after(() => site.stop());

    const secretsOf = ({ client_id, client_secret }: { client_id: string; client_secret: string }) => ({
      client_id,
      client_secret,
    });
    const ask = (browser: Browser, more: Record<string, string> = {}) =>
      browser.get('/authorize', { ...base, ...more });
    const signedIn = async (secondsAgo = 0) => {
      const browser = site.browser();
      const user = await site.user();
      const session = await site.signIn(browser, user, secondsAgo);
      return { browser, user, session };
    };
    const errorOf = (reply: Reply) => {
      const response = responseOf(reply);
      assert.ok(response, `${reply.status} ${reply.headers.get('location')} ${reply.text.slice(0, 300)}`);
      assert.equal(response.get('state'), base.state);
      assert.equal(response.get('code'), null);
      return response.get('error');
    };
    const codeOf = (reply: Reply) => {
      const response = responseOf(reply);
      assert.ok(response, `${reply.status} ${reply.headers.get('location')} ${reply.text.slice(0, 300)}`);
      assert.equal(response.get('state'), base.state);
      const code = response.get('code');
      assert.ok(code, response.toString());
      return code;
    };
    const pageOf = (reply: Reply) => {
      const [, page] = /^\/u\/([a-z-]+)\?state=[\w.-]+$/.exec(reply.headers.get('location') ?? '') ?? [];
      return page ?? `${reply.status} ${reply.headers.get('location')}`;
    };
    const shown = (reply: Reply, status: number, text: RegExp) => {
      assert.equal(reply.status, status, reply.text);
      assert.equal(reply.headers.get('location'), null);
      assert.match(reply.headers.get('content-type') ?? '', /^text\/html/);
      assert.match(reply.text, text);
      assert.match(reply.headers.get('content-security-policy') ?? '', /frame-ancestors 'none'/);
      assert.equal(reply.headers.get('cache-control'), 'no-store');
    };

    test('without a session the browser gets a name and the login page, and nothing in a cache', async () => {
      const reply = await ask(site.browser());
      assert.equal(reply.status, 302);
      assert.equal(pageOf(reply), 'login');
      assert.equal(reply.headers.get('cache-control'), 'no-store');
      const [named, alone, ...more] = reply.headers.getSetCookie();
      assert.match(named ?? '', /^countersign_did=[\w-]{43}; Path=\/; Max-Age=31536000; HttpOnly; SameSite=Lax$/);
      assert.match(alone ?? '', /^countersign_did_[\w-]{12}=[\w-]{43}; Path=\/; Max-Age=3600; HttpOnly; SameSite=Lax$/);
      assert.deepEqual(more, []);
    });

    test('with a session the code comes at once, is good for tokens, and the session knows the client', async () => {
      const { browser, user, session } = await signedIn();
      const reply = await ask(browser);
      assert.equal(reply.status, 302);
      assert.ok(reply.headers.get('location')?.startsWith(`${cb}?code=`));
      const tokens = await site.token({
        grant_type: 'authorization_code',
        code: codeOf(reply),
        redirect_uri: cb,
        client_id: client.client_id,
        client_secret: client.client_secret,
      });
      assert.equal(tokens.status, 200, tokens.text);
      const claims = JSON.parse(Buffer.from(tokens.body.id_token.split('.')[1], 'base64url').toString());
      assert.equal(claims.sub, user.user_id);
      assert.equal(claims.sid, session.id);
      const [event] = await site.events('s');
      assert.equal(event?.user_id, user.user_id);
      assert.equal(event?.client_id, client.client_id);
      assert.ok(!JSON.stringify(event).includes(codeOf(reply)));
    });

    test('OPR-01: an unknown client and a removed one get a page, whatever the redirect_uri', async () => {
      const evil = 'https://evil.test/';
      shown(await ask(site.browser(), { client_id: 'nope', redirect_uri: evil }), 400, /Unknown client: nope/);
      const other = await site.client();
      await site.manage('DELETE', `/clients/${other.client_id}`);
      shown(await ask(site.browser(), { client_id: other.client_id }), 400, /Unknown client/);
      shown(await site.browser().get('/authorize'), 400, /Missing required parameter: client_id/);
    });

    test('RED-01: a near miss of the callback gets a page, and is only text on it', async () => {
      for (const near of [`${cb}/`, `${cb}/x`, `${cb}?x=1`, `${cb}#f`, 'https://app.example.com@evil.test/cb']) {
        const reply = await ask(site.browser(), { redirect_uri: near });
        shown(reply, /[#@]/.test(near) ? 400 : 403, /redirect_uri parameter is not valid|Callback URL mismatch/);
        assert.ok(!reply.text.includes(`href="${near}`));
      }
      const script = await ask(site.browser(), { redirect_uri: 'https://evil.test/"><script>alert(1)</script>' });
      assert.ok(!script.text.includes('<script'));
      const [event] = await site.events('f');
      assert.match(JSON.stringify(event), /request-error/);
    });

    test('TEN-1: the address that the tenant registered for errors is told what is known', async () => {
      await site.manage('PATCH', '/tenants/settings', { error_page: { url: 'https://www.example.com/error?x=1' } });
      const reply = await ask(site.browser(), { redirect_uri: `${cb}/x` });
      await site.manage('PATCH', '/tenants/settings', { error_page: null });
      assert.equal(reply.status, 302);
      const url = new URL(reply.headers.get('location') ?? '');
      assert.equal(url.origin + url.pathname, 'https://www.example.com/error');
      const told = Object.fromEntries(url.searchParams);
      assert.deepEqual([told.x, told.client_id, told.error], ['1', client.client_id, 'invalid_request']);
      assert.match(told.error_description ?? '', /^Callback URL mismatch/);
      assert.ok(told.tracking);
    });

    test('RED-12: of two callbacks none can be left out, of one it can', async () => {
      const two = await site.client({ callbacks: [cb, `${cb}2`] });
      const { redirect_uri: _, ...bare } = base;
      shown(await site.browser().get('/authorize', { ...bare, client_id: two.client_id }), 400, /redirect_uri/);
      const { browser } = await signedIn();
      const reply = await browser.get('/authorize', bare);
      assert.ok(reply.headers.get('location')?.startsWith(`${cb}?code=`), reply.text);
    });

    test('RED-15: what is sent twice gets a page', async () => {
      const query = new URLSearchParams(base).toString();
      for (const more of [
        `&redirect_uri=${encodeURIComponent(cb)}`,
        '&redirect_uri=https%3A%2F%2Fevil.test',
        '&state=x',
        '&redirect_uri[]=x',
      ])
        shown(await site.browser().send('GET', `/authorize?${query}${more}`), 400, /invalid_request/);
      shown(
        await site.browser().send('POST', `/authorize?${query}`, { redirect_uri: cb }),
        400,
        /Duplicate parameter: redirect_uri/,
      );
    });

    test('AZ-1, OPR-06: a POST is taken, and answered with 303', async () => {
      const first = await site.browser().send('POST', '/authorize', base);
      assert.equal(first.status, 303);
      assert.equal(pageOf(first), 'login');
      const { browser } = await signedIn();
      const reply = await browser.send('POST', '/authorize', base);
      assert.equal(reply.status, 303);
      codeOf(reply);
    });

    test('a HEAD begins and ends nothing', async () => {
      const { browser } = await signedIn();
      const reply = await browser.send('HEAD', `/authorize?${new URLSearchParams(base)}`);
      assert.equal(reply.status, 405);
      assert.equal((await browser.send('HEAD', '/authorize/resume?state=x')).status, 405);
      assert.equal((await browser.send('HEAD', '/v2/logout')).status, 405);
      codeOf(await ask(browser));
    });

    test('A-16: silently without a session it is login_required, in the mode of the request', async () => {
      const query = await ask(site.browser(), { prompt: 'none' });
      assert.equal(errorOf(query), 'login_required');
      assert.ok(query.headers.get('location')?.includes('?error='));
      const fragment = await ask(site.browser(), { prompt: 'none', response_type: 'token' });
      assert.equal(errorOf(fragment), 'login_required');
      assert.ok(fragment.headers.get('location')?.startsWith(`${cb}#error=`));
      const form = await ask(site.browser(), { prompt: 'none', response_mode: 'form_post' });
      assert.equal(form.status, 200);
      assert.match(form.text, /name="error" value="login_required"/);
      assert.match(form.text, /name="state" value="odd &amp;&quot;&lt;&gt; %"/);
      const [event] = await site.events('fsa');
      assert.equal(event?.client_id, client.client_id);
    });

    test('SIL-1, SIL-2: silently with a session there is a code, the idle time starts anew, and it is logged', async () => {
      const { browser, user, session } = await signedIn(60);
      codeOf(await ask(browser, { prompt: 'none' }));
      const [event] = await site.events('ssa');
      assert.equal(event?.user_id, user.user_id);
      const [now] = await sessionsOf(site.house.database.store(defaultTenant), user.user_id, Date.now());
      assert.ok(now && now.idle_expires_at > session.idle_expires_at);
      assert.equal(now.expires_at, session.expires_at);
      assert.deepEqual(now.clients, [{ client_id: client.client_id, issuer: site.issuer }]);
    });

    test('web_message posts to the registered origin; an origin that is not registered gets a page', async () => {
      const web = await site.client({ web_origins: ['https://app.example.com'] });
      const { browser } = await signedIn();
      const reply = await ask(browser, { client_id: web.client_id, response_mode: 'web_message', prompt: 'none' });
      assert.equal(reply.status, 200);
      assert.match(reply.text, /data-origin="https:\/\/app\.example\.com"/);
      assert.match(reply.text, /&quot;code&quot;/);
      assert.match(reply.headers.get('content-security-policy') ?? '', /frame-ancestors https:\/\/app\.example\.com/);
      shown(await ask(browser, { response_mode: 'web_message', prompt: 'none' }), 403, /web origins/);
    });

    test('prompt=login, max_age and sso_disabled ask again though there is a session', async () => {
      const { browser } = await signedIn(10);
      assert.equal(pageOf(await ask(browser, { prompt: 'login' })), 'login');
      assert.equal(pageOf(await ask(browser, { max_age: '5' })), 'login');
      codeOf(await ask(browser, { max_age: '60' }));
      assert.equal(errorOf(await ask(browser, { max_age: '5', prompt: 'none' })), 'login_required');
      const alone = await site.client({ sso_disabled: true });
      assert.equal(pageOf(await ask(browser, { client_id: alone.client_id })), 'login');
      assert.equal(pageOf(await ask(browser, { prompt: 'select_account' })), 'select-account');
      assert.equal(pageOf(await ask(site.browser(), { screen_hint: 'signup' })), 'signup');
    });

    test('a client that may not use the connection of the session does not get its user', async () => {
      const { browser } = await signedIn();
      const { body: connections } = await site.manage('GET', '/connections');
      const other = await site.client();
      const own = connections[0];
      const enabled = (await site.manage('GET', `/connections/${own.id}`)).body.enabled_clients;
      const without = enabled.filter((id: string) => id !== other.client_id);
      await site.manage('PATCH', `/connections/${own.id}`, { enabled_clients: without });
      assert.equal(errorOf(await ask(browser, { client_id: other.client_id, prompt: 'none' })), 'login_required');
      assert.equal(errorOf(await ask(browser, { connection: 'nope' })), 'invalid_request');
      codeOf(await ask(browser, { connection: own.name }));
    });

    test('a blocked user gets nothing from the session', async () => {
      const browser = site.browser();
      const user = await site.user({ blocked: true });
      await site.signIn(browser, user);
      const reply = await ask(browser);
      assert.equal(errorOf(reply), 'unauthorized');
      assert.equal(responseOf(reply)?.get('error_description'), 'user is blocked');
      assert.equal(errorOf(await ask(browser, { prompt: 'none' })), 'unauthorized');
      const [event] = await site.events('fsa');
      assert.equal(event?.user_id, user.user_id);
    });

    test('A-11: an unknown audience is refused by name', async () => {
      const reply = await ask(site.browser(), { audience: 'https://nope.example.com' });
      assert.equal(errorOf(reply), 'access_denied');
      assert.equal(responseOf(reply)?.get('error_description'), 'Service not found: https://nope.example.com');
    });

    test('A-15: silently without consent it is consent_required; with a page it is asked', async () => {
      const identifier = `https://api-${engine}.example.com/`;
      await site.manage('POST', '/resource-servers', {
        name: 'API',
        identifier,
        scopes: [{ value: 'read:x' }],
        skip_consent_for_verifiable_first_party_clients: false,
        subject_type_authorization: { user: { policy: 'allow_all' }, client: { policy: 'deny_all' } },
      });
      const { browser } = await signedIn();
      const request = { audience: identifier, scope: 'openid read:x' };
      assert.equal(errorOf(await ask(browser, { ...request, prompt: 'none' })), 'consent_required');
      assert.equal(pageOf(await ask(browser, request)), 'consent');
    });

    test('CNF-2, CNF-5: a loopback callback is confirmed, and silently it is refused, unless switched off', async () => {
      const local = { callbacks: ['http://localhost:3000/cb'] };
      const redirect_uri = 'http://localhost:3000/cb';
      const asking = await site.client(local);
      const { browser } = await signedIn();
      assert.equal(pageOf(await ask(browser, { client_id: asking.client_id, redirect_uri })), 'confirm');
      const silent = { client_id: asking.client_id, redirect_uri, prompt: 'none' };
      assert.equal(errorOf(await ask(browser, silent)), 'interaction_required');
      const quiet = await site.client({ ...local, skip_non_verifiable_callback_uri_confirmation_prompt: true });
      codeOf(await ask(browser, { client_id: quiet.client_id, redirect_uri, prompt: 'none' }));
    });

    test('AZ-6: errors of a client with open redirect protection are shown', async () => {
      const stranger = await site.client({ is_first_party: false, third_party_security_mode: 'strict' });
      const reply = await ask(site.browser(), { client_id: stranger.client_id, response_type: 'token' });
      shown(reply, 403, /unsupported_response_type/);
      shown(await ask(site.browser(), { client_id: stranger.client_id }), 403, /code_challenge/);
      const pkce = { code_challenge: challenge, code_challenge_method: 'S256' };
      shown(
        await ask(site.browser(), { client_id: stranger.client_id, ...pkce, foo: '1' }),
        403,
        /Unsupported parameter: foo/,
      );
    });

    test('RFC 9207: a tenant in the oidc dialect names the issuer in codes and errors, another only if it says so; discovery agrees', async () => {
      const { browser } = await signedIn();
      const issuers = async () => {
        const success = responseOf(await ask(browser))?.get('iss');
        const refusal = responseOf(await ask(site.browser(), { prompt: 'none' }))?.get('iss');
        assert.equal(success, refusal);
        const { body } = await site.send('GET', '/.well-known/openid-configuration');
        const announced = body.authorization_response_iss_parameter_supported === true;
        assert.equal(announced, success === site.issuer);
        return success;
      };
      assert.equal(await issuers(), null);
      await site.manage('PATCH', '/tenants/settings', { answer_dialect: 'oidc' });
      assert.equal(await issuers(), site.issuer);
      await site.manage('PATCH', '/tenants/settings', { authorization_response_iss_parameter_supported: false });
      assert.equal(await issuers(), null);
      await site.manage('PATCH', '/tenants/settings', { answer_dialect: null });
      await site.manage('PATCH', '/tenants/settings', { authorization_response_iss_parameter_supported: true });
      assert.equal(await issuers(), site.issuer);
      await site.manage('PATCH', '/tenants/settings', { authorization_response_iss_parameter_supported: null });
    });

    test('SES-08: a session cookie that names nobody is taken away', async () => {
      const browser = site.browser();
      browser.cookies.set('countersign', 'A'.repeat(43));
      assert.equal(pageOf(await ask(browser)), 'login');
      assert.equal(browser.cookies.has('countersign'), false);
    });

    test('id_token_hint: the user of the session goes on, another or a forged hint does not', async () => {
      const { browser } = await signedIn();
      const hint = async (from: Browser) => {
        const reply = await ask(from, { response_type: 'id_token', nonce: 'n' });
        return responseOf(reply)?.get('id_token') ?? '';
      };
      const own = await hint(browser);
      assert.ok(own, 'an ID token came');
      codeOf(await ask(browser, { prompt: 'none', id_token_hint: own }));
      const others = await hint((await signedIn()).browser);
      assert.equal(errorOf(await ask(browser, { prompt: 'none', id_token_hint: others })), 'login_required');
      const codeId = async (asking: { client_id: string; client_secret: string }) => {
        const code = codeOf(await ask(browser, { client_id: asking.client_id }));
        const about = { grant_type: 'authorization_code', code, redirect_uri: cb };
        return (await site.token({ ...about, ...secretsOf(asking) })).body.id_token as string;
      };
      const shared = await codeId(client);
      assert.equal(JSON.parse(Buffer.from(shared.split('.')[0] ?? '', 'base64url').toString()).alg, 'HS256');
      codeOf(await ask(browser, { prompt: 'none', id_token_hint: shared }));
      const foreign = await codeId(await site.client());
      assert.equal(errorOf(await ask(browser, { prompt: 'none', id_token_hint: foreign })), 'invalid_request');
      const [head, body, signature = ''] = own.split('.');
      const forged = `${head}.${body}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`;
      assert.equal(errorOf(await ask(browser, { prompt: 'none', id_token_hint: forged })), 'invalid_request');
      for (const odd of ['x', 'a.b.c', `${Buffer.from('{"alg":"none"}').toString('base64url')}.${body}.`])
        assert.equal(errorOf(await ask(browser, { prompt: 'none', id_token_hint: odd })), 'invalid_request');
    });
  });
}
