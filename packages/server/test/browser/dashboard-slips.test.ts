// What a newcomer stumbles over in the dashboard: slips that are answered in words, work that would be lost, ids instead of names.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Page } from '../support/browser.ts';
import { peopled } from '../support/people.ts';
import { type DashboardRig, startDashboard, watched } from './dashboard-rig.ts';

let rig: DashboardRig;
let site: ReturnType<typeof peopled<DashboardRig['site']>>;
let page: Page;
let complaints: readonly string[];
before(async () => {
  rig = await startDashboard();
  site = peopled(rig.site);
  ({ page } = await rig.administrator({ viewport: { width: 1280, height: 900 } }));
  complaints = watched(page);
});
after(async () => {
  await rig?.stop();
});

test('permissions that were ticked and not saved are not lost by leaving', async () => {
  const made = await site.manage('POST', '/clients', {
    name: 'Order robot',
    app_type: 'non_interactive',
    grant_types: ['client_credentials'],
  });
  assert.equal(made.status, 201, made.text);
  await page.goto(`${rig.at}/applications/${made.body.client_id}/apis`);
  await page.getByRole('switch', { name: /Health API/ }).click();
  await page.getByRole('checkbox', { name: /read:patients/ }).check();
  await page.getByRole('link', { name: 'Quick start' }).click();
  await page.getByText('What you changed here was not saved: permissions of Health API').waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('button', { name: 'Save permissions' }).click();
  await page.getByText('Saved. The next token has them.').waitFor();
  await page.getByRole('link', { name: 'Quick start' }).click();
  await page.waitForURL(/\/quickstart$/);
});

test('the quick start begins with the API that the application is authorized for', async () => {
  const api = await site.api();
  const made = await site.manage('POST', '/clients', {
    name: 'Of the second API',
    app_type: 'non_interactive',
    grant_types: ['client_credentials'],
  });
  const grant = { client_id: made.body.client_id, audience: api.audience, scope: [] };
  assert.equal((await site.manage('POST', '/client-grants', grant)).status, 201);
  await page.goto(`${rig.at}/applications/${made.body.client_id}/quickstart`);
  await page.getByText(`audience=${api.audience}`).waitFor();
});

test('a consent and a session name what they are of, and ask before they end', async () => {
  const person = await site.user();
  const api = await site.api({ skip_consent_for_verifiable_first_party_clients: false });
  const client = await site.webClient({ name: 'Shop of mine' });
  const context = await rig.browser.newContext();
  context.setDefaultTimeout(20_000);
  await context.route(`${client.callback}**`, (route) => route.fulfill({ body: 'arrived' }));
  const visitor = await context.newPage();
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: client.id,
    audience: api.audience,
    redirect_uri: client.callback,
    scope: 'openid read:patients',
  });
  await visitor.goto(`${rig.site.base}/authorize?${query}`);
  await visitor.fill('input[name=username]', person.email);
  await visitor.fill('input[name=password]', person.password);
  await visitor.press('input[name=password]', 'Enter');
  await visitor.getByRole('button', { name: 'Allow', exact: true }).click();
  await visitor.waitForURL(`${client.callback}**`);
  await context.close();
  await page.goto(`${rig.at}/users/${encodeURIComponent(person.userId)}/access`);
  await page.getByText('Shop of mine at').waitFor();
  await page.getByRole('button', { name: 'Take back' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('Shop of mine must ask the user again at the next login.').waitFor();
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await page.getByText('Shop of mine at').waitFor();
  await page.getByRole('button', { name: 'Take back' }).click();
  await dialog.getByRole('button', { name: 'Take back' }).click();
  await page.getByText('No consents').waitFor();
  await page.getByRole('button', { name: 'End', exact: true }).click();
  await dialog.getByRole('button', { name: 'End', exact: true }).click();
  await page.getByText('Signed in nowhere').waitFor();
});

test('an identifier that another API has is refused at its field', async () => {
  const api = await site.api();
  await page.goto(`${rig.at}/apis?new=1`);
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel(/^Name/).fill('The same again');
  await dialog.getByLabel(/^Identifier/).fill(api.audience);
  await dialog.getByRole('button', { name: 'Create API' }).click();
  await dialog.getByText('Another API has this identifier.').waitFor();
  assert.equal(await dialog.getByLabel(/^Identifier/).getAttribute('aria-invalid'), 'true');
  await page.keyboard.press('Escape');
});

test('a single-page app that is made here gets refresh tokens, which rotate', async () => {
  await page.goto(`${rig.at}/applications?new=1`);
  await page.getByLabel(/^Name/).fill('Goes on');
  await page.getByRole('dialog').getByRole('button', { name: 'Create application' }).click();
  await page.waitForURL(/\/applications\/\w+\/settings$/);
  const id = /applications\/(\w+)/.exec(page.url())?.[1];
  const { body } = await site.manage('GET', `/clients/${id}`);
  assert.equal(body.refresh_token.rotation_type, 'rotating');
  assert.equal(body.refresh_token.expiration_type, 'expiring');
});

test('a password that is too weak is answered at its field, and where the rules are', async () => {
  await page.goto(`${rig.at}/users`);
  await page.getByRole('button', { name: 'Create user' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel(/^E-mail/).fill('nonsense');
  await dialog.getByLabel(/^Password/).fill('abc');
  await dialog.getByRole('button', { name: 'Create user' }).click();
  await dialog.getByText('An e-mail address, such as name@example.com.').waitFor();
  await dialog.getByLabel(/^E-mail/).fill('weak@example.com');
  await dialog.getByRole('button', { name: 'Create user' }).click();
  await dialog.getByText('Too weak for the password policy of the database.').waitFor();
  assert.equal(await dialog.getByLabel(/^Password/).getAttribute('aria-invalid'), 'true');
  await dialog.getByRole('link', { name: 'Database connection' }).waitFor();
  await page.keyboard.press('Escape');
});

test('a member that is taken out of the metadata of a user is gone', async () => {
  const person = await site.user({ user_metadata: { theme: 'dark', seats: 2 } });
  await page.goto(`${rig.at}/users/${encodeURIComponent(person.userId)}/profile`);
  await page.getByLabel('User metadata').fill('{ "theme": "dark" }');
  await page.getByRole('button', { name: 'Save changes' }).click();
  await page.getByRole('button', { name: 'Save changes' }).waitFor({ state: 'detached' });
  const { body } = await site.manage('GET', `/users/${encodeURIComponent(person.userId)}`);
  assert.deepEqual(body.user_metadata, { theme: 'dark' });
});

test('a key that is none is refused in words, without the names of the wire', async () => {
  const client = await site.webClient();
  await page.goto(`${rig.at}/applications/${client.id}/credentials`);
  await page.getByRole('button', { name: 'Add key' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel(/^Public key/).fill('nonsense');
  await dialog.getByRole('button', { name: 'Add key' }).click();
  assert.match(
    (await dialog.getByRole('alert').textContent()) ?? '',
    /^Pem is not a PEM public key or certificate\.?$/,
  );
  await page.keyboard.press('Escape');
});

test('a refusal in the log leads to the page about its cause', async () => {
  const answer = await fetch(`${rig.site.base}/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: rig.site.demo?.machine.clientId ?? '',
      client_secret: rig.site.demo?.machine.clientSecret ?? '',
      audience: 'https://nowhere.example.com/',
    }),
  });
  assert.equal(answer.status, 403);
  await page.goto(`${rig.at}/logs?kind=failures`);
  await page
    .getByRole('link', { name: /No token for a machine/ })
    .first()
    .click();
  const more = page.getByRole('link', { name: 'What it means, and what to do' });
  const address = await more.getAttribute('href');
  assert.equal(address, '/docs/errors/unknown_api');
  assert.equal((await fetch(`${rig.site.base}${address}`)).status, 200);
});

test('a colour or a mail server that was typed and not saved is not lost by leaving', async () => {
  await page.goto(`${rig.at}/branding`);
  await page.getByRole('textbox', { name: 'Primary colour', exact: true }).fill('#00aa77');
  await page.getByRole('link', { name: 'Roles' }).click();
  await page.getByText('What you changed here was not saved: the look.').waitFor();
  await page.getByRole('button', { name: 'Leave and lose the changes' }).click();
  await page.waitForURL(/\/roles$/);
  await page.goto(`${rig.at}/settings/mail`);
  await page.getByLabel('Server').fill('mail.example.com');
  await page.getByLabel('Port').fill('99999');
  await page.getByText('At most 65535.').waitFor();
  await page.getByRole('link', { name: 'Roles' }).click();
  await page.getByText('What you changed here was not saved: the mail server.').waitFor();
  await page.getByRole('button', { name: 'Leave and lose the changes' }).click();
  await page.waitForURL(/\/roles$/);
});

test('Ctrl-K finds a user by two words of the name', async () => {
  await site.user({ name: 'Grace Brewster Hopper' });
  const read: string[] = [];
  page.on('request', (request) => read.push(new URL(request.url()).pathname + new URL(request.url()).search));
  await page.goto(`${rig.at}/`);
  await page.getByRole('link', { name: 'Home' }).waitFor();
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox').fill('grace brew');
  await page.getByRole('option', { name: /Grace Brewster Hopper/ }).waitFor();
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/users\/[^/]+\/profile$/);
  await page.getByRole('heading', { name: 'Grace Brewster Hopper' }).waitFor();
  await page.goto(`${rig.at}/users`);
  await page.getByRole('searchbox', { name: 'Find users' }).fill('grace brew');
  await page.keyboard.press('Enter');
  await page.waitForURL(/q=/);
  await page.getByRole('link', { name: /Grace Brewster Hopper/ }).waitFor();
  // Until the answer is there, the list is that of before.
  await page.getByRole('link', { name: /ada@example.com/ }).waitFor({ state: 'detached' });
  const lists = read.filter((path) => /^\/api\/v2\/(clients|resource-servers)\?/.test(path));
  assert.ok(lists.length >= 2, 'applications and APIs are looked through');
  for (const path of lists) assert.match(path, /secret.*include_fields=false/, 'without their secrets');
});

test('what was typed about the mail server is kept when it is read again', async () => {
  const body = { name: 'smtp', enabled: true, credentials: { smtp_host: 'mail.example.com', smtp_port: 587 } };
  assert.equal((await site.manage('POST', '/emails/provider', body)).status, 201);
  await page.clock.install();
  await page.goto(`${rig.at}/settings/mail`);
  await page.getByLabel('User', { exact: true }).fill('postmaster');
  // The window gets the focus again, after what was read is no longer fresh.
  const again = page.waitForResponse((response) => response.url().includes('/emails/provider'));
  await page.clock.fastForward(60_000);
  await page.evaluate("window.dispatchEvent(new Event('visibilitychange'))");
  await (await again).finished();
  // Two frames, in which the page would draw itself anew.
  await page.evaluate('new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))');
  await page.getByText('Mails leave by this server.').waitFor();
  assert.equal(await page.getByLabel('User', { exact: true }).inputValue(), 'postmaster');
});

test('the browser complained about nothing', () => {
  assert.deepEqual(complaints, []);
});
