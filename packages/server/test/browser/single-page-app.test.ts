// The single-page app of `npm start`, with Auth0's own SDK, in a real browser: log in, call the API, renew, log out.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
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
  assert.deepEqual(granted.toSorted(), ['email', 'openid', 'profile', 'read:patients'], 'no role gives read:admin');
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

test('tokens are renewed silently through a frame, and a reload finds the session', async () => {
  const visitor = await rig.visitor();
  const page = await visitor.newPage();
  await signInToApp(page, rig);
  const asked: URL[] = [];
  page.on('request', (request) => {
    if (request.url().includes('/authorize?')) asked.push(new URL(request.url()));
  });
  await page.click('#renew');
  await page.waitForSelector('#renewed:has-text("Renewed")');
  assert.equal(asked.length, 1);
  assert.equal(asked[0]?.searchParams.get('prompt'), 'none');
  assert.equal(asked[0]?.searchParams.get('response_mode'), 'web_message');
  assert.equal(page.url(), rig.appUrl);
  await page.reload();
  await page.waitForSelector('body[data-ready]');
  assert.ok(await page.isVisible('#signed-in'), 'tokens lived in memory only; the session gave new ones');
  assert.equal(await page.textContent('#name'), 'Demo Doctor');
  await visitor.close();
});

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

test('what the user may do follows the role, from the next token on', async () => {
  const visitor = await rig.visitor();
  const page = await visitor.newPage();
  await signInToApp(page, rig);
  const { body: users } = await rig.site.manage('GET', `/users-by-email?email=${encodeURIComponent(rig.user.email)}`);
  const permissions = [{ resource_server_identifier: rig.demo.audience, permission_name: 'read:admin' }];
  const path = `/users/${encodeURIComponent(users[0].user_id)}/permissions`;
  assert.equal((await rig.site.manage('POST', path, { permissions })).status, 201);
  await page.click('#renew');
  await page.waitForSelector('#granted:has-text("read:admin")');
  assert.ok((await rig.site.manage('DELETE', path, { permissions })).status < 300);
  await visitor.close();
});
