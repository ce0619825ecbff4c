// CSR: what changes something is done by the page that was shown, in the browser that it was shown to.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Client, type PeopledSite, type Person, peopled } from '../support/people.ts';
import { answerIn, authorizeUrl, login, pageKind } from '../support/relying-party.ts';
import { serveHere } from '../support/running.ts';
import { type Submission, type UserAgent, userAgent, type View } from '../support/user-agent.ts';

const crossSite: readonly Record<string, string>[] = [
  { origin: 'https://evil.test', 'sec-fetch-site': 'cross-site' },
  { origin: 'null', 'sec-fetch-site': 'cross-site' },
  { 'sec-fetch-site': 'cross-site' },
  { origin: 'https://evil.test' },
  { 'sec-fetch-site': 'same-site', origin: 'https://sibling.example.test' },
];

describe('cross-site requests', () => {
  let here: Awaited<ReturnType<typeof serveHere>>;
  let site: PeopledSite;
  let client: Client;
  let victim: Person;
  let attacker: Person;
  let wanting: Record<string, string>;
  before(async () => {
    here = await serveHere();
    site = peopled(here);
    [client, victim, attacker] = await Promise.all([site.webClient(), site.user(), site.user()]);
    const api = await site.api({ skip_consent_for_verifiable_first_party_clients: false });
    wanting = { scope: 'openid read:patients', audience: api.audience };
  });
  after(() => here.stop());

  const page = async (browser: UserAgent, kind: string, params: Record<string, string> = {}): Promise<View> => {
    const view = await browser.settle(await browser.load(authorizeUrl(site, client, params)));
    assert.equal(pageKind(view), kind, `${view.status} ${view.text}`);
    return view;
  };
  const credentials = ({ email, password }: Person) => ({ username: email, password });
  const sessionOf = async (browser: UserAgent) => {
    const { params } = await login(site, client, { prompt: 'none' }, { browser });
    return params.error === undefined;
  };
  const refused = async (browser: UserAgent, sent: View, what: string) => {
    assert.ok(sent.status >= 400 && sent.status < 500, `${what}: ${sent.status} ${sent.location}`);
    assert.ok(!('countersign' in browser.cookies('localhost')), `${what}: a session cookie`);
    assert.equal(await sessionOf(browser), false, what);
  };

  test("CSR-01: an attacker's credentials cannot be put into a victim's browser", async () => {
    const own = userAgent();
    const form = await page(own, 'login');
    for (const headers of crossSite) {
      const fresh = userAgent();
      const sent = await fresh.submit(form, credentials(attacker), { headers });
      await refused(fresh, sent, `no transaction, ${JSON.stringify(headers)}`);
      const busy = userAgent();
      await page(busy, 'login');
      const second = await busy.submit(form, credentials(attacker), { headers });
      await refused(busy, second, `its own transaction, the attacker's state, ${JSON.stringify(headers)}`);
    }
    const quiet = userAgent();
    await page(quiet, 'login');
    await refused(quiet, await quiet.submit(form, credentials(attacker)), 'same-site headers');
    for (const path of ['/u/login', '/u/login?state=', '/u/login?state=x', '/u/signup', '/u/signup?state=x']) {
      const naked = userAgent();
      const body = new URLSearchParams(credentials(attacker)).toString();
      const sent = await naked.load(`${site.base}${path}`, { method: 'POST', body, headers: crossSite[0] ?? {} });
      await refused(naked, sent, path);
    }
  });

  test('CSR-01: a login form without its token, or with that of another login, proves nothing', async () => {
    const browser = userAgent();
    const [one, two] = [await page(browser, 'login'), await page(browser, 'login')];
    const hidden = (view: View) =>
      view.forms.find(({ fields }) => fields.some(({ name }) => name === 'password'))?.fields ?? [];
    const tokens = hidden(one).filter(({ type, name }) => type === 'hidden' && name !== 'state');
    assert.ok(tokens.length > 0, 'the form carries a token');
    for (const { name, value } of tokens) {
      const other = hidden(two).find((field) => field.name === name)?.value ?? '';
      assert.notEqual(other, value, 'each login has its own');
      for (const forged of ['', 'x', other, value.slice(0, -1), `${value}x`, value.toUpperCase()]) {
        const how: Submission = { forced: { [name]: forged } };
        await refused(browser, await browser.submit(one, credentials(victim), how), `${name}=${forged}`);
      }
    }
    const right = await browser.settle(await browser.submit(one, credentials(victim)));
    assert.ok(answerIn(right)?.params.code, 'the real form still works');
  });

  test("CSR-02: a login that the attacker began is not finished by the victim's hand", async () => {
    const evil = userAgent();
    const form = await page(evil, 'login');
    const prey = userAgent();
    await login(site, client, {}, { person: victim, browser: prey });
    const shown = await prey.load(form.url);
    assert.ok(shown.status >= 400, 'the address of another browser is refused, session or not');
    await prey.submit(form, credentials(victim));
    const fresh = userAgent();
    assert.ok((await fresh.load(form.url)).status >= 400);
    const sent = await fresh.submit(form, credentials(victim));
    assert.ok(sent.status >= 400);
    const polled = await evil.settle(await evil.load(form.url.replace('/u/login', '/authorize/resume')));
    assert.equal(answerIn(polled), undefined);
    assert.equal(await sessionOf(evil), false);
  });

  test('CSR-03: consent is given by the page only', async () => {
    const browser = userAgent();
    await login(site, client, {}, { person: victim, browser });
    const form = await page(browser, 'consent', wanting);
    const other = await page(browser, 'consent', wanting);
    const token = form.forms[0]?.fields.find(({ type, name }) => type === 'hidden' && name !== 'state');
    assert.ok(token);
    const foreign = other.forms[0]?.fields.find(({ name }) => name === token.name)?.value ?? '';
    const tries: [string, Submission][] = [
      ...crossSite.map((headers): [string, Submission] => [JSON.stringify(headers), { headers }]),
      ['no token', { forced: { [token.name]: '' } }],
      ['the token of another login', { forced: { [token.name]: foreign } }],
    ];
    for (const [what, how] of tries) {
      const sent = await browser.submit(form, {}, { press: 'accept', ...how });
      assert.ok(sent.status >= 400 && sent.status < 500, `${what}: ${sent.status}`);
      const { body } = await site.manage('GET', `/grants?user_id=${encodeURIComponent(victim.userId)}`);
      assert.deepEqual(body, [], what);
    }
    const thief = userAgent();
    await login(site, client, {}, { person: attacker, browser: thief });
    assert.ok((await thief.submit(form, {}, { press: 'accept' })).status >= 400, 'another session');
    const good = await browser.settle(await browser.submit(form, {}, { press: 'accept' }));
    assert.ok(answerIn(good)?.params.code, good.text);
  });

  test('a GET changes nothing: no login, no consent, no account', async () => {
    const browser = userAgent();
    const form = await page(browser, 'login');
    const fields = Object.fromEntries(form.forms[0]?.fields.map(({ name, value }) => [name, value]) ?? []);
    const query = new URLSearchParams({ ...fields, ...credentials(victim), action: 'accept' });
    for (const path of ['/u/login', '/u/consent', '/u/signup', '/u/confirm', '/u/select-account']) {
      const state = new URL(form.url).searchParams.get('state') ?? '';
      query.set('state', state);
      const view = await browser.load(`${site.base}${path}?${query}`);
      assert.equal(answerIn(await browser.settle(view)), undefined, path);
      assert.ok(!('countersign' in browser.cookies('localhost')), path);
    }
    assert.equal(await sessionOf(browser), false);
  });
});
