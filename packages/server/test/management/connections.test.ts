// /api/v2/connections: what a database begins with, its rules, who may use it, and what goes when it goes.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { readConfig } from '../../src/config.ts';
import { createUser } from '../../src/domain/accounts/create.ts';
import { findUserByIdentifier } from '../../src/domain/accounts/find.ts';
import { findClient } from '../../src/domain/clients/find.ts';
import { connectionsOf, findConnection } from '../../src/domain/connections/find.ts';
import { defaultTenant } from '../../src/domain/tenants/hosts.ts';
import type { TenantHost } from '../../src/schema/brand.ts';
import { prepareTenant } from '../../src/seed/prepare.ts';
import { serveHere } from '../support/running.ts';

describe('connections', () => {
  let site: Awaited<ReturnType<typeof serveHere>>;
  before(async () => {
    site = await serveHere();
  });
  after(() => site.stop());

  let made = 0;
  const create = async (draft: object = {}) => {
    const reply = await site.manage('POST', '/connections', { name: `db-${++made}`, strategy: 'auth0', ...draft });
    assert.equal(reply.status, 201, reply.text);
    return reply.body;
  };
  const client = async (draft: object = {}) => {
    const reply = await site.manage('POST', '/clients', { name: `client ${++made}`, ...draft });
    assert.equal(reply.status, 201, reply.text);
    return reply.body.client_id as string;
  };
  const usable = async (clientId: string) => {
    const { database, snapshot } = site.house;
    const facts = await findClient(database, snapshot, defaultTenant, clientId);
    assert.ok(facts);
    return (await connectionsOf(database, snapshot, defaultTenant, facts)).map(({ name }) => name);
  };

  test('every tenant has a database of users from its start', async () => {
    const { body } = await site.manage('GET', '/connections?name=Username-Password-Authentication');
    assert.equal(body.length, 1);
    assert.equal(body[0].strategy, 'auth0');
    assert.equal(body[0].options.passwordPolicy, 'good');
    assert.deepEqual(body[0].realms, ['Username-Password-Authentication']);
  });

  test('a database begins with what Auth0 gives it', async () => {
    const { id, name, ...rest } = await create();
    assert.match(id, /^con_[A-Za-z0-9]{16}$/);
    assert.deepEqual(rest, {
      strategy: 'auth0',
      options: {
        mfa: { active: true, return_enroll_settings: true },
        passwordPolicy: 'good',
        strategy_version: 2,
        authentication_methods: {
          password: { enabled: true, api_behavior: 'required', signup_behavior: 'allow' },
          passkey: { enabled: false },
        },
        passkey_options: { challenge_ui: 'both', progressive_enrollment_enabled: true, local_enrollment_enabled: true },
        brute_force_protection: true,
      },
      is_domain_connection: false,
      authentication: { active: true },
      connected_accounts: { active: false },
      enabled_clients: [],
      realms: [name],
    });
    const read = await site.manage('GET', `/connections/${id}`);
    assert.deepEqual(read.body, { id, name, ...rest });
  });

  test('a PATCH of options replaces them, and the connection keeps what it cannot be without', async () => {
    const { id, name } = await create({ options: { disable_signup: true, passwordPolicy: 'low' } });
    const reply = await site.manage('PATCH', `/connections/${id}`, { options: { passwordPolicy: 'fair' } });
    assert.equal(reply.status, 200);
    assert.equal(reply.body.options.passwordPolicy, 'fair');
    assert.equal(reply.body.options.disable_signup, undefined);
    assert.equal(reply.body.options.brute_force_protection, true);
    const facts = await findConnection(site.house.database, site.house.snapshot, defaultTenant, name);
    assert.equal(facts?.disableSignup, false);
    assert.equal(facts?.passwordPolicy.typesNeeded, 3);
  });

  test('the facts say what the options say', async () => {
    const { name } = await create({
      options: {
        disable_signup: true,
        requires_username: true,
        brute_force_protection: false,
        validation: { username: { min: 3, max: 20 } },
        passwordPolicy: 'excellent',
        password_complexity_options: { min_length: 20 },
        password_history: { enable: true, size: 7 },
        password_dictionary: { enable: true, dictionary: ['Acme'] },
        password_no_personal_info: { enable: true },
      },
    });
    const facts = await findConnection(site.house.database, site.house.snapshot, defaultTenant, name);
    assert.deepEqual(
      { ...facts, id: '', name: '', realms: facts?.realms.map((realm) => (realm === name ? 'its name' : realm)) },
      {
        id: '',
        name: '',
        strategy: 'auth0',
        isDomainConnection: false,
        realms: ['its name'],
        enabledClients: new Set(),
        disableSignup: true,
        disableReset: false,
        requiresUsername: true,
        atSignup: { email: 'required', username: 'required', phone_number: 'inactive' },
        usernameBounds: { min: 3, max: 20 },
        passwordPolicy: {
          minLength: 20,
          types: ['lowercase', 'uppercase', 'number', 'special'],
          typesNeeded: 3,
          repetition: false,
          sequences: true,
          dictionary: { words: new Set(['acme']) },
          noPersonalInfo: true,
          history: 7,
        },
        bruteForceProtection: false,
      },
    );
    assert.equal(await findConnection(site.house.database, site.house.snapshot, defaultTenant, 'no'), undefined);
  });

  /** options, what the refusal says */
  const wrong: readonly [object, RegExp][] = [
    [{ passwordPolicy: 'great' }, /No enum match for: great' on property options\.passwordPolicy/],
    [{ password_history: { enable: true, size: 25 } }, /options\.password_history\.size/],
    [{ password_history: { size: 2 } }, /Missing required property: enable/],
    [{ password_dictionary: { enable: true, dictionary: Array(201).fill('x') } }, /Array is too long/],
    [{ password_complexity_options: { min_length: 73 } }, /min_length/],
    [{ disable_signup: 'yes' }, /Expected type boolean but found type string' on property options\.disable_signup/],
    [{ validation: { username: { min: 9, max: 3 } } }, /min must not be greater than max/],
    [{ password_options: { complexity: { max_length_exceeded: 'truncate' } } }, /never cut/],
    [
      { requires_username: true, attributes: { email: { identifier: { active: true } } } },
      /^Cannot set both options\.attributes and options\.requires_username$/,
    ],
    [{ attributes: { email: { identifier: { active: false } } } }, /^attributes must contain one active identifier$/],
  ];
  for (const [options, message] of wrong) {
    test(`options are refused: ${JSON.stringify(options).slice(0, 70)}`, async () => {
      const reply = await site.manage('POST', '/connections', { name: `db-${++made}`, strategy: 'auth0', options });
      assert.equal(reply.status, 400);
      assert.match(reply.body.message, message);
      assert.equal(reply.body.errorCode, 'invalid_body');
    });
  }

  test('a name is taken once, and has no spaces or dots', async () => {
    const { name } = await create();
    const again = await site.manage('POST', '/connections', { name, strategy: 'auth0' });
    assert.equal(again.status, 409);
    for (const bad of ['a b', 'a.b', '-a', 'a-', '', 'é', 'x'.repeat(129)]) {
      assert.equal((await site.manage('POST', '/connections', { name: bad, strategy: 'auth0' })).status, 400, bad);
    }
    assert.equal((await site.manage('POST', '/connections', { name: 'kind', strategy: 'magic' })).status, 400);
  });

  test('secrets of other strategies are sealed at rest, answered, and masked in the log', async () => {
    const secret = `hidden-${'s'.repeat(20)}`;
    const { id } = await create({ strategy: 'google-oauth2', options: { client_id: 'g', client_secret: secret } });
    const read = await site.manage('GET', `/connections/${id}`);
    assert.equal(read.body.options.client_secret, secret);
    assert.equal(read.body.secret_options, undefined);
    const row = await site.house.database
      .store(defaultTenant)
      .get({ name: 'connections', id: 'id', columns: [], unique: [], secrets: [], watched: true }, id);
    assert.ok(!JSON.stringify(row).includes(secret));
    await site.house.logs.flush();
    const { body } = await site.manage('GET', '/logs?per_page=100');
    assert.ok(!JSON.stringify(body).includes(secret));
    const reads = async () => {
      await site.house.logs.flush();
      return (await site.manage('GET', '/logs?per_page=100&q=type%3Amgmt_api_read')).body.length;
    };
    const seen = await reads();
    assert.equal(seen, 1, 'reading it was logged');
    await site.manage('GET', `/connections/${id}?fields=name`);
    await site.manage('GET', '/connections?strategy=auth0');
    assert.equal(await reads(), seen, 'reading what holds no secret is not');
  });

  test('a new client that logs users in may use every connection at once; a machine and a client of others may not', async () => {
    const { name } = await create();
    assert.ok((await usable(await client())).includes(name));
    assert.equal((await usable(await client()))[0], 'Username-Password-Authentication');
    assert.deepEqual(
      await usable(await client({ app_type: 'non_interactive', grant_types: ['client_credentials'] })),
      [],
    );
    assert.deepEqual(await usable(await client({ is_first_party: false })), []);
  });

  test('a client of others may use connections of the domain only', async () => {
    const { id, name } = await create();
    const other = await client({ is_first_party: false });
    await site.manage('PATCH', `/connections/${id}/clients`, [{ client_id: other, status: true }]);
    assert.deepEqual(await usable(other), []);
    await site.manage('PATCH', `/connections/${id}`, { is_domain_connection: true });
    assert.deepEqual(await usable(other), [name]);
    await site.manage('PATCH', `/connections/${id}`, { is_domain_connection: false });
  });

  test('flags.enable_client_connections decides over new clients', async () => {
    const { name } = await create();
    await site.manage('PATCH', '/tenants/settings', { flags: { enable_client_connections: false } });
    assert.deepEqual(await usable(await client()), []);
    await site.manage('PATCH', '/tenants/settings', { flags: { enable_client_connections: true } });
    assert.ok((await usable(await client())).includes(name));
  });

  test('the clients of a connection are listed, set, and go with the client', async () => {
    const { id, name } = await create();
    const [first, second] = [await client(), await client()];
    const listed = async () =>
      (await site.manage('GET', `/connections/${id}/clients?take=100`)).body.clients.map(
        (one: { client_id: string }) => one.client_id,
      );
    assert.deepEqual(await listed(), [first, second]);
    const off = await site.manage('PATCH', `/connections/${id}/clients`, [{ client_id: first, status: false }]);
    assert.equal(off.status, 204);
    assert.deepEqual(await listed(), [second]);
    assert.ok(!(await usable(first)).includes(name));
    assert.ok((await usable(second)).includes(name));
    const page = await site.manage('GET', `/connections/${id}/clients?take=1`);
    assert.deepEqual(page.body, { clients: [{ client_id: second }] });
    await site.manage('DELETE', `/clients/${second}`);
    assert.deepEqual(await listed(), []);
  });

  test('wrong lists of clients change nothing', async () => {
    const { id } = await create();
    const known = await client();
    const before = (await site.manage('GET', `/connections/${id}`)).body.enabled_clients;
    const good = { client_id: known, status: false };
    for (const body of [
      [],
      {},
      [1],
      [{ client_id: known }],
      [{ ...good, more: 1 }],
      [{ client_id: 1, status: true }],
      [good, { client_id: 'no', status: true }],
      Array(51).fill(good),
    ]) {
      const reply = await site.manage('PATCH', `/connections/${id}/clients`, body);
      assert.equal(reply.status, 400, JSON.stringify(body).slice(0, 80));
      assert.equal(reply.body.errorCode, 'invalid_body');
    }
    assert.deepEqual((await site.manage('GET', `/connections/${id}`)).body.enabled_clients, before);
    assert.equal((await site.manage('PATCH', '/connections/con_no/clients', [good])).status, 404);
  });

  test('the connections of a client are listed', async () => {
    const { name } = await create();
    const id = await client();
    const reply = await site.manage('GET', `/clients/${id}/connections?take=100&strategy=auth0&fields=name`);
    assert.ok(reply.body.connections.some((one: object) => JSON.stringify(one) === JSON.stringify({ name })));
    assert.equal((await site.manage('GET', '/clients/no/connections')).status, 404);
  });

  test('a connection goes with its users and no others, and deleting it again is no error', async () => {
    const { id, name } = await create();
    const store = site.house.database.store(defaultTenant);
    const email = 'going@x.test';
    await store.transact((tx) => createUser(tx, { connection: name, email, password_hash: 'x' }, 0));
    const kept = { connection: 'Username-Password-Authentication', email };
    await store.transact((tx) => createUser(tx, kept, 0));
    const reply = await site.manage('DELETE', `/connections/${id}`);
    assert.equal(reply.status, 202);
    assert.match(reply.body.deleted_at, /^\d{4}-/);
    assert.equal(await findUserByIdentifier(store, name, email), undefined);
    assert.ok(await findUserByIdentifier(store, kept.connection, email));
    assert.equal((await site.manage('DELETE', `/connections/${id}`)).status, 204);
    const gone = await site.manage('GET', `/connections/${id}`);
    assert.equal(gone.status, 404);
    assert.equal(gone.body.errorCode, 'inexistent_connection');
  });

  test('the first database is made once, with the clients that were there: who deletes it does not get it back', async () => {
    const own = await serveHere();
    try {
      const config = readConfig(['--data', own.data, '--no-demo'], {
        COUNTERSIGN_ADMIN_CLIENT_ID: own.admin.clientId,
        COUNTERSIGN_ADMIN_CLIENT_SECRET: own.admin.clientSecret,
      });
      const silent = { debug() {}, info() {}, warn() {}, error() {} };
      const at = { tenant: defaultTenant, host: own.host as TenantHost, issuer: own.issuer };
      const start = () => prepareTenant(own.house, config, at, silent);
      const listed = async () => (await own.manage('GET', '/connections')).body;
      const spa = (await own.manage('POST', '/clients', { name: 'SPA', app_type: 'spa' })).body.client_id;
      const [first] = await listed();
      await own.manage('DELETE', `/connections/${first.id}`);
      await start();
      assert.deepEqual(await listed(), []);
      // As a database of a program that knew no connections: nothing says that one was made.
      await own.house.database.store(defaultTenant).transact(async (tx) => {
        const { connection: _made, ...done } = (await tx.lockDocument<Record<string, unknown>>('prepared')) ?? {};
        await tx.put('prepared', done);
      });
      await start();
      const [again] = await listed();
      assert.equal(again.name, 'Username-Password-Authentication');
      assert.deepEqual(
        again.enabled_clients,
        [spa, 'countersign-dashboard'],
        'the dashboard, but neither the administrator, which is a machine, nor the global client',
      );
    } finally {
      await own.stop();
    }
  });

  test('a user is deleted by e-mail address, in any case', async () => {
    const { id, name } = await create();
    const store = site.house.database.store(defaultTenant);
    await store.transact((tx) => createUser(tx, { connection: name, email: 'one@x.test' }, 0));
    assert.equal((await site.manage('DELETE', `/connections/${id}/users?email=One%40x.test`)).status, 204);
    assert.equal(await findUserByIdentifier(store, name, 'one@x.test'), undefined);
    assert.equal((await site.manage('DELETE', `/connections/${id}/users`)).status, 400);
    assert.equal((await site.manage('DELETE', `/connections/con_no/users?email=a%40x.test`)).status, 404);
  });
});
