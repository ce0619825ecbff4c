// The mail to a user whose account was closed by guesses, and the link in it that opens it again (auth0-behaviour ATT-3, ATT-4).

import type { TenantId } from '../../schema/brand.ts';
import type { Database, Store, Transaction } from '../../storage/store.ts';
import { guessesAt } from '../accounts/change.ts';
import { findTicket, makeTicket, spendTicket } from '../accounts/tickets.ts';
import { type User, users } from '../accounts/user.ts';
import { type AnyJobHandler, enqueue, type JobKind, jobHandler } from '../jobs/job.ts';
import { sendMessage } from '../messages/message.ts';
import { emailTemplateTable, isSent } from '../messages/send.ts';
import { settingsOf } from '../tenants/settings.ts';
import type { Snapshot } from '../tenants/snapshot.ts';
import { liftBlocks } from './blocks.ts';

export const unblockPath = '/u/unblock';

/** Of one account, an hour: whoever guesses must not fill a mailbox. */
const mails = { capacity: 1, everyMs: 3_600_000 };
/** Five days, as for every link in a mail. */
const lifetimeSeconds = 432_000;

/** That an account was closed, and what the mail about it needs. */
export interface Closing {
  /** Whose account it is; nobody's if absent. */
  readonly user_id?: string;
  readonly ip: string;
  readonly client_id?: string;
  /** A language tag that the visitor wishes. */
  readonly language?: string;
  /** The host that was asked. A link is made with it only if it is one of the tenant's own, and the tenant wants it so. */
  readonly hostname?: string;
}

export const accountClosedJob: JobKind<Closing> = {
  name: 'account-closed',
  attempts: 8,
  longestMs: 30_000,
  pause: { first: 1_000, most: 120_000 },
  atOnce: 2,
};

/**
 * Writes down that an account was closed, once an hour at most: a job tells its user. The same is written for an account that
 * nobody has, so that the answer and its time say nothing (ENU-01). `subject`: `subjectOf`. `now` in ms. @throws StoreUnavailable
 */
export async function tellClosed(store: Store, subject: string, closing: Closing, now: number): Promise<void> {
  await store.transact(async (tx) => {
    const { drawn } = await tx.draw({ name: `mails about ${subject}`, ...mails }, now);
    if (drawn) await enqueue(tx, accountClosedJob, closing, now);
  });
}

export interface ClosedDeps {
  readonly database: Database;
  readonly snapshot: Snapshot;
  readonly now: () => number;
  /** Where people reach a tenant: from the configuration, never from a request (PWR-01). */
  readonly originOf: (tenant: TenantId, preferred?: string) => string;
}

/** The handler of these jobs: makes the link and decides on the mail in one transaction. A link that was sent before is worth nothing from then on. */
export function closedHandler(deps: ClosedDeps): AnyJobHandler {
  return jobHandler({
    kind: accountClosedJob,
    async run({ tenant, payload }) {
      await mailLink(deps, tenant, payload);
      return { kind: 'done' };
    },
  });
}

async function mailLink({ database, snapshot, now, originOf }: ClosedDeps, tenant: TenantId, closing: Closing) {
  const { user_id, client_id, language, hostname, ip } = closing;
  if (user_id === undefined) return;
  const store = database.store(tenant);
  const template = await store.get(emailTemplateTable, 'blocked_account');
  if (!isSent('blocked_account', template)) return;
  const settings = await settingsOf(database, snapshot, tenant);
  const origin = originOf(tenant, settings.flags?.enable_custom_domain_in_emails === true ? hostname : undefined);
  const lifetime = template?.urlLifetimeInSeconds || lifetimeSeconds;
  await store.transact(async (tx) => {
    const user = await tx.lock(users, user_id);
    if (user?.email === undefined || user.blocked === true) return;
    const details = client_id === undefined ? {} : { client_id };
    const ticket = await makeTicket(tx, user_id, 'unblock', lifetime * 1000, details, now());
    if (ticket === undefined) return;
    const url = `${new URL(unblockPath, origin).href}?ticket=${ticket}#`;
    const about = { template: 'blocked_account', user_id, to: user.email } as const;
    await sendMessage(tx, { ...about, url, lifetime, client_id, language, ip }, now());
  });
}

/** The user whom this link would unblock. Spends nothing. `now` in ms. */
export async function findUnblock(reads: Parameters<typeof findTicket>[0], text: string, now: number) {
  return findTicket(reads, 'unblock', text, now);
}

/** Spends the link: the account is open to every address. `undefined`: it is worth nothing (any more). `now` in ms. */
export async function completeUnblock(tx: Transaction, text: string, now: number): Promise<User | undefined> {
  const spent = await spendTicket(tx, 'unblock', text, now);
  if (!spent) return undefined;
  await liftBlocks(tx, [guessesAt(spent.user.user_id)]);
  return spent.user;
}
