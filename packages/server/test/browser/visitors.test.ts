// What people do to a login: two tabs, the back button, no JavaScript, a small screen, a refused consent.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Page } from '../support/browser.ts';
import { openApp, type Rig, signIn, signInToApp, startRig, visits } from './rig.ts';

let rig: Rig;
let webApp: string;
before(async () => {
  rig = await startRig();
  webApp = await rig.webApp();
});
after(() => rig?.stop());

/** A client of the demo's API that belongs to somebody else: its users are asked. */
async function thirdParty(): Promise<{ address: string; clientId: string }> {
  const made = await rig.site.manage('POST', '/clients', {
    name: 'Appointments of another company',
    app_type: 'regular_web',
    is_first_party: false,
    third_party_security_mode: 'permissive',
    oidc_conformant: true,
    jwt_configuration: { alg: 'RS256' },
    token_endpoint_auth_method: 'client_secret_basic',
    grant_types: ['authorization_code'],
    skip_non_verifiable_callback_uri_confirmation_prompt: true,
  });
  assert.equal(made.status, 201, made.text);
  const { client_id: clientId, client_secret: clientSecret } = made.body;
  const [database] = (await rig.site.manage('GET', '/connections?name=Username-Password-Authentication')).body;
  // A third party uses connections of the domain's level only.
  await rig.site.manage('PATCH', `/connections/${database.id}`, { is_domain_connection: true });
  const grant = { client_id: clientId, audience: rig.demo.audience, scope: ['read:patients'], subject_type: 'user' };
  const granted = await rig.site.manage('POST', '/client-grants', grant);
  assert.equal(granted.status, 201, granted.text);
  return { address: await rig.webApp({ clientId, clientSecret }), clientId };
}

const isLoggedIn = (page: Page) => page.waitForSelector('#name');

describe('two tabs', () => {
  test('each finish their own login, whichever is first', async () => {
    const visitor = await rig.visitor();
    const [one, two] = [await visitor.newPage(), await visitor.newPage()];
    await openApp(one, rig.appUrl);
    await two.goto(webApp);
    await one.click('#login');
    await two.click('text=Log in');
    await one.waitForSelector('input[name=password]');
    await two.waitForSelector('input[name=password]');
    await signIn(two, rig.user);
    await isLoggedIn(two);
    await signIn(one, rig.user);
    await one.waitForSelector('#signed-in:not([hidden])');
    assert.equal(await one.textContent('#name'), 'Demo Doctor');
    await visitor.close();
  });

  test('a wrong password in one leaves the other alone', async () => {
    const visitor = await rig.visitor();
    const [one, two] = [await visitor.newPage(), await visitor.newPage()];
    await openApp(one, rig.appUrl);
    await one.click('#login');
    await two.goto(`${webApp}/login`);
    await two.waitForSelector('input[name=password]');
    await signIn(one, { ...rig.user, password: 'not the password' });
    await one.waitForSelector('[role=alert]:visible');
    assert.ok(one.url().startsWith(rig.site.base));
    await signIn(two, rig.user);
    await isLoggedIn(two);
    await signIn(one, rig.user);
    await one.waitForSelector('#signed-in:not([hidden])');
    await visitor.close();
  });
});

describe('the back button', () => {
  test('after a log in leads to no error of the server, and a new log in works', async () => {
    const visitor = await rig.visitor();
    const page = await visitor.newPage();
    await page.goto(webApp);
    await page.click('text=Log in');
    await signIn(page, rig.user);
    await isLoggedIn(page);
    const statuses: number[] = [];
    page.on('response', (response) => {
      if (response.request().resourceType() === 'document') statuses.push(response.status());
    });
    await page.goBack().catch(() => undefined);
    await page.waitForLoadState();
    assert.ok(
      statuses.every((status) => status < 500),
      String(statuses),
    );
    assert.ok(page.url().startsWith(rig.site.base), page.url());
    assert.match((await page.textContent('h1')) ?? '', /expired/);
    await page.click(`a[href^="${webApp}"]`);
    await isLoggedIn(page);
    await visitor.close();
  });

  test('from the login page leads to the app, and forward leads to a page that still works', async () => {
    const visitor = await rig.visitor();
    const page = await visitor.newPage();
    await page.goto(webApp);
    await page.click('text=Log in');
    await page.waitForSelector('input[name=password]');
    await page.goBack();
    await page.waitForSelector('#signed-out');
    await page.goForward();
    await page.waitForSelector('input[name=password]');
    await signIn(page, rig.user);
    await isLoggedIn(page);
    await visitor.close();
  });
});

test('nothing of a login needs JavaScript: log in, call the API, log out', async () => {
  const visitor = await rig.visitor({ javaScriptEnabled: false });
  const page = await visitor.newPage();
  await page.goto(webApp);
  await page.click('text=Log in');
  await signIn(page, { ...rig.user, password: 'not the password' });
  await page.waitForSelector('[role=alert]');
  await signIn(page, rig.user);
  await isLoggedIn(page);
  await page.click('text=Patients');
  await page.waitForSelector('#patients');
  await page.click('text=Back');
  await page.click('text=Log out');
  await page.waitForSelector('#signed-out');
  await page.click('text=Log in');
  await page.waitForSelector('input[name=password]');
  await visitor.close();
});

describe('consent', () => {
  test('is asked for somebody else’s client, with the words of the API; given once, it is not asked again', async () => {
    const { address, clientId } = await thirdParty();
    const visitor = await rig.visitor();
    const page = await visitor.newPage();
    await page.goto(`${address}/login`);
    await signIn(page, rig.user);
    await page.waitForSelector('button[name=action][value=accept]');
    const text = (await page.textContent('main')) ?? '';
    assert.match(text, /Appointments of another company/);
    assert.match(text, /patients/i);
    await page.click('button[name=action][value=accept]');
    await isLoggedIn(page);
    await page.click('text=Patients');
    await page.waitForSelector('#patients');
    await page.click('text=Back');
    await page.click('text=Log out');
    await page.waitForSelector('#signed-out');
    const seen = visits(page, rig.site.base);
    await page.goto(`${address}/login`);
    await signIn(page, rig.user);
    await isLoggedIn(page);
    assert.ok(!seen.includes('/u/consent'), String(seen));
    const grants = await rig.site.manage('GET', `/grants?client_id=${clientId}`);
    assert.equal(grants.body.length, 1, grants.text);
    await visitor.close();
  });

  test('that is denied comes back to the client as access_denied, and nothing is stored', async () => {
    const { address, clientId } = await thirdParty();
    const visitor = await rig.visitor();
    const page = await visitor.newPage();
    await page.goto(`${address}/login`);
    await signIn(page, rig.user);
    const back = page.waitForRequest((request) => request.url().startsWith(`${address}/callback`));
    await page.click('button[name=action][value=deny]');
    const query = new URL((await back).url()).searchParams;
    assert.equal(query.get('error'), 'access_denied');
    assert.ok(query.get('state'));
    await page.waitForSelector('#problem');
    const grants = await rig.site.manage('GET', `/grants?client_id=${clientId}`);
    assert.deepEqual(grants.body, []);
    await visitor.close();
  });
});

test('somebody who signs up is signed in, and holds no role: the API says which scope is missing, the log why', async () => {
  const visitor = await rig.visitor();
  const page = await visitor.newPage();
  await openApp(page, rig.appUrl);
  await page.click('#login');
  await page.click('text=Sign up');
  await page.fill('input[name=email]', 'New.Person@example.com');
  await page.fill('input[name=password]', 'short');
  await page.press('input[name=password]', 'Enter');
  await page.waitForSelector('[role=alert]:visible');
  await page.fill('input[name=password]', 'A-good-password-7');
  await page.press('input[name=password]', 'Enter');
  await page.waitForSelector('#signed-in:not([hidden])');
  assert.equal(await page.textContent('#email'), 'new.person@example.com');
  assert.match((await page.textContent('#dropped')) ?? '', /^read:patients read:admin /);
  await page.click('#call');
  const refused = await page.waitForSelector('#answer .refused');
  assert.match((await refused.textContent()) ?? '', /Refused with 403 insufficient_scope/);
  const sub = await page.textContent('#sub');
  const { body: events } = await rig.site.manage('GET', `/logs?q=${encodeURIComponent(`type:s AND user_id:"${sub}"`)}`);
  const trace: { rule: string; because: string; dropped?: string[] }[] = events[0].details.trace;
  assert.deepEqual(trace.find(({ rule }) => rule === 'permissions')?.dropped?.toSorted(), [
    'read:admin',
    'read:patients',
  ]);
  await visitor.close();
});

test('on a phone nothing is wider than the screen, and what is touched is large enough', async () => {
  const visitor = await rig.visitor({ viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true });
  const page = await visitor.newPage();
  const fits = async () => {
    const wide = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
    assert.equal(wide, 0, page.url());
    for (const touched of await page.locator('button:visible, input:visible:not([type=hidden])').all()) {
      const box = await touched.boundingBox();
      assert.ok(box && box.height >= 24, `${await touched.evaluate('(e) => e.outerHTML')} on ${page.url()}`);
    }
  };
  await openApp(page, rig.appUrl);
  await fits();
  await page.click('#login');
  await page.waitForSelector('input[name=password]');
  await fits();
  await signIn(page, { ...rig.user, password: 'not the password' });
  await page.waitForSelector('[role=alert]');
  await fits();
  await signIn(page, rig.user);
  await page.waitForSelector('#signed-in:not([hidden])');
  await fits();
  await page.click('#call');
  await page.waitForSelector('#answer table');
  await fits();
  await visitor.close();
});

test('a login that was begun goes on after the server’s cookie for the session is gone', async () => {
  const visitor = await rig.visitor();
  const page = await visitor.newPage();
  await signInToApp(page, rig);
  await visitor.clearCookies({ name: 'countersign' });
  // The app's own refresh token would go on without the session.
  await page.evaluate('localStorage.clear()');
  await page.reload();
  await page.waitForSelector('#signed-out:not([hidden])');
  await page.click('#login');
  await signIn(page, rig.user);
  await page.waitForSelector('#signed-in:not([hidden])');
  await visitor.close();
});
