// Asking for a new password: from the login page, by the endpoint, and where it is switched off.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { mailTo } from '../support/mailbox.ts';
import { type Client, connection, type PeopledSite, peopled } from '../support/people.ts';
import { choose, forgot, linkOf, mailSent, otherPassword } from '../support/recovery.ts';
import { authorizeUrl } from '../support/relying-party.ts';
import { serveHere } from '../support/running.ts';
import { userAgent } from '../support/user-agent.ts';

describe('asking for a new password', () => {
  let here: Awaited<ReturnType<typeof serveHere>>;
  let site: PeopledSite;
  let client: Client;
  before(async () => {
    here = await serveHere();
    site = peopled(here);
    client = await site.webClient({ initiate_login_uri: 'https://app.example.com/login' });
  });
  after(() => here.stop());

  const loginPage = async (browser = userAgent(), params: Record<string, string> = {}) =>
    browser.settle(await browser.load(authorizeUrl(site, client, params)));

  test('the log-in page leads to it and back, knows the language, and ends at the application', async () => {
    const person = await site.user();
    const browser = userAgent();
    const start = await loginPage(browser, { ui_locales: 'es', login_hint: person.email });
    const link = start.links.find((one) => one.includes('/u/reset-password/request'));
    assert.ok(link, 'a link');
    const asking = await browser.load(link);
    assert.match(asking.text, /Restablecer la contraseña/);
    assert.equal(asking.forms[0]?.fields.find(({ name }) => name === 'email')?.value, person.email);
    assert.ok(
      asking.links.some((one) => one.includes('/u/login?state=')),
      'a way back',
    );
    const sent = await browser.submit(asking, { email: person.email });
    assert.equal(sent.status, 200);
    const mail = await mailTo(site, person.email, { template: 'reset_email' });
    assert.equal(mail.language, 'es');
    const done = await choose(linkOf(mail.links), otherPassword);
    assert.equal(done.status, 200, done.text);
    const back = new URL(done.links.find((one) => one.startsWith('https://app.example.com/login')) ?? '');
    assert.equal(back.searchParams.get('iss'), site.issuer);
    const changed = await mailTo(site, person.email, { template: 'password_changed' });
    assert.equal(changed.language, 'en', 'that of the browser in which it was changed');
  });

  test('what is no address is told, and nothing else is', async () => {
    const browser = userAgent();
    for (const typed of ['', 'nobody', 'a@b', 'x'.repeat(300)]) {
      const view = await browser.load(`${site.base}/u/reset-password/request`);
      const sent = await browser.submit(view, { email: typed });
      assert.equal(sent.status, 400, typed);
      assert.match(sent.html, /role="alert"/);
    }
  });

  test('CSR: a form that was not ours asks for nothing', async () => {
    const body = (csrf: string) => new URLSearchParams({ csrf, email: 'a@b.example.com' }).toString();
    const post = (csrf: string, headers: Record<string, string>) =>
      site.send('POST', '/u/reset-password/request', {
        headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
        body: body(csrf),
      });
    const browser = userAgent();
    const view = await browser.load(`${site.base}/u/reset-password/request`);
    const csrf = view.forms[0]?.fields.find(({ name }) => name === 'csrf')?.value ?? '';
    const cookie = `countersign_recovery=${browser.cookies('localhost').countersign_recovery}`;
    assert.equal((await post(csrf, { cookie })).status, 200, 'the page itself may');
    for (const [token, headers] of [
      [csrf, {}],
      ['', { cookie }],
      [csrf, { cookie, origin: 'https://evil.test' }],
      [csrf, { cookie, origin: 'null' }],
      [csrf, { cookie, 'sec-fetch-site': 'cross-site' }],
    ] as const)
      assert.equal((await post(token, headers)).status, 403, JSON.stringify(headers));
  });

  test('CP-1: the endpoint takes JSON and forms, ignores a password, and names what is wrong', async () => {
    const person = await site.user();
    const form = await site.send('POST', '/dbconnections/change_password', {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ client_id: client.id, connection, email: person.email, password: 'x' }).toString(),
    });
    assert.deepEqual([form.status, form.text], [200, mailSent]);
    const cases: readonly [body: Record<string, unknown>, status: number, text: RegExp][] = [
      [{ email: undefined }, 400, /Missing required property: email|email: /],
      [{ connection: undefined }, 400, /connection/],
      [{ connection: 'Nothing' }, 400, /the connection was not found/],
      [{ email: 'not an address' }, 400, /email/],
      [{ email: ['a@b.example.com'] }, 400, /email/],
      [{ client_id: 'nobody' }, 401, /Unknown client/],
    ];
    for (const [more, status, text] of cases) {
      const reply = await forgot(site, person.email, more);
      assert.equal(reply.status, status, reply.text);
      assert.match(reply.text, text);
      assert.ok(!reply.text.includes('not an address'));
    }
  });

  test('a page of the client may ask, and no other', async () => {
    const person = await site.user();
    const origin = new URL(client.callback).origin;
    const own = await forgot(site, person.email, { client_id: client.id }, { origin });
    assert.equal(own.headers.get('access-control-allow-origin'), origin);
    const other = await forgot(site, person.email, { client_id: client.id }, { origin: 'https://evil.test' });
    assert.equal(other.status, 403);
  });

  test('where a connection switches it off, no page offers it and nothing is sent', async () => {
    const [{ id, options }] = (await site.manage('GET', '/connections?strategy=auth0')).body;
    const set = (off: boolean) =>
      site.manage('PATCH', `/connections/${id}`, {
        options: { ...options, disable_self_service_change_password: off },
      });
    assert.equal((await set(true)).status, 200);
    const browser = userAgent();
    const start = await loginPage(browser);
    assert.ok(!start.links.some((one) => one.includes('/u/reset-password/')));
    assert.equal((await browser.load(`${site.base}/u/reset-password/request`)).status, 403);
    assert.equal((await forgot(site, 'a@b.example.com')).status, 400);
    assert.equal((await set(false)).status, 200);
  });

  test('the log says what came of it, and why, for whoever runs the server', async () => {
    const person = await site.user();
    const blocked = await site.user({ blocked: true });
    for (const email of [person.email, blocked.email, 'never-was@people.example.com']) await forgot(site, email);
    for (;;) {
      await here.house.logs.flush();
      const { body } = await site.manage('GET', '/logs?q=type:(scpr OR fcpr)&per_page=100');
      const reasons = (name: string) =>
        body
          .filter((event: { user_name: string }) => event.user_name === name)
          .map((event: { type: string; details: { error?: { because: string } } }) => [
            event.type,
            event.details.error?.because,
          ]);
      const [mine, theirs, nobodys] = [person.email, blocked.email, 'never-was@people.example.com'].map(reasons);
      if (mine?.length && theirs?.length && nobodys?.length) {
        assert.equal(mine[0][0], 'scpr');
        assert.match(theirs[0].join(), /^fcpr,the user is blocked/);
        assert.match(nobodys[0].join(), /^fcpr,no user of the connection/);
        break;
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  });
});
