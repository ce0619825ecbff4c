// A message is a mail to a user that some transaction decides to send. It leaves as a job: sent once the transaction commits, or never.
// What it will say is worked out when it is sent, by `send.ts`; here is only what must be known to do so.

import type { TemplateName } from '../../resources/index.ts';
import type { Transaction } from '../../storage/store.ts';
import { enqueue, type JobKind } from '../jobs/job.ts';

/** The mails that this server sends. Templates of other names can be kept through the Management API and mean nothing here. */
export const sentTemplates = [
  'verify_email',
  'reset_email',
  'welcome_email',
  'blocked_account',
  'stolen_credentials',
  'password_changed',
  'signup_attempt',
] as const satisfies readonly TemplateName[];
export type SentTemplate = (typeof sentTemplates)[number];

export interface Message {
  readonly template: SentTemplate;
  readonly user_id: string;
  /** The user's address when it was decided; a user who has another by the time of sending gets nothing. */
  readonly to: string;
  /** A link that the mail is about, whole. A secret: it is kept sealed, and in no log. */
  readonly url?: string | undefined;
  /** How long the link can be used, in seconds. */
  readonly lifetime?: number | undefined;
  /** The client from whose pages it was asked for. */
  readonly client_id?: string | undefined;
  /** A language tag that the browser or the client wishes; the user's own language, if known, goes first. */
  readonly language?: string | undefined;
  /** The address that the request came from, for mails that tell it. */
  readonly ip?: string | undefined;
}

/**
 * Twelve attempts within about an hour: a mail server that is down for longer has its operator's attention, and most
 * links in mails are worth little by then.
 */
export const messageJob: JobKind<Message> = {
  name: 'message',
  attempts: 12,
  longestMs: 60_000,
  pause: { first: 2_000, most: 600_000 },
  atOnce: 4,
};

/**
 * Sends a mail once `tx` commits. `now` in ms. Does not look whether the template is switched on, whether the user is
 * blocked, nor whether anybody can deliver mail: the first and last are found when it is sent, the second is the caller's.
 */
export async function sendMessage(tx: Transaction, message: Message, now: number): Promise<void> {
  const given = Object.fromEntries(Object.entries(message).filter(([, value]) => value !== undefined));
  await enqueue(tx, messageJob, given as unknown as Message, now);
}
