// Preview of a refresh token in the dashboard: of one that a login would bring, and of one that exists.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Page } from '../support/browser.ts';
import { type Api, type Client, connection, type Person, peopled } from '../support/people.ts';
import { type DashboardRig, startDashboard, watched } from './dashboard-rig.ts';

const passwordRealm = 'http://auth0.com/oauth/grant-type/password-realm';

let rig: DashboardRig;
let page: Page;
let complaints: readonly string[];
let person: Person;
let client: Client;
let api: Api;

before(async () => {
  rig = await startDashboard();
  const site = peopled(rig.site);
  person = await site.user({ name: 'Grace' });
  client = await site.webClient({
    name: 'Ward rounds',
    grant_types: ['authorization_code', 'refresh_token', passwordRealm],
  });
  api = await site.api({ allow_offline_access: true });
  ({ page } = await rig.administrator({ viewport: { width: 1280, height: 900 } }));
  complaints = watched(page);
});
after(() => rig.stop());

const button = (name: string) => page.getByRole('button', { name, exact: true });
const claims = () => page.getByRole('region', { name: 'claims of the access token' });
const choose = async () => {
  await page.goto(`${rig.at}/apis/${api.id}/preview`);
  await page.getByLabel('Application', { exact: true }).selectOption({ label: 'Ward rounds' });
  await page.getByLabel('Grant', { exact: true }).selectOption('refresh_token');
  assert.equal(await page.getByLabel('Refresh token', { exact: true }).count(), 0, 'of whom is not known yet');
  await page.getByLabel('Find user').fill('person');
  await page.getByLabel('User', { exact: true }).selectOption({ label: person.email });
};

test('a user without a refresh token is said to have none, and the exchange after a login is shown', async () => {
  await choose();
  await page.getByText(/This user has none at this application yet/).waitFor();
  const tokens = page.getByLabel('Refresh token', { exact: true });
  assert.deepEqual(await tokens.locator('option').allInnerTexts(), ['A new one, of a login of now']);
  await button('Preview').click();
  await claims().waitFor();
  assert.match((await claims().textContent()) ?? '', /"scope": "openid read:patients write:patients/);
  await page.getByRole('heading', { name: 'The rules at /authorize, in order' }).waitFor();
  await page.getByRole('heading', { name: 'The rules at the token endpoint, in order' }).waitFor();
});

test('a refresh token that exists is chosen, and what it brings by now is shown: less than it was given for', async () => {
  const issued = await rig.site.token({
    grant_type: passwordRealm,
    realm: connection,
    client_id: client.id,
    client_secret: client.secret ?? '',
    username: person.email,
    password: person.password,
    audience: api.audience,
    scope: 'openid offline_access read:patients write:patients',
  });
  assert.equal(issued.status, 200, issued.text);
  const scopes = [{ value: 'read:patients' }];
  assert.equal((await rig.site.manage('PATCH', `/resource-servers/${api.id}`, { scopes })).status, 200);
  await choose();
  const tokens = page.getByLabel('Refresh token', { exact: true });
  const one = tokens.locator('option', { hasText: /never exchanged/ });
  await one.waitFor({ state: 'attached' });
  assert.match((await one.textContent()) ?? '', new RegExp(`^Of .+, never exchanged, ${api.audience}$`));
  await tokens.selectOption({ index: 1 });
  assert.equal(await page.getByLabel('Scope', { exact: true }).inputValue(), '');
  await button('Preview').click();
  await claims().waitFor();
  const shown = (await claims().textContent()) ?? '';
  assert.match(shown, /"scope": "openid [^"]*read:patients/);
  assert.doesNotMatch(shown, /write:patients/);
  assert.match(shown, new RegExp(`"sub": "${person.userId.replace('|', '\\|')}"`));
  assert.equal(await page.getByRole('heading', { name: 'The rules at /authorize, in order' }).count(), 0);
  await page.getByText('the refresh token is the current one of its family').waitFor();
  await page.setViewportSize({ width: 390, height: 844 });
  const wide = await page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth');
  assert.equal(wide, false, 'tokens can be scrolled, the page cannot');
  // It was a dry run: the token is as good as it was.
  const { status, text } = await rig.site.token({
    grant_type: 'refresh_token',
    client_id: client.id,
    client_secret: client.secret ?? '',
    refresh_token: issued.body.refresh_token,
  });
  assert.equal(status, 200, text);
});

test('the browser never complained', () => assert.deepEqual(complaints, []));
