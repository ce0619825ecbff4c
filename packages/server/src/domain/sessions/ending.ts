// How sessions end: always with a reason, and always together with the calls to the clients that were used in them
// (back-channel logout). The calls are jobs of the same transaction, so that no ending goes untold and none is told that was not.

import type { Transaction } from '../../storage/store.ts';
import type { SessionEnd } from '../clients/backchannel.ts';
import { leaveLogoutCalls } from './logout-calls.ts';
import { handleDigest, type Session, sessions } from './session.ts';

export type { SessionEnd } from '../clients/backchannel.ts';

/** Why, and when (ms). */
export interface Ending {
  readonly why: SessionEnd;
  readonly now: number;
}

/** Ends a session; `true` if there was one. Of several that end it at once one does, and tells the clients. */
export async function endSession(tx: Transaction, id: string, ending: Ending): Promise<boolean> {
  const session = await tx.lock(sessions, id);
  if (!session) return false;
  await tx.remove(sessions, id);
  await leaveLogoutCalls(tx, [session], ending.why, ending.now);
  return true;
}

/** Ends the session that a cookie names, whether it still lived or not; the session, if there was one. */
export async function endBrowserSession(
  tx: Transaction,
  cookieValue: string | undefined,
  ending: Ending,
): Promise<Session | undefined> {
  if (cookieValue === undefined) return undefined;
  const session = await tx.find(sessions, { handle_hash: handleDigest(cookieValue) });
  return session && (await endSession(tx, session.id, ending)) ? session : undefined;
}

/** Ends every session of a user, also those that are over by their times; how many. */
export async function endSessionsOf(tx: Transaction, userId: string, ending: Ending): Promise<number> {
  let ended = 0;
  // In one order for all, so that two who end the same sessions do not wait for each other.
  const ids = (await tx.all(sessions, { user_id: userId })).map(({ id }) => id).toSorted();
  for (const id of ids) if (await endSession(tx, id, ending)) ended++;
  return ended;
}
