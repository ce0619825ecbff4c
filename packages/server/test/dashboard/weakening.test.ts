// Permissions that weaken logins for all (docs/dashboard.md): with every one of them a helper changes what may be changed, and yet
// takes no administrator's name, gets no role, and no token that may more.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Administration, administration, adminRole, type Call } from '../support/administration.ts';
import { connection } from '../support/people.ts';

let house: Administration;
let helper: Call;
before(async () => {
  house = await administration();
  helper = await house.lesser(
    'read:connections',
    'update:connections',
    'update:tenant_settings',
    'update:attack_protection',
  );
});
after(() => house.stop());

const changed = async (path: string, body: object) => {
  const reply = await helper('PATCH', path, body);
  assert.equal(reply.status, 200, `${path} ${reply.text}`);
};
const database = async () => (await house.site.manage('GET', `/connections?name=${connection}`)).body[0];

test('nobody signs up with the name of an administrator, whatever a helper makes of the connection', async () => {
  const { site, boss } = house;
  const password = 'Helpers-Choice-7-Battery';
  const signUp = async (who: object) => {
    const body = JSON.stringify({ client_id: app.id, connection, password, ...who });
    return site.send('POST', '/dbconnections/signup', { headers: { 'content-type': 'application/json' }, body });
  };
  const app = await site.webClient();
  const { id, options } = await database();
  const plain = { ...options, passwordPolicy: 'none', disable_signup: false };
  const usernames = { min_length: 1, max_length: 128 };
  const required = { identifier: { active: true }, signup: { status: 'required' } };
  const optional = { identifier: { active: false }, signup: { status: 'optional' } };
  for (const [name, changes] of [
    ['weaker passwords', {}],
    ['usernames beside addresses', { requires_username: true, validation: { username: { min: 1, max: 128 } } }],
    [
      'addresses that are no identifiers',
      { attributes: { email: optional, username: { ...required, validation: usernames } } },
    ],
  ] as const) {
    await changed(`/connections/${id}`, { options: { ...plain, ...changes } });
    const others = [
      { email: boss.email, username: 'helper' },
      { email: `X${Date.now()}@example.com`, username: boss.email },
      { email: boss.email.toUpperCase(), username: 'helper2' },
    ];
    for (const who of others) {
      const reply = await signUp(who);
      // The username is passed over where the connection knows none.
      if (reply.status === 200) {
        assert.equal(name, 'weaker passwords', `${name} ${JSON.stringify(who)} ${reply.text}`);
        assert.equal(reply.body.username, undefined);
      } else assert.equal(reply.status, 400, reply.text);
    }
    const named = (await site.manage('GET', `/users-by-email?email=${encodeURIComponent(boss.email)}`)).body;
    assert.deepEqual(
      named.map(({ user_id }: { user_id: string }) => user_id),
      [boss.userId],
      name,
    );
  }
  await changed(`/connections/${id}`, { options });
  const call = await house.as(boss, ['read:users']);
  assert.equal((await call('GET', '/users')).status, 200, 'and the administrator is who it was');
});

test('settings and protection lend nothing of the Management API', async () => {
  const { site, api } = house;
  await changed('/tenants/settings', {
    default_audience: api,
    default_directory: connection,
    error_page: { html: '<script>steal()</script>', url: '', show_log_link: true },
    skip_non_verifiable_callback_uri_confirmation_prompt: true,
  });
  await changed('/attack-protection/brute-force-protection', { enabled: false });
  const page = await site.send('GET', '/authorize?client_id=nobody');
  assert.doesNotMatch(page.text, /steal\(\)/, 'what a tenant writes as its error page is not shown from our origin');
  // A client of the helper's own, as whoever may create clients would make it: an administrator's token for it may nothing.
  const app = await site.publicClient();
  const skip = { skip_consent_for_verifiable_first_party_clients: true };
  assert.equal((await site.manage('PATCH', `/resource-servers/${encodeURIComponent(api)}`, skip)).status, 200);
  const call = await house.as(house.boss, ['read:users', 'update:users'], app.id, app.callback);
  assert.equal((await call('GET', '/users')).status, 403);
  assert.equal((await call('POST', `/roles/${adminRole}/users`, { users: [house.boss.userId] })).status, 403);
});
