// The only file that knows every room: opens the store, builds what the rooms need, hands lists over, mounts routes.

import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type Config, ratesOf, StartRefused } from './config.ts';
import { isDevelopment, mailboxIsOn } from './development.ts';
import { createPasswords, type Passwords } from './domain/accounts/passwords.ts';
import { accountTables } from './domain/accounts/tables.ts';
import { createEgress, type Egress } from './domain/egress/egress.ts';
import { createExplainer, type Explainer } from './domain/explaining/explainer.ts';
import { endedFamilies, refreshFamilies } from './domain/issuing/refresh-family.ts';
import { issuedTokens, userGrants } from './domain/issuing/user-tables.ts';
import type { AnyJobHandler } from './domain/jobs/job.ts';
import { createJobRunner, type JobRunner } from './domain/jobs/runner.ts';
import { createKeyring, type Keyring } from './domain/keys/keyring.ts';
import { signingKeys } from './domain/keys/ring.ts';
import { createLinkDoor } from './domain/limits/link-door.ts';
import { createPasswordDoor } from './domain/limits/password-door.ts';
import { closedHandler } from './domain/limits/unblock.ts';
import type { LogEvent } from './domain/logs/event.ts';
import { createLogWriter, type LogWriter } from './domain/logs/writer.ts';
import { mailboxMessages } from './domain/messages/mailbox.ts';
import { emailProviders } from './domain/messages/provider.ts';
import { emailTemplateTable, messageSender } from './domain/messages/send.ts';
import { createMailTrial } from './domain/messages/trial.ts';
import { pendingAuthorizations } from './domain/pending/pending.ts';
import { recoveryHandlers } from './domain/recovery/answered.ts';
import { managementJobs } from './domain/recovery/management-job.ts';
import { logoutDelivery } from './domain/sessions/deliver.ts';
import { sessionWatch } from './domain/sessions/expiry.ts';
import { sessions } from './domain/sessions/session.ts';
import { createHosts, type Hosts } from './domain/tenants/hosts.ts';
import { settingsOf } from './domain/tenants/settings.ts';
import { createSnapshot, type Snapshot } from './domain/tenants/snapshot.ts';
import { createAuthorizeDryRun } from './endpoints/authorize/dry-run.ts';
import { authorizeRoutes } from './endpoints/authorize/endpoint.ts';
import { dashboardRoutes } from './endpoints/dashboard/endpoint.ts';
import { dbconnectionRoutes } from './endpoints/dbconnections/endpoint.ts';
import { discoveryRoutes } from './endpoints/discovery/endpoint.ts';
import { docsRoutes } from './endpoints/docs/endpoint.ts';
import { explainRoutes } from './endpoints/explain/endpoint.ts';
import { introspectRoutes } from './endpoints/introspect/endpoint.ts';
import { legacyRoutes } from './endpoints/legacy/endpoint.ts';
import { loginRoutes } from './endpoints/login/endpoint.ts';
import { logoutRoutes } from './endpoints/logout/endpoint.ts';
import { mailboxRoutes } from './endpoints/mailbox/endpoint.ts';
import { type ManagementDeps, managementRoutes, managementTables } from './endpoints/management/endpoint.ts';
import { recoveryRoutes } from './endpoints/recovery/endpoint.ts';
import { revokeRoutes } from './endpoints/revoke/endpoint.ts';
import { createTokenDryRun } from './endpoints/token/dry-run.ts';
import { tokenRoutes } from './endpoints/token/endpoint.ts';
import { grants } from './endpoints/token/grants/index.ts';
import { unblockRoutes } from './endpoints/unblock/endpoint.ts';
import { createUserinfoDryRun } from './endpoints/userinfo/dry-run.ts';
import { userinfoRoutes } from './endpoints/userinfo/endpoint.ts';
import { createErrorPages } from './error-page.ts';
import type { ProcessLog } from './log.ts';
import type { TenantId } from './schema/brand.ts';
import { createSealer, isSealed, loadMasterKey, openDatabase } from './storage/index.ts';
import type { Database } from './storage/store.ts';
import type { Route } from './web/exchange.ts';

/** Everything that outlives a request. */
export interface House {
  readonly database: Database;
  readonly snapshot: Snapshot;
  readonly keyring: Keyring;
  readonly passwords: Passwords;
  readonly hosts: Hosts;
  readonly logs: LogWriter;
  /** Not started: a command that only looks, or writes, leaves the jobs to servers. */
  readonly jobs: JobRunner;
  /** The way to other servers. */
  readonly egress: Egress;
  readonly record: (event: LogEvent) => void;
  readonly now: () => number;
  /** Whether `/dev/mailbox` is there and catches mails. */
  readonly hasMailbox: boolean;
  /** Why an API refuses a token. */
  readonly explainer: Explainer;
  /** The routes with the guard in place. */
  readonly routes: readonly Route[];
  /** Management routes for ourselves: no token is asked, nothing else is skipped. Never mounted. */
  readonly trustedRoutes: readonly Route[];
  close(): Promise<void>;
}

const pruneEveryMs = 600_000;

/** Opens the store and the rooms over it, without listening. @throws StoreRefused, StoreUnavailable */
export async function openHouse(
  config: Config,
  log: ProcessLog,
  observe: (event: LogEvent) => void = () => undefined,
  now: () => number = Date.now,
): Promise<House> {
  const hasMailbox = mailboxIsOn(config);
  const dataDirectory = resolve(config.data);
  const place = { url: config.database, dataDirectory };
  const egress = egressOf(config, log);
  await mkdir(dataDirectory, { recursive: true, mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    throw new StartRefused(
      `The data folder ${dataDirectory} cannot be made (${error.code}); name another with --data.`,
    );
  });
  const { key } = await loadMasterKey({ value: config['master-key'], dataDirectory, isSealed: () => isSealed(place) });
  const database = await openDatabase({
    ...place,
    sealer: createSealer(key),
    tables: [
      ...managementTables,
      ...accountTables,
      signingKeys,
      sessions,
      pendingAuthorizations,
      userGrants,
      issuedTokens,
      emailTemplateTable,
      emailProviders,
      mailboxMessages,
      refreshFamilies,
      endedFamilies,
      managementJobs,
    ],
    log: (message) => log.info(message),
    postgres: { allowUnsafe: config['allow-unsafe-database'] },
    now,
  });
  const snapshot = createSnapshot(database);
  await snapshot.start();
  const keyring = createKeyring(database, snapshot);
  const passwords = createPasswords();
  const hosts = createHosts(database, config.domain);
  await hosts.refresh();
  const logs = createLogWriter(database, now, (message) => log.warn(message));
  const record = (event: LogEvent) => {
    observe(event);
    logs.record(event);
  };

  const prune = async () => {
    const at = now();
    const gone = await database.prune(at, at - config['log-retention-days'] * 86_400_000);
    if (gone > 0) log.debug('pruned', { rows: gone });
  };
  const pruning = setInterval(
    () => void prune().catch((error: Error) => log.warn(`pruning waits: ${error.message}`)),
    pruneEveryMs,
  );
  pruning.unref();

  const server = config['smtp-url'];
  const leaving = {
    database,
    now,
    environment: server && { server, sender: config['mail-from'] },
    // A tenant with a public host has users who wait for their mail: it must not end in a mailbox that they cannot see.
    hasMailbox: (tenant: TenantId) => hasMailbox && hosts.isLocal(tenant),
    connect: egress.connect,
    originOf: hosts.originOf,
  };
  const jobHandlers: readonly AnyJobHandler[] = [
    messageSender({ ...leaving, snapshot, record }),
    logoutDelivery({ database, snapshot, keyring, egress, record, now }),
    sessionWatch({ database, snapshot, now }),
    closedHandler({ database, snapshot, now, originOf: hosts.originOf }),
    ...recoveryHandlers({ database, snapshot, record, now, originOf: hosts.originOf }),
  ];
  const jobs = createJobRunner({ database, handlers: jobHandlers, now, onTrouble: log.warn });

  const rates = ratesOf(config);
  const linkDoor = createLinkDoor({ database, now });
  const door = createPasswordDoor({
    database,
    snapshot,
    passwords,
    rates,
    now,
    record,
  });
  const errorPages = createErrorPages(database, snapshot);
  const dryToken = createTokenDryRun({ database, snapshot, keyring, grants, now });
  const dryLogin = createAuthorizeDryRun({ database, snapshot, keyring, now, redeem: dryToken.redeem });
  const explaining = { database, snapshot, keyring, tenantOf: hosts.tenantOf, flushLogs: logs.flush };
  const explainer = createExplainer(explaining, { machine: dryToken.machine, login: dryLogin });
  const management: ManagementDeps = { database, snapshot, keyring, passwords, record, now, hosts };
  return {
    database,
    snapshot,
    keyring,
    passwords,
    hosts,
    logs,
    jobs,
    egress,
    record,
    now,
    hasMailbox,
    explainer,
    routes: [
      ...(hasMailbox ? mailboxRoutes({ database, snapshot }) : []),
      ...(isDevelopment(config) ? explainRoutes({ database, snapshot, explainer, now, record }) : []),
      ...authorizeRoutes({ database, snapshot, keyring, record, now, ...errorPages }),
      ...logoutRoutes({ database, snapshot, keyring, record, now, showError: errorPages.showError }),
      ...revokeRoutes({ database, snapshot, now, record }),
      ...introspectRoutes({ database, snapshot, keyring, now, record }),
      ...legacyRoutes({ database, snapshot, record }),
      ...tokenRoutes({ database, snapshot, keyring, grants, door, now, record }),
      ...dbconnectionRoutes({ database, snapshot, passwords, door, rates, now, record }),
      ...userinfoRoutes({ database, snapshot, keyring, now }),
      ...loginRoutes({ database, snapshot, passwords, door, now, record }),
      ...recoveryRoutes({ database, snapshot, passwords, linkDoor, rates, now, record }),
      ...docsRoutes({ database, snapshot }),
      ...unblockRoutes({ database, snapshot, now, record }),
      ...discoveryRoutes({
        keyring,
        // The front channel is a grant of its own, though no token request names it.
        grantTypes: [...grants.map((grant) => grant.type), 'implicit'],
        settings: (tenant) => settingsOf(database, snapshot, tenant, true),
        dashboard: config.dashboard,
      }),
      ...managementRoutes({
        ...management,
        explainer,
        tryMail: createMailTrial({ ...leaving, snapshot }),
        dryRuns: {
          machine: dryToken.machine,
          refresh: dryToken.refresh,
          password: dryToken.password,
          login: dryLogin,
          userinfo: createUserinfoDryRun({ database, snapshot }),
        },
      }),
      ...(config.dashboard ? dashboardRoutes({ database, snapshot, passwords, linkDoor, record, now }) : []),
    ],
    trustedRoutes: managementRoutes({ ...management, trusted: true }),
    async close() {
      clearInterval(pruning);
      await jobs.stop();
      snapshot.stop();
      await logs.close().catch((error: Error) => log.error(`log events were lost: ${error.message}`));
      await database.close();
    },
  };
}

function egressOf(config: Config, log: ProcessLog): Egress {
  try {
    return createEgress({ allow: config['allow-outbound'], onFailure: log.warn });
  } catch (error) {
    if (error instanceof TypeError) throw new StartRefused(`--allow-outbound: ${error.message}.`);
    throw error;
  }
}
