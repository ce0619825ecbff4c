// Logins on their way: through the pages, in several tabs, raced, expired, stolen, and over a restart.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { pendingAuthorizations } from '../../src/domain/pending/pending.ts';
import { endSessionsOf } from '../../src/domain/sessions/ending.ts';
import { defaultTenant } from '../../src/domain/tenants/hosts.ts';
import { engines, type Reply } from '../support/running.ts';
import { type Browser, cb, type People, password, people, responseOf } from './site.ts';

/** The hidden fields of a page's form, as a browser sends them. */
const hiddenOf = (page: Reply) =>
  Object.fromEntries(
    [...page.text.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g)].map(([, name, value]) => [
      name ?? '',
      value ?? '',
    ]),
  );
const where = (reply: Reply) => reply.headers.get('location') ?? `${reply.status} ${reply.text.slice(0, 200)}`;

for (const engine of engines) {
  describe(`logins on their way on ${engine}`, () => {
    let site: People;
    let client: { client_id: string };
    before(async () => {
      site = await people(engine);
      client = await site.client();
    });
    after(() => site.stop());

    const store = () => site.house.database.store(defaultTenant);
    const begin = (browser: Browser, more: Record<string, string> = {}) =>
      browser.get('/authorize', {
        client_id: client.client_id,
        redirect_uri: cb,
        response_type: 'code',
        state: 's',
        ...more,
      });
    /** Opens a page and sends its form; where that leads. */
    const answer = async (browser: Browser, path: string, fields: Record<string, string>) => {
      const page = await browser.get(path);
      assert.equal(page.status, 200, where(page));
      return where(await browser.send('POST', path, { ...hiddenOf(page), ...fields }));
    };
    const logIn = async (browser: Browser, path: string, email: string) => {
      const resume = await answer(browser, path, { username: email, password });
      assert.match(resume, /^\/authorize\/resume\?state=/);
      return resume;
    };
    const codeOf = (reply: Reply) => {
      const code = responseOf(reply)?.get('code');
      assert.ok(code, where(reply));
      return code;
    };

    test('from /authorize over the login page to the code; afterwards the session does it alone', async () => {
      const user = await site.member();
      const browser = site.browser();
      const page = where(await begin(browser));
      const resume = await logIn(browser, page, user.email ?? '');
      const reply = await browser.get(resume);
      assert.equal(reply.status, 302);
      assert.equal(responseOf(reply)?.get('state'), 's');
      codeOf(reply);
      codeOf(await begin(browser, { prompt: 'none' }));
    });

    test('SES-01: the login page changes the cookie of the session, and the one before is dead', async () => {
      const user = await site.member();
      const browser = site.browser();
      await browser.get(await logIn(browser, where(await begin(browser)), user.email ?? ''));
      const old = browser.cookies.get('countersign') ?? '';
      const resume = await logIn(browser, where(await begin(browser, { prompt: 'login' })), user.email ?? '');
      codeOf(await browser.get(resume));
      assert.notEqual(browser.cookies.get('countersign'), old);
      const thief = site.browser();
      thief.cookies.set('countersign', old);
      assert.equal(responseOf(await begin(thief, { prompt: 'none' }))?.get('error'), 'login_required');
    });

    test('a second tab does not disturb the first', async () => {
      const user = await site.member();
      const browser = site.browser();
      const one = where(await begin(browser, { state: 'one' }));
      const two = where(await begin(browser, { state: 'two' }));
      const second = await browser.get(await logIn(browser, two, user.email ?? ''));
      assert.equal(responseOf(second)?.get('state'), 'two');
      const first = await browser.get(await logIn(browser, one, user.email ?? ''));
      assert.equal(responseOf(first)?.get('state'), 'one');
      assert.notEqual(codeOf(first), codeOf(second));
    });

    test('two tabs that a new browser opens at once do not disturb each other', async () => {
      const user = await site.member();
      const browser = site.browser();
      const pages = (await Promise.all([begin(browser), begin(browser), begin(browser)])).map(where);
      assert.equal([...browser.cookies.keys()].filter((name) => name.startsWith('countersign_did_')).length, 3);
      for (const page of pages) codeOf(await browser.get(await logIn(browser, page, user.email ?? '')));
      await begin(browser);
      assert.equal([...browser.cookies.keys()].filter((name) => name.startsWith('countersign_did_')).length, 3);
    });

    test('SES-04: resuming without the page that was asked for leads back to it', async () => {
      const user = await site.user();
      const browser = site.browser();
      await site.signIn(browser, user, 10);
      const page = where(await begin(browser, { prompt: 'login' }));
      const resume = page.replace('/u/login', '/authorize/resume');
      assert.equal(where(await browser.get(resume)), page);
      await site.signIn(browser, user);
      assert.equal(where(await browser.get(resume)), page, 'a newer session is no proof of this login');
    });

    test('of many who resume at once one gets a code', async () => {
      const user = await site.member();
      const browser = site.browser();
      const resume = await logIn(browser, where(await begin(browser)), user.email ?? '');
      const replies = await Promise.all(Array.from({ length: 8 }, () => browser.get(resume)));
      const codes = replies.filter((reply) => responseOf(reply)?.get('code'));
      assert.equal(codes.length, 1);
      for (const reply of replies) if (reply !== codes[0]) assert.equal(reply.status, 400, where(reply));
    });

    test('CSR-02: a login of another browser cannot be resumed', async () => {
      const page = where(await begin(site.browser()));
      const resume = page.replace('/u/login', '/authorize/resume');
      const victim = site.browser();
      await site.signIn(victim, await site.user());
      for (const browser of [victim, site.browser()]) {
        await begin(browser);
        const reply = await browser.get(resume);
        assert.equal(reply.status, 403);
        assert.equal(reply.headers.get('location'), null);
      }
    });

    test('AZ-8: a login that is over leads to where a new one starts, or to a page that says so', async () => {
      const browser = site.browser();
      const handleOf = (reply: Reply) => new URL(where(reply), site.base).searchParams.get('state') ?? '';
      const expire = async (handle: string) => {
        for (const row of await store().all(pendingAuthorizations))
          await store().transact((tx) => tx.remove(pendingAuthorizations, row.id));
        return browser.get('/authorize/resume', { state: handle });
      };
      const plain = await expire(handleOf(await begin(browser)));
      assert.equal(plain.status, 400);
      assert.match(plain.headers.get('content-type') ?? '', /^text\/html/);

      const starting = await site.client({ initiate_login_uri: 'https://app.example.com/start?x=1' });
      const handle = handleOf(await begin(browser, { client_id: starting.client_id }));
      const started = where(await expire(handle));
      assert.equal(started, `https://app.example.com/start?x=1&iss=${encodeURIComponent(site.issuer)}`);

      // Anybody can make a handle that names a client: a stranger's client must not send people anywhere by it (AZ-6).
      const stranger = await site.client({
        is_first_party: false,
        initiate_login_uri: 'https://phish.example.com/start',
      });
      const forged = `x.${Buffer.from(stranger.client_id).toString('base64url')}`;
      assert.equal((await browser.get('/authorize/resume', { state: forged })).status, 400);

      await site.manage('PATCH', '/tenants/settings', { default_redirection_uri: 'https://www.example.com/' });
      assert.equal(where(await expire(handleOf(await begin(browser)))), 'https://www.example.com/');
      await site.manage('PATCH', '/tenants/settings', { default_redirection_uri: '' });
      for (const odd of ['', 'x', 'x.eA', `x.${Buffer.from('https://evil.test').toString('base64url')}`]) {
        const reply = await browser.get('/authorize/resume', { state: odd });
        assert.equal(reply.status, 400, odd);
      }
    });

    test('TWO-02: a callback that was taken from the client gets no code of a login under way', async () => {
      const moving = await site.client();
      const browser = site.browser();
      const page = where(await begin(browser, { client_id: moving.client_id }));
      await site.signIn(browser, await site.user());
      await site.manage('PATCH', `/clients/${moving.client_id}`, { callbacks: ['https://elsewhere.example.com/cb'] });
      const reply = await browser.get(page.replace('/u/login', '/authorize/resume'));
      assert.equal(reply.status, 403);
      assert.equal(reply.headers.get('location'), null);
    });

    test('TWO-02: a session that was ended and a user who was blocked get nothing', async () => {
      const user = await site.member();
      const browser = site.browser();
      const resume = await logIn(browser, where(await begin(browser)), user.email ?? '');
      await store().transact((tx) => endSessionsOf(tx, user.user_id, { why: 'session-revoked', now: Date.now() }));
      assert.match(where(await browser.get(resume)), /^\/u\/login\?/);
      const again = await logIn(browser, where(await browser.get(resume)), user.email ?? '');
      const patched = await site.manage('PATCH', `/users/${encodeURIComponent(user.user_id)}`, { blocked: true });
      assert.equal(patched.status, 200, patched.text);
      // Blocking ended the session, so there is nobody to go on with.
      assert.match(where(await browser.get(again)), /^\/u\/login\?/);
    });

    test('A-13: consent is asked once, and declining is told to the client', async () => {
      const identifier = `https://consent-${engine}.example.com/`;
      await site.manage('POST', '/resource-servers', {
        name: 'API',
        identifier,
        scopes: [{ value: 'read:x' }],
        skip_consent_for_verifiable_first_party_clients: false,
        subject_type_authorization: { user: { policy: 'allow_all' }, client: { policy: 'deny_all' } },
      });
      const request = { audience: identifier, scope: 'openid read:x' };
      const browser = site.browser();
      await site.signIn(browser, await site.user());
      const declined = await answer(browser, where(await begin(browser, request)), { action: 'deny' });
      const refused = responseOf(await browser.get(declined));
      assert.equal(refused?.get('error'), 'access_denied');
      assert.equal(refused?.get('error_description'), 'User did not authorize the request');
      const accepted = await answer(browser, where(await begin(browser, request)), { action: 'accept' });
      codeOf(await browser.get(accepted));
      codeOf(await begin(browser, request));
      codeOf(await begin(browser, { ...request, prompt: 'none' }));
    });

    test('a confirmed callback gets its code, and a cancelled one an error', async () => {
      const redirect_uri = 'http://localhost:3000/cb';
      const local = await site.client({ callbacks: [redirect_uri] });
      const request = { client_id: local.client_id, redirect_uri };
      const browser = site.browser();
      await site.signIn(browser, await site.user());
      const page = where(await begin(browser, request));
      assert.match(page, /^\/u\/confirm\?/);
      codeOf(await browser.get(await answer(browser, page, { action: 'accept' })));
      const cancelled = await answer(browser, where(await begin(browser, request)), { action: 'deny' });
      assert.equal(responseOf(await browser.get(cancelled))?.get('error'), 'access_denied');
    });

    test('an account is chosen, or another one signs in', async () => {
      const [one, two] = [await site.member(), await site.member()];
      const browser = site.browser();
      await site.signIn(browser, one);
      const chosen = where(await begin(browser, { prompt: 'select_account' }));
      assert.match(chosen, /^\/u\/select-account\?/);
      codeOf(await browser.get(await answer(browser, chosen, { action: 'accept' })));
      const page = where(await begin(browser, { prompt: 'select_account', response_type: 'id_token', nonce: 'n' }));
      const login = await answer(browser, page, { action: 'other' });
      assert.match(login, /^\/u\/login\?/);
      const reply = responseOf(await browser.get(await logIn(browser, login, two.email ?? '')));
      const [, claims = ''] = (reply?.get('id_token') ?? '').split('.');
      assert.equal(JSON.parse(Buffer.from(claims, 'base64url').toString()).sub, two.user_id);
    });
  });
}
