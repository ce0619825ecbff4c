// OPR: the server is no trampoline. Whatever is asked, people are sent to registered places only.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Client, type PeopledSite, type Person, peopled } from '../support/people.ts';
import { isRefusalPage } from '../support/refusal-page.ts';
import { authorizeUrl, login, walk } from '../support/relying-party.ts';
import { serveHere } from '../support/running.ts';
import { userAgent, type View } from '../support/user-agent.ts';

describe('open redirection', () => {
  let here: Awaited<ReturnType<typeof serveHere>>;
  let site: PeopledSite;
  let client: Client;
  let person: Person;
  before(async () => {
    here = await serveHere();
    site = peopled(here);
    [client, person] = await Promise.all([
      site.webClient({
        callbacks: ['https://app.example.test/cb'],
        allowed_logout_urls: ['https://app.example.test/bye'],
        web_origins: ['https://app.example.test'],
      }),
      site.user(),
    ]);
  });
  after(() => here.stop());

  test('OPR-01: an unknown or deleted client sends nobody anywhere', async () => {
    const gone = await site.webClient();
    await site.manage('DELETE', `/clients/${gone.id}`);
    for (const id of ['nope', gone.id, '', '%00', '__proto__', `${client.id} `]) {
      for (const more of [{}, { prompt: 'none' }, { response_mode: 'form_post' }, { response_mode: 'web_message' }]) {
        const url = authorizeUrl(site, { ...client, id }, { redirect_uri: 'https://evil.test/', ...more });
        isRefusalPage(await userAgent().load(url), `client_id=${id}`);
      }
    }
    isRefusalPage(await userAgent().load(`${site.base}/authorize`), 'nothing at all');
  });

  test('OPR-02: a logout returns to registered addresses only', async () => {
    for (const id of [client.id, undefined]) {
      for (const returnTo of [
        'https://evil.test/',
        '//evil.test',
        '/\\evil.test',
        'https:evil.test',
        'https:/evil.test',
        'https://app.example.test@evil.test/bye',
        'https://app.example.test.evil.test/bye',
        'https://app.example.test/bye/more',
        'http://app.example.test/bye',
        '\t//evil.test',
        '%09//evil.test',
        'javascript:alert(1)',
        'https://app.example.test\\@evil.test/bye',
      ]) {
        const query = new URLSearchParams({ returnTo, ...(id === undefined ? {} : { client_id: id }) });
        const view = await userAgent().load(`${site.base}/v2/logout?${query}`);
        assert.equal(view.status, 400, `${returnTo}: ${view.status} ${view.location}`);
        isRefusalPage(view, returnTo);
      }
    }
    const good = await userAgent().load(
      `${site.base}/v2/logout?${new URLSearchParams({ client_id: client.id, returnTo: 'https://app.example.test/bye' })}`,
    );
    assert.equal(good.location, 'https://app.example.test/bye');
  });

  test('OPR-06: a whole login, with consent and logout, redirects by 302 and 303 only, and to expected hosts only', async () => {
    const api = await site.api({ skip_consent_for_verifiable_first_party_clients: false });
    const browser = userAgent();
    await login(
      site,
      client,
      { scope: 'openid read:patients', audience: api.audience },
      { person, browser, onPage: () => undefined },
    );
    await browser.load(
      `${site.base}/v2/logout?${new URLSearchParams({ client_id: client.id, returnTo: 'https://app.example.test/bye' })}`,
    );
    const redirects = browser.seen.filter((view) => view.status >= 300 && view.status < 400);
    assert.ok(redirects.length >= 4);
    for (const view of redirects) {
      assert.ok(view.status === 302 || view.status === 303, `${view.status} from ${view.url}`);
      const { host } = new URL(view.location ?? '');
      assert.ok([new URL(site.base).host, 'app.example.test'].includes(host), view.location ?? '');
    }
  });

  test('OPR-07: parameters beside our own handle lead nowhere', async () => {
    const evils = ['https://evil.test/', '//evil.test', '/\\evil.test', 'javascript:alert(1)'];
    const names = ['returnTo', 'redirect', 'redirect_uri', 'next', 'continue', 'result_url', 'target', 'url'];
    const browser = userAgent();
    const first = await browser.load(authorizeUrl(site, client, { state: 'mine' }));
    const page = first.location ?? '';
    assert.match(page, /\/u\/login\?state=/);
    const safe = (view: View, what: string) => {
      if (view.location !== undefined) assert.doesNotMatch(new URL(view.location).host, /evil/, what);
      assert.doesNotMatch(view.html, /(href|action|src)="[^"]*evil/i, what);
      assert.ok(view.status < 500, what);
    };
    for (const evil of evils) {
      for (const name of names) {
        const what = `${name}=${evil}`;
        const added = new URLSearchParams({ [name]: evil });
        safe(await browser.load(`${page}&${added}`), what);
        safe(await browser.load(`${site.base}/authorize/resume?${new URL(page).searchParams}&${added}`), what);
      }
      safe(await browser.load(`${site.base}/u/login?${new URLSearchParams({ state: evil })}`), 'state');
      safe(await browser.load(`${page}&${new URLSearchParams({ state: evil })}`), 'state twice');
    }
    const view = await browser.load(page);
    const sent = await browser.submit(
      view,
      { username: person.email, password: person.password },
      { forced: { returnTo: 'https://evil.test', redirect_uri: 'https://evil.test', next: '//evil.test' } },
    );
    safe(sent, 'form fields');
    const ending = await walk(browser, sent, { person });
    assert.ok(ending.kind === 'client');
    assert.equal(ending.at, 'https://app.example.test/cb');
    assert.equal(ending.params.state, 'mine');
  });

  test('OPR-10: a web message goes to the registered origin and to no other', async () => {
    const { mode, at, view } = await login(site, client, { prompt: 'none', response_mode: 'web_message' });
    assert.equal(mode, 'web_message');
    assert.equal(at, 'https://app.example.test');
    assert.doesNotMatch(view.html, /postMessage\([^)]*['"]\*['"]/);
    const policy = view.headers.get('content-security-policy') ?? '';
    const frames = /frame-ancestors ([^;]*)/.exec(policy)?.[1] ?? '';
    assert.ok(frames !== '' && !frames.split(' ').includes('*'), policy);
    for (const source of frames.trim().split(' '))
      assert.ok(source === 'https://app.example.test', `${source} may frame it`);

    const without = await site.webClient({ web_origins: [], callbacks: ['https://other.example.test/cb'] });
    const refused = await userAgent().load(
      authorizeUrl(site, without, { prompt: 'none', response_mode: 'web_message' }),
    );
    assert.doesNotMatch(refused.html, /evil|postMessage\([^)]*['"]\*['"]/);
    assert.equal(refused.location, undefined);
  });
});
