// The mail to a user whose account was closed by guesses, and the link in it that opens it again (auth0-behaviour ATT-3, ATT-4).

import type { TenantId } from '../../schema/brand.ts';
import type { Database, Transaction } from '../../storage/store.ts';
import { guessesAt } from '../accounts/change.ts';
import { findTicket, makeTicket, spendTicket } from '../accounts/tickets.ts';
import type { User } from '../accounts/user.ts';
import { sendMessage } from '../messages/message.ts';
import { emailTemplateTable, isSent } from '../messages/send.ts';
import { liftBlocks } from './blocks.ts';

export const unblockPath = '/u/unblock';

/** Of one account, an hour: whoever guesses must not fill a mailbox. */
const mails = { capacity: 1, everyMs: 3_600_000 };
/** Five days, as for every link in a mail. */
const lifetimeSeconds = 432_000;

/** What the mail is about. */
export interface Closing {
  readonly tenant: TenantId;
  /** Of the account, which may be nobody's (`subjectOf`). */
  readonly subject: string;
  readonly user: User | undefined;
  readonly ip: string;
  readonly client_id: string | undefined;
  readonly language: string | undefined;
  /** `https://HOST/` of the tenant, from the configuration. */
  readonly origin: string;
}

/**
 * Tells the user, once an hour at most. The same is written for an account that nobody has, so that the time tells nothing. A
 * link that was sent before is worth nothing from then on. `now` in ms. @throws StoreUnavailable
 */
export async function tellClosed(database: Database, closing: Closing, now: number): Promise<void> {
  const { tenant, subject, user, origin } = closing;
  const store = database.store(tenant);
  const template = await store.get(emailTemplateTable, 'blocked_account');
  const lifetime = template?.urlLifetimeInSeconds || lifetimeSeconds;
  await store.transact(async (tx) => {
    const { drawn } = await tx.draw({ name: `mails about ${subject}`, ...mails }, now);
    if (!drawn || user?.email === undefined || user.blocked === true || !isSent('blocked_account', template)) return;
    const { client_id, language, ip } = closing;
    const details = client_id === undefined ? {} : { client_id };
    const ticket = await makeTicket(tx, user.user_id, 'unblock', lifetime * 1000, details, now);
    if (ticket === undefined) return;
    const url = `${new URL(unblockPath, origin).href}?ticket=${ticket}#`;
    const about = { template: 'blocked_account', user_id: user.user_id, to: user.email } as const;
    await sendMessage(tx, { ...about, url, lifetime, client_id, language, ip }, now);
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
