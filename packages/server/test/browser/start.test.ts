// `npm start`, as a person reads it: the printed address, the printed user, the printed password.

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Running, startServer } from '../../src/cli/serve.ts';
import { readConfig } from '../../src/config.ts';
import { type Browser, openBrowser } from '../support/browser.ts';
import { freePort } from '../support/running.ts';
import { openApp, signIn, signInToApp } from './rig.ts';

let browser: Browser;
let data: string;
before(async () => {
  browser = await openBrowser();
  data = await mkdtemp(join(tmpdir(), 'countersign-demo-'));
});
after(async () => {
  await browser?.close();
  await rm(data, { recursive: true, force: true });
});

const quiet = { debug() {}, info() {}, warn() {}, error: console.error };

async function start(...flags: string[]): Promise<{ running: Running; text: string }> {
  const ports = ['--port', '0', '--https-port', 'off', '--demo-port', '0', '--demo-app-port', '0'];
  let text = '';
  const config = readConfig([...ports, '--data', data, '--drain-ms', '0', ...flags], {});
  const running = await startServer(config, (said) => (text += said), quiet);
  return { running, text };
}

function printed(text: string) {
  const found = (pattern: RegExp) => pattern.exec(text)?.[1];
  return {
    appUrl: found(/^ {2}app +(\S+)$/m) ?? assert.fail(text),
    user: { email: found(/^ {2}user +(\S+)$/m) ?? '', password: found(/^ {2}password +(\S+)$/m) ?? '' },
  };
}

test('the first start prints an app, a user and a password that work; later starts print the same', async () => {
  const first = await start();
  const shown = printed(first.text);
  const page = await browser.newPage();
  await signInToApp(page, shown);
  await page.click('#call');
  await page.waitForSelector('#answer table');
  await page.close();
  await first.running.stop();

  const second = await start();
  const again = printed(second.text);
  assert.deepEqual(again.user, shown.user);
  assert.notEqual(again.appUrl, shown.appUrl, 'another port, and the app works there too');
  const other = await browser.newPage();
  await signInToApp(other, again);
  await other.close();
  await second.running.stop();
});

test('a login that is on its way survives a restart of the server', async () => {
  const ports = ['--port', String(await freePort()), '--demo-app-port', String(await freePort())];
  const first = await start(...ports);
  const { appUrl, user } = printed(first.text);
  const page = await browser.newPage();
  await openApp(page, appUrl);
  await page.click('#login');
  await page.waitForSelector('input[name=password]');
  await first.running.stop();
  const second = await start(...ports);
  await signIn(page, user);
  await page.waitForSelector('#signed-in:not([hidden])');
  await second.running.stop();
  const third = await start(...ports);
  await page.click('#renew');
  await page.waitForSelector('#renewed:has-text("Renewed")');
  await page.close();
  await third.running.stop();
});

test('once somebody changed the password it is not printed any more', async () => {
  const { running } = await start();
  const { user } = running.demo ?? assert.fail();
  const { trustedCalls } = await import('../../src/seed/trusted.ts');
  const { defaultTenant } = await import('../../src/domain/tenants/hosts.ts');
  const host = `localhost:${running.port}` as Parameters<typeof trustedCalls>[2];
  const call = trustedCalls(running.house.trustedRoutes, defaultTenant, host, `http://${host}/`);
  const [{ user_id: id }] = (await call('GET', `/users-by-email?email=${encodeURIComponent(user?.email ?? '')}`)).body;
  const patch = { password: 'Another-password-7', connection: 'Username-Password-Authentication' };
  const changed = await call('PATCH', `/users/${encodeURIComponent(id)}`, patch);
  assert.equal(changed.status, 200, changed.body?.message);
  await running.stop();
  const second = await start();
  assert.match(second.text, /^ {2}app +http/m);
  assert.doesNotMatch(second.text, /^ {2}password/m);
  await second.running.stop();
});

test('an app whose client was deleted is not served, and not made again', async () => {
  const { running } = await start();
  const { trustedCalls } = await import('../../src/seed/trusted.ts');
  const { defaultTenant } = await import('../../src/domain/tenants/hosts.ts');
  const host = `localhost:${running.port}` as Parameters<typeof trustedCalls>[2];
  const call = trustedCalls(running.house.trustedRoutes, defaultTenant, host, `http://${host}/`);
  assert.equal((await call('DELETE', `/clients/${running.demo?.singlePageApp}`)).status, 204);
  await running.stop();
  const second = await start();
  assert.doesNotMatch(second.text, /^ {2}app /m);
  assert.match(second.text, /curl -s http:\S+\/patients/, 'the rest of the demo is there');
  await second.running.stop();
});

test('--no-demo makes and serves nothing of it', async () => {
  const { running, text } = await start('--no-demo');
  assert.equal(running.demo, undefined);
  assert.doesNotMatch(text, /demo|password/);
  await running.stop();
});
