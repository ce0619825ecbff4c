// Texts that strangers choose are text wherever the dashboard shows them: names, descriptions, addresses of pictures, user agents,
// error descriptions, claims of a pasted token (security-cases XSS-02, XSS-04).

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from '../support/browser.ts';
import { type Api, type Client, type Person, peopled } from '../support/people.ts';
import { type DashboardRig, signInToDashboard, startDashboard, watched } from './dashboard-rig.ts';

const markup = `"'><img src=x onerror="window.stolen=1"><script>window.stolen=1</script>{{7*7}}\${7*7}`;
/** Names of clients and roles have no angle brackets. */
const clientName = `Shop "onmouseover=window.stolen=1 x="{{7*7}} javascript:alert(1)`;

let rig: DashboardRig;
let page: Page;
let complaints: readonly string[];
const foreign: string[] = [];
let person: Person;
let client: Client;
let api: Api;
let role: string;

before(async () => {
  rig = await startDashboard();
  const site = peopled(rig.site);
  person = await site.user({
    name: markup,
    nickname: markup,
    given_name: markup,
    family_name: markup,
    picture: 'https://evil.test/picture.png',
    user_metadata: { [markup]: markup },
  });
  client = await site.publicClient({ name: clientName, description: markup, logo_uri: 'https://evil.test/logo.png' });
  api = await site.api({ scopes: [{ value: 'x:y', description: markup }] });
  role = (await site.manage('POST', '/roles', { name: clientName, description: markup })).body.id;
  assert.ok(role);
  const owner = `/users/${encodeURIComponent(person.userId)}`;
  assert.equal((await site.manage('POST', `${owner}/roles`, { roles: [role] })).status, 204);
  const permissions = [{ resource_server_identifier: api.audience, permission_name: 'x:y' }];
  assert.equal((await site.manage('POST', `/roles/${role}/permissions`, { permissions })).status, 201);
  // A login by a browser with such a name, and a refusal that tells of such a parameter.
  const context = await rig.browser.newContext({ userAgent: markup });
  await signInToDashboard(await context.newPage(), rig.at, person);
  await context.close();
  await site.send('GET', `/authorize?client_id=${encodeURIComponent(markup)}`, { headers: { 'user-agent': markup } });
  await site.token({ grant_type: 'authorization_code', client_id: client.id, code: markup, code_verifier: markup });
  ({ page } = await rig.administrator({ viewport: { width: 1280, height: 900 } }));
  complaints = watched(page);
  page.on('request', (request) => {
    if (!request.url().startsWith(rig.site.base) && !request.url().startsWith('data:')) foreign.push(request.url());
  });
});
after(() => rig.stop());

const user = () => `/users/${encodeURIComponent(person.userId)}`;
const button = (name: string) => page.getByRole('button', { name, exact: true });

/** The text stands there as it is, and nothing of it became anything else. */
async function isText(where: string, text = markup): Promise<void> {
  await page.getByText(text).filter({ visible: true }).first().waitFor();
  await stands(where);
}

async function stands(where: string): Promise<void> {
  assert.equal(await page.locator('img[src=x], main script, [onmouseover], [onerror]').count(), 0, where);
  assert.equal(await page.locator('a[href^="javascript:"], a[href^="data:"]').count(), 0, where);
  assert.equal(await page.evaluate('window.stolen'), undefined, where);
  assert.equal(await page.getByText(/\{\{49|\$49/).count(), 0, where);
}

const places: readonly (readonly [name: string, path: () => string, text?: string])[] = [
  ['the list of users', () => '/users'],
  ['a user', () => `${user()}/profile`],
  ['roles of a user', () => `${user()}/roles`],
  ['permissions of a user', () => `${user()}/permissions`],
  ['log of a user', () => `${user()}/logs`],
  ['the list of roles', () => '/roles'],
  ['a role', () => `/roles/${role}/permissions`],
  ['holders of a role', () => `/roles/${role}/users`],
  ['permissions of an API', () => `/apis/${api.id}/permissions`],
  ['the log', () => '/logs', clientName],
  ['the list of applications', () => '/applications', clientName],
  ['an application', () => `/applications/${client.id}/settings`, clientName],
  ['the quick start of an application', () => `/applications/${client.id}/quickstart`, clientName],
];

for (const [name, path, text] of places)
  test(`on the page of ${name}`, async () => {
    await page.goto(`${rig.at}${path()}`);
    if (name === 'permissions of an API') {
      const description = page.getByLabel('Description of x:y');
      await description.waitFor();
      assert.equal(await description.inputValue(), markup);
      await stands(name);
    } else await isText(name, text);
  });

test('the user agent of a session is text, also where it is only told on hovering', async () => {
  await page.goto(`${rig.at}${user()}/access`);
  const session = page.locator('[title*="onerror"]').first();
  await session.waitFor();
  assert.equal(await session.getAttribute('title'), markup);
  await stands('sessions');
});

test('an event with such a client, user agent and description', async () => {
  let event: { log_id: string } | undefined;
  for (let tries = 0; !event && tries < 200; tries += 1) {
    const events = (await rig.site.manage('GET', '/logs?per_page=100')).body;
    event = events.find(({ user_agent, type }: Record<string, string>) => user_agent === markup && type === 'f');
    if (!event) await sleep(50);
  }
  assert.ok(event, 'the event of the refused request');
  await page.goto(`${rig.at}/logs/${event.log_id}`);
  await isText('event');
});

test('in questions, notes and the palette', async () => {
  await page.goto(`${rig.at}${user()}/profile`);
  await button('Delete user').click();
  await page.getByRole('heading', { name: `Delete ${markup}?` }).waitFor();
  await stands('question');
  await button('Cancel').click();
  await button('Block').click();
  await page.getByText(`${markup} is blocked`).waitFor();
  await stands('note');
  await button('Undo').click();
  await page.getByText(`${markup} may sign in again`).waitFor();
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox').fill(person.email);
  await page.getByRole('option', { name: /img src=x/ }).waitFor();
  await stands('palette');
});

test('in the claims of a preview and of a pasted token', async () => {
  await page.goto(`${rig.at}/apis/${api.id}/preview`);
  await page.getByLabel('Application', { exact: true }).selectOption({ label: clientName });
  await page.getByLabel('Find user').fill(person.email);
  await page.getByLabel('User', { exact: true }).selectOption({ label: person.email });
  await page.getByLabel('Scope', { exact: true }).fill('openid profile x:y');
  await button('Preview').click();
  const claims = page.getByRole('region', { name: 'claims of the ID token' });
  await claims.waitFor();
  assert.ok((await claims.textContent())?.includes(JSON.stringify(markup)));
  await stands('preview');
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claim = { iss: markup, aud: markup, sub: markup, azp: markup, client_id: markup, scope: markup, exp: 1 };
  await page.goto(`${rig.at}/apis/${api.id}/explain`);
  await page.getByLabel('Token', { exact: true }).fill(`${part({ alg: markup, kid: markup })}.${part(claim)}.AAAA`);
  await button('Explain').click();
  await page.getByRole('heading', { name: 'What to do' }).waitFor();
  await isText('explanation', '<img src=x');
});

test('nothing was asked of others, and the browser never complained', () => {
  assert.deepEqual(foreign, []);
  assert.deepEqual(complaints, []);
});
