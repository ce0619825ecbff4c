// The official Node SDK: an API, a client and a grant are made, listed, changed and read, and the secret is rotated.

import { ManagementClient } from 'auth0';

const { DOMAIN = '', CLIENT_ID = '', CLIENT_SECRET = '' } = process.env;
const management = new ManagementClient({ domain: DOMAIN, clientId: CLIENT_ID, clientSecret: CLIENT_SECRET });

const api = await management.resourceServers.create({
  identifier: 'https://sdk.example.com/',
  name: 'Made by the SDK',
  scopes: [{ value: 'read:sdk', description: 'Read' }],
});
const client = await management.clients.create({
  name: 'Made by the SDK',
  app_type: 'non_interactive',
  grant_types: ['client_credentials'],
});
const clientId = client.client_id ?? '';
const grant = await management.clientGrants.create({
  client_id: clientId,
  audience: 'https://sdk.example.com/',
  scope: ['read:sdk'],
});
const rotated = await management.clients.rotateSecret(clientId);
const byIdentifier = await management.resourceServers.get('https://sdk.example.com/');
const updated = await management.resourceServers.update(api.id ?? '', { token_lifetime: 600 });

const apis: (string | undefined)[] = [];
for await (const item of await management.resourceServers.list()) apis.push(item.identifier);
const clients: (string | undefined)[] = [];
for await (const item of await management.clients.list()) clients.push(item.client_id);
const grants: (string | undefined)[] = [];
for await (const item of await management.clientGrants.list()) grants.push(item.id);
const settings = await management.tenants.settings.get();
const missing = await management.clients.get('nobody').then(
  () => 'found',
  (reason: unknown) => {
    const error = reason as { statusCode?: number; body?: { errorCode?: string } };
    return `${error.statusCode} ${error.body?.errorCode}`;
  },
);
await management.clientGrants.delete(grant.id ?? '');

process.stdout.write(
  JSON.stringify({
    api: api.identifier,
    clientId,
    firstSecret: client.client_secret,
    secret: rotated.client_secret,
    sameApi: byIdentifier.id === api.id,
    lifetime: updated.token_lifetime,
    apis,
    clients: clients.length,
    listed: clients.includes(clientId),
    grantListed: grants.includes(grant.id),
    lifetimes: settings.session_lifetime,
    missing,
  }),
);
