// The log in the dashboard: filtered by API, and read on to older events than one page has.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type DashboardRig, startDashboard } from './dashboard-rig.ts';

let rig: DashboardRig;
before(async () => {
  rig = await startDashboard();
});
after(() => rig.stop());

test('the log shows the events of one API, goes on to older ones and back, and the address says where it is', async () => {
  const { site } = rig;
  const { demo } = site;
  assert.ok(demo);
  const ask = () =>
    site.token({
      grant_type: 'client_credentials',
      client_id: demo.machine.clientId,
      client_secret: demo.machine.clientSecret,
      audience: demo.audience,
    });
  const asked = 150;
  await Promise.all(Array.from({ length: asked }, ask));
  const { context, page } = await rig.administrator();
  await page.goto(`${rig.at}/logs?kind=tokens`);
  const events = page.getByRole('table', { name: 'Events' });
  const rows = events.getByRole('row');
  await events.waitFor();
  await page.getByLabel('API', { exact: true }).selectOption({ label: 'Health API (demo)' });
  await page.waitForURL(/api=https/);
  const older = page.getByRole('button', { name: 'Older' });
  await older.click();
  await page.waitForURL(/before=/);
  // The head is a row too. The administrator's own tokens are for another API.
  await rows.nth(101).waitFor({ state: 'detached' });
  await rows.nth(asked - 100).waitFor();
  await rows.nth(1 + asked - 100).waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Older', disabled: true }).waitFor();
  assert.equal(await rows.count(), 1 + asked - 100);
  assert.equal(await page.getByRole('button', { name: 'Live' }).count(), 0, 'older events do not change');
  assert.deepEqual(new Set(await events.getByRole('cell').getByText('Health').allInnerTexts()).size, 1);
  await page.reload();
  await events.waitFor();
  assert.equal(await rows.count(), 1 + asked - 100, 'the address is enough to come back');
  await page.getByRole('button', { name: 'Newest' }).click();
  await page.getByRole('button', { name: 'Live' }).waitFor();
  await rows.nth(100).waitFor();
  assert.equal(await rows.count(), 101);
  await page.getByLabel('API', { exact: true }).selectOption({ label: 'All APIs' });
  await page.waitForURL((url) => !url.searchParams.has('api'));
  const reads = events.getByText('Read /resource-servers', { exact: true });
  assert.equal(await reads.count(), 0, 'reads are shown only when asked for');
  await page.getByLabel('Events', { exact: true }).first().selectOption({ label: 'Reads by administrators' });
  await reads.first().waitFor();
  await page.getByLabel('Words in the record').fill('nothing of the kind');
  await page.keyboard.press('Enter');
  await page.getByText('Nothing in the log matches this filter.').waitFor();
  await context.close();
});
