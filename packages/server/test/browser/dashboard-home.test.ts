// Home of the dashboard in a real browser: charts of what happened over a month, in every range, with ways into the log.
// SCREENSHOTS=folder keeps pictures.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { LogEvent } from '../../src/domain/logs/event.ts';
import { logIds, stored } from '../../src/domain/logs/record.ts';
import type { TenantId } from '../../src/schema/brand.ts';
import type { Page } from '../support/browser.ts';
import { peopled } from '../support/people.ts';
import { type DashboardRig, signInToDashboard, startDashboard, watched } from './dashboard-rig.ts';

const pictures = process.env.SCREENSHOTS;
const hour = 3_600_000;
let rig: DashboardRig;
let audience: string;
let apiName: string;
let machine: string;
before(async () => {
  rig = await startDashboard();
  const { demo } = rig.site;
  assert.ok(demo);
  audience = demo.audience;
  apiName = (await rig.site.manage('GET', `/resource-servers/${encodeURIComponent(audience)}`)).body.name;
  machine = demo.machine.clientId;
});
after(() => rig.stop());

/** Appends events at their times, as the log writer does. */
async function happened(events: readonly (Partial<LogEvent> & { readonly type: string; readonly ago: number })[]) {
  const nextId = logIds();
  const now = Date.now();
  const rows = events
    .toSorted((a, b) => b.ago - a.ago)
    .map(({ ago, ...event }) => {
      const at = now - ago;
      const whole = { tenant: 'default' as TenantId, description: 'made by a test', ...event };
      return stored(whole, nextId(at), at);
    });
  await rig.site.house.logs.flush();
  await rig.site.house.database.appendLogs(rows);
}

const panel = (page: Page, title: string) =>
  page
    .getByRole('main')
    .locator('section')
    .filter({ has: page.getByRole('heading', { name: title }) });

/** The legend of a chart: labels and sums. */
async function legend(page: Page, title: string): Promise<Record<string, number>> {
  const items = await panel(page, title).getByRole('listitem').allInnerTexts();
  return Object.fromEntries(
    items.map((text) => {
      const [label = '', count = ''] = text.split('\n').filter((line) => line.trim());
      return [label, Number(count.replace(/\D/g, ''))];
    }),
  );
}

test('a fresh tenant is told what will be here; then every range has its sums, bars and table, and each leads into the log', async () => {
  const { context, page } = await rig.administrator();
  const complaints = watched(page);
  await page.getByRole('heading', { name: 'Activity' }).waitFor();
  await page.getByText('Nothing failed in the last 24 hours.').waitFor();

  const token = { type: 'seccft', client_id: machine, audience };
  const refused = { type: 'feccft', client_id: machine, details: { error: { type: 'client_authentication' } } };
  await happened([
    ...[0, 0.2, 2, 20, 70, 160, 400, 690].map((hours) => ({ ...token, ago: hours * hour })),
    ...[1, 1, 30, 200].map((hours) => ({ ...refused, ago: hours * hour })),
    ...[3, 90].map((hours) => ({ type: 'fp', ago: hours * hour })),
  ]);
  await page.reload();
  const byApi = 'Tokens issued, by API';
  const failures = 'Failures, by cause';
  await panel(page, failures).getByRole('listitem').first().waitFor();
  const [[cause = '', refusedToday] = []] = Object.entries(await legend(page, failures));
  assert.equal(refusedToday, 2);
  const expected = [
    ['Hour', 2, 0],
    ['Day', 4, 2],
    ['7 days', 6, 3],
    ['30 days', 8, 4],
  ] as const;
  for (const [range, tokens, refusals] of expected) {
    await page.getByRole('button', { name: range, exact: true }).click();
    await panel(page, byApi).getByRole('listitem').first().waitFor();
    assert.equal((await legend(page, byApi))[apiName], tokens, range);
    if (refusals > 0) assert.equal((await legend(page, failures))[cause], refusals, range);
    else await panel(page, failures).getByText('Nothing failed in the last hour.').waitFor();
  }

  await panel(page, byApi).getByText('As a table').click();
  const table = panel(page, byApi).getByRole('table');
  assert.equal(await table.getByRole('rowheader').count(), 30);
  const cells = await table.getByRole('cell').allInnerTexts();
  const sums = Object.values(await legend(page, byApi)).reduce((sum, count) => sum + count, 0);
  assert.equal(
    cells.reduce((sum, text) => sum + Number(text), 0),
    sums,
  );
  await table.getByRole('link').last().click();
  await page.waitForURL(/\/logs\?.*from=/);
  await page.getByRole('table', { name: 'Events' }).waitFor();
  assert.ok((await page.getByRole('link', { name: /Token for a machine/ }).count()) >= 1);
  await page.getByRole('button', { name: 'Any time' }).click();
  await page.waitForURL((url) => !url.searchParams.has('from'));

  await page.goBack();
  await page.goto(rig.at);
  await panel(page, failures).getByRole('link').first().click();
  await page.getByRole('table', { name: 'Events' }).waitFor();
  assert.equal(
    await page.getByRole('table', { name: 'Events' }).getByRole('row').count(),
    3,
    'a head and two refusals',
  );
  assert.deepEqual(complaints, []);
  await context.close();
});

test('who may read the log but no statistics is led to the log', async () => {
  const site = peopled(rig.site);
  const person = await site.user();
  const permissions = [{ resource_server_identifier: `https://${site.host}/api/v2/`, permission_name: 'read:logs' }];
  await site.manage('POST', `/users/${person.userId}/permissions`, { permissions });
  const context = await rig.browser.newContext();
  const page = await context.newPage();
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  await signInToDashboard(page, rig.at, person);
  await page.getByRole('link', { name: 'See the log' }).click();
  await page.getByRole('table', { name: 'Events' }).waitFor();
  assert.ok(!asked.some((url) => url.includes('/stats/')));
  await context.close();
});

test('who may read statistics but not the log sees charts without ways into it', async () => {
  const site = peopled(rig.site);
  const person = await site.user();
  const permissions = [{ resource_server_identifier: `https://${site.host}/api/v2/`, permission_name: 'read:stats' }];
  await site.manage('POST', `/users/${person.userId}/permissions`, { permissions });
  const context = await rig.browser.newContext();
  const page = await context.newPage();
  await signInToDashboard(page, rig.at, person);
  await panel(page, 'Failures, by cause').getByRole('listitem').first().waitFor();
  assert.equal(await page.getByRole('main').getByRole('link').count(), 0);
  assert.ok(
    audience in (await legend(page, 'Tokens issued, by API')),
    'an API that may not be read has its identifier',
  );
  await context.close();
});

if (pictures)
  test('pictures of a busy month are taken', async () => {
    const site = peopled(rig.site);
    const apis = await Promise.all(
      ['Billing', 'Patients', 'A name that is long enough to be cut somewhere'].map((name) => site.api({ name })),
    );
    const clients = await Promise.all(
      ['Shop', 'Mobile', 'Nightly export', 'Partner'].map((name) => site.webClient({ name })),
    );
    const pick = <T>(list: readonly T[], at: number) =>
      list[Math.floor(Math.abs(Math.sin(at * 12.9898) * 43758.5453) % list.length)] as T;
    const types = ['seccft', 'seacft', 'sertft', 'sertft', 's', 's', 'ss', 'fp', 'fu', 'feccft', 'fsa', 'fapi'];
    const details: Record<string, object> = {
      feccft: { error: { type: 'client_authentication' } },
      fsa: { error: { oauthError: 'login_required' } },
      fapi: { cause: { code: 'expired' } },
    };
    await happened(
      Array.from({ length: 9_000 }, (_, index) => {
        const type = pick(types, index + 3);
        const ago = (index / 9_000) ** 2 * 720 * hour * (0.6 + 0.4 * Math.abs(Math.sin(index)));
        return {
          type,
          ago,
          client_id: pick(clients, index).id,
          audience: pick(apis, index + 7).audience,
          details: details[type],
        };
      }),
    );
    for (const width of [390, 1280]) {
      for (const colorScheme of ['light', 'dark'] as const) {
        const { context, page } = await rig.administrator({ viewport: { width, height: 900 }, colorScheme });
        for (const range of ['Hour', 'Day', '7 days', '30 days']) {
          await page.goto(rig.at);
          await page.getByRole('button', { name: range, exact: true }).click();
          await panel(page, 'Failures, by cause').getByRole('listitem').first().waitFor();
          await page.waitForTimeout(500);
          await page.screenshot({
            path: join(pictures, `home-${range.replace(' ', '-')}-${width}-${colorScheme}.png`),
            fullPage: true,
          });
        }
        await context.close();
      }
    }
  });
