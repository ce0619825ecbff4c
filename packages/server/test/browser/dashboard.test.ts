// The dashboard end to end in a real browser, on a fresh data folder: from the link of the first start to a refusal that is
// explained, and a scope that RBAC drops.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Page } from '../support/browser.ts';
import { type DashboardRig, startDashboard, watched } from './dashboard-rig.ts';

let rig: DashboardRig;
let page: Page;
let complaints: readonly string[];

before(async () => {
  rig = await startDashboard();
  ({ page } = await rig.administrator({ viewport: { width: 1280, height: 900 } }));
  complaints = watched(page);
});
after(() => rig.stop());

const audience = 'https://orders.example.com/';
const button = (name: string) => page.getByRole('button', { name, exact: true });
const dialog = () => page.getByRole('dialog');
const shows = (text: string | RegExp) => page.getByText(text).first().waitFor();
const tab = (name: string) =>
  page
    .getByRole('navigation', { name: /^Of this/ })
    .getByRole('link', { name, exact: true })
    .click();
const openApi = async (name: string) => {
  await page.goto(`${rig.at}/apis`);
  await page.getByRole('link', { name: new RegExp(name) }).click();
};
/** The focus moves a moment after what moves it. */
async function focusIs(expression: string, wanted: string): Promise<void> {
  let found: unknown;
  for (let tries = 0; tries < 100 && found !== wanted; tries += 1) {
    found = await page.evaluate(expression);
    if (found !== wanted) await page.waitForTimeout(30);
  }
  assert.equal(found, wanted, 'what has the focus');
}
let token = '';

test('an API with two permissions is made', async () => {
  await page.goto(`${rig.at}/apis`);
  await button('Create API').click();
  await page.getByLabel(/^Name/).fill('Orders API');
  await page.getByLabel(/^Identifier/).fill('not a name');
  await dialog().getByRole('button', { name: 'Create API' }).click();
  await shows('Not allowed here: a blank.');
  await page.getByLabel(/^Identifier/).fill(audience);
  await dialog().getByRole('button', { name: 'Create API' }).click();
  await page.waitForURL(/\/apis\/[0-9a-f]{24}\/permissions$/);
  for (const [value, description] of [
    ['read:orders', 'Read orders'],
    ['write:orders', 'Change orders'],
  ] as const) {
    await page.getByLabel('Permission', { exact: true }).fill(value);
    await page.getByLabel('Description', { exact: true }).fill(description);
    await button('Add').click();
    await shows(`${value} was added.`);
  }
  const { body } = await rig.site.manage('GET', `/resource-servers/${encodeURIComponent(audience)}`);
  assert.deepEqual(body.scopes, [
    { value: 'read:orders', description: 'Read orders' },
    { value: 'write:orders', description: 'Change orders' },
  ]);
});

test('a machine client is made and authorized with one permission', async () => {
  await page.goto(`${rig.at}/applications`);
  await button('Create application').click();
  await page.getByLabel(/^Name/).fill('Nightly job');
  await page.getByRole('radio', { name: /^Machine to machine/ }).check();
  await dialog().getByRole('button', { name: 'Create application' }).click();
  await page.waitForURL(/\/applications\/\w+\/apis$/);
  await page.getByRole('switch', { name: 'Orders API may have tokens' }).click();
  await page.getByRole('checkbox', { name: /read:orders/ }).check();
  await button('Save permissions').click();
  await shows('Saved. The next token has them.');
});

test('Test gets a live token, which the API takes', async () => {
  const { startHealthApi } = await import('../../../../examples/health-api/api.mjs' as string);
  const log: string[] = [];
  const api = await startHealthApi({
    port: 0,
    issuer: rig.site.issuer,
    audience,
    log: (line: string) => log.push(line),
  });
  try {
    await openApi('Orders API');
    await tab('Test');
    await button('Get token').click();
    await shows(/Good for 1 day/);
    token = (await page.locator('code[title^="ey"]').getAttribute('title')) ?? '';
    assert.match(token, /^ey[\w-]+\.[\w-]+\.[\w-]+$/);
    const patients = await fetch(`http://localhost:${api.port}/patients`, {
      headers: { authorization: `Bearer ${token}` },
    });
    // The demo API wants a permission of its own: the token was verified, and lacks that alone.
    assert.equal(patients.status, 403);
    assert.match(log.join('\n'), /missing_scope/);
  } finally {
    await api.close();
  }
});

test('the demo API takes a token of its own; without the permission the refusal is in the log with its reason', async () => {
  const { demo } = rig.site;
  assert.ok(demo);
  await openApi('Health API');
  await tab('Test');
  await button('Get token').click();
  await shows(/Good for/);
  token = (await page.locator('code[title^="ey"]').getAttribute('title')) ?? '';
  const call = () =>
    fetch(`http://localhost:${demo.apiPort}/patients`, { headers: { authorization: `Bearer ${token}` } });
  assert.equal((await call()).status, 200);
  // The authorization is taken off: the next token is refused.
  await tab('Applications');
  await page.getByRole('switch', { name: /Health machine client.* may have tokens/ }).click();
  await shows(/was taken off/);
  await page.getByRole('button', { name: 'Dismiss' }).first().click();
  const refused = await rig.site.token({
    grant_type: 'client_credentials',
    client_id: demo.machine.clientId,
    client_secret: demo.machine.clientSecret,
    audience: demo.audience,
  });
  assert.equal(refused.status, 403, refused.text);
  await page.goto(`${rig.at}/logs?kind=failures`);
  await page
    .getByRole('link', { name: /No token for a machine/ })
    .first()
    .click();
  await page.getByRole('heading', { name: 'Why' }).waitFor();
  await shows(/no client grant|has no grant|client-grants/i);
});

test('Explain names the one cause of a refused token', async () => {
  await openApi('Orders API');
  await tab('Explain');
  await page.getByLabel('Token', { exact: true }).fill(`Bearer ${token}`);
  await button('Explain').click();
  await page.getByText('wrong_audience').waitFor();
  await page.getByRole('heading', { name: 'What to do' }).waitFor();
});

test('Preview shows what RBAC drops of a user with a role', async () => {
  await page.goto(`${rig.at}/applications?new=1`);
  await page.getByLabel(/^Name/).fill('Shop');
  await dialog().getByRole('button', { name: 'Create application' }).click();
  await page.waitForURL(/\/applications\/\w+\/settings$/);
  await page.getByLabel('Allowed callback URLs').fill('https://shop.example.com/cb#no');
  await shows(/without a fragment/);
  await page.getByLabel('Allowed callback URLs').fill('https://shop.example.com/cb');
  await button('Save changes').click();
  await shows('Saved.');

  await page.goto(`${rig.at}/users?new=1`);
  await page.getByLabel(/^E-mail/).fill('clerk@example.com');
  await page.getByLabel(/^Password/).fill('Correct-Horse-8-Battery');
  await dialog().getByRole('button', { name: 'Create user' }).click();
  await page.waitForURL(/\/users\/[^/]+\/profile$/);
  const user = new URL(page.url()).pathname.split('/').at(-2);

  await page.goto(`${rig.at}/roles?new=1`);
  await page.getByLabel(/^Name/).fill('Clerk');
  await dialog().getByRole('button', { name: 'Create role' }).click();
  await page.waitForURL(/\/roles\/rol_\w+\/permissions$/);
  await button('Add permissions').first().click();
  await dialog().getByLabel('API', { exact: true }).selectOption({ label: 'Orders API' });
  await dialog()
    .getByRole('checkbox', { name: /read:orders/ })
    .check();
  await dialog().getByRole('button', { name: 'Add permissions' }).click();
  await shows(/permission was added/);
  await page.goto(`${rig.at}/users/${user}/roles`);
  await page.getByLabel('Role to give').selectOption({ label: 'Clerk' });
  await button('Give role').click();
  await shows('The role was given.');

  await openApi('Orders API');
  await page.getByRole('switch', { name: /Enforce permissions/ }).click();
  await button('Save changes').click();
  await shows(/^Saved\./);
  await tab('Preview');
  await page.getByLabel('Application', { exact: true }).selectOption({ label: 'Shop' });
  await page.getByLabel('Find user').fill('clerk');
  await page.getByLabel('User', { exact: true }).selectOption({ label: 'clerk@example.com' });
  await button('Preview').click();
  const dropped = page.getByRole('listitem').filter({ hasText: 'write:orders' }).first();
  await dropped.waitFor();
  assert.match(
    (await dropped.textContent()) ?? '',
    /dropped[\s\S]*write:orders[\s\S]*holds it neither directly nor by a role/,
  );
  assert.match(
    (await page.getByRole('region', { name: 'claims of the access token' }).textContent()) ?? '',
    /"scope": "openid read:orders"/,
  );
});

test('Ctrl-K finds places and things, by keyboard alone', async () => {
  await page.goto(`${rig.at}/`);
  await page.getByRole('heading', { name: 'Activity' }).waitFor();
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox').fill('orders');
  await page.getByRole('option', { name: /Orders API/ }).waitFor();
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/apis\/[0-9a-f]{24}\/settings$/);
  await focusIs('document.activeElement?.id', 'main');
});

test('what would be lost is asked before it is', async () => {
  await page.getByLabel('Name', { exact: true }).fill('Orders API, renamed');
  await page.getByRole('link', { name: 'Users' }).click();
  await page.getByRole('heading', { name: 'Leave without saving?' }).waitFor();
  await button('Cancel').click();
  await button('Discard').click();
  await button('Delete API').click();
  await shows(/No application gets a token for/);
  await page.keyboard.press('Escape');
  await dialog().waitFor({ state: 'detached' });
  await focusIs('document.activeElement?.textContent', 'Delete API');
});

test('what was asked about is deleted, and the page leaves for the list', async () => {
  await page.goto(`${rig.at}/roles`);
  await page.getByRole('link', { name: 'Clerk' }).click();
  await tab('Settings');
  await button('Delete role').click();
  await shows(/Everybody who holds it loses its permissions/);
  await dialog().getByRole('button', { name: 'Delete role' }).click();
  await shows('Clerk was deleted.');
  await page.waitForURL(/\/roles$/);
  await page.getByRole('link', { name: 'Clerk' }).waitFor({ state: 'detached' });
  const left = (await rig.site.manage('GET', '/roles')).body;
  assert.ok(!left.some(({ name }: { name: string }) => name === 'Clerk'));
});

test('signing out ends the session, and the way back is the login page', async () => {
  await page.getByRole('button', { name: /ada@example.com/ }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'You are signed out' }).waitFor();
  await button('Sign in again').click();
  await page.waitForSelector('input[name=username]');
});

test('the browser never complained: no policy was broken, nothing was thrown', () => {
  assert.deepEqual(complaints, []);
});
