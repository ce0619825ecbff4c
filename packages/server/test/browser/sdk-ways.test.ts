// Other ways in which the official SDKs sign in than those of the examples: a popup, a form post, a silent attempt, a frame
// at an origin that was not registered.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import express from 'express';
import openid from 'express-openid-connect';
import { openApp, type Rig, signIn, signInToApp, startRig, visits } from './rig.ts';

let rig: Rig;
before(async () => {
  rig = await startRig();
});
after(() => rig?.stop());

/** A script in the app's page that has the SDK at hand, with the app's own client. */
const withSdk = (body: string) => `(async () => {
  const { Auth0Client } = await import('/auth0-spa-js.mjs');
  const { issuer, clientId, audience, scope } = await (await fetch('/settings.json')).json();
  const options = { domain: issuer.slice(0, -1), clientId, authorizationParams: { redirect_uri: location.origin + '/', audience, scope } };
  ${body}
})()`;

test('auth0-spa-js signs in through a popup, which closes itself', async () => {
  const visitor = await rig.visitor();
  const page = await visitor.newPage();
  await openApp(page, rig.appUrl);
  const opened = visitor.waitForEvent('page');
  const signedIn = page.evaluate(
    withSdk(
      'const client = new Auth0Client(options); await client.loginWithPopup(); return (await client.getUser()).email;',
    ),
  );
  const popup = await opened;
  const closed = popup.waitForEvent('close');
  await popup.waitForSelector('input[name=password]');
  await signIn(popup, rig.user);
  assert.equal(await signedIn, rig.user.email);
  await closed;
  await visitor.close();
});

test('silent renewal from an origin that is not registered gets no tokens, whoever is signed in', async () => {
  const visitor = await rig.visitor();
  const page = await visitor.newPage();
  await signInToApp(page, rig);
  const clientId = rig.demo.singlePageApp ?? '';
  const { body: client } = await rig.site.manage('GET', `/clients/${clientId}`);
  const patched = await rig.site.manage('PATCH', `/clients/${clientId}`, { web_origins: [] });
  assert.equal(patched.status, 200);
  const silently = withSdk(`
    const client = new Auth0Client({ ...options, authorizeTimeoutInSeconds: 2 });
    return client.getTokenSilently({ cacheMode: 'off' }).then(() => 'tokens', (error) => error.error);`);
  assert.notEqual(await page.evaluate(silently), 'tokens');
  await rig.site.manage('PATCH', `/clients/${clientId}`, { web_origins: client.web_origins });
  assert.equal(await page.evaluate(silently), 'tokens', 'and with the origin it works: the refusal was of the origin');
  await visitor.close();
});

/** An Express application with express-openid-connect as it comes: an ID token by form post, no secret. */
async function idTokenApp(more: object = {}) {
  const made = await rig.site.manage('POST', '/clients', {
    name: 'As it comes',
    app_type: 'regular_web',
    token_endpoint_auth_method: 'none',
    grant_types: ['implicit', 'authorization_code'],
    skip_non_verifiable_callback_uri_confirmation_prompt: true,
  });
  assert.equal(made.status, 201, made.text);
  const app = express();
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = `http://localhost:${(server.address() as AddressInfo).port}`;
  await rig.allow(made.body.client_id, { callbacks: [`${address}/callback`], allowed_logout_urls: [address] });
  app.use(
    openid.auth({
      baseURL: address,
      issuerBaseURL: rig.site.issuer,
      clientID: made.body.client_id,
      secret: 'a secret of this test, long enough',
      authRequired: false,
      auth0Logout: true,
      ...more,
    }),
  );
  app.get('/', (request, response) => {
    const { user } = request.oidc;
    response.send(user ? `<p id="name">${user.email}</p>` : '<p id="signed-out">Nobody</p>');
  });
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { address, close };
}

for (const javaScriptEnabled of [true, false]) {
  test(`express-openid-connect as it comes gets its ID token by form post, ${javaScriptEnabled ? 'with' : 'without'} JavaScript`, async () => {
    const app = await idTokenApp();
    const visitor = await rig.visitor({ javaScriptEnabled });
    const page = await visitor.newPage();
    await page.goto(`${app.address}/login`);
    await signIn(page, rig.user);
    // Without a script that sends the form, the person does.
    if (!javaScriptEnabled) await page.click('button[type=submit]');
    await page.waitForSelector('#name');
    assert.equal(await page.textContent('#name'), rig.user.email);
    assert.ok(!page.url().includes('id_token'));
    await visitor.close();
    app.close();
  });
}

test('an attempt to sign in silently signs in who has a session, and leaves others on the page', async () => {
  const app = await idTokenApp({ attemptSilentLogin: true });
  const visitor = await rig.visitor();
  const page = await visitor.newPage();
  const seen = visits(page, rig.site.base);
  await page.goto(app.address);
  await page.waitForSelector('#signed-out');
  assert.deepEqual(seen, ['/authorize'], 'asked, and answered without a page');
  await visitor.clearCookies({ name: 'skipSilentLogin' });
  const spa = await visitor.newPage();
  await signInToApp(spa, rig);
  await page.goto(app.address);
  await page.waitForSelector('#name');
  assert.equal(await page.textContent('#name'), rig.user.email);
  await visitor.close();
  app.close();
});
