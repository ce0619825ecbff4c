// The dashboard end to end in a real browser, on a fresh data folder: from the link of the first start to a refusal that is
// explained. axe-core looks at every page; SCREENSHOTS=folder keeps pictures at 390 and 1280 pixels, light and dark.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Page } from '../support/browser.ts';
import { type DashboardRig, startDashboard } from './dashboard-rig.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const pictures = process.env.SCREENSHOTS;

let rig: DashboardRig;
let page: Page;
/** What the browser complained about: refused by the policy of the page, thrown, not found. */
const complaints: string[] = [];

before(async () => {
  rig = await startDashboard();
  ({ page } = await rig.administrator({ viewport: { width: 1280, height: 900 } }));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
});
after(() => rig.stop());

const button = (name: string) => page.getByRole('button', { name, exact: true });
const shows = (text: string | RegExp) => page.getByText(text).first().waitFor();

test('an API with two permissions is made', async () => {
  await page.goto(`${rig.at}/apis`);
  await button('Create API').click();
  await page.getByLabel(/^Name/).fill('Orders API');
  await page.getByLabel(/^Identifier/).fill('https://orders.example.com/');
  await page.getByRole('dialog').getByRole('button', { name: 'Create API' }).click();
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
  const { body } = await rig.site.manage(
    'GET',
    `/resource-servers/${encodeURIComponent('https://orders.example.com/')}`,
  );
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
  await page.getByRole('dialog').getByRole('button', { name: 'Create application' }).click();
  await page.waitForURL(/\/applications\/\w+\/apis$/);
  await page.getByRole('switch', { name: 'Orders API may have tokens' }).click();
  await page.getByRole('checkbox', { name: /read:orders/ }).check();
  await button('Save permissions').click();
  await shows('Saved. The next token has them.');
});
