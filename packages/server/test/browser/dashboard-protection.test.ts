// Attack protection in the dashboard: its two settings, and the way back in for an account and for an address.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Page } from '../support/browser.ts';
import { type Client, connection, type Person, peopled } from '../support/people.ts';
import { type DashboardRig, startDashboard, watched } from './dashboard-rig.ts';

const passwordRealm = 'http://auth0.com/oauth/grant-type/password-realm';

let rig: DashboardRig;
let page: Page;
let complaints: readonly string[];
let person: Person;
let client: Client;

before(async () => {
  rig = await startDashboard();
  const site = peopled(rig.site);
  person = await site.user();
  client = await site.webClient({ grant_types: [passwordRealm] });
  ({ page } = await rig.administrator({ viewport: { width: 1280, height: 900 } }));
  complaints = watched(page);
});
after(() => rig.stop());

const button = (name: string) => page.getByRole('button', { name, exact: true });
const login = (password: string) =>
  rig.site.token({
    grant_type: passwordRealm,
    realm: connection,
    client_id: client.id,
    client_secret: client.secret ?? '',
    username: person.email,
    password,
  });
const check = async (text: string) => {
  await page.getByLabel(/IP address$/).fill(text);
  await button('Check').click();
};

test('the two protections that there are can be set, and none of those that do nothing are shown', async () => {
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Attack protection' }).click();
  await page.getByRole('heading', { name: 'Suspicious-IP throttling' }).waitFor();
  assert.doesNotMatch(
    (await page.getByRole('main').textContent()) ?? '',
    /captcha|bot|breach|phone provider|exchange/i,
  );
  await page.getByLabel('Failed logins until the limit').fill('101');
  await page
    .getByText(/<=100|at most 100|100/)
    .first()
    .waitFor();
  assert.equal(await button('Save changes').isDisabled(), true);
  await page.getByLabel('Failed logins until the limit').fill('1');
  await button('Save changes').click();
  await page.getByText(/^Saved\./).waitFor();
  const { body } = await rig.site.manage('GET', '/attack-protection/brute-force-protection');
  assert.equal(body.max_attempts, 1);
});

test('a blocked account is seen on the page of the user, and opened there', async () => {
  assert.equal((await login('not it')).status, 403);
  assert.equal((await login(person.password)).status, 429);
  await page.goto(`${rig.at}/users/${encodeURIComponent(person.userId)}/profile`);
  await page.getByRole('heading', { name: 'Blocked from 127.0.0.1' }).waitFor();
  await button('Lift the block').click();
  await page.getByText('The account is open again.').waitFor();
  await page.getByRole('heading', { name: /^Blocked from/ }).waitFor({ state: 'detached' });
  assert.equal((await login(person.password)).status, 200);
});

test('an account is found by what it is called, blocked or not, and opened', async () => {
  assert.equal((await login('not it')).status, 403);
  await page.goto(`${rig.at}/attack-protection`);
  await check('nobody@example.com');
  await page.getByText(/^nobody@example.com is not blocked/).waitFor();
  await check(person.email);
  await page.getByText(`${person.email} is blocked from 127.0.0.1.`).waitFor();
  await button('Unblock').click();
  await page.getByText(new RegExp(`^${person.email} is not blocked`)).waitFor();
  assert.equal((await login(person.password)).status, 200);
});

test('an address is found, blocked or not, and opened; what is no address is said to be none', async () => {
  const limits = { stage: { 'pre-login': { max_attempts: 1, rate: 86_400_000 } } };
  const set = await rig.site.manage('PATCH', '/attack-protection/suspicious-ip-throttling', limits);
  assert.equal(set.status, 200, set.text);
  await check('203.0.113.7');
  await page.getByText('203.0.113.7 is not blocked.').waitFor();
  await rig.site.manage('PATCH', '/attack-protection/brute-force-protection', { max_attempts: 100 });
  assert.equal((await login('not it')).status, 429);
  await check('127.0.0.01');
  await page.getByText(/ip-address/).waitFor();
  await check('127.0.0.1');
  await page.getByText(/^127\.0\.0\.1 is blocked/).waitFor();
  await button('Unblock').click();
  await page.getByText('127.0.0.1 is not blocked.').waitFor();
  assert.equal((await login(person.password)).status, 200);
});

test('the browser never complained', () => assert.deepEqual(complaints, []));
