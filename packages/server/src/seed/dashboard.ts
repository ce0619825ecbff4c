// What the dashboard needs before the server listens: its client, the role of its administrators, and a way to the first one:
// the settings, or a link that the start prints as long as there is none.

import { randomBytes } from 'node:crypto';
import type { Config } from '../config.ts';
import { StartRefused } from '../config.ts';
import {
  ensureAdministratorRole,
  hasAdministrator,
  lockSetup,
  makeAdministrator,
  type SetupTicket,
  setupLastsMs,
  setupTicket,
} from '../domain/accounts/administrators.ts';
import { createUser } from '../domain/accounts/create.ts';
import { findPassword, findUserByIdentifier } from '../domain/accounts/find.ts';
import { canonicalEmail } from '../domain/accounts/identifiers.ts';
import { judgePassword } from '../domain/accounts/policy.ts';
import { connectionTable, findConnection } from '../domain/connections/find.ts';
import { MANAGEMENT_API } from '../domain/tenants/system-apis.ts';
import type { ProcessLog } from '../log.ts';
import {
  type Client,
  clientGrants,
  clients,
  dashboardClient,
  dashboardClientId,
  defaultConnectionName,
} from '../resources/index.ts';
import type { TenantId } from '../schema/brand.ts';
import { tableOf } from '../schema/collection.ts';
import type { House } from '../server.ts';
import type { Transaction } from '../storage/store.ts';

const clientTable = tableOf(clients);
const grantTable = tableOf(clientGrants);
/** Kept under an id of its own, so that nobody's grant is taken for it. */
const grantId = 'cgr_CountersignDashb';

/** The client as it must be, with its grant and its connections. What an operator added to it is brought back to this at each start. */
async function ensureClient(tx: Transaction): Promise<void> {
  const wanted = {
    ...dashboardClient,
    grant_types: [...dashboardClient.grant_types],
    callbacks: [...dashboardClient.callbacks],
    allowed_logout_urls: [...dashboardClient.allowed_logout_urls],
    web_origins: [...dashboardClient.web_origins],
  };
  const found = await tx.lock(clientTable, dashboardClientId);
  if (!found) {
    const defaults = clients.defaults(wanted) as Client;
    await tx.insert(clientTable, { ...defaults, ...wanted, client_id: dashboardClientId, global: false });
  } else if (Object.entries(wanted).some(([name, value]) => !isSame(found[name as keyof Client], value))) {
    await tx.replace(clientTable, { ...found, ...wanted });
  }
  await ensureConnection(tx);
  const key = { client_id: dashboardClientId, audience: MANAGEMENT_API, subject_type: 'user' as const };
  if (!(await tx.find(grantTable, key))) await tx.insert(grantTable, { id: grantId, ...key, allow_all_scopes: true });
}

/** Where nobody could log in to the dashboard, its administrators come in by the default database again. */
async function ensureConnection(tx: Transaction): Promise<void> {
  const all = await tx.all(connectionTable);
  if (all.some((one) => one.is_domain_connection || one.enabled_clients.includes(dashboardClientId))) return;
  for (const { id, name } of all) {
    const connection = name === defaultConnectionName ? await tx.lock(connectionTable, id) : undefined;
    if (!connection) continue;
    const enabled_clients = [...new Set([...connection.enabled_clients, dashboardClientId])];
    await tx.replace(connectionTable, { ...connection, enabled_clients });
  }
}

const isSame = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);

/** What the start says about administrators: the ticket of the link for the first one, if there is none. */
export async function prepareDashboard(
  house: House,
  config: Config,
  tenant: TenantId,
  log: ProcessLog,
): Promise<{ readonly setupTicket: string | undefined }> {
  const store = house.database.store(tenant);
  await store.transact(async (tx) => {
    await lockSetup(tx);
    await ensureAdministratorRole(tx);
    await ensureClient(tx);
  });
  await givenAdministrator(house, config, tenant, log);
  if (await hasAdministrator(store)) return { setupTicket: undefined };
  const ticket = randomBytes(24).toString('base64url');
  const isKept = await store.transact(async (tx) => {
    const value: SetupTicket = { round: await lockSetup(tx) };
    if (await hasAdministrator(tx)) return false;
    await tx.keep(setupTicket(ticket), value, house.now() + setupLastsMs);
    return true;
  });
  return { setupTicket: isKept ? ticket : undefined };
}

/** COUNTERSIGN_ADMIN_EMAIL and COUNTERSIGN_ADMIN_PASSWORD. Somebody who has the address already is left as they are. */
async function givenAdministrator(house: House, config: Config, tenant: TenantId, log: ProcessLog): Promise<void> {
  const given = config['admin-email'];
  const password = config['admin-password'];
  if (given === undefined && password === undefined) return;
  if (given === undefined || password === undefined) {
    throw new StartRefused('COUNTERSIGN_ADMIN_EMAIL and COUNTERSIGN_ADMIN_PASSWORD go together: set both or neither.');
  }
  const email = canonicalEmail(given);
  if (email === undefined) throw new StartRefused('COUNTERSIGN_ADMIN_EMAIL is not an e-mail address.');
  const store = house.database.store(tenant);
  if (await hasAdministrator(store)) return;
  const connection = await findConnection(house.database, house.snapshot, tenant, defaultConnectionName);
  if (!connection) {
    log.warn(`no administrator was made: the connection ${defaultConnectionName} does not exist`);
    return;
  }
  const user = await findUserByIdentifier(store, connection.name, email);
  if (user) {
    // Whoever signed up with this address first must not become administrator by it: the password proves who it is.
    const stored = await findPassword(store, user.user_id);
    if ((await house.passwords.verify(password, stored?.hash, { tenant })).ok) {
      await store.transact((tx) => makeAdministrator(tx, user.user_id));
    } else {
      log.warn(
        `${email} has an account already, whose password is not COUNTERSIGN_ADMIN_PASSWORD: it was left as it is. Use the link below, or another address.`,
      );
    }
    return;
  }
  const [problem] = judgePassword(connection.passwordPolicy, password, { email });
  if (problem) {
    throw new StartRefused(
      `COUNTERSIGN_ADMIN_PASSWORD does not keep the password policy of ${connection.name} (${problem.kind}).`,
    );
  }
  const hash = await house.passwords.hash(password, { tenant });
  await store.transact(async (tx) => {
    await lockSetup(tx);
    if (await hasAdministrator(tx)) return;
    const draft = { connection: connection.name, email, email_verified: true, password_hash: hash };
    const created = await createUser(tx, draft, house.now());
    if (created.kind === 'created') await makeAdministrator(tx, created.user.user_id);
  });
}
