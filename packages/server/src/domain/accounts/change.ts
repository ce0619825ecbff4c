// Changes of an account: its password, its identifiers, and that somebody logged in.

import type { Transaction } from '../../storage/store.ts';
import { holdNames } from './claims.ts';
import { canonicalIdentifier, type IdentifierKind, identifierId } from './identifiers.ts';
import { identifiers, passwords, type User, users } from './user.ts';

/** Earlier hashes that are kept at most (auth0-behaviour §32.3). */
export const longestHistory = 24;

/** What failed logins of a user are found by. */
export function guessesAt(userId: string): string {
  return `user ${userId}`;
}

/**
 * Gives the user a new password hash and says so in `last_password_reset`; failed logins are forgotten. `history`: how many earlier passwords the
 * connection remembers; older ones are forgotten. `now` in ms. `undefined` if the user is gone. Ends no session.
 */
export async function changePassword(
  tx: Transaction,
  user: Pick<User, 'user_id'>,
  hash: string,
  now: number,
  history = 0,
): Promise<User | undefined> {
  const stored = await tx.lock(users, user.user_id);
  if (!stored) return undefined;
  const when = new Date(now).toISOString();
  const before = await tx.lock(passwords, user.user_id);
  const kept = before ? [before.hash, ...before.history].slice(0, Math.min(history, longestHistory)) : [];
  const row = { user_id: user.user_id, hash, history: kept, changed_at: when };
  if (before) await tx.replace(passwords, row);
  else await tx.insert(passwords, row);
  const after = { ...stored, last_password_reset: when, updated_at: when };
  await tx.replace(users, after);
  // Whoever has the new password must not find the account closed by guesses at the old one (auth0-behaviour ATT-3).
  await tx.removeTallies(guessesAt(user.user_id));
  return after;
}

/**
 * Replaces the hash of the same password by a stronger one, at a login, unless the password was changed since `from` was
 * read. Not a change of the password: nothing else of the user moves.
 */
export async function upgradeHash(tx: Transaction, userId: string, from: string, to: string): Promise<boolean> {
  const stored = await tx.lock(passwords, userId);
  if (stored?.hash !== from) return false;
  return tx.replace(passwords, { ...stored, hash: to });
}

/** Counts a login (auth0-behaviour §2.6). `ip` of the browser, `now` in ms. The user as it is now; `undefined` if gone. */
export async function recordLogin(tx: Transaction, userId: string, ip: string, now: number): Promise<User | undefined> {
  const stored = await tx.lock(users, userId);
  if (!stored) return undefined;
  const when = new Date(now).toISOString();
  const after = {
    ...stored,
    last_login: when,
    last_ip: ip,
    logins_count: (stored.logins_count ?? 0) + 1,
    updated_at: when,
  };
  await tx.replace(users, after);
  return after;
}

export type Renamed =
  | { readonly kind: 'renamed'; readonly user: User }
  | { readonly kind: 'exists'; readonly identifier: IdentifierKind }
  | { readonly kind: 'invalid'; readonly identifier: IdentifierKind };

/**
 * Gives a user (as locked) another identifier, or takes it away with `null`; frees the old one for others. Writes the
 * identifiers only: the caller stores the user that this returns. Of racers one gets the identifier.
 * Does not touch `email_verified`, `phone_verified` or `updated_at`. `now` in ms.
 */
export async function changeIdentifier(
  tx: Transaction,
  user: User,
  kind: IdentifierKind,
  text: string | null,
  now: number,
): Promise<Renamed> {
  const value = text === null ? undefined : canonicalIdentifier(kind, text);
  if (text !== null && value === undefined) return { kind: 'invalid', identifier: kind };
  const before = user[kind];
  if (before === value) return { kind: 'renamed', user };
  if (value !== undefined) {
    const id = identifierId(user.connection, kind, value);
    await holdNames(tx, [id], now);
    if (await tx.get(identifiers, id)) return { kind: 'exists', identifier: kind };
    await tx.insert(identifiers, { id, user_id: user.user_id });
  }
  if (before !== undefined) await tx.remove(identifiers, identifierId(user.connection, kind, before));
  const { [kind]: _gone, ...rest } = user;
  return { kind: 'renamed', user: value === undefined ? rest : { ...rest, [kind]: value } };
}
