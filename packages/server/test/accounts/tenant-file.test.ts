// The sections of the tenant file that are about people: applied, applied again without a change, brought in line, refused.

import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import bcrypt from 'bcrypt';
import { StartRefused } from '../../src/config.ts';
import { findPassword, findUserByIdentifier } from '../../src/domain/accounts/find.ts';
import { permissionsOf } from '../../src/domain/accounts/permissions.ts';
import { findConnection } from '../../src/domain/connections/find.ts';
import { defaultTenant } from '../../src/domain/tenants/hosts.ts';
import type { TenantHost } from '../../src/schema/brand.ts';
import { applyTenantFile } from '../../src/seed/tenant-file.ts';
import { trustedCalls } from '../../src/seed/trusted.ts';
import { serveHere } from '../support/running.ts';

const api = 'https://api.example.com/';
const base = `
resourceServers:
  - name: Patients
    identifier: ${api}
    scopes:
      - value: read:patients
      - value: write:patients
clients:
  - name: Portal
    app_type: spa
`;

describe('people in a tenant file', () => {
  let site: Awaited<ReturnType<typeof serveHere>>;
  const file = join(tmpdir(), `countersign-people-${process.pid}.yaml`);
  before(async () => {
    site = await serveHere();
  });
  after(async () => {
    await site.stop();
    await rm(file, { force: true });
  });

  const apply = async (text: string): Promise<number> => {
    await writeFile(file, text);
    const call = trustedCalls(site.house.trustedRoutes, defaultTenant, site.host as TenantHost, site.issuer);
    return applyTenantFile(call, file, {}, assert.fail);
  };
  const store = () => site.house.database.store(defaultTenant);

  test('a database, roles and users are made, and the second time nothing changes', async () => {
    const text = `${base}
databases:
  - name: customers
    strategy: auth0
    enabled_clients: [Portal]
    options:
      passwordPolicy: fair
      disable_signup: true
roles:
  - name: Nurse
    description: Cares
    permissions:
      - resource_server_identifier: ${api}
        permission_name: read:patients
users:
  - email: Ada@Example.com
    connection: customers
    password: Correct-Horse-7
    email_verified: true
    given_name: Ada
    roles: [Nurse]
    permissions:
      - resource_server_identifier: ${api}
        permission_name: write:patients
  - email: grace@example.com
    password_hash: ${await bcrypt.hash('imported', 4)}
`;
    assert.equal(await apply(text), 6);
    const connection = await findConnection(site.house.database, site.house.snapshot, defaultTenant, 'customers');
    assert.equal(connection?.disableSignup, true);
    assert.equal(connection?.enabledClients.size, 1);
    const ada = await findUserByIdentifier(store(), 'customers', 'ada@example.com');
    assert.ok(ada);
    assert.equal(ada.given_name, 'Ada');
    assert.equal(ada.email_verified, true);
    assert.deepEqual([...(await permissionsOf(store(), ada.user_id, api))].sort(), ['read:patients', 'write:patients']);
    const password = await findPassword(store(), ada.user_id);
    assert.equal(
      (await site.house.passwords.verify('Correct-Horse-7', password?.hash, { tenant: 'default' })).ok,
      true,
    );
    const grace = await findUserByIdentifier(store(), 'Username-Password-Authentication', 'grace@example.com');
    const imported = await findPassword(store(), grace?.user_id ?? '');
    assert.deepEqual(await site.house.passwords.verify('imported', imported?.hash, { tenant: 'default' }), {
      ok: true,
      upgrade: true,
    });

    assert.equal(await apply(text), 0);
    assert.equal((await findPassword(store(), ada.user_id))?.hash, password?.hash);
  });

  test('what differs is brought in line, and a password is not', async () => {
    const text = `${base}
databases:
  - name: customers
    enabled_clients: []
roles:
  - name: Nurse
    permissions:
      - resource_server_identifier: ${api}
        permission_name: write:patients
users:
  - email: ada@example.com
    connection: customers
    password: Another-Horse-8
    given_name: Augusta
    roles: []
    permissions: []
`;
    const before = await findUserByIdentifier(store(), 'customers', 'ada@example.com');
    const password = await findPassword(store(), before?.user_id ?? '');
    assert.equal(await apply(text), 3);
    const user = await findUserByIdentifier(store(), 'customers', 'ada@example.com');
    assert.equal(user?.given_name, 'Augusta');
    assert.deepEqual([...(await permissionsOf(store(), user?.user_id ?? '', api))], []);
    assert.deepEqual(await findPassword(store(), user?.user_id ?? ''), password);
    const connection = await findConnection(site.house.database, site.house.snapshot, defaultTenant, 'customers');
    assert.equal(connection?.enabledClients.size, 0);
    assert.equal(await apply(text), 0);
  });

  /** what is wrong, the sections, what the refusal says */
  const wrong: readonly [string, string, RegExp][] = [
    [
      'an unknown client',
      'databases:\n  - name: d\n    enabled_clients: [Nobody]',
      /:3: databases\[0\]\.enabled_clients\[0\]: no client is called "Nobody"/,
    ],
    ['another strategy', 'databases:\n  - name: d\n    strategy: oidc', /:3: databases\[0\]\.strategy/],
    [
      'a level that is none',
      'databases:\n  - name: d\n    options:\n      passwordPolicy: great',
      /:4: databases\[0\]\.options\.passwordPolicy/,
    ],
    [
      'an unknown role',
      'users:\n  - email: a@x.test\n    password: Aa345678\n    roles: [Nobody]',
      /:4: users\[0\]\.roles\[0\]: no role is called "Nobody"/,
    ],
    ['nobody’s name', 'users:\n  - password: Aa345678', /:2: users\[0\]: a user needs an email/],
    [
      'an address that is none',
      'users:\n  - email: nobody\n    password: Aa345678',
      /:2: users\[0\]\.email: cannot name a user/,
    ],
    ['a weak password', 'users:\n  - email: weak@x.test\n    password: short', /users\[0\].*[Pp]assword/],
    [
      'a permission without a name',
      'roles:\n  - name: R\n    permissions:\n      - resource_server_identifier: a',
      /:4: roles\[0\]\.permissions\[0\]: permission_name/,
    ],
  ];
  for (const [what, text, says] of wrong) {
    test(`a start is refused and names the place: ${what}`, async () => {
      const refused = await apply(text).catch((error: unknown) => error);
      assert.ok(refused instanceof StartRefused);
      assert.match(refused.message, says);
    });
  }
});
