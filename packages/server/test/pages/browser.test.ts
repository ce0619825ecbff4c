// Whole logins in a real browser with JavaScript switched off: from /authorize over our pages to a client on another origin, and
// on from there. Shows what no HTTP test can: that policies, cookies, `Origin` and the back button let it happen.

import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { type Browser, type BrowserContext, openBrowser, type Page } from '../support/browser.ts';
import { serveHere } from '../support/running.ts';
import { makeClient, makeUser, password } from './visitor.ts';

let here: Awaited<ReturnType<typeof serveHere>>;
let browser: Browser;
let app: Server;
let callback: string;
let home: string;
let clientId: string;
const audience = 'https://travel.example.com/';

before(async () => {
  here = await serveHere();
  browser = await openBrowser();
  app = createServer((request, response) => {
    // A client that goes on to another of its addresses, as many do.
    if (request.url?.startsWith('/moved')) {
      response.writeHead(302, { location: `${home}?${request.url.split('?')[1]}` }).end();
    } else response.writeHead(200, { 'content-type': 'text/html' }).end('<title>Client</title><h1>Welcome back</h1>');
  });
  await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve));
  const { port } = app.address() as AddressInfo;
  callback = `http://127.0.0.1:${port}/callback`;
  home = `http://localhost:${port}/home`;
  clientId = await makeClient(here, { callbacks: [callback, `http://127.0.0.1:${port}/moved`, home] });
  const made = await here.manage('POST', '/resource-servers', {
    name: 'Travel API',
    identifier: audience,
    scopes: [{ value: 'read:trips' }, { value: 'write:trips' }],
    skip_consent_for_verifiable_first_party_clients: false,
  });
  assert.equal(made.status, 201, made.text);
});
after(async () => {
  await browser.close();
  app.closeAllConnections();
  app.close();
  await here.stop();
});

let visitor: BrowserContext;
let page: Page;
let said: string[];
beforeEach(async () => {
  visitor = await browser.newContext({ javaScriptEnabled: false });
  page = await visitor.newPage();
  said = [];
  page.on('console', (message) => said.push(message.text()));
});
afterEach(() => visitor.close());

function authorize(params: Record<string, string> = {}): string {
  const query = new URLSearchParams({
    client_id: clientId,
    redirect_uri: callback,
    response_type: 'code',
    scope: 'openid profile email',
    state: 'of the client',
    ...params,
  });
  return `${here.base}/authorize?${query}`;
}

async function logIn(username: string, secret = password): Promise<void> {
  await page.fill('[name=username]', username);
  await page.fill('[name=password]', secret);
  // Until the next page is there: going back from one that is still on its way leads elsewhere.
  const next = page.waitForNavigation();
  await page.press('[name=password]', 'Enter');
  await next;
}

function arrived(at = callback): URL {
  const url = new URL(page.url());
  assert.ok(page.url().startsWith(at), `${page.url()} ${said.join(' ')}`);
  assert.deepEqual(
    said.filter((text) => /Content Security Policy/i.test(text)),
    [],
  );
  return url;
}

let made = 0;
async function somebody(): Promise<string> {
  const email = `browser${++made}@example.com`;
  await makeUser(here, { email });
  return email;
}

test('a wrong password is told, the right one leads to the client with a code and its state', async () => {
  const email = await somebody();
  await page.goto(authorize());
  assert.match(await page.title(), /^Log in \|/);
  await logIn(email, 'wrong');
  assert.match(await page.textContent('[role=alert]').then(String), /No account fits these details/);
  assert.equal(await page.inputValue('[name=username]'), email);
  await page.fill('[name=password]', password);
  await page.click('button[type=submit]');
  const url = arrived();
  assert.ok(url.searchParams.get('code'));
  assert.equal(url.searchParams.get('state'), 'of the client');
});

test('a client may go on to another of its registered addresses', async () => {
  const email = await somebody();
  await page.goto(authorize({ redirect_uri: callback.replace('/callback', '/moved') }));
  await logIn(email);
  assert.ok(arrived(home).searchParams.get('code'));
});

test('a new account is made on the page that screen_hint=signup opens', async () => {
  await page.goto(authorize({ screen_hint: 'signup' }));
  assert.match(await page.title(), /^Create your account/);
  await page.fill('[name=email]', 'fresh@example.com');
  await page.fill('[name=password]', 'short');
  await page.click('button[type=submit]');
  assert.match(String(await page.textContent('#password-error')), /at least 8 characters/);
  await page.fill('[name=password]', password);
  await page.click('button[type=submit]');
  assert.ok(arrived().searchParams.get('code'));
});

test('from log in to sign up and back, the login goes on', async () => {
  const email = await somebody();
  await page.goto(authorize());
  await page.click('text=Sign up');
  await page.click('text=Log in');
  await logIn(email);
  assert.ok(arrived().searchParams.get('code'));
});

test('consent is asked once, and again for more; declining tells the client', async () => {
  const email = await somebody();
  const asked = { audience, scope: 'openid read:trips' };
  await page.goto(authorize(asked));
  await logIn(email);
  assert.match(String(await page.textContent('h1')), /Allow Trip Planner\?/);
  await page.click('button[value=deny]');
  assert.equal(arrived().searchParams.get('error'), 'access_denied');
  await page.goto(authorize(asked));
  await page.click('button[value=accept]');
  assert.ok(arrived().searchParams.get('code'));
  await page.goto(authorize(asked));
  const said = String(await page.textContent('main'));
  assert.match(said, /Is this you\?.*will be able to:.*In .*Trips: read your trips/s, 'what it may do is told again');
  await page.click('button[value=accept]');
  assert.ok(
    arrived().searchParams.get('code'),
    'a callback that cannot be verified is confirmed, not consented to again',
  );
  await page.goto(authorize({ ...asked, scope: 'openid read:trips write:trips' }));
  assert.match(String(await page.textContent('h1')), /Allow Trip Planner\?/);
});

test('a session that exists is confirmed before its code goes to a loopback callback, and can be refused', async () => {
  const email = await somebody();
  await page.goto(authorize());
  await logIn(email);
  arrived();
  await page.goto(authorize());
  assert.match(String(await page.textContent('h1')), /Is this you\?/);
  assert.match(String(await page.textContent('main')), new RegExp(email));
  await page.click('button[value=deny]');
  assert.equal(arrived().searchParams.get('error'), 'access_denied');
  await page.goto(authorize());
  await page.click('button[value=accept]');
  assert.ok(arrived().searchParams.get('code'));
});

test('select_account goes on as who is there, or as somebody else', async () => {
  const [one, two] = [await somebody(), await somebody()];
  await page.goto(authorize());
  await logIn(one);
  arrived();
  await page.goto(authorize({ prompt: 'select_account' }));
  assert.match(String(await page.textContent('main')), new RegExp(one));
  await page.click('button[value=other]');
  await logIn(two);
  assert.ok(arrived().searchParams.get('code'));
  await page.goto(authorize({ prompt: 'select_account' }));
  assert.match(String(await page.textContent('main')), new RegExp(two));
  await page.click('button[value=accept]');
  assert.ok(arrived().searchParams.get('code'));
});

test('the back button after a login leads to a page that says it is over', async () => {
  const email = await somebody();
  await page.goto(authorize());
  await logIn(email);
  arrived();
  await page.goBack();
  await page.waitForSelector('h1:has-text("This page has expired")');
});

test('back from consent to the login page, one can still log in and go on', async () => {
  const email = await somebody();
  await page.goto(authorize({ audience, scope: 'openid read:trips' }));
  await logIn(email);
  await page.goBack();
  assert.match(await page.title(), /^Log in \|/);
  await logIn(email);
  await page.click('button[value=accept]');
  assert.ok(arrived().searchParams.get('code'));
});

test('two tabs log in side by side', async () => {
  const email = await somebody();
  const other = await visitor.newPage();
  await page.goto(authorize());
  await other.goto(authorize({ state: 'of the other tab' }));
  await logIn(email);
  assert.equal(arrived().searchParams.get('state'), 'of the client');
  await other.fill('[name=username]', email);
  await other.fill('[name=password]', password);
  await other.click('button[type=submit]');
  assert.equal(new URL(other.url()).searchParams.get('state'), 'of the other tab');
});

test('a page of ours cannot be framed', async () => {
  await visitor.close();
  visitor = await browser.newContext();
  page = await visitor.newPage();
  page.on('console', (message) => said.push(message.text()));
  await page.goto(`${callback}?frame`);
  await page.setContent(`<iframe src="${authorize()}"></iframe>`);
  await page.waitForTimeout(500);
  const inner = page.frames()[1];
  assert.equal(await inner?.$('[name=password]').catch(() => null), null);
  assert.match(said.join(), /frame|X-Frame-Options/i);
});

test('with identifier_first the whole way works without scripts', async () => {
  const email = await somebody();
  await here.manage('PATCH', '/prompts', { identifier_first: true });
  try {
    await page.goto(authorize());
    await page.fill('[name=username]', email);
    await page.click('button[type=submit]');
    await page.fill('[name=password]', 'wrong');
    await page.click('button[type=submit]');
    assert.match(String(await page.textContent('[role=alert]')), /No account fits/);
    await page.fill('[name=password]', password);
    await page.click('button[type=submit]');
    assert.ok(arrived().searchParams.get('code'));
  } finally {
    await here.manage('PATCH', '/prompts', { identifier_first: false });
  }
});
