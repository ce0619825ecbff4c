// What a ticket buys, in the transaction that spends it: a new password and the end of everything that was open, or a confirmed
// address. Neither logs anybody in (security-cases PWR-07).

import type { Transaction } from '../../storage/store.ts';
import { changePassword } from '../accounts/change.ts';
import { findTicket, spendTicket, type Ticket, type TicketPurpose } from '../accounts/tickets.ts';
import { type User, users } from '../accounts/user.ts';
import { endAccess } from '../issuing/end-access.ts';
import type { RefreshFamily } from '../issuing/refresh-family.ts';
import { sendMessage } from '../messages/message.ts';

/** The ticket and the user as it is afterwards. */
export interface Completed {
  readonly ticket: Ticket;
  readonly user: User;
  /** Refresh tokens that ended with it, for the log; one a family. */
  readonly families: readonly RefreshFamily[];
}

/**
 * Sets the password that this hash was made of. Ends every session and refresh token of the user, confirms the address if the ticket
 * came by mail to it, and tells the user by mail. `undefined`: the ticket is worth nothing (any more), or its user is blocked; nothing
 * was written. `history`: how many earlier passwords the connection remembers. The hash is judged before. `now` in ms.
 */
export async function completeReset(
  tx: Transaction,
  text: string,
  made: { readonly hash: string; readonly history: number; readonly language: string; readonly ip: string },
  now: number,
): Promise<Completed | undefined> {
  const spent = await spendOpen(tx, 'reset-password', text, now);
  if (!spent) return undefined;
  const { ticket } = spent;
  const changed = await changePassword(tx, spent.user, made.hash, now, made.history);
  if (!changed) return undefined;
  const user = ticket.proves_email && changed.email_verified === false ? { ...changed, email_verified: true } : changed;
  if (user !== changed) await tx.replace(users, user);
  const { families } = await endAccess(tx, user.user_id, 'password-changed', now);
  if (user.email !== undefined) {
    const { client_id } = ticket;
    const { language, ip } = made;
    await sendMessage(
      tx,
      { template: 'password_changed', user_id: user.user_id, to: user.email, client_id, language, ip },
      now,
    );
  }
  return { ticket, user, families };
}

/** Confirms the address that the ticket was made for, and sends the welcome. `undefined`: the ticket is worth nothing (any more). `now` in ms. */
export async function completeVerification(
  tx: Transaction,
  text: string,
  language: string,
  now: number,
): Promise<Completed | undefined> {
  const spent = await spendOpen(tx, 'verify-email', text, now);
  if (spent?.user.email === undefined) return undefined;
  const { ticket } = spent;
  const user: User = { ...spent.user, email_verified: true, updated_at: new Date(now).toISOString() };
  await tx.replace(users, user);
  const { client_id } = ticket;
  await sendMessage(
    tx,
    { template: 'welcome_email', user_id: user.user_id, to: spent.user.email, client_id, language },
    now,
  );
  return { ticket, user, families: [] };
}

/** A ticket of somebody who is not blocked: who is, and whose links work again once they are not, is the operator's to say. */
async function spendOpen(tx: Transaction, purpose: TicketPurpose, text: string, now: number) {
  const found = await findTicket(tx, purpose, text, now);
  if (!found || (await tx.lock(users, found.user.user_id))?.blocked === true) return undefined;
  return spendTicket(tx, purpose, text, now);
}
