// Ends all that a user has open, at once: the one way for pages, the Management API and recovery. Auth0 does not say whether a
// changed password ends refresh tokens; here it does (docs/refresh-tokens.md).

import type { Transaction } from '../../storage/store.ts';
import { removeUser } from '../accounts/remove.ts';
import { users } from '../accounts/user.ts';
import { endSessionsOf, type SessionEnd } from '../sessions/ending.ts';
import { forgetIssuedOf } from './issued.ts';
import type { EndReason, RefreshFamily } from './refresh-family.ts';
import { revokeRefreshFamilies } from './refresh-revoke.ts';
import { userGrants } from './user-tables.ts';

export interface EndedAccess {
  /** How many sessions there were. */
  readonly sessions: number;
  /** The refresh tokens that were active, one a family. */
  readonly families: readonly RefreshFamily[];
}

/**
 * Ends every session of a user and has the clients told, revokes every refresh token, and makes our own endpoints refuse every access token; a JWT goes
 * on at other APIs until it ends. To be called in the transaction that decides it, with the user's row locked, so that a login
 * on its way comes before or after. `now` in ms. Records nothing: the caller says what happened.
 */
export async function endAccess(
  tx: Transaction,
  userId: string,
  why: EndReason & SessionEnd,
  now: number,
): Promise<EndedAccess> {
  // In this order: what makes new tokens ends before the tokens are looked for.
  const sessions = await endSessionsOf(tx, userId, { why, now });
  const families = await revokeRefreshFamilies(tx, { user_id: userId }, why, now);
  await forgetIssuedOf(tx, userId);
  return { sessions, families };
}

/** Removes a user with all that is open of it; the clients hear of its sessions. `false` if there is none. `now` in ms. */
export async function removeAccount(tx: Transaction, userId: string, now: number): Promise<boolean> {
  if (!(await tx.lock(users, userId))) return false;
  // Before the refresh tokens under them, as whoever deletes a client locks them.
  await tx.removeAll(userGrants, { user_id: userId });
  await endAccess(tx, userId, 'account-deleted', now);
  return removeUser(tx, userId);
}
