// The single-page app of `npm start`, with Auth0's own SDK, in a real browser: log in, call the API, renew, log out.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { BrowserContext, Page } from '../support/browser.ts';
import { openApp, type Rig, signIn, signInToApp, startRig, visits } from './rig.ts';

let rig: Rig;
before(async () => {
  rig = await startRig();
});
after(() => rig?.stop());

test('the app shows who signed in from the ID token, and what it may do from the access token', async () => {
  const visitor = await rig.visitor();
  const page = await visitor.newPage();
  await openApp(page, rig.appUrl);
  assert.ok(await page.isVisible('#signed-out'));
  await signInToApp(page, rig);
  assert.equal(page.url(), rig.appUrl, 'the code is gone from the address');
  assert.equal(await page.textContent('#name'), 'Demo Doctor');
  assert.equal(await page.textContent('#email'), rig.user.email);
  assert.equal(await page.textContent('#id-audience'), rig.demo.singlePageApp);
  assert.equal(await page.textContent('#api-audience'), rig.demo.audience);
  assert.match((await page.textContent('#asked')) ?? '', /read:patients read:admin/);
  const granted = ((await page.textContent('#granted')) ?? '').split(' ');
  assert.deepEqual(
    granted.toSorted(),
    ['email', 'offline_access', 'openid', 'profile', 'read:patients'],
    'no role gives read:admin',
  );
  assert.match((await page.textContent('#dropped')) ?? '', /^read:admin /);
  await visitor.close();
});

test('the API accepts the access token and refuses the ID token, with the reason', async () => {
  const visitor = await rig.visitor();
  const page = await visitor.newPage();
  await signInToApp(page, rig);
  await page.click('#call');
  await page.waitForSelector('#answer table');
  assert.match((await page.textContent('#answer')) ?? '', /Accepted .*Mary Seacole/s);
  await page.click('#call-wrongly');
  const refused = await page.waitForSelector('#answer .refused');
  const text = (await refused.textContent()) ?? '';
  assert.match(text, /Refused with 401 invalid_token/);
  assert.match(
    text,
    /An ID token is not accepted\. Only access tokens for the audience https:\/\/example\.com\/health-api/,
  );
  await visitor.close();
});

/** The grants that a page asks the token endpoint for, in order, from now on. */
function grants(page: Page): string[] {
  const seen: string[] = [];
  page.on('request', (request) => {
    if (request.method() === 'POST' && request.url().endsWith('/oauth/token'))
      seen.push(new URLSearchParams(request.postData() ?? '').get('grant_type') ?? request.postData() ?? '');
  });
  return seen;
}

/** The server's own session is over, and only the app's tokens are left. */
const forgetSession = async (visitor: BrowserContext) => {
  for (const { name } of await visitor.cookies(rig.site.base))
    if (name.includes('countersign')) await visitor.clearCookies({ name });
};

const renew = async (page: Page) => {
  await page.evaluate("document.getElementById('renewed').textContent = ''");
  await page.click('#renew');
  await page.waitForSelector('#renewed:has-text("Renewed")');
};

test('tokens are renewed with the refresh token, and a reload goes on with it when the session is gone', async () => {
  const visitor = await rig.visitor();
  const page = await visitor.newPage();
  await signInToApp(page, rig);
  const granted = ((await page.textContent('#granted')) ?? '').split(' ');
  assert.ok(granted.includes('offline_access'), granted.join(' '));
  const asked = visits(page, rig.site.base);
  const sent = grants(page);
  await renew(page);
  assert.deepEqual(sent, ['refresh_token']);
  await forgetSession(visitor);
  await page.reload();
  await page.waitForSelector('body[data-ready]');
  assert.ok(await page.isVisible('#signed-in'));
  assert.equal(await page.textContent('#name'), 'Demo Doctor');
  await renew(page);
  await renew(page);
  assert.deepEqual(sent, ['refresh_token', 'refresh_token', 'refresh_token']);
  assert.deepEqual(asked, [], 'no page and no frame of the server');
  await page.click('#call');
  await page.waitForSelector('#answer table');
  await visitor.close();
});

for (const locks of [true, false]) {
  test(`two tabs that renew at once stay logged in, ${locks ? 'as the SDK does it' : 'also where no tab waits for the other'}`, async () => {
    const visitor = await rig.visitor();
    // Tabs without locks present one refresh token at the same time; the server answers both alike.
    if (!locks)
      await visitor.addInitScript(
        "Object.defineProperty(navigator, 'locks', { value: { request: async (name, options, run) => (run ?? options)({ name }) } })",
      );
    const [page, other] = [await visitor.newPage(), await visitor.newPage()];
    await signInToApp(page, rig);
    await openApp(other, rig.appUrl);
    await forgetSession(visitor);
    const sent = [...[grants(page), grants(other)]];
    for (let round = 0; round < 3; round++) await Promise.all([renew(page), renew(other)]);
    assert.deepEqual(
      sent.map(({ length }) => length),
      [3, 3],
    );
    for (const tab of [page, other]) {
      assert.ok(await tab.isVisible('#signed-in'));
      assert.ok(!(await tab.isVisible('#problem')));
      await tab.reload();
      await tab.waitForSelector('#signed-in:not([hidden])');
      await renew(tab);
    }
    await visitor.close();
  });
}

test('the web application signs the same user in without a second password, and calls the API for it', async () => {
  const webApp = await rig.webApp();
  const visitor = await rig.visitor();
  const page = await visitor.newPage();
  await signInToApp(page, rig);
  const seen = visits(page, rig.site.base);
  await page.goto(webApp);
  assert.ok(await page.isVisible('#signed-out'));
  await page.click('text=Log in');
  await page.waitForSelector('#name');
  assert.equal(await page.textContent('#name'), 'Demo Doctor');
  assert.deepEqual(seen, ['/authorize'], 'no page of the server was shown');
  await page.click('text=Your profile');
  assert.match((await page.textContent('dl')) ?? '', new RegExp(rig.user.email));
  await page.click('text=Back');
  await page.click('text=Patients');
  assert.match((await page.textContent('#patients')) ?? '', /Mary Seacole/);
  await visitor.close();
});

test('logging out everywhere gives the refresh token back and signs out of the web application as well', async () => {
  const webApp = await rig.webApp();
  const visitor = await rig.visitor();
  const [page, other] = [await visitor.newPage(), await visitor.newPage()];
  const refreshTokens: string[] = [];
  page.on('response', async (response) => {
    if (response.url().endsWith('/oauth/token')) refreshTokens.push((await response.json()).refresh_token);
  });
  await signInToApp(page, rig);
  await other.goto(`${webApp}/login`);
  await other.waitForSelector('#name');
  await page.click('#logout-everywhere');
  await page.waitForSelector('#signed-out:not([hidden])');
  assert.equal(page.url(), rig.appUrl);
  // The web application is told by the server, not by the browser.
  for (let tries = 0; tries < 100; tries++) {
    await other.goto(webApp);
    if (await other.isVisible('#signed-out')) break;
    await other.waitForTimeout(100);
  }
  assert.ok(await other.isVisible('#signed-out'), 'the web application was told');
  const [token = ''] = refreshTokens;
  const stolen = await rig.site.token({
    grant_type: 'refresh_token',
    client_id: rig.demo.singlePageApp ?? '',
    refresh_token: token,
  });
  assert.equal(stolen.status, 403, stolen.text);
  await other.click('text=Log in');
  await other.waitForSelector('input[name=password]');
  await visitor.close();
});

test('after a log out silent renewal says login_required, and logging in asks for the password', async () => {
  const visitor = await rig.visitor();
  const [page, other] = [await visitor.newPage(), await visitor.newPage()];
  await signInToApp(page, rig);
  await openApp(other, rig.appUrl);
  assert.ok(await other.isVisible('#signed-in'), 'a second tab is signed in by the session');
  await page.click('#logout');
  await page.waitForSelector('#signed-out:not([hidden])');
  assert.equal(page.url(), rig.appUrl);
  await other.click('#renew');
  await other.waitForSelector('#signed-out:not([hidden])');
  assert.match((await other.textContent('#problem')) ?? '', /^login_required: /);
  await page.click('#login');
  await page.waitForSelector('input[name=password]');
  await signIn(page, rig.user);
  await page.waitForSelector('#signed-in:not([hidden])');
  await visitor.close();
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`the app has no fault that axe finds, ${colorScheme}`, async () => {
    const visitor = await rig.visitor({ colorScheme });
    const page = await visitor.newPage();
    const faults = async () => {
      await page.evaluate(await readFile(fileURLToPath(import.meta.resolve('axe-core')), 'utf8'));
      return page.evaluate(
        `axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes[0].html))`,
      );
    };
    await openApp(page, rig.appUrl);
    assert.deepEqual(await faults(), []);
    await signInToApp(page, rig);
    await page.click('#call-wrongly');
    await page.waitForSelector('#answer .refused');
    assert.deepEqual(await faults(), []);
    await visitor.close();
  });
}

test('what is taken from the user is gone from the next token on, and what is given comes with the next login', async () => {
  const visitor = await rig.visitor();
  const page = await visitor.newPage();
  const { body: users } = await rig.site.manage('GET', `/users-by-email?email=${encodeURIComponent(rig.user.email)}`);
  const permissions = [{ resource_server_identifier: rig.demo.audience, permission_name: 'read:admin' }];
  const path = `/users/${encodeURIComponent(users[0].user_id)}/permissions`;
  const granted = async () => (await page.textContent('#granted')) ?? '';
  await signInToApp(page, rig);
  assert.equal((await rig.site.manage('POST', path, { permissions })).status, 201);
  await renew(page);
  assert.doesNotMatch(await granted(), /read:admin/, 'a refresh never widens what the login granted');
  await page.click('#logout');
  await page.waitForSelector('#signed-out:not([hidden])');
  await signInToApp(page, rig);
  assert.match(await granted(), /read:admin/);
  assert.ok((await rig.site.manage('DELETE', path, { permissions })).status < 300);
  await renew(page);
  assert.doesNotMatch(await granted(), /read:admin/);
  await visitor.close();
});
