// Revokes refresh tokens, always whole families. A revoked family leaves a mark for some time, so that the log can say what
// was presented.

import type { Transaction } from '../../storage/store.ts';
import { USERINFO } from './consent.ts';
import { revokeIssued } from './issued.ts';
import { type EndReason, endedFamilies, holderOf, type RefreshFamily, refreshFamilies } from './refresh-family.ts';
import { rememberedUntil } from './refresh-lifetime.ts';
import { isPart, readToken } from './refresh-token.ts';
import { userGrants } from './user-tables.ts';

/** Takes a family that is locked away, and marks what it was. */
async function end(tx: Transaction, family: RefreshFamily, why: EndReason, now: number): Promise<void> {
  const { id, client_id, proof_hash, counter } = family;
  await tx.remove(refreshFamilies, id);
  const at = new Date(now).toISOString();
  const ends_at = rememberedUntil(family, now);
  await tx.insert(endedFamilies, { id, client_id, proof_hash, counter, at, why, ends_at });
}

/**
 * Revokes one family; the family as it was, or `undefined` if there is none that is alive. It is locked first, so that an
 * exchange on its way ends before this or sees it. After a reuse the access tokens that it brought are revoked with it; what
 * a client or an administrator gives back by order leaves them until they end (auth0-behaviour §30). `now` in ms.
 */
export async function revokeRefreshFamily(
  tx: Transaction,
  id: string,
  why: EndReason,
  now: number,
): Promise<RefreshFamily | undefined> {
  const family = await tx.lock(refreshFamilies, id);
  if (!family) return undefined;
  await end(tx, family, why, now);
  if (why === 'token-reused') await revokeIssued(tx, id);
  return family;
}

/** Whose families: all of a user, of a session, or of a user at one client (and one API, as stored; `null` is /userinfo). */
export type FamiliesOf =
  | { readonly user_id: string }
  | { readonly session_id: string }
  | { readonly user_id: string; readonly client_id: string; readonly audience?: string | null };

/** The living families of somebody, oldest first. What ended by time may still be among them. */
export async function familiesOf(reads: Pick<Transaction, 'all'>, whose: FamiliesOf): Promise<RefreshFamily[]> {
  if (!('client_id' in whose)) return reads.all(refreshFamilies, whose);
  const found = await reads.all(refreshFamilies, { holder: holderOf(whose.user_id, whose.client_id) });
  const { audience } = whose;
  return audience === undefined ? found : found.filter((family) => (family.audience ?? null) === audience);
}

/** Revokes them, one after the other; those that were alive, as they were. `now` in ms. */
export async function revokeRefreshFamilies(
  tx: Transaction,
  whose: FamiliesOf,
  why: EndReason,
  now: number,
): Promise<RefreshFamily[]> {
  const ended: RefreshFamily[] = [];
  // In one order for all, so that two of these do not wait for each other.
  for (const { id } of (await familiesOf(tx, whose)).toSorted((one, other) => (one.id < other.id ? -1 : 1))) {
    const family = await revokeRefreshFamily(tx, id, why, now);
    if (family) ended.push(family);
  }
  return ended;
}

/**
 * Revokes what a code bought, when the code comes back: access tokens, and the refresh token with all that came of it. How
 * many tokens were still good. `now` in ms.
 */
export async function revokeBought(tx: Transaction, family: string, now: number): Promise<number> {
  // The refresh token first: an exchange of it that is on its way is over by then, and what it brought is seen below.
  const refresh = await tx.lock(refreshFamilies, family);
  const tokens = await revokeIssued(tx, family);
  if (!refresh) return tokens;
  await end(tx, refresh, 'code-replayed', now);
  return tokens + 1;
}

export type PresentedOutcome =
  | {
      readonly kind: 'revoked';
      /** As it was. */
      readonly family: RefreshFamily;
      readonly tokenCounter: number;
      /** Further families that went with the user's consent; only where that went. */
      readonly others?: readonly RefreshFamily[];
    }
  | { readonly kind: 'nothing'; readonly because: string; readonly familyId?: string };

/**
 * Revokes the family of a token that its client gives back, whichever member it is (REV-8). The token of another client is left
 * alone (REV-4). `andGrant`: the user's consent goes too, with all refresh tokens under it (REV-7). `now` in ms.
 */
export async function revokePresented(
  tx: Transaction,
  text: string,
  clientId: string,
  andGrant: boolean,
  now: number,
): Promise<PresentedOutcome> {
  const token = readToken(text);
  if (!token) return { kind: 'nothing', because: 'the text is no refresh token of this server' };
  const nothing = (because: string): PresentedOutcome => ({ kind: 'nothing', because, familyId: token.family });
  const family = await tx.lock(refreshFamilies, token.family);
  if (!family) return nothing('there is no such family, or it was revoked before');
  if (!isPart(token.proof, family.proof_hash)) return nothing('the token has the name of a family and not its proof');
  if (family.client_id !== clientId) return nothing(`the token was issued to client ${family.client_id}`);
  await end(tx, family, 'token-revoked', now);
  const revoked = { kind: 'revoked', family, tokenCounter: token.counter } as const;
  if (!andGrant) return revoked;
  const { user_id, client_id } = family;
  await tx.removeAll(userGrants, { user_id, clientID: client_id, audience: family.audience ?? USERINFO });
  const audience = family.audience ?? null;
  return {
    ...revoked,
    others: await revokeRefreshFamilies(tx, { user_id, client_id, audience }, 'grant-deleted', now),
  };
}
