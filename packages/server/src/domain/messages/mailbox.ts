// The mailbox of a development server: every message that nobody can deliver, kept so that people and tests can read it.
// Kept in the database, sealed, so that any process over it shows the same; only a server with `--dev-mailbox` writes here.

import { randomUUID } from 'node:crypto';
import type { Table } from '../../schema/table.ts';
import type { Reads, Transaction } from '../../storage/store.ts';
import type { Composed } from './compose.ts';

/** A message in the mailbox. What it says holds links that work, so it is sealed like any secret. */
export interface CaughtMail {
  readonly id: string;
  readonly template: string;
  readonly to: string;
  readonly from: string;
  readonly language: string;
  readonly caught_at: string;
  readonly expires_at: string;
  readonly subject: string;
  readonly html: string;
  readonly text: string;
}

export const mailboxMessages: Table<CaughtMail> = {
  name: 'mailbox_messages',
  id: 'id',
  columns: ['to', 'expires_at'],
  unique: [],
  secrets: ['subject', 'html', 'text'],
  watched: false,
  expires: 'expires_at',
};

/** A week. */
const lifetimeMs = 7 * 86_400_000;
/** What the list shows; older ones are still there under their id until they end. */
const mostListed = 200;

/** Keeps a mail. `now` in ms. */
export async function catchMail(
  tx: Transaction,
  mail: Composed & { readonly template: string; readonly sender: string },
  now: number,
): Promise<void> {
  const { to, subject, html, text, language, template, sender } = mail;
  await tx.insert(mailboxMessages, {
    id: randomUUID(),
    template,
    to,
    from: sender,
    language,
    caught_at: new Date(now).toISOString(),
    expires_at: new Date(now + lifetimeMs).toISOString(),
    subject,
    html,
    text,
  });
}

/** The newest messages first, those to one address only if it is given. @throws StoreUnavailable */
export async function caughtMails(reads: Reads, to?: string): Promise<CaughtMail[]> {
  const where = to === undefined ? {} : { to };
  const { total } = await reads.page(mailboxMessages, { where, offset: 0, limit: 1 });
  const { rows } = await reads.page(mailboxMessages, {
    where,
    offset: Math.max(0, total - mostListed),
    limit: mostListed,
  });
  return rows.reverse();
}

/** One message. @throws StoreUnavailable */
export function caughtMail(reads: Reads, id: string): Promise<CaughtMail | undefined> {
  return reads.get(mailboxMessages, id);
}

/** Empties the mailbox; how many went. */
export async function emptyMailbox(tx: Transaction): Promise<number> {
  return tx.removeAll(mailboxMessages, {});
}
