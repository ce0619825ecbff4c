// Helpers in the dashboard: a user with few permissions sees no button that the API would refuse, as far as the page can know; where
// it cannot, the refusal is a sentence at the place of the act.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Page } from '../support/browser.ts';
import { type Client, type Person, peopled } from '../support/people.ts';
import { type DashboardRig, signInToDashboard, startDashboard, watched } from './dashboard-rig.ts';

const adminRole = 'rol_CountersignAdmin';
/** Enough to help, and less than an administrator. */
const helps = [
  'read:users update:users create:user_tickets read:roles update:roles delete:roles',
  'read:clients update:clients delete:clients read:client_keys update:client_keys read:client_credentials',
  'create:client_credentials delete:client_credentials read:client_grants create:client_grants update:client_grants',
  'delete:client_grants read:resource_servers update:resource_servers read:email_provider update:email_provider',
  'create:email_provider read:email_templates create:email_templates update:email_templates read:tenant_settings',
]
  .join(' ')
  .split(' ');

let rig: DashboardRig;
let site: ReturnType<typeof peopled<DashboardRig['site']>>;
let page: Page;
let complaints: readonly string[];
/** Answers of 403 that the pages got. */
const refusals: string[] = [];
let boss: Person;
let other: Person;
/** A machine of the Management API, as good as an administrator. */
let machine: Client;
/** Lends its users what the helper does not hold, and what the helper does. */
let strong: Client;
let weak: Client;

const path = (user: Person) => `/users/${encodeURIComponent(user.userId)}`;
const permissions = (names: readonly string[]) => ({
  permissions: names.map((permission_name) => ({
    resource_server_identifier: `https://${site.host}/api/v2/`,
    permission_name,
  })),
});

async function helper(names: readonly string[]): Promise<Page> {
  const person = await site.user();
  const given = await site.manage('POST', `${path(person)}/permissions`, permissions(names));
  assert.equal(given.status, 201, given.text);
  const context = await rig.browser.newContext({ viewport: { width: 1280, height: 900 } });
  context.setDefaultTimeout(20_000);
  const opened = await context.newPage();
  await signInToDashboard(opened, rig.at, person);
  return opened;
}

before(async () => {
  rig = await startDashboard();
  site = peopled(rig.site);
  boss = await site.user({ name: 'Boss' });
  assert.equal((await site.manage('POST', `${path(boss)}/roles`, { roles: [adminRole] })).status, 204);
  other = await site.user({ name: 'Other' });
  machine = await site.webClient({ name: 'Machine', grant_types: ['client_credentials'] });
  strong = await site.webClient({ name: 'Strong' });
  weak = await site.webClient({ name: 'Weak' });
  for (const [client, subject_type, scope] of [
    [machine, 'client', ['read:users']],
    [strong, 'user', ['delete:users', 'read:users']],
    [weak, 'user', ['read:users']],
  ] as const) {
    const grant = { client_id: client.id, audience: `https://${site.host}/api/v2/`, subject_type, scope };
    const given = await site.manage('POST', '/client-grants', grant);
    assert.equal(given.status, 201, given.text);
  }
  page = await helper(helps);
  complaints = watched(page);
  page.on('response', (answer) => {
    if (answer.status() === 403) refusals.push(`${answer.request().method()} ${answer.url()}`);
  });
});
after(() => rig.stop());

const main = () => page.getByRole('main');
/** The buttons of the page itself that change something. */
const deeds = async () => {
  await page.waitForLoadState('networkidle');
  const names = await main().getByRole('button').allInnerTexts();
  return names.filter((name) => !/^(|Copy|Hide|As text|Filter.*|\d+ permissions?\s.*)$/.test(name.trim()));
};
const open = async (at: string, title: string) => {
  await page.goto(`${rig.at}${at}`);
  await page.getByRole('heading', { name: title, level: 1 }).waitFor();
};
const note = (holds: RegExp) => main().getByRole('note').filter({ hasText: holds }).waitFor();

test('an administrator can be looked at and not changed: the page says by which permission, and has no way to', async () => {
  await open(`${path(boss)}/profile`, 'Boss');
  await note(/^This user holds \S+:\S+ of the Management API, and you do not: you can look, and change nothing\.$/);
  assert.deepEqual(await deeds(), []);
  assert.equal(await page.getByLabel('Name', { exact: true }).isDisabled(), true);
  for (const tab of ['roles', 'permissions']) {
    await open(`${path(boss)}/${tab}`, 'Boss');
    await note(/^This user/);
    await page
      .getByText(tab === 'roles' ? 'Dashboard administrator' : 'create:clients')
      .first()
      .waitFor();
    const left = await deeds();
    assert.equal(await main().getByRole('button', { name: /^Take/ }).count(), 0, left.join());
  }
});

test('whoever holds less is helped: blocked, unblocked, given a link', async () => {
  await open(`${path(other)}/profile`, 'Other');
  assert.deepEqual(await deeds(), ['Block', 'Set password', 'Make a reset link']);
  assert.equal(await main().getByRole('note').count(), 0);
  await page.getByRole('button', { name: 'Block' }).click();
  await page.getByText('Other is blocked, and all sessions are over.').waitFor();
  await page.getByRole('button', { name: 'Unblock' }).click();
  await page.getByText('Other may sign in again.').waitFor();
  await page.getByRole('button', { name: 'Make a reset link' }).click();
  await page
    .getByRole('dialog')
    .getByText(/u\/reset-password\?ticket=/)
    .waitFor();
  await page.keyboard.press('Escape');
});

test('a role with more cannot be chosen, another can; permissions of the Management API are offered that one holds', async () => {
  const role = (await site.manage('POST', '/roles', { name: 'Reader' })).body;
  await site.manage('POST', `/roles/${role.id}/permissions`, permissions(['read:users']));
  await open(`${path(other)}/roles`, 'Other');
  const give = page.getByRole('button', { name: 'Give role' });
  await give.waitFor();
  assert.equal(await give.isDisabled(), true, 'nothing is chosen by itself');
  await page.getByLabel('Role to give').selectOption({ label: 'Dashboard administrator' });
  await page.getByText(/^You cannot give this role: it holds \S+:\S+ of the Management API/).waitFor();
  assert.equal(await give.isDisabled(), true);
  await page.getByLabel('Role to give').selectOption({ label: 'Reader' });
  await give.click();
  await page.getByText('The role was given.').waitFor();
  await main().getByRole('button', { name: 'Take role' }).click();
  await page.getByText('Reader was taken from Other.').waitFor();

  await open(`${path(other)}/permissions`, 'Other');
  await page.getByRole('button', { name: 'Add permissions' }).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('API', { exact: true }).selectOption({ label: 'Management API' });
  await dialog.getByRole('checkbox', { name: /^read:users / }).waitFor();
  const offered = await dialog.getByRole('checkbox').count();
  assert.ok(offered >= helps.length && offered < 290, `${offered}`);
  assert.equal(await dialog.getByRole('checkbox', { name: /^delete:users / }).count(), 0);
  await page.keyboard.press('Escape');
});

test('the built-in role can be looked at and not changed, its settings too', async () => {
  for (const tab of ['permissions', 'settings']) {
    await open(`/roles/${adminRole}/${tab}`, 'Dashboard administrator');
    await note(/^This role/);
    assert.equal(
      await main()
        .getByRole('button', { name: /^(Take|Delete|Save)/ })
        .count(),
      0,
      tab,
    );
  }
  assert.equal(await page.getByLabel('Name', { exact: true }).isDisabled(), true);
});

test('an application that may do more has no way to be changed, one that may do less has', async () => {
  for (const [client, name, may] of [
    [machine, 'Machine', false],
    [strong, 'Strong', false],
    [weak, 'Weak', true],
  ] as const) {
    await open(`/applications/${client.id}/settings`, name);
    if (!may) await note(/^This application (holds delete:users|lets a machine act)/);
    await page.getByLabel('Name', { exact: true }).waitFor();
    assert.deepEqual(await deeds(), may ? ['Delete application'] : []);
    assert.equal(await page.getByLabel('Name', { exact: true }).isDisabled(), !may, name);
    await open(`/applications/${client.id}/credentials`, name);
    await page.getByRole('heading', { name: 'Client secret' }).waitFor();
    await page.getByRole('heading', { name: /^Keys/ }).waitFor();
    assert.deepEqual(await deeds(), may ? ['Reveal', 'Rotate', 'Add key'] : []);
    await open(`/applications/${client.id}/apis`, name);
    const grant = page.getByRole('switch', { name: 'Management API may have tokens' });
    await grant.waitFor();
    assert.equal(await grant.isDisabled(), !may);
    await main()
      .getByRole('button', { name: /Permissions of Management API/ })
      .click();
    const tick = (scope: string) => main().getByRole('checkbox', { name: new RegExp(`^${scope} `) });
    assert.equal(await tick('read:users').isDisabled(), !may);
    assert.equal(await tick('delete:users').isDisabled(), true);
    assert.equal(
      await main()
        .getByRole('checkbox', { name: /^All permissions/ })
        .isDisabled(),
      true,
    );
  }
});

test('what reaches into everybody’s login is for who holds everything: mail, its texts, the Management API', async () => {
  await open('/settings/mail', 'Settings');
  await page.getByText(/only an administrator with all permissions can change it/).waitFor();
  assert.deepEqual(await deeds(), ['Send test message']);
  await open('/emails/reset_email', 'Choose a new password');
  await page.getByText(/only an administrator with all permissions can change them/).waitFor();
  assert.deepEqual(await deeds(), []);
  assert.equal(await page.getByLabel('Subject').isDisabled(), true);
  await page.frameLocator('iframe[title="The mail"]').getByRole('heading', { name: 'Choose a new password' }).waitFor();
  await open('/apis', 'APIs');
  await page.getByRole('link', { name: /Management API/ }).click();
  await page.getByLabel('Name', { exact: true }).waitFor();
  assert.deepEqual(await deeds(), []);
});

test('nothing of all that was refused by the API, and the browser never complained', () => {
  assert.deepEqual(refusals, []);
  assert.deepEqual(complaints, []);
});

test('where the page cannot know, the refusal is a sentence where it was tried', async () => {
  page = await helper(['read:clients', 'update:clients', 'delete:clients', 'read:client_keys']);
  await open(`/applications/${strong.id}/settings`, 'Strong');
  await page.getByRole('button', { name: 'Delete application' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Delete application' }).click();
  await dialog
    .getByRole('alert')
    .filter({ hasText: /^This takes the permission delete:users, which you do not hold\.$/ })
    .waitFor();
  await page.keyboard.press('Escape');
  await page.getByLabel('Name', { exact: true }).fill('Mine');
  await page.getByRole('button', { name: 'Save changes' }).click();
  await page
    .getByRole('alert')
    .filter({ hasText: /^This takes the permission/ })
    .waitFor();
  await page.getByRole('button', { name: 'Discard' }).click();
  await open(`/applications/${strong.id}/credentials`, 'Strong');
  await page.getByRole('button', { name: 'Reveal' }).click();
  await page
    .getByRole('alert')
    .filter({ hasText: /^With this secret you could do more at the Management API than you may/ })
    .waitFor();
  assert.equal((await site.manage('GET', `/clients/${strong.id}`)).body.name, 'Strong');
});

test('Settings open at what one may see; keys are rotated by who may do both halves of it, and previews of users are for who may read them', async () => {
  page = await helper([
    ...['read:signing_keys', 'create:signing_keys', 'read:email_provider'],
    ...['read:resource_servers', 'read:clients', 'read:token_previews'],
  ]);
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Settings' }).click();
  await page.waitForURL(/\/settings\/keys$/);
  await page.getByText('Signs now').waitFor();
  const tabs = page.getByRole('navigation', { name: 'Settings' }).getByRole('link');
  assert.deepEqual(await tabs.allInnerTexts(), ['Keys', 'Mail']);
  assert.deepEqual(await deeds(), []);
  await open('/apis', 'APIs');
  await page.getByRole('link', { name: /Health API/ }).click();
  await page.getByRole('link', { name: 'Preview' }).click();
  await page.getByLabel('Application', { exact: true }).selectOption({ label: 'Machine' });
  assert.deepEqual(await page.getByLabel('Grant', { exact: true }).locator('option').allTextContents(), [
    'The application as itself (client credentials)',
  ]);
  await page.getByLabel('Application', { exact: true }).selectOption({ label: 'Weak' });
  await page.getByText(/those of users take read:users/).waitFor();
  assert.equal(await page.getByRole('button', { name: 'Preview', exact: true }).isDisabled(), true);
});
