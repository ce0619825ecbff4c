// HDR: frames, policies, caches, cookies and cross-origin calls, on every page and answer of a login.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { tagsOf } from '../support/forms.ts';
import { type Client, type PeopledSite, type Person, peopled } from '../support/people.ts';
import { authorizeUrl, exchange, login, userinfo } from '../support/relying-party.ts';
import { serveHere } from '../support/running.ts';
import { userAgent, type View } from '../support/user-agent.ts';

describe('headers', () => {
  let here: Awaited<ReturnType<typeof serveHere>>;
  let site: PeopledSite;
  let client: Client;
  let person: Person;
  /** Every answer of a login with sign-up, consent, errors, logout, in every response mode. */
  let views: View[];
  before(async () => {
    here = await serveHere();
    site = peopled(here);
    [client, person] = await Promise.all([site.webClient(), site.user()]);
    const [api, native] = await Promise.all([
      site.api({ skip_consent_for_verifiable_first_party_clients: false }),
      site.webClient({ callbacks: ['http://localhost:3999/cb'] }),
    ]);
    const browser = userAgent();
    await browser.load(`${site.base}/authorize?client_id=nobody`);
    await browser.load(authorizeUrl(site, client, { redirect_uri: 'https://evil.test/' }));
    await browser.settle(await browser.load(authorizeUrl(site, client, { screen_hint: 'signup' })));
    await browser.load(`${site.base}/u/login?state=unknown`);
    await browser.load(`${site.base}/authorize/resume?state=unknown`);
    await browser.load(`${site.base}/no/such/page`);
    const started = await browser.settle(await browser.load(authorizeUrl(site, client)));
    await browser.submit(started, { username: person.email, password: 'wrong' });
    const params = { scope: 'openid read:patients', audience: api.audience };
    for (const more of [
      { response_mode: 'form_post' },
      { response_mode: 'fragment' },
      { response_mode: 'web_message', prompt: 'none' },
      { response_type: 'code id_token token', nonce: 'n' },
      { prompt: 'none' },
      { prompt: 'select_account' },
    ])
      await login(site, client, { ...params, ...more }, { person, browser });
    await login(site, native, {}, { person, browser });
    await browser.load(`${site.base}/v2/logout?returnTo=https://evil.test`);
    await browser.load(`${site.base}/v2/logout`);
    views = [...browser.seen];
  });
  after(() => here.stop());

  const html = () => views.filter((view) => view.headers.get('content-type')?.startsWith('text/html'));
  const directives = (view: View) =>
    new Map(
      (view.headers.get('content-security-policy') ?? '')
        .split(';')
        .map((part) => part.trim().split(/\s+/))
        .map(([name = '', ...values]) => [name, values] as const),
    );
  /** Web messages are made to be framed, by registered origins only. */
  const isWebMessage = (view: View) => view.html.includes('postMessage');

  test('HDR-01: nobody may frame a page, but registered origins a web message', () => {
    assert.ok(html().length > 12, `${html().length} pages`);
    for (const view of html()) {
      const ancestors = directives(view).get('frame-ancestors');
      if (isWebMessage(view)) {
        assert.deepEqual(ancestors, [new URL(client.callback).origin], view.url);
        continue;
      }
      assert.deepEqual(ancestors, ["'none'"], view.url);
      assert.equal(view.headers.get('x-frame-options'), 'DENY', view.url);
    }
  });

  test('HDR-02: the policy allows no foreign or inline script, no base and no objects', () => {
    for (const view of html()) {
      const policy = directives(view);
      const shown = `${view.url}: ${view.headers.get('content-security-policy')}`;
      assert.ok(policy.has('default-src') || (policy.has('script-src') && policy.has('object-src')), shown);
      for (const name of ['default-src', 'script-src', 'style-src']) {
        for (const value of policy.get(name) ?? []) {
          assert.ok(!["'unsafe-inline'", "'unsafe-eval'", '*', 'http:', 'https:', 'data:'].includes(value), shown);
        }
      }
      assert.deepEqual(policy.get('base-uri'), ["'none'"], shown);
      assert.deepEqual(policy.get('object-src') ?? policy.get('default-src'), ["'none'"], shown);
      assert.ok(policy.has('form-action'), shown);
      for (const { name, closing, attributes } of tagsOf(view.html)) {
        if (closing) continue;
        for (const attribute of Object.keys(attributes))
          assert.ok(!attribute.startsWith('on'), `${shown} ${attribute}`);
        assert.equal(attributes.style, undefined, `${shown}: an inline style on ${name}`);
        if (name === 'script') assert.equal(attributes.src, undefined, shown);
      }
    }
  });

  test('HDR-02: a nonce is never used twice', () => {
    const nonces = html().flatMap((view) => view.headers.get('content-security-policy')?.match(/'nonce-[^']+'/g) ?? []);
    const distinct = new Set(nonces);
    assert.equal(
      distinct.size,
      new Set(html().filter((view) => /'nonce-/.test(view.headers.get('content-security-policy') ?? ''))).size,
    );
  });

  test('HDR-03: nosniff everywhere, and no address of a login in a referrer to others', () => {
    for (const view of views) {
      assert.equal(view.headers.get('x-content-type-options'), 'nosniff', `${view.status} ${view.url}`);
    }
    for (const view of html()) {
      const policy = view.headers.get('referrer-policy') ?? '';
      assert.ok(['no-referrer', 'same-origin', 'strict-origin', 'origin'].includes(policy), `${view.url}: ${policy}`);
    }
  });

  test('HDR-04: no answer of a login is kept by a cache', async () => {
    for (const view of views) {
      if (new URL(view.url).pathname === '/no/such/page') continue;
      assert.match(view.headers.get('cache-control') ?? '', /no-store/, `${view.status} ${view.url}`);
    }
    const browser = userAgent();
    const { params } = await login(site, client, {}, { person, browser });
    const tokens = await exchange(site, client, params.code ?? '');
    const replayed = await exchange(site, client, params.code ?? '');
    const fresh = await login(site, client, {}, { browser });
    const good = await exchange(site, client, fresh.params.code ?? '');
    const infos = [await userinfo(site, good.body.access_token), await userinfo(site, 'nonsense')];
    for (const reply of [tokens, replayed, good, ...infos])
      assert.match(reply.headers.get('cache-control') ?? '', /no-store/, `${reply.status}`);
  });

  test('cookies are HttpOnly, for the whole host and no other, and never sent from elsewhere but by a link', () => {
    const lines = views.flatMap((view) => view.setCookies);
    assert.ok(lines.length >= 2);
    for (const line of lines) {
      assert.match(line, /;\s*HttpOnly/i, line);
      assert.match(line, /;\s*Path=\/(;|$)/i, line);
      assert.match(line, /;\s*SameSite=Lax/i, `${line}: on plain http`);
      assert.doesNotMatch(line, /;\s*Domain=/i, line);
      assert.doesNotMatch(line, /;\s*Secure/i, `${line}: plain http`);
    }
  });

  test('HDR-05: only a registered origin may read, and never with cookies', async () => {
    const [origin = ''] = client.record.web_origins as string[];
    const { params } = await login(site, client, {}, { person });
    const { body } = await exchange(site, client, params.code ?? '');
    const call = (from: string) =>
      site.send('GET', '/userinfo', { headers: { authorization: `Bearer ${body.access_token}`, origin: from } });
    for (const evil of [
      'https://evil.test',
      'null',
      `${origin}.evil.test`,
      origin.replace('https:', 'http:'),
      `${origin}:8443`,
    ]) {
      for (const [method, path] of [
        ['GET', '/userinfo'],
        ['OPTIONS', '/userinfo'],
        ['POST', '/oauth/token'],
        ['OPTIONS', '/oauth/token'],
        ['GET', '/authorize'],
        ['GET', '/u/login'],
      ] as const) {
        const reply = await site.send(method, path, {
          headers: { origin: evil, 'access-control-request-method': 'POST' },
        });
        const allowed = reply.headers.get('access-control-allow-origin');
        const credentials = reply.headers.get('access-control-allow-credentials');
        assert.ok(!(allowed === evil && credentials === 'true'), `${method} ${path} ${evil}`);
        assert.equal(credentials, null, `${method} ${path}`);
        if (path.startsWith('/u/') || path === '/authorize') assert.equal(allowed, null, path);
      }
    }
    const read = await call(origin);
    assert.equal(read.status, 200);
    assert.ok([origin, '*'].includes(read.headers.get('access-control-allow-origin') ?? ''), 'the own client may');
  });
});

test('browsers are told to ask a public host by https alone, and localhost or plain http are told nothing', async () => {
  const site = await serveHere('sqlite', {
    flags: ['--domain', 'login.example.com,localhost', '--trusted-proxies', '127.0.0.1,::1'],
  });
  try {
    const told = async (host: string, proto: string, path: string) => {
      const reply = await site.send('GET', path, { headers: { 'x-forwarded-host': host, 'x-forwarded-proto': proto } });
      return reply.headers.get('strict-transport-security');
    };
    for (const path of [
      '/.well-known/openid-configuration',
      '/authorize?client_id=nobody',
      '/no/such/page',
      '/api/v2/users',
    ])
      assert.equal(await told('login.example.com', 'https', path), 'max-age=31536000', path);
    const path = '/.well-known/openid-configuration';
    assert.equal(await told('login.example.com', 'http', path), null);
    assert.equal(await told('localhost', 'https', path), null);
    assert.equal(await told('of-nobody.example.com', 'https', path), null);
  } finally {
    await site.stop();
  }
});
