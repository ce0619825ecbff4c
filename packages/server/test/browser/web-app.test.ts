// The web application on express-openid-connect, a program of its own as `npm run example` starts it, over https.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openBrowser } from '../support/browser.ts';
import { freePort, serveHere } from '../support/running.ts';
import { runExample, signIn } from './rig.ts';

let site: Awaited<ReturnType<typeof serveHere>>;
before(async () => {
  const flags = ['--demo', '--demo-port', '0', '--demo-app-port', '0'];
  site = await serveHere('sqlite', { https: true, flags });
});
after(() => site?.stop());

test('the web application trusts the development authority, and signs in and out over https', async () => {
  const { webApp: client, user } = site.demo ?? {};
  assert.ok(client && user && site.caPath);
  const port = String(await freePort());
  const address = `http://localhost:${port}`;
  await site.manage('PATCH', `/clients/${client.clientId}`, {
    callbacks: [`${address}/callback`],
    allowed_logout_urls: [address],
  });
  const program = runExample('web-app/app.mjs', {
    PORT: port,
    ISSUER: `https://localhost:${site.httpsPort}/`,
    CLIENT_ID: client.clientId,
    CLIENT_SECRET: client.clientSecret,
    NODE_EXTRA_CA_CERTS: site.caPath,
  });
  await program.says(/is at http:\/\/localhost/);
  const browser = await openBrowser({ caPath: site.caPath });
  try {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(address);
    await page.click('text=Log in');
    await signIn(page, user);
    await page.waitForSelector('#name');
    assert.equal(await page.textContent('#name'), 'Demo Doctor');
    for (const cookie of await context.cookies(`https://localhost:${site.httpsPort}/`)) {
      if (!cookie.name.includes('countersign')) continue;
      assert.match(cookie.name, /^__Host-/);
      assert.ok(cookie.secure && cookie.httpOnly && cookie.sameSite === 'None', JSON.stringify(cookie));
    }
    await page.click('text="Log out"');
    await page.waitForSelector('#signed-out');
    assert.equal(page.url(), `${address}/`);
    await page.click('text=Log in');
    await page.waitForSelector('input[name=password]');
    // And everywhere: the confirmation is not asked for, since the app says whose session it is.
    await signIn(page, user);
    await page.waitForSelector('#name');
    await page.click('text=Log out everywhere');
    await page.waitForSelector('#signed-out');
    assert.equal(page.url(), `${address}/`);
    await page.click('text=Log in');
    await signIn(page, user);
    await page.waitForSelector('#name');
    // Without a hint a person is asked, and the answer leads back to the application.
    const asked = new URLSearchParams({ client_id: client.clientId, post_logout_redirect_uri: address, state: 'x y' });
    await page.goto(`https://localhost:${site.httpsPort}/oidc/logout?${asked}`);
    await page.click('button[value=accept]');
    await page.waitForURL(`${address}/?state=x%20y`);
    await page.goto(
      `https://localhost:${site.httpsPort}/authorize?${new URLSearchParams({
        client_id: client.clientId,
        redirect_uri: `${address}/callback`,
        response_type: 'code',
      })}`,
    );
    await page.waitForSelector('input[name=password]');
  } finally {
    await browser.close();
    program.process.kill();
    await program.ended;
  }
});

test('the web application shows what the authorization server says, without a stack', async () => {
  const { webApp: client } = site.demo ?? {};
  assert.ok(client);
  const port = String(await freePort());
  const program = runExample('web-app/app.mjs', {
    PORT: port,
    ISSUER: site.issuer,
    CLIENT_ID: client.clientId,
    CLIENT_SECRET: client.clientSecret,
  });
  await program.says(/is at http:\/\/localhost/);
  try {
    const answer = await fetch(
      `http://localhost:${port}/callback?error=access_denied&error_description=No%3Cscript%3E&state=x`,
    );
    const text = await answer.text();
    assert.ok(answer.status >= 400, String(answer.status));
    assert.match(text, /id="problem"/);
    assert.doesNotMatch(text, /<script>|\n\s+at /);
  } finally {
    program.process.kill();
    await program.ended;
  }
});
