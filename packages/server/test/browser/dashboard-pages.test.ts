// Every page of the dashboard: axe-core finds nothing at 390 and 1280 pixels, light and dark; strangers' texts stay texts; who may
// not do a thing sees no way to do it. SCREENSHOTS=folder keeps pictures.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from '../support/browser.ts';
import { peopled } from '../support/people.ts';
import { type DashboardRig, signInToDashboard, startDashboard, watched } from './dashboard-rig.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const pictures = process.env.SCREENSHOTS;
const markup = '"><img src=x onerror="window.stolen=1"><script>window.stolen=1</script>';

let rig: DashboardRig;
let paths: Readonly<Record<string, string>>;
let stranger: string;
before(async () => {
  rig = await startDashboard();
  const site = peopled(rig.site);
  const { demo } = rig.site;
  assert.ok(demo);
  const api = (await site.manage('GET', '/resource-servers')).body.find(
    ({ is_system }: { is_system?: boolean }) => !is_system,
  );
  const ask = (more: object) =>
    site.token({
      grant_type: 'client_credentials',
      client_id: demo.machine.clientId,
      client_secret: demo.machine.clientSecret,
      audience: demo.audience,
      ...more,
    });
  // Texts that strangers choose: user agents, error descriptions, names, pictures, addresses of logos.
  await ask({});
  await ask({ audience: `https://nobody.example.com/${markup}` });
  await site.send('GET', `/authorize?client_id=${encodeURIComponent(markup)}`, { headers: { 'user-agent': markup } });
  const user = await site.user({
    nickname: markup,
    given_name: markup,
    user_metadata: { note: markup },
    picture: 'https://evil.test/picture.png',
  });
  stranger = user.userId;
  const client = await site.publicClient({ description: markup, logo_uri: 'https://evil.test/logo.png' });
  await site.manage('PATCH', `/resource-servers/${api.id}`, {
    scopes: [...api.scopes, { value: 'x:y', description: markup }],
  });
  // Events are written in batches, a moment after the answer.
  let [log] = (await site.manage('GET', '/logs?q=type:feccft')).body;
  for (let tries = 0; !log && tries < 100; tries++) {
    await sleep(100);
    [log] = (await site.manage('GET', '/logs?q=type:feccft')).body;
  }
  const owner = `/users/${encodeURIComponent(user.userId)}`;
  const at = `/apis/${api.id}`;
  paths = {
    home: '/',
    apis: '/apis',
    'api-create': '/apis?new=1',
    'api-settings': `${at}/settings`,
    'api-permissions': `${at}/permissions`,
    'api-applications': `${at}/applications`,
    'api-test': `${at}/test`,
    'api-preview': `${at}/preview`,
    'api-explain': `${at}/explain`,
    applications: '/applications',
    'application-create': '/applications?new=1',
    'application-start': `/applications/${client.id}/quickstart`,
    'application-settings': `/applications/${client.id}/settings`,
    'application-credentials': `/applications/${demo.machine.clientId}/credentials`,
    'application-connections': `/applications/${client.id}/connections`,
    'application-apis': `/applications/${demo.machine.clientId}/apis`,
    users: '/users',
    'user-profile': `${owner}/profile`,
    'user-roles': `${owner}/roles`,
    'user-permissions': `${owner}/permissions`,
    'user-access': `${owner}/access`,
    'user-logs': `${owner}/logs`,
    roles: '/roles',
    role: '/roles/rol_CountersignAdmin/permissions',
    'role-settings': '/roles/rol_CountersignAdmin/settings',
    database: '/database',
    logs: '/logs',
    log: `/logs/${log.log_id}`,
    protection: '/attack-protection',
    branding: '/branding',
    emails: '/emails',
    email: '/emails/reset_email',
    'settings-tenant': '/settings/tenant',
    'settings-sessions': '/settings/sessions',
    'settings-keys': '/settings/keys',
    'settings-mail': '/settings/mail',
    nowhere: '/no/such/page',
  };
});
after(() => rig.stop());

interface Finding {
  readonly id: string;
  readonly help: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

async function findings(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() =>
    (globalThis as unknown as { axe: { run(options: object): Promise<{ violations: Finding[] }> } }).axe.run({
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    }),
  );
  return violations.map(
    ({ id, help, nodes }) =>
      `${id}: ${help}: ${nodes.map(({ html, failureSummary }) => `${html.slice(0, 300)} ${failureSummary}`).join('; ')}`,
  );
}

/** The page is there and has read what it shows. */
async function settled(page: Page): Promise<void> {
  await page.waitForSelector('main h1', { state: 'attached' });
  // Not `waitForFunction`, which the policy of the page forbids.
  const still = `!document.querySelector('[role=status], [aria-busy=true]') && document.getAnimations().every((one) => one.playState !== 'running')`;
  for (let tries = 0; !(await page.evaluate(still)); tries += 1) {
    assert.ok(tries < 200, `${page.url()} does not come to rest`);
    await page.waitForTimeout(50);
  }
}

/** By default every page as a phone in the dark has it, and some as a desk in the light; with pictures all four ways. */
const some: readonly string[] = [
  'home',
  'api-applications',
  'application-create',
  'users',
  'log',
  'branding',
  'protection',
  'email',
];
const looks = [
  { width: 390, colorScheme: 'dark', names: undefined },
  { width: 1280, colorScheme: 'light', names: pictures ? undefined : some },
  ...(pictures
    ? ([
        { width: 1280, colorScheme: 'dark', names: undefined },
        { width: 390, colorScheme: 'light', names: undefined },
      ] as const)
    : []),
] as const;
for (const { width, colorScheme, names } of looks) {
  test(`axe finds nothing on ${names ? 'some pages' : 'any page'} at ${width} pixels, ${colorScheme}; nothing overflows, and markup of strangers is text`, {
    timeout: 240_000,
  }, async () => {
    const { context, page } = await rig.administrator({
      viewport: { width, height: width < 500 ? 844 : 900 },
      colorScheme,
    });
    const complaints = watched(page);
    const foreign: string[] = [];
    page.on('request', (request) => {
      if (!request.url().startsWith(rig.site.base) && !request.url().startsWith('data:')) foreign.push(request.url());
    });
    for (const [name, path] of Object.entries(paths)) {
      if (names && !names.includes(name)) continue;
      // Within the app, as people go: only the first page is loaded whole.
      await page.evaluate(
        `history.pushState({}, '', ${JSON.stringify(`/dashboard${path}`)}); dispatchEvent(new PopStateEvent('popstate'))`,
      );
      await settled(page);
      if (name.endsWith('-create')) await page.getByRole('dialog').waitFor();
      if (name === 'home') {
        for (const one of await page.getByText('As a table').all()) await one.click();
        // What the head of the page covers now would be too small a target.
        await page.evaluate('scrollTo(0, 0)');
      }
      assert.deepEqual(await findings(page), [], name);
      const wide = await page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth');
      assert.equal(wide, false, `${name} can be scrolled sideways`);
      assert.equal(await page.evaluate('window.stolen'), undefined, name);
      if (pictures)
        await page.screenshot({ path: join(pictures, `${name}-${width}-${colorScheme}.png`), fullPage: true });
      if (await page.getByRole('dialog').count()) await page.keyboard.press('Escape');
    }
    await page.goto(`${rig.at}${paths.log}`);
    await page.getByText(markup).first().waitFor();
    assert.deepEqual(foreign, [], 'nothing is asked of others, pictures of strangers least of all');
    assert.deepEqual(complaints, []);
    await context.close();
  });
}

test('who may not change applications sees no way to, and the API refuses it all the same', async () => {
  const site = peopled(rig.site);
  const person = await site.user();
  const permissions = ['read:clients', 'read:resource_servers'].map((permission_name) => ({
    resource_server_identifier: `https://${site.host}/api/v2/`,
    permission_name,
  }));
  await site.manage('POST', `/users/${person.userId}/permissions`, { permissions });
  const context = await rig.browser.newContext();
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  await signInToDashboard(page, rig.at, person);
  await page.goto(`${rig.at}/applications`);
  await page.getByRole('table', { name: 'Applications' }).waitFor();
  assert.deepEqual(await page.getByRole('navigation', { name: 'Main' }).getByRole('link').allInnerTexts(), [
    'Home',
    'APIs',
    'Applications',
  ]);
  assert.equal(await page.getByRole('button', { name: 'Create application' }).count(), 0);
  await page.goto(`${rig.at}${paths['application-settings']}`);
  await page.getByLabel('Name', { exact: true }).waitFor();
  assert.equal(await page.getByLabel('Name', { exact: true }).isDisabled(), true);
  assert.equal(
    await page
      .getByRole('main')
      .getByRole('button', { name: /Save|Delete/ })
      .count(),
    0,
  );
  await page.goto(`${rig.at}${paths['application-credentials']}`);
  await page.getByText(/may not read secrets/).waitFor();
  assert.equal(await page.getByRole('button', { name: /Reveal|Rotate/ }).count(), 0);
  const [request] = await Promise.all([page.waitForRequest(/\/api\/v2\/clients\//), page.reload()]);
  const { authorization = '' } = await request.allHeaders();
  const refused = await site.send('PATCH', `/api/v2/clients/${rig.site.demo?.machine.clientId}`, {
    headers: { authorization, 'content-type': 'application/json' },
    body: '{"description":"mine"}',
  });
  assert.equal(refused.status, 403, refused.text);
  await page.goto(`${rig.at}/users/${encodeURIComponent(stranger)}/profile`);
  await page.getByText('You may not see this').waitFor();
  await context.close();
});

test('who holds nothing at the Management API finds an empty house and no error', async () => {
  const person = await peopled(rig.site).user();
  const context = await rig.browser.newContext();
  const page = await context.newPage();
  await signInToDashboard(page, rig.at, person);
  await page.getByText('This account may do nothing here').waitFor();
  assert.deepEqual(await page.getByRole('navigation', { name: 'Main' }).getByRole('link').allInnerTexts(), ['Home']);
  await context.close();
});
