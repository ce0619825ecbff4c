// RED: redirect URIs are compared as they are written, and a near miss is refused on a page.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Client, type PeopledSite, peopled } from '../support/people.ts';
import { isRefusalPage } from '../support/refusal-page.ts';
import { authorizeUrl, pageKind, pkce } from '../support/relying-party.ts';
import { serveHere } from '../support/running.ts';
import { userAgent, type View } from '../support/user-agent.ts';

const host = 'app.example.test';
const exact = `https://${host}/cb`;

describe('redirect URIs', () => {
  let here: Awaited<ReturnType<typeof serveHere>>;
  let site: PeopledSite;
  let client: Client;
  before(async () => {
    here = await serveHere();
    site = peopled(here);
    client = await site.webClient({ callbacks: [exact] });
  });
  after(() => here.stop());

  const proof = { code_challenge: pkce().challenge, code_challenge_method: 'S256' };
  const at = (of: Client, redirect_uri: string | undefined): Promise<View> =>
    userAgent().load(authorizeUrl(site, of, { redirect_uri, state: 'x', ...proof }));
  const good = async (of: Client, uri: string | undefined) => {
    const browser = userAgent();
    const view = await browser.settle(await browser.load(authorizeUrl(site, of, { redirect_uri: uri, ...proof })));
    assert.equal(pageKind(view), 'login', `${uri}: ${view.status} ${view.text}`);
  };
  const bad = async (of: Client, uri: string) => isRefusalPage(await at(of, uri), JSON.stringify(uri));
  const refused = async (callbacks: readonly string[], path = `/clients/${client.id}`, member = 'callbacks') => {
    const reply = await site.manage('PATCH', path, {
      [member]: member === 'initiate_login_uri' || member === 'client_uri' ? callbacks[0] : callbacks,
    });
    assert.equal(reply.status, 400, `${member} ${callbacks}: ${reply.status} ${reply.text}`);
    assert.equal(reply.body.errorCode, 'invalid_body');
  };

  test('RED-01: only the exact bytes are accepted', async () => {
    await good(client, exact);
    for (const uri of [
      `${exact}/`,
      `${exact}/x`,
      `${exact}2`,
      `https://${host}/CB`,
      `${exact}?x=1`,
      `${exact}?`,
      `${exact};x`,
      `https://${host}//cb`,
      `https://${host}/%63b`,
      `http://${host}/cb`,
      `https://${host}:8443/cb`,
      `https://${host}:443/cb`,
      `https://${host}./cb`,
      `https://${host}/x/../cb`,
      `https:${host}/cb`,
      `https:///${host}/cb`,
      ` ${exact}`,
      `${exact} `,
      `\t${exact}`,
      `${exact}\n`,
      `${exact}\u0000`,
      `https://app.example\u3002test/cb`,
      'cb',
      '/cb',
      `//${host}/cb`,
    ])
      await bad(client, uri);
  });

  test('RED-01: a fragment never reaches the client', async () => {
    const view = await at(client, `${exact}#f`);
    if (view.status >= 400) isRefusalPage(view, 'fragment');
    else assert.equal(new URL(view.location ?? '').host, new URL(site.base).host, 'AZ-3: discarded');
  });

  test('RED-02: credentials in the authority confuse nobody', async () => {
    for (const uri of [
      `https://${host}@evil.test/cb`,
      `https://a@b@${host}/cb`,
      `https://${host}%2f@evil.test/cb`,
      `https://evil.test\\@${host}/cb`,
      `https://user:pw@${host}/cb`,
      `https://@${host}/cb`,
    ])
      await bad(client, uri);
  });

  test('RED-04: a host that begins or ends like the registered one is another host', async () => {
    const bare = await site.webClient({ callbacks: [`https://${host}`] });
    await good(bare, `https://${host}`);
    for (const uri of [
      `https://${host}.evil.test/`,
      `https://${host}evil.test/`,
      `https://${host}%00.evil.test/`,
      `https://${host}\u0000.evil.test/`,
      `https://evil.test/https://${host}`,
      `https://xapp.example.test`,
    ])
      await bad(bare, uri);
  });

  test('RED-06: schemes that run code or read files cannot be registered', async () => {
    for (const uri of [
      'javascript:alert(1)',
      'JaVaScRiPt:alert(1)',
      '\tjavascript:alert(1)',
      'java\nscript:alert(1)',
      'data:text/html,<script>x</script>',
      'vbscript:x',
      'file:///etc/passwd',
      'about:blank',
      'blob:https://x/1',
    ]) {
      for (const member of ['callbacks', 'allowed_logout_urls', 'initiate_login_uri'])
        await refused([uri], undefined, member);
      await bad(client, uri);
    }
  });

  test('RED-07: dots and encoded separators are not resolved, not even under a wildcard', async () => {
    const wild = await site.webClient({ callbacks: [`https://*.${host}/cb`] });
    for (const tail of ['..;/evil', '%2e%2e/evil', '..%2fevil', '%252e%252e/evil', '..\\evil', './', '../cb']) {
      await bad(client, `${exact}/${tail}`);
      await bad(wild, `https://a.${host}/cb/${tail}`);
    }
    await bad(client, `https://${host}/cb\\..\\evil`);
  });

  test('RED-08: a wildcard is one label, the leftmost', async () => {
    const wild = await site.webClient({ callbacks: ['https://*.example.test/cb'] });
    await good(wild, 'https://a.example.test/cb');
    for (const uri of [
      'https://a.b.example.test/cb',
      'https://example.test/cb',
      'https://.example.test/cb',
      'https://a.example.test.evil.test/cb',
      'https://a.example.test:8443/cb',
      'https://evil.test/.example.test/cb',
      'https://evil.test#.example.test/cb',
      'https://evil.test?.example.test/cb',
      'https://a@evil.test/.example.test/cb',
      'https://-.example.test/cb',
      'https://%61.example.test/cb',
      'https://*.example.test/cb',
      'https://a\\.example.test/cb',
      'https://a/.example.test/cb',
      'https://a_.example.test\u0000/cb',
      'http://a.example.test/cb',
    ])
      await bad(wild, uri);
    for (const callback of [
      'https://*.test',
      'https://a.*.example.test',
      'https://*.*.example.test',
      'https://*',
      'com.app://*.example.test',
    ])
      await refused([callback]);
  });

  test('RED-10: a loopback callback is the one that is registered; nothing but a port may vary', async () => {
    const native = await site.publicClient({
      app_type: 'native',
      callbacks: ['http://127.0.0.1/cb', 'http://[::1]/cb'],
    });
    await good(native, 'http://127.0.0.1/cb');
    await good(native, 'http://[::1]/cb');
    for (const uri of [
      'http://127.0.0.1:3000/cb?bar=foo',
      'http://127.0.0.1:3000/cb2',
      'http://127.0.0.1@evil.test/cb',
      'http://127.0.0.1:3000@evil.test/cb',
      'http://127.0.0.1.evil.test/cb',
      'http://localhost:3000/cb',
      'http://127.1/cb',
      'http://127.0.0.2/cb',
      'http://0x7f.1/cb',
      'https://127.0.0.1:3000/cb',
      'http://127.0.0.1:/cb',
      'http://127.0.0.1:99999/cb',
      'http://127.0.0.1:0x50/cb',
    ])
      await bad(native, uri);
    for (const port of [1, 3000, 65_535]) {
      const statuses = await Promise.all(
        [`http://127.0.0.1:${port}/cb`, `http://[::1]:${port}/cb`].map((uri) => at(native, uri)),
      );
      assert.equal(statuses[0]?.status, statuses[1]?.status, 'the same rule for both families');
      const elsewhere = await at(client, `http://127.0.0.1:${port}/cb`);
      isRefusalPage(elsewhere, 'a client without loopback callbacks');
    }
  });

  test('RED-12: a callback is never guessed and never learnt', async () => {
    const two = await site.webClient({ callbacks: [exact, `${exact}2`] });
    isRefusalPage(await at(two, undefined), 'two, none named');
    const none = await site.webClient({ callbacks: [] });
    isRefusalPage(await userAgent().load(authorizeUrl(site, none, { redirect_uri: 'https://evil.test' })), 'none');
    const { body } = await site.manage('GET', `/clients/${none.id}`);
    assert.deepEqual(body.callbacks, []);
    const one = await at(client, undefined);
    if (one.status >= 400) isRefusalPage(one, 'one, not named');
    else assert.equal(new URL(one.location ?? '').host, new URL(site.base).host, 'the single one, after the login');
    const empty = await at(client, '');
    assert.equal(empty.status, one.status, 'without a value is as if omitted (RFC 6749 §3.1)');
  });

  test('RED-15: a parameter that comes twice is refused, wherever it comes', async () => {
    const evil = 'https://evil.test/';
    const url = authorizeUrl(site, client);
    const twice = `&redirect_uri=${encodeURIComponent(evil)}`;
    isRefusalPage(await userAgent().load(`${url}${twice}`), 'good, then evil');
    const first = url.replace('redirect_uri=', `redirect_uri=${encodeURIComponent(evil)}&redirect_uri=`);
    isRefusalPage(await userAgent().load(first), 'evil, then good');
    isRefusalPage(await userAgent().load(`${url}&redirect_uri=${encodeURIComponent(exact)}`), 'the same twice');
    isRefusalPage(await userAgent().load(`${url}&client_id=${client.id}`), 'client_id twice');
    const body = new URLSearchParams({
      client_id: client.id,
      redirect_uri: exact,
      response_type: 'code',
      scope: 'openid',
    }).toString();
    const post = (query: string, form: string) =>
      userAgent().load(`${site.base}/authorize${query}`, { method: 'POST', body: form });
    isRefusalPage(await post('', `${body}${twice}`), 'twice in the body');
    const mixed = await post(`?redirect_uri=${encodeURIComponent(evil)}`, body);
    if (mixed.status < 400) assert.doesNotMatch(mixed.location ?? '', /evil/);
    const strange = await userAgent().load(`${url}&redirect_uri[]=${encodeURIComponent(evil)}`);
    if (strange.status < 400) assert.equal(new URL(strange.location ?? '').host, new URL(site.base).host);
  });
});
