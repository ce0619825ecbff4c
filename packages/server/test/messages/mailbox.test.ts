// The mailbox of a development server: there for this machine, for nobody else, and never on a server of people.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { StartRefused } from '../../src/config.ts';
import type { TenantHost } from '../../src/schema/brand.ts';
import { notFromHere } from '../../src/web/reach.ts';
import { openBrowser } from '../support/browser.ts';
import { mailTo } from '../support/mailbox.ts';
import { type PeopledSite, peopled } from '../support/people.ts';
import { forgot } from '../support/recovery.ts';
import { serveHere } from '../support/running.ts';
import { ask } from '../support/user-agent.ts';

describe('the mailbox', () => {
  let here: Awaited<ReturnType<typeof serveHere>>;
  let site: PeopledSite;
  let email: string;
  before(async () => {
    here = await serveHere();
    site = peopled(here);
    email = (await site.user()).email;
    await forgot(site, email);
    await mailTo(site, email);
  });
  after(() => here.stop());

  const port = () => Number(new URL(site.base).port);
  const refusals: readonly (readonly [about: string, headers: Record<string, string>])[] = [
    ['a request that something passed on', { 'x-forwarded-for': '127.0.0.1' }],
    ['a request of a proxy', { forwarded: 'for=127.0.0.1' }],
    ['another such request', { via: '1.1 proxy' }],
    ['a page of another site', { 'sec-fetch-site': 'cross-site' }],
    ['a page of another port', { 'sec-fetch-site': 'same-site' }],
    ['a page of another origin', { origin: 'http://localhost:1' }],
    ['a page without an origin', { origin: 'null' }],
  ];
  for (const [about, headers] of refusals) {
    test(`${about} is refused, to read and to delete`, async () => {
      for (const [method, path] of [
        ['GET', '/dev/mailbox'],
        ['GET', '/dev/mailbox.json'],
        ['POST', '/dev/mailbox'],
        ['DELETE', '/dev/mailbox'],
      ] as const) {
        const reply = await ask(port(), method, path, { host: site.host, ...headers });
        assert.equal(reply.status, 403, `${method} ${path}`);
        assert.ok(!reply.html.includes(email));
      }
    });
  }

  test('other machines and other names of this one are refused', async () => {
    const own = {
      ip: '127.0.0.1',
      host: 'localhost:4000' as TenantHost,
      headers: {},
      method: 'GET',
      issuer: 'http://localhost:4000/',
    };
    assert.equal(notFromHere(own), undefined);
    assert.equal(notFromHere({ ...own, ip: '::1', host: '[::1]:4000' as TenantHost }), undefined);
    assert.match(notFromHere({ ...own, ip: '192.0.2.1' }) ?? '', /this machine/);
    assert.match(notFromHere({ ...own, host: 'rebound.evil.test' as TenantHost }) ?? '', /localhost/);
    // A tenant of the tests may have such a name; the mailbox does not.
    assert.match(notFromHere({ ...own, host: 'two.localhost' as TenantHost }) ?? '', /localhost/);
    const other = await ask(port(), 'GET', '/dev/mailbox', { host: 'rebound.evil.test' });
    assert.equal(other.status, 404, 'the router knows no such host at all');
  });

  test('programs get JSON, people a page, and both can empty it', async () => {
    const json = await site.send('GET', '/dev/mailbox', { headers: { accept: 'application/json' } });
    assert.equal(json.body[0].to, email);
    const page = await site.send('GET', '/dev/mailbox');
    assert.ok(page.text.includes(email));
    const one = await site.send('GET', `/dev/mailbox/${json.body[0].id}`);
    assert.ok(one.text.includes('/u/reset-password?ticket='));
    const letter = await site.send('GET', `/dev/mailbox/${json.body[0].id}/html`);
    const policy = letter.headers.get('content-security-policy') ?? '';
    assert.match(policy, /^sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'/);
    assert.doesNotMatch(policy, /script-src|allow-scripts|allow-same-origin/);
    assert.equal((await site.send('GET', '/dev/mailbox/nothing')).status, 404);
    assert.equal((await site.send('DELETE', '/dev/mailbox')).status, 204);
    assert.deepEqual((await site.send('GET', '/dev/mailbox.json')).body, []);
  });

  test('in a browser a mail is seen as HTML, its scripts do nothing, and its link opens in a new page', async () => {
    const template = {
      template: 'reset_email',
      subject: 'Hello',
      syntax: 'liquid',
      enabled: true,
      body: '<html><head></head><body><script>document.title = "run"</script><p id="x" onclick="x()">Hello</p><a href="{{ url }}">Go</a></body></html>',
    };
    assert.equal((await site.manage('POST', '/email-templates', template)).status, 200);
    const other = (await site.user()).email;
    await forgot(site, other);
    await mailTo(site, other);
    const browser = await openBrowser();
    try {
      const context = await browser.newContext();
      const page = await context.newPage();
      await page.goto(`${site.base}/dev/mailbox`);
      await page.click('a.mail');
      const frame = page.frameLocator('iframe');
      assert.equal(await frame.locator('#x').textContent(), 'Hello');
      const [opened] = await Promise.all([context.waitForEvent('page'), frame.locator('a').click()]);
      await opened.waitForLoadState();
      assert.match(opened.url(), /\/u\/reset-password\?ticket=/);
      assert.equal(await opened.locator('input[name=repeated]').count(), 1);
      await page.goto(`${site.base}/dev/mailbox`);
      await page.click('text=Delete all');
      await page.waitForSelector('text=No mails yet.');
    } finally {
      await browser.close();
    }
  });
});

for (const flags of [
  ['--domain', 'idp.test'],
  ['--trusted-proxies', '10.0.0.1'],
  ['--dev-mailbox', 'off'],
  ['--host', '0.0.0.0'],
]) {
  test(`with ${flags.join(' ')} there is no mailbox`, async () => {
    const here = await serveHere('sqlite', { flags });
    const headers = { host: flags[0] === '--domain' ? 'idp.test' : here.host };
    for (const path of ['/dev/mailbox', '/dev/mailbox.json', '/dev/mailbox/x', '/dev/mailbox/x/html'])
      assert.equal((await ask(Number(new URL(here.base).port), 'GET', path, headers)).status, 404, path);
    await here.stop();
  });
}

test('a mailbox beside a public host is refused at the start', async () => {
  for (const flags of [
    ['--domain', 'idp.test'],
    ['--trusted-proxies', '10.0.0.1'],
  ])
    await assert.rejects(serveHere('sqlite', { flags: ['--dev-mailbox', 'on', ...flags] }), StartRefused);
});
