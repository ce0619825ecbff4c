// Tickets: the secrets of links that people get by mail. Kept by hash, for one user and one purpose, spent by one write, and worth
// nothing once a newer one was made or what they were made for changed (auth0-behaviour §32.4, security-cases PWR-02 to PWR-05).

import { hash, randomInt } from 'node:crypto';
import type { Table } from '../../schema/table.ts';
import type { Reads, Transaction } from '../../storage/store.ts';
import { MANAGEMENT_API } from '../tenants/system-apis.ts';
import { permissionsOf } from './permissions.ts';
import { passwords, type User, users } from './user.ts';

/** What a ticket lets its holder do. A ticket of one purpose is unknown to every other. */
export type TicketPurpose = 'reset-password' | 'verify-email' | 'unblock';

/** What its maker knows and the one who spends it needs. Members that went to the wire keep its names. */
export interface TicketDetails {
  readonly client_id?: string;
  /** Where the browser goes afterwards: an http(s) address that an administrator chose. */
  readonly result_url?: string;
  readonly include_email?: boolean;
  /** Whether spending it proves that the user reads mail to the address that it had. */
  readonly proves_email?: boolean;
  /** Free facts of a purpose: texts only. */
  readonly facts?: Readonly<Record<string, string>>;
  /** Made by a user who may not do everything: worth nothing once its own user may do something else at the Management API than then. */
  readonly of_lesser?: boolean;
}

export interface Ticket extends TicketDetails {
  /** SHA-256 (base64url) of the purpose and the text. */
  readonly id: string;
  /** `PURPOSE USER`: of these there is one. */
  readonly subject: string;
  readonly user_id: string;
  readonly expires_at: string;
  /** What the user had when it was made. A password by the time of its change, absent for none. */
  readonly email?: string;
  readonly password?: string;
  /** SHA-256 (base64url) of what the user may do at the Management API, of a ticket `of_lesser`. */
  readonly permissions?: string;
}

export const tickets: Table<Ticket> = {
  name: 'tickets',
  id: 'id',
  columns: ['subject', 'user_id', 'expires_at'],
  unique: [],
  secrets: [],
  watched: false,
  expires: 'expires_at',
};

/** Which changes of the user make a ticket worthless. */
const boundTo: Readonly<Record<TicketPurpose, readonly ('email' | 'password')[]>> = {
  'reset-password': ['email', 'password'],
  'verify-email': ['email'],
  unblock: ['email', 'password'],
};

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const shape = /^[A-Za-z0-9]{32}$/;
const digest = (purpose: TicketPurpose, text: string) => hash('sha256', `${purpose} ${text}`, 'base64url');

/**
 * Makes a ticket and answers its text, 32 letters and digits, which is kept nowhere. The one before of the same purpose is
 * worth nothing from the same moment. `undefined` if the user is gone. `lifetimeMs` in ms, `now` in ms.
 */
export async function makeTicket(
  tx: Transaction,
  userId: string,
  purpose: TicketPurpose,
  lifetimeMs: number,
  details: TicketDetails,
  now: number,
): Promise<string | undefined> {
  // Locked, so that of two that are made at once the later one stays.
  const user = await tx.lock(users, userId);
  if (!user) return undefined;
  const subject = `${purpose} ${userId}`;
  await tx.removeAll(tickets, { subject });
  const text = Array.from({ length: 32 }, () => alphabet[randomInt(alphabet.length)]).join('');
  await tx.insert(tickets, {
    ...details,
    id: digest(purpose, text),
    subject,
    user_id: userId,
    expires_at: new Date(now + lifetimeMs).toISOString(),
    ...(await stateOf(tx, user)),
    ...(details.of_lesser ? { permissions: await standingOf(tx, userId) } : {}),
  });
  return text;
}

async function standingOf(reads: Pick<Reads, 'all'>, userId: string): Promise<string> {
  const held = await permissionsOf(reads, userId, MANAGEMENT_API);
  return hash('sha256', [...held].toSorted().join(' '), 'base64url');
}

async function stateOf(reads: Pick<Reads, 'get'>, user: User): Promise<Pick<Ticket, 'email' | 'password'>> {
  const password = await reads.get(passwords, user.user_id);
  return {
    ...(user.email === undefined ? {} : { email: user.email }),
    ...(password === undefined ? {} : { password: password.changed_at }),
  };
}

/** A ticket that can be spent now, with its user. `now` in ms. Spends nothing. Does not look whether the user is blocked. */
export async function findTicket(
  reads: Pick<Reads, 'get' | 'all'>,
  purpose: TicketPurpose,
  text: string,
  now: number,
): Promise<{ readonly ticket: Ticket; readonly user: User } | undefined> {
  if (!shape.test(text)) return undefined;
  const ticket = await reads.get(tickets, digest(purpose, text));
  if (!ticket || Date.parse(ticket.expires_at) <= now) return undefined;
  const user = await reads.get(users, ticket.user_id);
  if (!user) return undefined;
  const state = await stateOf(reads, user);
  if (ticket.permissions !== undefined && ticket.permissions !== (await standingOf(reads, user.user_id)))
    return undefined;
  return boundTo[purpose].every((member) => state[member] === ticket[member]) ? { ticket, user } : undefined;
}

/**
 * Spends a ticket, in the transaction that does what it is for. Of any number of racers one gets its user, locked; all others
 * `undefined`, as for a ticket that expired, was replaced, or was made for what has changed since. `now` in ms.
 */
export async function spendTicket(
  tx: Transaction,
  purpose: TicketPurpose,
  text: string,
  now: number,
): Promise<{ readonly ticket: Ticket; readonly user: User } | undefined> {
  const seen = await findTicket(tx, purpose, text, now);
  // The user first, as whoever makes one does; what was read before may have changed while we waited.
  if (!seen || !(await tx.lock(users, seen.user.user_id))) return undefined;
  const found = await findTicket(tx, purpose, text, now);
  return found && (await tx.remove(tickets, found.ticket.id)) ? found : undefined;
}
