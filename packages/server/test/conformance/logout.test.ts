// The logout plans (openid-conformance §7.1, §7.2) with static clients: oidcc-rp-initiated-logout-certification-test-plan and
// oidcc-backchannel-rp-initiated-logout-certification-test-plan. Named as in the suite.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { base64url, SignJWT } from 'jose';
import { logoutToken, type Receiver, receiver } from '../logout/receiver.ts';
import { type UserAgent, userAgent, type View } from '../support/user-agent.ts';
import { conformanceOp, type Flow, type Op, word } from './op.ts';

const visible = Array.from({ length: 94 }, (_, index) => String.fromCharCode(33 + index)).join('');

describe('oidcc-rp-initiated-logout', () => {
  let op: Op;
  let rp: Receiver;
  let back: string;
  let endpoint: string;
  before(async () => {
    rp = await receiver();
    op = await conformanceOp({ plan: 'oidcc-rp-initiated-logout', responseType: 'code', formPost: false }, [
      '--allow-outbound',
      'localhost',
    ]);
    back = new URL('/test/a/alias/post_logout_redirect', op.client.callback).href;
    await op.site.manage('PATCH', `/clients/${op.client.id}`, {
      allowed_logout_urls: [back],
      oidc_logout: { backchannel_logout_urls: [rp.url('suite')] },
    });
    const discovery = await op.site.send('GET', '/.well-known/openid-configuration');
    endpoint = discovery.body.end_session_endpoint;
  });
  after(async () => {
    await op.stop();
    await rp.stop();
  });

  /** A login in a new browser, and the logout request after it. */
  async function loggedIn(): Promise<{ browser: UserAgent; flow: Flow }> {
    const browser = userAgent();
    return { browser, flow: await op.flow({}, { browser }) };
  }
  const logout = (browser: UserAgent, params: Readonly<Record<string, string>>) =>
    browser.load(`${endpoint}?${new URLSearchParams(params)}`);
  async function isLoggedIn(browser: UserAgent): Promise<boolean> {
    const { ending } = await op.ask({ prompt: 'none' }, { browser });
    assert.equal(ending.kind, 'client');
    if (ending.kind === 'client' && ending.params.code) return true;
    assert.ok(ending.kind === 'client' && ending.params.error === 'login_required');
    return false;
  }
  function isPage(view: View): void {
    assert.equal(view.headers.get('location'), null);
    assert.match(view.headers.get('content-type') ?? '', /^text\/html/);
    assert.ok(view.status === 200 || view.status === 400, String(view.status));
  }

  test('oidcc-rp-initiated-logout-discovery-endpoint-verification', async () => {
    const { body } = await op.site.send('GET', '/.well-known/openid-configuration');
    assert.equal(body.end_session_endpoint, `${body.issuer}oidc/logout`);
  });

  test('oidcc-rp-initiated-logout', async () => {
    for (const state of [word(50), word(50, visible), visible]) {
      const { browser, flow } = await loggedIn();
      const view = await logout(browser, {
        id_token_hint: flow.rawIdToken,
        post_logout_redirect_uri: back,
        state,
      });
      const location = view.headers.get('location') ?? '';
      assert.ok(location.startsWith(`${back}?`), `${view.status} ${view.text}`);
      assert.deepEqual([...new URL(location).searchParams], [['state', state]]);
      assert.equal(await isLoggedIn(browser), false);
    }
  });

  test('oidcc-rp-initiated-logout-no-state', async () => {
    const { browser, flow } = await loggedIn();
    const view = await logout(browser, { id_token_hint: flow.rawIdToken, post_logout_redirect_uri: back });
    assert.equal(view.headers.get('location'), back);
    assert.equal(await isLoggedIn(browser), false);
  });

  for (const [module, uri] of [
    ['oidcc-rp-initiated-logout-bad-post-logout-redirect-uri', (good: string) => `${good}/${word(10)}`],
    ['oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri', (good: string) => `${good}?foo=bar`],
  ] as const) {
    test(module, async () => {
      const { browser, flow } = await loggedIn();
      isPage(
        await logout(browser, {
          id_token_hint: flow.rawIdToken,
          post_logout_redirect_uri: uri(back),
          state: word(50),
        }),
      );
    });
  }

  test('oidcc-rp-initiated-logout-modified-id-token-hint', async () => {
    const { browser, flow } = await loggedIn();
    const [, payload] = flow.rawIdToken.split('.');
    const none = `${base64url.encode(JSON.stringify({ alg: 'none' }))}.${payload}.`;
    const state = word(50);
    isPage(await logout(browser, { id_token_hint: none, post_logout_redirect_uri: back, state }));
    assert.equal(await isLoggedIn(browser), true);
  });

  test('oidcc-rp-initiated-logout-bad-id-token-hint', async () => {
    const { browser, flow } = await loggedIn();
    const claims = { ...flow.idTokens[0], iss: op.client.id, aud: op.site.issuer };
    for (const secret of [op.client.secret ?? '', randomBytes(32).toString('hex')]) {
      const hint = await new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(Buffer.from(secret));
      isPage(await logout(browser, { id_token_hint: hint, post_logout_redirect_uri: back, state: word(50) }));
    }
    assert.equal(await isLoggedIn(browser), true);
  });

  test('oidcc-rp-initiated-logout-no-id-token-hint', async () => {
    const { browser } = await loggedIn();
    isPage(await logout(browser, { post_logout_redirect_uri: back, state: word(50) }));
  });

  for (const [module, params] of [
    ['oidcc-rp-initiated-logout-no-params', {}],
    ['oidcc-rp-initiated-logout-only-state', { state: 'some-state' }],
  ] as const) {
    test(module, async () => {
      const { browser } = await loggedIn();
      const asked = await logout(browser, params);
      isPage(asked);
      assert.equal(await isLoggedIn(browser), true);
      const done = await browser.submit(asked, {}, { press: 'accept' });
      isPage(done);
      assert.match(done.text, /You are logged out/);
      assert.equal(await isLoggedIn(browser), false);
    });
  }

  test('oidcc-rp-initiated-logout-no-post-logout-redirect-uri', async () => {
    const { browser, flow } = await loggedIn();
    const view = await logout(browser, { id_token_hint: flow.rawIdToken });
    isPage(view);
    assert.match(view.text, /You are logged out/);
    assert.equal(await isLoggedIn(browser), false);
  });

  test('oidcc-backchannel-logout-discovery-endpoint-verification', async () => {
    const { body } = await op.site.send('GET', '/.well-known/openid-configuration');
    assert.equal(body.backchannel_logout_supported, true);
    assert.equal(body.backchannel_logout_session_supported, true);
    assert.equal(body.end_session_endpoint, `${body.issuer}oidc/logout`);
  });

  test('oidcc-backchannel-rp-initiated-logout', async () => {
    const { browser, flow } = await loggedIn();
    const [idToken] = flow.idTokens;
    assert.ok(idToken?.sid);
    const before = rp.of('suite').length;
    const state = word(50);
    const view = await logout(browser, { id_token_hint: flow.rawIdToken, post_logout_redirect_uri: back, state });
    assert.equal(new URL(view.headers.get('location') ?? '').searchParams.get('state'), state);
    await rp.until('suite', before + 1);
    const call = rp.of('suite').find(({ claims }) => claims.sid === idToken.sid);
    assert.ok(call);
    assert.deepEqual([call.method, Object.keys(call.params)], ['POST', ['logout_token']]);
    const { payload } = await logoutToken(op.site, call, op.client.id);
    assert.deepEqual(payload.events, { 'http://schemas.openid.net/event/backchannel-logout': {} });
    assert.equal(payload.sub, idToken.sub);
    assert.equal('nonce' in payload, false);
    assert.equal(await isLoggedIn(browser), false);
  });
});
