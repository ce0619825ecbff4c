// The official Node SDK: a user and a role are made, joined, searched, changed and read, and the user's sessions ended.

import { ManagementClient } from 'auth0';

const { DOMAIN = '', CLIENT_ID = '', CLIENT_SECRET = '', CONNECTION = '' } = process.env;
const management = new ManagementClient({ domain: DOMAIN, clientId: CLIENT_ID, clientSecret: CLIENT_SECRET });

const identifier = 'https://people.example.com/';
await management.resourceServers.create({ identifier, name: 'People', scopes: [{ value: 'read:people' }] });
const permissions = [{ resource_server_identifier: identifier, permission_name: 'read:people' }];

const user = await management.users.create({
  connection: CONNECTION,
  email: 'Sdk@Example.com',
  password: 'Correct-horse-1',
  user_metadata: { a: 1 },
});
const id = user.user_id ?? '';
const role = await management.roles.create({ name: 'Made by the SDK', description: 'A role' });
const roleId = role.id ?? '';
await management.roles.permissions.add(roleId, { permissions });
await management.users.roles.assign(id, { roles: [roleId] });
await management.users.permissions.create(id, { permissions });

const held: (string | undefined)[] = [];
for await (const item of await management.users.permissions.list(id)) {
  held.push(item.permission_name);
}
const roles: (string | undefined)[] = [];
for await (const item of await management.users.roles.list(id)) roles.push(item.name);
const holders: (string | undefined)[] = [];
for await (const item of await management.roles.users.list(roleId)) holders.push(item.user_id);
const found: (string | undefined)[] = [];
for await (const item of await management.users.list({ q: 'email:"sdk@example.com"', search_engine: 'v3' })) {
  found.push(item.user_id);
}
const byEmail = await management.users.listUsersByEmail({ email: 'sdk@example.com' });
const changed = await management.users.update(id, { user_metadata: { b: 2 }, blocked: true });
const sessions: unknown[] = [];
for await (const item of await management.users.sessions.list(id)) sessions.push(item.id);
await management.users.sessions.delete(id);
const grants: unknown[] = [];
for await (const item of await management.userGrants.list({ user_id: id })) grants.push(item.id);
const branding = await management.branding.update({ colors: { primary: '#0059d6' } });
await management.users.roles.delete(id, { roles: [roleId] });
await management.roles.delete(roleId);
await management.users.delete(id);
const gone = await management.users.get(id).then(
  () => 'found',
  (reason: unknown) => {
    const error = reason as { statusCode?: number; body?: { errorCode?: string } };
    return `${error.statusCode} ${error.body?.errorCode}`;
  },
);

process.stdout.write(
  JSON.stringify({
    id,
    email: user.email,
    held,
    roles,
    holders,
    found,
    byEmail: byEmail.map((item) => item.user_id),
    metadata: changed.user_metadata,
    blocked: changed.blocked,
    sessions,
    grants,
    primary: branding.colors?.primary,
    gone,
  }),
);
