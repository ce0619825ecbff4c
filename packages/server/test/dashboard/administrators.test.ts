// Administrators of the dashboard: the link of the first start, the settings, what their tokens may do, and what the log says.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { peopled } from '../support/people.ts';
import { pkce } from '../support/relying-party.ts';
import { freshPlace, type Reply, type Spawned, serveHere, spawnServer } from '../support/running.ts';
import { userAgent } from '../support/user-agent.ts';

const client = 'countersign-dashboard';
const ada = { email: 'ada@example.com', password: 'Correct-Horse-7-Battery' };

async function started(options: Parameters<typeof serveHere>[1] = {}) {
  let banner = '';
  const flags = ['--dashboard', ...(options.flags ?? [])];
  const site = await serveHere('sqlite', { ...options, flags, say: (text) => (banner += text) });
  const link = /\/dashboard\/setup\?ticket=\S+/.exec(banner)?.[0];
  return { site: peopled(site), stop: site.stop, house: site.house, link, banner };
}
type Started = Awaited<ReturnType<typeof started>>;

const form = { 'content-type': 'application/x-www-form-urlencoded' };
const post = (site: Pick<Started['site'], 'send'>, link: string, fields: Record<string, string>, headers = {}) =>
  site.send('POST', link, { headers: { ...form, ...headers }, body: new URLSearchParams(fields).toString() });

/** A token of this user for the Management API, by the dashboard's own way: code, PKCE, login page. */
async function tokenOf(
  site: Started['site'],
  user: { email: string; password: string },
  scope: string,
  clientId = client,
  redirect = `${site.base}/dashboard/callback`,
): Promise<Reply> {
  const { verifier, challenge } = pkce();
  const browser = userAgent();
  const query = new URLSearchParams({
    client_id: clientId,
    redirect_uri: redirect,
    response_type: 'code',
    scope: `openid ${scope}`,
    audience: `https://${site.host}/api/v2/`,
    code_challenge: challenge,
    code_challenge_method: 'S256',
  });
  let view = await browser.settle(await browser.load(`${site.base}/authorize?${query}`));
  view = await browser.settle(await browser.submit(view, { username: user.email, password: user.password }));
  const code = new URL(view.location ?? view.url).searchParams.get('code') ?? '';
  assert.ok(code, `${view.status} ${view.url} ${view.html.slice(0, 400)}`);
  return site.token({
    grant_type: 'authorization_code',
    client_id: clientId,
    redirect_uri: redirect,
    code,
    code_verifier: verifier,
  });
}

const withToken = (site: Started['site'], token: string) => (method: string, path: string, body?: object) =>
  site.send(method, `/api/v2${path}`, {
    headers: { authorization: `Bearer ${token}`, ...(body ? { 'content-type': 'application/json' } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });

describe('the link for the first administrator', () => {
  let here: Started;
  before(async () => {
    here = await started();
  });
  after(() => here.stop());

  test('is printed by the start, shows a page that needs no script, and takes a password of the policy only', async () => {
    assert.ok(here.link, here.banner);
    const page = await here.site.send('GET', here.link);
    assert.equal(page.status, 200);
    assert.match(page.headers.get('content-security-policy') ?? '', /script-src 'none'.*frame-ancestors 'none'/);
    assert.doesNotMatch(page.text, /<script/);
    const weak = await post(here.site, here.link, { email: ada.email, password: 'short' });
    assert.equal(weak.status, 400);
    assert.match(weak.text, /at least 8 characters/);
    assert.equal((await post(here.site, here.link, { email: 'nobody', password: ada.password })).status, 400);
  });

  test('speaks the language that the browser prefers, or that the address asks for, also when something is wrong', async () => {
    const { link = '', site } = here;
    const rows = [
      ['en', 'Make the first administrator', /at least 8 characters/, 'This link is over'],
      ['de', 'Ersten Administrator anlegen', /mindestens 8 Zeichen/, 'Dieser Link gilt nicht mehr'],
      ['fr', 'Créer le premier administrateur', /au moins 8 caractères/, 'Ce lien n’est plus valable'],
      ['es', 'Crear el primer administrador', /al menos 8 caracteres/, 'Este enlace ya no sirve'],
    ] as const;
    for (const [language, title, weak, gone] of rows) {
      const preferred = { 'accept-language': `xx, ${language};q=0.8, it;q=0.1` };
      const page = await site.send('GET', link, { headers: preferred });
      const wished = await site.send('GET', `${link}&ui_locales=${language}`, { headers: { 'accept-language': 'en' } });
      for (const { text } of [page, wished]) {
        assert.match(text, new RegExp(`<html lang="${language}"[^]*<h1>${title}</h1>[^]*${weak.source}`));
      }
      const action = /<form method="post" action="([^"]+)"/.exec(wished.text)?.[1]?.replaceAll('&amp;', '&') ?? '';
      const wrong = await post(site, action, { email: 'nobody', password: 'short' }, { 'accept-language': 'en' });
      assert.equal(wrong.status, 400);
      assert.match(wrong.text, new RegExp(`<html lang="${language}"`));
      const over = await site.send('GET', '/dashboard/setup?ticket=forged', { headers: preferred });
      assert.match(over.text, new RegExp(`<html lang="${language}"[^]*<h1>${gone}</h1>`));
    }
  });

  test('is refused from another site, without a ticket and with a forged one', async () => {
    const { link = '' } = here;
    for (const headers of [{ origin: 'https://evil.test' }, { 'sec-fetch-site': 'cross-site' }, { origin: 'null' }])
      assert.equal((await post(here.site, link, ada, headers)).status, 403, JSON.stringify(headers));
    assert.equal((await here.site.send('GET', '/dashboard/setup')).status, 410);
    assert.equal((await post(here.site, '/dashboard/setup?ticket=forged', ada)).status, 410);
  });

  test('is good once: of ten who use it at once, one becomes administrator', async () => {
    const { link = '' } = here;
    const replies = await Promise.all(
      Array.from({ length: 10 }, (_, n) => post(here.site, link, { ...ada, email: `racer-${n}@example.com` })),
    );
    assert.deepEqual(replies.map(({ status }) => status).toSorted(), [303, ...Array(9).fill(410)]);
    const { body: users } = await here.site.manage('GET', '/users?q=email:racer*&search_engine=v3');
    assert.equal(users.length, 1);
    const { body: holders } = await here.site.manage('GET', '/roles/rol_CountersignAdmin/users');
    assert.deepEqual(
      holders.map(({ user_id }: { user_id: string }) => user_id),
      [users[0].user_id],
    );
    const after = await here.site.send('GET', link);
    assert.equal(after.status, 410);
    assert.match(after.text, /there is an administrator already/);
  });
});

test('the link expires, and no start prints one while there is an administrator', async () => {
  let now = Date.now();
  const here = await started({ now: () => now });
  try {
    assert.ok(here.link);
    now += 24 * 3_600_000 + 1000;
    assert.equal((await here.site.send('GET', here.link)).status, 410);
    assert.equal((await post(here.site, here.link, ada)).status, 410);
  } finally {
    await here.stop();
  }
  const given = await started({
    env: { COUNTERSIGN_ADMIN_EMAIL: ada.email, COUNTERSIGN_ADMIN_PASSWORD: ada.password },
  });
  try {
    assert.equal(given.link, undefined, given.banner);
    assert.match(given.banner, /\/dashboard\n/);
  } finally {
    await given.stop();
  }
});

test('a start lets administrators in again where no connection is left that does, and leaves one that does as it is', async () => {
  const at = await freshPlace('sqlite');
  const enabledOf = async ({ site }: Started) =>
    ((await site.manage('GET', '/connections')).body as { id: string; enabled_clients: string[] }[]).map((one) => ({
      id: one.id,
      has: one.enabled_clients.includes(client),
    }));
  const first = await started({ at });
  const [row] = await enabledOf(first);
  assert.deepEqual(row?.has, true);
  const off = await first.site.manage('PATCH', `/connections/${row?.id}/clients`, [
    { client_id: client, status: false },
  ]);
  assert.equal(off.status, 204, off.text);
  assert.deepEqual((await enabledOf(first))[0]?.has, false);
  await first.stop();
  const second = await started({ at });
  assert.deepEqual((await enabledOf(second))[0]?.has, true);
  const other = await second.site.manage('POST', '/connections', {
    name: 'staff',
    strategy: 'auth0',
    enabled_clients: [client],
  });
  assert.equal(other.status, 201, other.text);
  await second.site.manage('PATCH', `/connections/${row?.id}/clients`, [{ client_id: client, status: false }]);
  await second.stop();
  const third = await started({ at });
  assert.deepEqual(Object.fromEntries((await enabledOf(third)).map(({ id, has }) => [id, has])), {
    [row?.id ?? '']: false,
    [other.body.id]: true,
  });
  await third.stop();
  await at.clear();
});

test('a link that was out when somebody else became administrator stays over, also when there is none any more', async () => {
  const { prepareDashboard } = await import('../../src/seed/dashboard.ts');
  const { readConfig } = await import('../../src/config.ts');
  const { defaultTenant } = await import('../../src/domain/tenants/hosts.ts');
  const here = await started();
  try {
    const log = { debug() {}, info() {}, error() {}, warn() {} };
    const start = () => prepareDashboard(here.house, readConfig([], {}), defaultTenant, log);
    const second = `/dashboard/setup?ticket=${(await start()).setupTicket}`;
    assert.equal((await here.site.send('GET', second)).status, 200);
    assert.equal((await post(here.site, here.link ?? '', ada)).status, 303);
    // Past the rules of the Management API, which may keep the last administrator.
    const { userRoles } = await import('../../src/domain/accounts/user.ts');
    const gone = await here.house.database
      .store(defaultTenant)
      .transact((tx) => tx.removeAll(userRoles, { role_id: 'rol_CountersignAdmin' }));
    assert.equal(gone, 1);
    assert.equal((await here.site.send('GET', second)).status, 410);
    assert.equal((await post(here.site, second, { ...ada, email: 'eve@example.com' })).status, 410);
    const anew = `/dashboard/setup?ticket=${(await start()).setupTicket}`;
    assert.equal((await post(here.site, anew, { ...ada, email: 'eve@example.com' })).status, 303);
  } finally {
    await here.stop();
  }
});

test('a link that was out when the Management API made an administrator stays over, by the user or by the role', async () => {
  const { defaultTenant } = await import('../../src/domain/tenants/hosts.ts');
  const { userRoles } = await import('../../src/domain/accounts/user.ts');
  const { prepareDashboard } = await import('../../src/seed/dashboard.ts');
  const { readConfig } = await import('../../src/config.ts');
  const here = await started();
  try {
    const log = { debug() {}, info() {}, error() {}, warn() {} };
    const person = await here.site.user();
    const ways: readonly (readonly [string, object])[] = [
      [`/users/${person.userId}/roles`, { roles: ['rol_CountersignAdmin'] }],
      ['/roles/rol_CountersignAdmin/users', { users: [person.userId] }],
    ];
    let { link = '' } = here;
    for (const [path, body] of ways) {
      assert.equal((await here.site.send('GET', link)).status, 200);
      assert.ok((await here.site.manage('POST', path, body)).status < 300);
      assert.equal((await here.site.send('GET', link)).status, 410, path);
      // Past the rules of the Management API, which keep the last administrator.
      const store = here.house.database.store(defaultTenant);
      await store.transact((tx) => tx.removeAll(userRoles, { role_id: 'rol_CountersignAdmin' }));
      assert.equal((await here.site.send('GET', link)).status, 410, `${path}, and there is none any more`);
      assert.equal((await post(here.site, link, ada)).status, 410);
      const anew = await prepareDashboard(here.house, readConfig([], {}), defaultTenant, log);
      link = `/dashboard/setup?ticket=${anew.setupTicket}`;
    }
    assert.equal((await post(here.site, link, ada)).status, 303);
  } finally {
    await here.stop();
  }
});

test('an address that somebody signed up with is not made administrator by the settings, unless the password proves it', async () => {
  const { prepareDashboard } = await import('../../src/seed/dashboard.ts');
  const { readConfig } = await import('../../src/config.ts');
  const { defaultTenant } = await import('../../src/domain/tenants/hosts.ts');
  const here = await started();
  try {
    const stranger = await here.site.user({ email: 'boss@example.com', password: 'Strangers-Choice-1' });
    const said: string[] = [];
    const log = { debug() {}, info() {}, error() {}, warn: (text: string) => void said.push(text) };
    const start = (password: string) =>
      prepareDashboard(
        here.house,
        readConfig([], { COUNTERSIGN_ADMIN_EMAIL: 'Boss@example.com', COUNTERSIGN_ADMIN_PASSWORD: password }),
        defaultTenant,
        log,
      );
    const first = await start('Another-Password-2');
    assert.ok(first.setupTicket);
    assert.match(said.join('\n'), /has an account already/);
    assert.doesNotMatch(said.join('\n'), /Another-Password-2/);
    assert.deepEqual((await here.site.manage('GET', `/users/${stranger.userId}/roles`)).body, []);
    assert.equal((await start('Strangers-Choice-1')).setupTicket, undefined);
    const { body } = await here.site.manage('GET', `/users/${stranger.userId}/roles`);
    assert.deepEqual(
      body.map(({ id }: { id: string }) => id),
      ['rol_CountersignAdmin'],
    );
    const login = await tokenOf(
      here.site,
      { email: 'boss@example.com', password: 'Strangers-Choice-1' },
      'read:clients',
    );
    // All that was asked for: the answer then names no scope.
    assert.equal(login.body.scope, undefined);
  } finally {
    await here.stop();
  }
});

describe('tokens of administrators', () => {
  let here: Started;
  let site: Started['site'];
  before(async () => {
    here = await started({ env: { COUNTERSIGN_ADMIN_EMAIL: ada.email, COUNTERSIGN_ADMIN_PASSWORD: ada.password } });
    site = here.site;
  });
  after(() => here.stop());

  const permissions = (...names: string[]) => ({
    permissions: names.map((permission_name) => ({
      resource_server_identifier: `https://${site.host}/api/v2/`,
      permission_name,
    })),
  });
  const lesser = async (...names: string[]) => {
    const person = await site.user();
    const given = await site.manage('POST', `/users/${person.userId}/permissions`, permissions(...names));
    assert.equal(given.status, 201, given.text);
    return person;
  };

  test('have the scopes that the user holds, and the API takes them', async () => {
    const token = await tokenOf(site, ada, 'read:clients update:clients delete:users');
    // All that was asked for: the answer then names no scope.
    assert.equal(token.body.scope, undefined, token.text);
    const call = withToken(site, token.body.access_token);
    assert.equal((await call('GET', '/clients')).status, 200);
    assert.equal((await call('GET', '/logs')).status, 403, 'not asked for');
  });

  test('of a lesser one have only what it holds; the API refuses the rest and the log says why, and who', async () => {
    const person = await lesser('read:clients');
    const token = await tokenOf(site, person, 'read:clients update:clients');
    assert.equal(token.body.scope, 'openid read:clients');
    const call = withToken(site, token.body.access_token);
    assert.equal((await call('GET', '/clients')).status, 200);
    const refused = await call('PATCH', `/clients/${client}`, { description: 'mine' });
    assert.equal(refused.status, 403);
    assert.equal(refused.body.errorCode, 'insufficient_scope');
    const logs = await eventually(async () => {
      const { body } = await site.manage('GET', `/logs?q=type:fapi&sort=date:-1`);
      return (body as Record<string, unknown>[]).find(({ user_id }) => user_id === person.userId);
    });
    assert.match(JSON.stringify(logs.details), /lacks update:clients.*Give the user a role/);
  });

  test('of everybody else have none, as at Auth0 (MA-5)', async () => {
    const person = await site.user();
    const token = await tokenOf(site, person, 'read:clients update:current_user_metadata');
    assert.equal(token.body.scope, 'openid update:current_user_metadata');
    assert.equal((await withToken(site, token.body.access_token)('GET', '/clients')).status, 403);
  });

  test('by another application have none either, first party or not, without a client grant for users', async () => {
    const app = await site.publicClient({ callbacks: ['https://app.example.com/cb'] });
    const api = (await site.manage('GET', '/resource-servers')).body.find(
      ({ is_system }: { is_system?: boolean }) => is_system,
    );
    const skip = { skip_consent_for_verifiable_first_party_clients: true };
    assert.equal((await site.manage('PATCH', `/resource-servers/${api.id}`, skip)).status, 200);
    const ask = () => tokenOf(site, ada, 'read:clients read:logs', app.id, 'https://app.example.com/cb');
    assert.equal((await ask()).body.scope, 'openid');
    const grant = { client_id: app.id, audience: api.identifier, subject_type: 'user', scope: ['read:logs'] };
    assert.equal((await site.manage('POST', '/client-grants', grant)).status, 201);
    assert.equal((await ask()).body.scope, 'openid read:logs');
  });

  test('lose a scope at once with the permission or the role, and all with the user', async () => {
    const person = await lesser('read:clients');
    const token = await tokenOf(site, person, 'read:clients');
    const call = withToken(site, token.body.access_token);
    assert.equal((await call('GET', '/clients')).status, 200);
    await site.manage('DELETE', `/users/${person.userId}/permissions`, permissions('read:clients'));
    assert.equal((await call('GET', '/clients')).status, 403);
    await site.manage('POST', `/users/${person.userId}/permissions`, permissions('read:clients'));
    await site.manage('PATCH', `/users/${person.userId}`, { blocked: true });
    assert.equal((await call('GET', '/clients')).status, 401);
  });

  test('a write shows in the log as that user with that user’s scopes', async () => {
    const token = await tokenOf(site, ada, 'create:roles');
    const made = await withToken(site, token.body.access_token)('POST', '/roles', { name: 'Made by Ada' });
    assert.equal(made.status, 200, made.text);
    const event = await eventually(async () => {
      const { body } = await site.manage('GET', '/logs?q=type:sapi&sort=date:-1');
      return body.find(
        ({ description, user_name }: Record<string, string>) =>
          description === 'Create a role' && user_name === ada.email,
      );
    });
    assert.equal(event.client_id, client);
    assert.equal(event.details.request.auth.user.email, ada.email);
    assert.deepEqual(
      event.details.request.auth.credentials.scopes.filter((one: string) => one !== 'openid'),
      ['create:roles'],
    );
  });

  test('a read shows in the log as that user with that user’s scopes, once for each thing', async () => {
    const person = await lesser('read:clients', 'read:roles');
    const token = await tokenOf(site, person, 'read:clients read:roles');
    const call = withToken(site, token.body.access_token);
    const reads = async () => {
      const { body } = await site.manage('GET', `/logs?${new URLSearchParams({ q: `user_id:"${person.userId}"` })}`);
      return (body as Record<string, unknown>[]).filter(({ type }) => type === 'mgmt_api_user_read');
    };
    for (let again = 0; again < 3; again++) assert.equal((await call('GET', `/clients/${client}`)).status, 200);
    assert.equal((await call('GET', '/roles?page=0')).status, 200);
    assert.equal((await call('GET', '/users')).status, 403);
    const events = await eventually(async () => {
      const found = await reads();
      return found.length >= 2 ? found : undefined;
    });
    assert.deepEqual(events.map(({ description }) => description).sort(), [`Read /clients/${client}`, 'Read /roles']);
    assert.deepEqual(
      events.map(({ user_name, client_id }) => [user_name, client_id]),
      [
        [person.email, client],
        [person.email, client],
      ],
    );
    assert.match(JSON.stringify(events[0]), /"scopes":\[[^\]]*"read:clients"/);
    assert.equal(
      (await site.manage('GET', '/logs?q=type:mgmt_api_user_read')).body.some(
        ({ user_id }: { user_id?: string }) => !user_id,
      ),
      false,
      'machines leave none',
    );
  });

  test('nobody gives away more of the Management API than they hold', async () => {
    const person = await lesser('read:users', 'update:users', 'read:roles', 'update:roles', 'create:roles');
    const token = await tokenOf(site, person, 'read:users update:users read:roles update:roles create:roles');
    const call = withToken(site, token.body.access_token);
    const self = `/users/${person.userId}`;
    const { body: role } = await call('POST', '/roles', { name: 'Climber' });
    const attempts: [string, string, object][] = [
      ['POST', `${self}/permissions`, permissions('delete:users')],
      ['POST', `${self}/roles`, { roles: ['rol_CountersignAdmin'] }],
      ['POST', `/roles/${role.id}/permissions`, permissions('read:users', 'delete:clients')],
      ['POST', '/roles/rol_CountersignAdmin/users', { users: [person.userId] }],
    ];
    for (const [method, path, body] of attempts) {
      const reply = await call(method, path, body);
      assert.equal(reply.status, 403, `${path}: ${reply.text}`);
      assert.equal(reply.body.errorCode, 'insufficient_scope', path);
    }
    assert.equal(
      (await call('POST', `${self}/permissions`, permissions('read:users'))).status,
      201,
      'what is held may be given',
    );
    assert.equal((await call('POST', `/roles/${role.id}/permissions`, permissions('read:roles'))).status, 201);
    const grants = await lesser('create:client_grants', 'read:client_grants');
    const machine = await site.machine();
    const granting = withToken(
      site,
      (await tokenOf(site, grants, 'create:client_grants read:client_grants')).body.access_token,
    );
    const forAll = {
      client_id: machine.clientId,
      audience: `https://${site.host}/api/v2/`,
      scope: ['read:client_grants'],
    };
    assert.equal((await granting('POST', '/client-grants', { ...forAll, scope: ['delete:users'] })).status, 403);
    assert.equal(
      (await granting('POST', '/client-grants', { ...forAll, scope: undefined, allow_all_scopes: true })).status,
      403,
    );
    assert.equal((await granting('POST', '/client-grants', forAll)).status, 403, 'a machine is bound by no rank');
    assert.equal((await granting('POST', '/client-grants', { ...forAll, subject_type: 'user' })).status, 201);
    const admin = (await site.manage('GET', `/users?q=email:"${ada.email}"&search_engine=v3`)).body[0].user_id;
    const takeover = await call('PATCH', `/users/${encodeURIComponent(admin)}`, { password: 'Taken-Over-12345' });
    assert.equal(takeover.status, 403, takeover.text);
  });
});

async function eventually<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (let tries = 0; tries < 100; tries += 1) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail('it never came');
}

test('two nodes that start at once on one database make one client, one role and one grant, and both links work until one is used', async () => {
  const place = await freshPlace('postgres');
  const nodes = await Promise.all([1, 2].map(() => spawnServer(place, { flags: ['--dashboard'] })));
  try {
    const [one, two] = nodes as [Spawned, Spawned];
    const links = await Promise.all(
      nodes.map((node) => eventually(async () => /\/dashboard\/setup\?ticket=\S+/.exec(node.output())?.[0])),
    );
    const own = (await one.manage('GET', '/clients?fields=client_id')).body;
    assert.equal(own.filter(({ client_id }: { client_id: string }) => client_id === client).length, 1);
    const held = (await two.manage('GET', '/roles/rol_CountersignAdmin/permissions?per_page=1&include_totals=true'))
      .body;
    assert.ok(held.total > 100, `${held.total} permissions`);
    const grants = (await one.manage('GET', `/client-grants?client_id=${client}`)).body;
    assert.equal(grants.length, 1);
    for (const [index, node] of nodes.entries())
      assert.equal((await node.send('GET', links[1 - index] as string)).status, 200, 'the link of the other node');
    const replies = await Promise.all(
      nodes.map((node, index) => post(node, links[index] as string, { ...ada, email: `node-${index}@example.com` })),
    );
    assert.deepEqual(replies.map(({ status }) => status).toSorted(), [303, 410]);
  } finally {
    await Promise.all(nodes.map((node) => node.end()));
    await place.clear();
  }
});
