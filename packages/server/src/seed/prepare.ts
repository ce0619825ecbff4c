// What a tenant must have before the server listens, made once however many nodes start at the same time: keys,
// built-in rows, an administrator's client, the demo, and what the tenant file says.

import { randomBytes } from 'node:crypto';
import type { Config } from '../config.ts';
import { StartRefused } from '../config.ts';
import { connectionTable } from '../domain/connections/find.ts';
import { ensureRing } from '../domain/keys/rings.ts';
import { MANAGEMENT_API } from '../domain/tenants/system-apis.ts';
import { initialRows } from '../endpoints/management/initial.ts';
import { logsUsersIn } from '../endpoints/management/verbs/connection-clients.ts';
import type { ProcessLog } from '../log.ts';
import { type Client, clientGrants, clients, managementScopes, resourceServers } from '../resources/index.ts';
import type { TenantHost, TenantId } from '../schema/brand.ts';
import { tableOf } from '../schema/collection.ts';
import type { House } from '../server.ts';
import type { Store, Transaction } from '../storage/store.ts';
import { keepCommandLine } from './command-line.ts';
import { prepareDashboard } from './dashboard.ts';
import { type Demo, prepareDemo } from './demo.ts';
import { trustedCalls } from './trusted.ts';

const apiTable = tableOf(resourceServers);
const clientTable = tableOf(clients);
const grantTable = tableOf(clientGrants);

export interface Prepared {
  /** Only at the start that created it: the secret is shown once. */
  readonly admin: { readonly clientId: string; readonly clientSecret: string } | undefined;
  readonly demo: Demo | undefined;
  /** Of the link for the first administrator of the dashboard, as long as there is none. */
  readonly setupTicket: string | undefined;
}

/** Kept in the store so that each of these happens once in the life of a tenant. */
interface Done {
  readonly admin?: string;
  /** Set once a person could read the secret; a start that failed before that shows it again. */
  readonly adminShown?: boolean;
  /** The database of users was made; whoever deletes it does not get it back. */
  readonly connection?: boolean;
}
const doneDocument = 'prepared';

function randomText(length: number): string {
  return randomBytes(length).toString('base64url').slice(0, length);
}

/** A client id in Auth0's form: 32 letters and digits. */
function newClientId(): string {
  return randomBytes(64)
    .toString('base64')
    .replace(/[^A-Za-z0-9]/g, '')
    .slice(0, 32);
}

async function builtIns(store: Store, now: number): Promise<void> {
  const rows = initialRows(now);
  await store.transact(async (tx) => {
    await tx.lockDocument(doneDocument);
    if (!(await tx.find(apiTable, { identifier: MANAGEMENT_API }))) await tx.insert(apiTable, rows.managementApi);
    if (!(await tx.find(clientTable, { global: 'true' }))) await tx.insert(clientTable, rows.globalClient);
    const done = await tx.document<Done>(doneDocument);
    if (!done?.connection) {
      // Clients that an older program made log users in through it, as new ones do.
      const enabled_clients = (await tx.all(clientTable)).filter(logsUsersIn).map(({ client_id }) => client_id);
      if (!(await tx.find(connectionTable, { name: rows.connection.name })))
        await tx.insert(connectionTable, { ...rows.connection, enabled_clients });
      await tx.put(doneDocument, { ...done, connection: true });
    }
    // A newer program may know scopes that the row does not list yet.
    const api = await tx.find(apiTable, { identifier: MANAGEMENT_API });
    const known = new Set((api?.scopes ?? []).map((scope) => scope.value));
    if (api && managementScopes.some((scope) => !known.has(scope.value))) {
      await tx.replace(apiTable, { ...api, scopes: rows.managementApi.scopes ?? [] });
    }
  });
}

/** Makes or corrects the client with this id and secret, and lets it do everything at the Management API. */
async function putAdmin(tx: Transaction, clientId: string, clientSecret: string): Promise<void> {
  const draft = {
    name: 'Countersign administrator',
    app_type: 'non_interactive' as const,
    token_endpoint_auth_method: 'client_secret_post' as const,
    grant_types: ['client_credentials' as const],
  };
  const found = await tx.lock(clientTable, clientId);
  if (!found) {
    // The defaults of a draft are whole: what the type calls optional is there.
    const defaults = clients.defaults(draft) as Client;
    await tx.insert(clientTable, {
      ...defaults,
      ...draft,
      client_id: clientId,
      client_secret: clientSecret,
      global: false,
    });
  } else if (found.client_secret !== clientSecret) {
    await tx.replace(clientTable, { ...found, client_secret: clientSecret });
  }
  const key = { client_id: clientId, audience: MANAGEMENT_API, subject_type: 'client' as const };
  const scope = managementScopes.map(({ value }) => value);
  const grant = await tx.find(grantTable, key);
  if (!grant) await tx.insert(grantTable, { id: `cgr_${newClientId().slice(0, 16)}`, ...key, scope });
  else if (scope.some((value) => !grant.scope?.includes(value))) await tx.replace(grantTable, { ...grant, scope });
}

async function administrator(store: Store, config: Config): Promise<Prepared['admin']> {
  const id = config['admin-client-id'];
  const secret = config['admin-client-secret'];
  if ((id === undefined) !== (secret === undefined)) {
    throw new StartRefused(
      'COUNTERSIGN_ADMIN_CLIENT_ID and COUNTERSIGN_ADMIN_CLIENT_SECRET go together: set both or neither.',
    );
  }
  if (secret !== undefined && secret.length < 16) {
    throw new StartRefused(
      'COUNTERSIGN_ADMIN_CLIENT_SECRET has fewer than 16 characters; make one with: openssl rand -base64 48',
    );
  }
  return store.transact(async (tx) => {
    const done = (await tx.lockDocument<Done>(doneDocument)) ?? {};
    if (id !== undefined && secret !== undefined) {
      await putAdmin(tx, id, secret);
      if (done.admin === undefined) await tx.put(doneDocument, { ...done, admin: id, adminShown: true });
      return undefined;
    }
    if (done.admin !== undefined) {
      const unseen = done.adminShown ? undefined : await tx.get(clientTable, done.admin);
      return unseen?.client_secret ? { clientId: unseen.client_id, clientSecret: unseen.client_secret } : undefined;
    }
    const made = { clientId: newClientId(), clientSecret: randomText(64) };
    await putAdmin(tx, made.clientId, made.clientSecret);
    await tx.put(doneDocument, { ...done, admin: made.clientId });
    return made;
  });
}

/** To be called when the administrator's secret has been shown: no later start shows it again. */
export async function rememberShown(house: House, tenant: TenantId): Promise<void> {
  await house.database.store(tenant).transact(async (tx) => {
    const done = (await tx.lockDocument<Done>(doneDocument)) ?? {};
    await tx.put(doneDocument, { ...done, adminShown: true });
  });
}

/** Prepares a tenant at this host. @throws StartRefused for a wrong tenant file or settings */
export async function prepareTenant(
  house: House,
  config: Config,
  at: { readonly tenant: TenantId; readonly host: TenantHost; readonly issuer: string },
  log: ProcessLog,
): Promise<Prepared> {
  await house.database.addTenant({ id: at.tenant, name: at.tenant, hosts: [] });
  const store = house.database.store(at.tenant);
  const call = trustedCalls(house.trustedRoutes, at.tenant, at.host, at.issuer);
  await ensureRing(store, 'RS256', at.host, house.now());
  await builtIns(store, house.now());
  const admin = await administrator(store, config);
  if (config.tenant !== undefined) {
    const { applyTenantFile } = await import('./tenant-file.ts');
    const changed = await applyTenantFile(call, config.tenant, process.env, (message) => log.warn(message));
    log.info(
      changed === 0 ? `${config.tenant}: nothing to change` : `${config.tenant}: ${changed} entries created or changed`,
    );
  }
  await store.transact(keepCommandLine);
  const { setupTicket } = config.dashboard
    ? await prepareDashboard(house, config, at.tenant, log)
    : { setupTicket: undefined };
  // Under a public domain localhost is not served, so the demo's commands could not work.
  const wanted = config.demo && config.domain.length === 0;
  return { admin, setupTicket, demo: wanted ? await prepareDemo(store, call, house.now()) : undefined };
}
