// Nobody gets more at the Management API by calling it than they hold there: each way up, tried by a user with the scope that the
// operation needs and no more, is refused and changes nothing; an administrator may. And the last administrator stays.

import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import {
  type Administration,
  ada,
  administration,
  adminRole,
  type Call,
  dashboard,
} from '../support/administration.ts';
import { connection, type Person } from '../support/people.ts';

const pem = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ type: 'spki', format: 'pem' });

describe('a user with few permissions', () => {
  let house: Administration;
  let site: Administration['site'];
  let admin: Call;
  /** Another administrator: whom all the attempts are at. */
  let boss: Person;
  /** A machine client that may delete users. */
  let strong: string;
  let role: string;

  before(async () => {
    house = await administration();
    ({ site, admin, boss } = house);
    strong = (await site.webClient({ grant_types: ['client_credentials'] })).id;
    const grant = { client_id: strong, audience: house.api, scope: ['delete:users'] };
    assert.equal((await site.manage('POST', '/client-grants', grant)).status, 201);
    role = (await site.manage('POST', '/roles', { name: 'Strong' })).body.id;
    assert.equal(
      (await site.manage('POST', `/roles/${role}/permissions`, permissions('delete:users', 'read:users'))).status,
      201,
    );
  });
  after(() => house.stop());

  const permissions = (...names: string[]) => house.permissions(...names);
  const lesser = (...scopes: string[]) => house.lesser(...scopes);

  /** What an attempt could change, as a machine that may everything sees it. */
  async function everything(): Promise<string> {
    const paths = [
      `/users/${boss.userId}`,
      `/users/${boss.userId}/roles`,
      `/users/${boss.userId}/permissions?per_page=1&include_totals=true`,
      `/clients/${strong}`,
      `/clients/${strong}/credentials`,
      `/client-grants?client_id=${strong}`,
      `/roles/${role}`,
      `/roles/${role}/permissions`,
      `/resource-servers/${encodeURIComponent(house.api)}?fields=token_lifetime,skip_consent_for_verifiable_first_party_clients`,
      '/emails/provider?fields=name,enabled,credentials,default_from_address',
      '/email-templates/reset_email',
      '/connections?fields=id,name',
    ];
    const replies = [];
    for (const path of paths) replies.push((await site.manage('GET', path)).text);
    return replies.join('\n');
  }

  const mailer = { name: 'smtp', credentials: { smtp_host: 'mail.example.com', smtp_port: 25 } };
  const template = {
    template: 'reset_email',
    body: 'Hello {{ url }}',
    from: 'a@example.com',
    subject: 'Hello',
    syntax: 'liquid',
    enabled: true,
  };
  const b = () => boss.userId;
  const clientPath = (rest = '') => `/clients/${strong}${rest}`;
  const database = async () => (await site.manage('GET', `/connections?name=${connection}`)).body[0].id as string;
  const grantId = async () => (await site.manage('GET', `/client-grants?client_id=${strong}`)).body[0].id as string;

  /** The way up, the scopes that lead to it, what is asked; in an order in which the administrator can do one after the other. */
  const ways: [string, string[], () => Promise<[string, string, object?]> | [string, string, object?]][] = [
    ['a password link', ['create:user_tickets'], () => ['POST', '/tickets/password-change', { user_id: b() }]],
    [
      'a password link, by address',
      ['create:user_tickets'],
      async () => ['POST', '/tickets/password-change', { email: boss.email, connection_id: await database() }],
    ],
    ['a verification link', ['create:user_tickets'], () => ['POST', '/tickets/email-verification', { user_id: b() }]],
    ['a verification mail', ['update:users'], () => ['POST', '/jobs/verification-email', { user_id: b() }]],
    ['a new password', ['update:users'], () => ['PATCH', `/users/${b()}`, { password: 'Taken-Over-12345' }]],
    ['a new address', ['update:users'], () => ['PATCH', `/users/${b()}`, { email: `x-${Date.now()}@example.com` }]],
    ['a block', ['update:users'], () => ['PATCH', `/users/${b()}`, { blocked: true }]],
    ['a new secret', ['update:client_keys'], () => ['POST', clientPath('/rotate-secret')]],
    [
      'a chosen secret',
      ['update:client_keys', 'update:clients'],
      () => ['PATCH', clientPath(), { client_secret: 'a-secret-that-the-caller-chose-and-knows-1234567' }],
    ],
    [
      'a key for a client',
      ['create:client_credentials'],
      () => ['POST', clientPath('/credentials'), { credential_type: 'public_key', pem }],
    ],
    [
      'an address of a client',
      ['update:clients'],
      () => ['PATCH', clientPath(), { callbacks: ['https://evil.test/'] }],
    ],
    [
      'grant types of a client',
      ['update:clients'],
      () => ['PATCH', clientPath(), { grant_types: ['client_credentials', 'authorization_code'] }],
    ],
    [
      'a wider grant',
      ['update:client_grants'],
      async () => ['PATCH', `/client-grants/${await grantId()}`, { scope: ['delete:users', 'read:users'] }],
    ],
    ['the mail server', ['create:email_provider'], () => ['POST', '/emails/provider', mailer]],
    [
      'another mail server',
      ['update:email_provider'],
      () => ['PATCH', '/emails/provider', { default_from_address: 'evil@example.com' }],
    ],
    ['no mail server', ['delete:email_provider'], () => ['DELETE', '/emails/provider']],
    ['a mail text', ['create:email_templates'], () => ['POST', '/email-templates', template]],
    ['a changed mail text', ['update:email_templates'], () => ['PATCH', '/email-templates/reset_email', { body: 'x' }]],
    ['a whole mail text', ['update:email_templates'], () => ['PUT', '/email-templates/reset_email', template]],
    [
      'a mail text that is tried out',
      ['read:email_templates'],
      () => ['POST', '/email-templates/reset_email/preview', { body: '{{ url }}' }],
    ],
    ['no mail text', ['update:email_templates'], () => ['DELETE', '/email-templates/reset_email']],
    [
      'permissions taken from a role',
      ['update:roles'],
      () => ['DELETE', `/roles/${role}/permissions`, permissions('read:users')],
    ],
    ['another name of a role', ['update:roles'], () => ['PATCH', `/roles/${role}`, { name: 'Harmless' }]],
    [
      'how long tokens for the Management API live',
      ['update:resource_servers'],
      () => ['PATCH', `/resource-servers/${encodeURIComponent(house.api)}`, { token_lifetime: 2_592_000 }],
    ],
    [
      'whether the Management API asks for consent',
      ['update:resource_servers'],
      () => [
        'PATCH',
        `/resource-servers/${encodeURIComponent(house.api)}`,
        { skip_consent_for_verifiable_first_party_clients: true },
      ],
    ],
    ['a role deleted', ['delete:roles'], () => ['DELETE', `/roles/${role}`]],
    [
      'permissions taken from a user',
      ['update:users'],
      () => ['DELETE', `/users/${b()}/permissions`, permissions('read:users')],
    ],
    ['a grant deleted', ['delete:client_grants'], async () => ['DELETE', `/client-grants/${await grantId()}`]],
    ['a role taken', ['update:users'], () => ['DELETE', `/users/${b()}/roles`, { roles: [adminRole] }]],
  ];

  for (const [name, scopes, asked] of ways)
    test(`cannot reach up by ${name}, and an administrator can do it`, async () => {
      const call = await lesser(...scopes);
      const [method, path, body] = await asked();
      const as = await everything();
      const refused = await call(method, path, body);
      assert.equal(refused.status, 403, refused.text);
      assert.equal(refused.body.errorCode, 'insufficient_scope');
      assert.equal(await everything(), as, 'nothing changed');
      const done = await admin(method, path, body);
      assert.ok(done.status < 300, `${done.status} ${done.text}`);
    });

  test('cannot delete who or what is more: a user by id, by address or with the connection, and a client', async () => {
    const victim = await site.user();
    await site.manage('POST', `/users/${victim.userId}/permissions`, permissions('read:logs'));
    const grant = { client_id: strong, audience: `https://${site.host}/api/v2/`, scope: ['delete:users'] };
    await site.manage('POST', '/client-grants', grant);
    const id = await database();
    const users = await lesser('delete:users');
    const connections = await lesser('delete:connections');
    const clients = await lesser('delete:clients');
    const byAddress = `/connections/${id}/users?email=${encodeURIComponent(victim.email)}`;
    for (const [call, path] of [
      [users, `/users/${victim.userId}`],
      [users, byAddress],
      [connections, `/connections/${id}`],
      [clients, `/clients/${strong}`],
    ] as const)
      assert.equal((await call('DELETE', path)).status, 403, path);
    assert.equal((await site.manage('GET', `/users/${victim.userId}`)).status, 200);
    assert.equal((await site.manage('GET', `/connections/${id}`)).status, 200);
    assert.equal((await admin('DELETE', byAddress)).status, 204);
    assert.equal((await site.manage('GET', `/users/${victim.userId}`)).status, 404);
    assert.equal((await admin('DELETE', `/clients/${strong}`)).status, 204);
  });

  test('reads secrets of clients that may no more than the reader', async () => {
    const api = `https://${site.host}/api/v2/`;
    const mighty = await site.webClient();
    const plain = await site.webClient();
    const lends = await site.webClient();
    for (const [client_id, subject_type] of [
      [mighty.id, 'client'],
      [lends.id, 'user'],
    ])
      await site.manage('POST', '/client-grants', { client_id, audience: api, scope: ['delete:users'], subject_type });
    const call = await lesser('read:clients', 'read:client_keys');
    const secretOf = async (by: Call, id: string) => (await by('GET', `/clients/${id}`)).body.client_secret;
    assert.equal(await secretOf(call, plain.id), plain.secret);
    for (const one of [mighty, lends]) {
      assert.equal(await secretOf(call, one.id), undefined);
      assert.equal(await secretOf(admin, one.id), one.secret);
      assert.equal((await call('GET', `/clients/${one.id}?fields=client_secret`)).status, 403);
    }
    const { text } = await call('GET', '/clients?per_page=100');
    assert.ok(plain.secret && text.includes(plain.secret));
    for (const one of [mighty, lends]) assert.ok(one.secret && text.includes(one.id) && !text.includes(one.secret));
  });

  test('and the client of an administrator lends only what it was granted, also towards the own account', async () => {
    const app = await site.publicClient();
    const api = `https://${site.host}/api/v2/`;
    const scope = ['update:users', 'create:client_grants', 'update:current_user_metadata'];
    const grant = { client_id: app.id, audience: api, subject_type: 'user', scope };
    assert.equal((await site.manage('POST', '/client-grants', grant)).status, 201);
    const skip = { skip_consent_for_verifiable_first_party_clients: true };
    const system = (await site.manage('GET', '/resource-servers')).body.find(
      ({ identifier }: { identifier: string }) => identifier === api,
    );
    assert.equal((await site.manage('PATCH', `/resource-servers/${system.id}`, skip)).status, 200);
    const deputy = await house.as(ada, scope, app.id, app.callback);
    const me = (await site.manage('GET', `/users?q=email:"${ada.email}"&search_engine=v3`)).body[0].user_id;
    const helper = await site.user();
    for (const [method, path, body] of [
      ['PATCH', `/users/${me}`, { password: 'Taken-Over-12345' }],
      ['PATCH', `/users/${me}`, { email: 'evil@example.com' }],
      ['POST', `/users/${helper.userId}/roles`, { roles: [adminRole] }],
      ['POST', `/users/${helper.userId}/permissions`, permissions('delete:users')],
      ['POST', '/client-grants', { client_id: app.id, audience: api, scope: ['delete:users'] }],
    ] as const) {
      const reply = await deputy(method, path, body);
      assert.equal(reply.status, 403, `${path} ${reply.text}`);
    }
    assert.equal((await deputy('PATCH', `/users/${me}`, { user_metadata: { colour: 'green' } })).status, 200);
    assert.equal((await deputy('PATCH', `/users/${helper.userId}`, { name: 'Helped' })).status, 200);
  });

  test('nobody moves or deletes the dashboard’s own client; sent as it is, it stays as it is', async () => {
    const path = `/clients/${dashboard}`;
    const before = (await site.manage('GET', path)).text;
    const { callbacks, grant_types } = JSON.parse(before);
    for (const call of [admin, site.manage.bind(site)]) {
      for (const patch of [
        { callbacks: [...callbacks, 'https://evil.test/'] },
        { web_origins: ['https://evil.test'] },
        { grant_types: [...grant_types, 'implicit'] },
        { token_endpoint_auth_method: 'client_secret_post' },
        { client_secret: 'a-secret-that-the-caller-chose-and-knows-1234567' },
      ]) {
        const reply = await call('PATCH', path, patch);
        assert.equal(reply.status, 400, `${JSON.stringify(patch)} ${reply.text}`);
        assert.match(reply.body.message, /dashboard's own client/);
      }
      assert.equal((await call('POST', `${path}/rotate-secret`)).status, 400);
      assert.equal((await call('DELETE', path)).status, 400);
      assert.equal((await call('PATCH', path, { callbacks, grant_types })).status, 200);
    }
    assert.equal((await site.manage('GET', path)).text, before);
  });

  test('the last who has the administrator role keeps it, whoever asks', async () => {
    const me = (await site.manage('GET', `/users?q=email:"${ada.email}"&search_engine=v3`)).body[0].user_id;
    const second = await site.user();
    const give = (id: string) => site.manage('POST', `/users/${id}/roles`, { roles: [adminRole] });
    assert.equal((await give(second.userId)).status, 204);
    assert.equal((await site.manage('PATCH', `/users/${second.userId}`, { blocked: true })).status, 200);
    const email = encodeURIComponent(ada.email);
    const id = await database();
    for (const call of [admin, site.manage.bind(site)])
      for (const [method, path, body] of [
        ['DELETE', `/users/${me}`],
        ['PATCH', `/users/${me}`, { blocked: true }],
        ['DELETE', `/users/${me}/roles`, { roles: [adminRole] }],
        ['DELETE', `/connections/${id}/users?email=${email}`],
        ['DELETE', `/connections/${id}`],
        ['DELETE', `/roles/${adminRole}`],
        ['DELETE', `/roles/${adminRole}/permissions`, permissions('read:users')],
      ] as [string, string, object?][]) {
        const reply = await call(method, path, body);
        assert.equal(reply.status, 409, `${method} ${path} ${reply.text}`);
        assert.match(reply.body.message, /administrator role/);
      }
    assert.equal((await site.manage('PATCH', `/users/${second.userId}`, { blocked: false })).status, 200);
    const both = [me, second.userId].map((one) => site.manage('DELETE', `/users/${one}/roles`, { roles: [adminRole] }));
    const statuses = (await Promise.all(both)).map(({ status }) => status);
    assert.deepEqual(statuses.toSorted(), [204, 409], 'of two at once one stays');
  });
});
