// HDR: frames, policies, caches, cookies and cross-origin calls, on every page and answer of a login.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { connect } from 'node:tls';
import { tagsOf } from '../support/forms.ts';
import { type Client, type PeopledSite, type Person, peopled } from '../support/people.ts';
import { authorizeUrl, exchange, login, userinfo } from '../support/relying-party.ts';
import { serveHere } from '../support/running.ts';
import { readReplies, request, talk } from '../support/sockets.ts';
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

describe('HDR-03: what never becomes a request of an endpoint is answered with the same headers', () => {
  let site: Awaited<ReturnType<typeof serveHere>>;
  let host: string;
  before(async () => {
    site = await serveHere('sqlite', {
      flags: ['--domain', 'login.example.com,localhost', '--trusted-proxies', '127.0.0.1,::1'],
      https: true,
    });
    host = `Host: ${site.host}`;
  });
  after(() => site.stop());

  const line = 'GET /health HTTP/1.1';
  const rows: readonly (readonly [status: number, name: string, bytes: () => string])[] = [
    [400, 'no HTTP', () => 'GARBAGE\r\n\r\n'],
    [400, 'a Content-Length that is no number', () => request(line, [host, 'Content-Length: x'])],
    [431, 'headers beyond the limit', () => request(line, [host, `Cookie: ${'a'.repeat(20_000)}`])],
    [400, 'no Host', () => request(line, [])],
    [417, 'an expectation that nobody knows', () => request(line, [host, 'Expect: 200-ok'])],
    [400, 'a path that cannot be decoded', () => request('GET /%zz HTTP/1.1', [host])],
    [400, 'a name longer than any', () => request(`GET /api/v2/clients/${'a'.repeat(3_000)} HTTP/1.1`, [host])],
    [404, 'a method that nobody knows', () => request('PROPFIND /userinfo HTTP/1.1', [host])],
    [404, 'a host of nobody', () => request('GET /userinfo HTTP/1.1', ['Host: evil.example'])],
  ];
  for (const [status, name, bytes] of rows) {
    test(`${status}: ${name}`, async () => {
      const { replies } = await talk(Number(new URL(site.base).port), bytes(), { count: 1 });
      const [{ headers, ...reply } = { status: 0, headers: {} as Record<string, string>, body: '' }] = replies;
      assert.equal(reply.status, status, JSON.stringify(replies));
      assert.equal(headers['x-content-type-options'], 'nosniff');
      assert.match(headers['content-type'] ?? '', /^(text\/plain|application\/json); charset=utf-8$/);
      assert.match(headers['cache-control'] ?? '', /no-store/);
      assert.equal(headers['content-length'], String(reply.body.length));
      assert.equal(headers['strict-transport-security'], undefined, 'plain HTTP');
    });
  }

  test('a body that breaks off behind its answer gets no second one', async () => {
    const chunked = 'Transfer-Encoding: chunked';
    const bytes = request('POST /oauth/token HTTP/1.1', [host, 'Content-Type: nothing', chunked], 'zz\r\n');
    const { raw, closed } = await talk(Number(new URL(site.base).port), bytes);
    assert.equal(raw.match(/HTTP\/1\.1 /g)?.length, 1, raw);
    assert.ok(closed);
  });

  test('over TLS a public host is told to be asked by https alone', async () => {
    const ca = await readFile(site.caPath ?? '', 'utf8');
    const told = async (servername: string, bytes: string) => {
      const socket = connect({ port: site.httpsPort ?? 0, host: '127.0.0.1', servername, ca });
      socket.setEncoding('latin1').end(bytes);
      const reply = readReplies((await socket.toArray()).join('')).at(0);
      return [reply?.status, reply?.headers['strict-transport-security']];
    };
    const forever = 'max-age=31536000';
    const at = 'Host: login.example.com';
    const large = `Cookie: ${'a'.repeat(20_000)}`;
    assert.deepEqual(await told('login.example.com', request(line, [at, large])), [431, forever]);
    assert.deepEqual(await told('login.example.com', 'GARBAGE\r\n\r\n'), [400, forever]);
    assert.deepEqual(await told('login.example.com', request(line, [at, 'Expect: 200-ok'])), [417, forever]);
    assert.deepEqual(await told('login.example.com', request('GET /%zz HTTP/1.1', [at])), [400, forever]);
    assert.deepEqual(await told('localhost', request(line, [host, large])), [431, undefined]);
    assert.deepEqual(await told('localhost', request('GET /%zz HTTP/1.1', [host])), [400, undefined]);
  });
});
