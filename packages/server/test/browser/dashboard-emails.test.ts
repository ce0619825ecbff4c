// Mail in the dashboard: a test message, and the templates, each with a preview in a frame that has no powers.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Page } from '../support/browser.ts';
import { mailTo } from '../support/mailbox.ts';
import { peopled } from '../support/people.ts';
import { type DashboardRig, startDashboard, watched } from './dashboard-rig.ts';

let rig: DashboardRig;
let page: Page;
let complaints: readonly string[];
const asked: string[] = [];

before(async () => {
  rig = await startDashboard();
  ({ page } = await rig.administrator({ viewport: { width: 1280, height: 900 } }));
  complaints = watched(page);
  // What its policy stops never gets here.
  await page.context().route(/evil\.test/, (route) => {
    asked.push(route.request().url());
    return route.abort();
  });
});
after(() => rig.stop());

const button = (name: string) => page.getByRole('button', { name, exact: true });
const field = (name: string | RegExp) => page.getByLabel(name);
const frame = () => page.frameLocator('iframe[title="The mail"]');
type Styled = { getComputedStyle(node: unknown): Readonly<Record<string, string>> };
const styleOf = (locator: ReturnType<Page['locator']>, name: string) =>
  locator.evaluate((node, one) => (globalThis as unknown as Styled).getComputedStyle(node)[one], name);
const stored = async () => (await rig.site.manage('GET', '/email-templates/reset_email')).body;

test('a test message is sent from the mail settings, and can be read where the page says it is', async () => {
  await page.goto(`${rig.at}/settings/mail`);
  assert.equal(await button('Send test message').isDisabled(), true);
  await field('Send it to').fill('ada@example.com');
  await button('Send test message').click();
  const link = page.getByRole('link', { name: 'read it in the mailbox' });
  await link.waitFor();
  assert.equal((await mailTo(rig.site, 'ada@example.com')).template, 'test_message');
  const [mailbox] = await Promise.all([page.waitForEvent('popup'), link.click()]);
  await mailbox.getByRole('link', { name: /Test message of/ }).waitFor();
  await mailbox.close();
});

test('the mails that are sent are listed, each with whose text it has', async () => {
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'E-mail templates' }).click();
  const rows = page.getByRole('table', { name: 'Mails' }).getByRole('row');
  await page.getByRole('link', { name: 'Choose a new password' }).waitFor();
  assert.equal(await rows.count(), 7);
  assert.match((await rows.filter({ hasText: 'Welcome' }).textContent()) ?? '', /Not sent$/);
  assert.match((await rows.filter({ hasText: 'Choose a new password' }).textContent()) ?? '', /Default text$/);
  await page.getByRole('link', { name: 'Choose a new password' }).click();
});

test('the default text is shown as users get it, in each language', async () => {
  await frame().getByRole('heading', { name: 'Choose a new password' }).waitFor();
  await field('Language').selectOption({ label: 'German' });
  await frame().getByRole('heading', { name: 'Neues Passwort wählen' }).waitFor();
  await field('Language').selectOption({ label: 'English' });
  await frame().getByRole('heading', { name: 'Choose a new password' }).waitFor();
  // It is shown with its own look, which the policy of the dashboard's page would not allow.
  const ground = await styleOf(frame().locator('a').first(), 'backgroundColor');
  assert.equal(ground, 'rgb(63, 81, 181)');
});

test('what is typed is seen at once, and what it holds does nothing', async () => {
  await field('Subject').fill('For {{ user.name }}');
  await field(/^Text/).fill(
    `<p style="color:rgb(1, 2, 3)">Hello {{ user.given_name }}</p><a href="{{ url }}">Go</a>
     <img src="https://evil.test/1.png" onerror="parent.stolen=1"><script>parent.stolen=1</script>
     <link rel="stylesheet" href="https://evil.test/1.css"><style>@import url(https://evil.test/2.css); p{background:url(https://evil.test/2.png)}</style>
     <iframe src="https://evil.test/frame"></iframe><meta http-equiv="refresh" content="0;url=https://evil.test/refresh">`,
  );
  await page.getByText('For Ada Example').waitFor();
  await frame().getByText('Hello Ada').waitFor();
  const colour = await styleOf(frame().locator('p'), 'color');
  assert.equal(colour, 'rgb(1, 2, 3)');
  await frame().getByRole('link', { name: 'Go' }).click();
  await frame().getByText('Hello Ada').waitFor();
  assert.equal(await page.evaluate('window.stolen'), undefined);
  assert.deepEqual(asked, [], 'nothing is asked of others');
  assert.equal(page.context().pages().length, 1, 'no window opened');
  await button('As text').click();
  await page.getByRole('region', { name: 'The mail as text' }).getByText('Hello Ada').waitFor();
  await button('As text').click();
});

test('what cannot be read is said at its field, and is not saved', async () => {
  await field(/^Text/).fill('<p>Hello {{ user.name }}</p>{% if %}');
  const problem = page.locator('form p', { hasText: /^Liquid: / });
  await problem.waitFor();
  assert.equal(await field(/^Text/).getAttribute('aria-invalid'), 'true');
  assert.equal(await button('Save changes').isDisabled(), true);
  await field(/^Text/).fill('<p>Hello {{ user.name }}</p><a href="{{ url }}">Go</a>');
  await problem.waitFor({ state: 'detached' });
  await field('Where people go afterwards').fill('{{ nothing | raw }}');
  await button('Save changes').click();
  await page.locator('form p', { hasText: /^Liquid: undefined filter: raw/ }).waitFor();
  assert.equal(await field('Where people go afterwards').getAttribute('aria-invalid'), 'true');
  await field('Where people go afterwards').fill('');
});

test('a text that is saved goes out; switched off nothing does; reset, the default does', async () => {
  await field('Lifetime of the link').fill('3600');
  await page.getByText('That is 1 hour.').waitFor();
  await button('Save changes').click();
  await page.getByText('Your text', { exact: true }).waitFor();
  const { template, body, subject, urlLifetimeInSeconds, enabled } = await stored();
  assert.deepEqual(
    { template, body, subject, urlLifetimeInSeconds, enabled },
    {
      template: 'reset_email',
      body: '<p>Hello {{ user.name }}</p><a href="{{ url }}">Go</a>',
      subject: 'For {{ user.name }}',
      urlLifetimeInSeconds: 3600,
      enabled: true,
    },
  );
  const person = await peopled(rig.site).user({ name: 'Grace <b>Hopper</b>' });
  const { id: client_id } = await peopled(rig.site).publicClient();
  const asks = { client_id, email: person.email, connection: 'Username-Password-Authentication' };
  await rig.site.send('POST', '/dbconnections/change_password', {
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(asks),
  });
  const mail = await mailTo(rig.site, person.email);
  assert.equal(mail.subject, 'For Grace <b>Hopper</b>');
  assert.match(mail.html, /^<p>Hello Grace &lt;b&gt;Hopper/);

  await page.getByRole('switch', { name: 'Send this mail' }).click();
  await button('Save changes').click();
  await page.getByText('Not sent').waitFor();
  assert.equal((await stored()).enabled, false);
  await button('Reset to default').click();
  await page.getByRole('dialog').getByRole('button', { name: 'Reset to default' }).click();
  await page.getByText('Default text').first().waitFor();
  await frame().getByRole('heading', { name: 'Choose a new password' }).waitFor();
  assert.equal((await rig.site.manage('GET', '/email-templates/reset_email')).status, 404);
});

test('the browser complained of nothing but what the frame of a mail refused', () => {
  const refused = /sandbox|Content Security Policy|Blocked script|violates/i;
  assert.deepEqual(
    complaints.filter((text) => !refused.test(text)),
    [],
  );
});
