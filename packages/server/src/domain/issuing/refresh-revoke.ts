// Revokes refresh tokens, always whole families. A revoked family leaves a mark for some time, so that the log can say what
// was presented.

import type { Transaction } from '../../storage/store.ts';
import { users } from '../accounts/user.ts';
import { USERINFO } from './consent.ts';
import { revokeIssued } from './issued.ts';
import { type EndReason, endedFamilies, holderOf, type RefreshFamily, refreshFamilies } from './refresh-family.ts';
import { rememberedUntil } from './refresh-lifetime.ts';
import { isPart, readToken } from './refresh-token.ts';
import { userGrants } from './user-tables.ts';

/** Takes a family that is locked away, and marks what it was. `now` in ms. Leaves the access tokens that it brought. */
export async function endLocked(tx: Transaction, family: RefreshFamily, why: EndReason, now: number): Promise<void> {
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
  await endLocked(tx, family, why, now);
  if (why === 'token-reused') await revokeIssued(tx, id);
  return family;
}

/** Whose families: all of a user, of a session, of a user at one client (and one API, as stored; `null` is /userinfo), or these. */
export type FamiliesOf =
  | { readonly user_id: string }
  | { readonly ids: readonly string[] }
  | { readonly session_id: string }
  | { readonly user_id: string; readonly client_id: string; readonly audience?: string | null };

/** The living families of somebody, oldest first. What ended by time may still be among them. */
export async function familiesOf(reads: Pick<Transaction, 'all' | 'get'>, whose: FamiliesOf): Promise<RefreshFamily[]> {
  if ('ids' in whose) {
    const named: RefreshFamily[] = [];
    for (const id of new Set(whose.ids)) {
      const family = await reads.get(refreshFamilies, id);
      if (family) named.push(family);
    }
    return named;
  }
  if (!('client_id' in whose)) return reads.all(refreshFamilies, whose);
  const found = await reads.all(refreshFamilies, { holder: holderOf(whose.user_id, whose.client_id) });
  const { audience } = whose;
  return audience === undefined ? found : found.filter((family) => (family.audience ?? null) === audience);
}

/**
 * Locks families, in the order of the house (docs/architecture.md, "The order of locks"): their user first, then they by their
 * ids; those that are alive, as they are now. `which` leaves others of them alone, by what never changes or changes under the
 * user's lock. Whoever locks grants or sessions as well locks the user before those.
 */
export async function lockFamilies(
  tx: Transaction,
  whose: FamiliesOf,
  which: (family: RefreshFamily) => boolean = () => true,
): Promise<RefreshFamily[]> {
  const owners =
    'user_id' in whose ? [whose.user_id] : (await familiesOf(tx, whose)).map(({ user_id }) => user_id).toSorted();
  for (const owner of new Set(owners)) await tx.lock(users, owner);
  const locked: RefreshFamily[] = [];
  // Read under the user's lock: whoever held it may have begun or ended some.
  for (const id of idsOf((await familiesOf(tx, whose)).filter(which))) {
    const family = await tx.lock(refreshFamilies, id);
    if (family) locked.push(family);
  }
  return locked;
}

function idsOf(families: readonly RefreshFamily[]): string[] {
  return families.map(({ id }) => id).toSorted();
}

/** Revokes them, and locks all before it ends the first; those that were alive, as they were. `which` as above, `now` in ms. */
export async function revokeRefreshFamilies(
  tx: Transaction,
  whose: FamiliesOf,
  why: Exclude<EndReason, 'token-reused'>,
  now: number,
  which?: (family: RefreshFamily) => boolean,
): Promise<RefreshFamily[]> {
  const families = await lockFamilies(tx, whose, which);
  for (const family of families) await endLocked(tx, family, why, now);
  return families;
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
  await endLocked(tx, refresh, 'code-replayed', now);
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
  const gone = () => nothing('there is no such family, or it was revoked before');
  // With the consent go other families: it is only looked at here, and locked after the user.
  const family = await (andGrant ? tx.get(refreshFamilies, token.family) : tx.lock(refreshFamilies, token.family));
  if (!family) return gone();
  if (!isPart(token.proof, family.proof_hash)) return nothing('the token has the name of a family and not its proof');
  if (family.client_id !== clientId) return nothing(`the token was issued to client ${family.client_id}`);
  if (andGrant) return (await revokeWithGrant(tx, family, token.counter, now)) ?? gone();
  await endLocked(tx, family, 'token-revoked', now);
  return { kind: 'revoked', family, tokenCounter: token.counter };
}

/** The family as it was read, the consent that it is under, and what else is under that; `undefined` if it was revoked since. */
async function revokeWithGrant(
  tx: Transaction,
  { id, user_id, client_id, audience }: RefreshFamily,
  tokenCounter: number,
  now: number,
): Promise<PresentedOutcome | undefined> {
  await tx.lock(users, user_id);
  const grant = await tx.find(userGrants, { user_id, clientID: client_id, audience: audience ?? USERINFO });
  if (grant) await tx.lock(userGrants, grant.id);
  const families = await lockFamilies(tx, { user_id, client_id, audience: audience ?? null });
  const family = families.find((one) => one.id === id);
  if (!family) return undefined;
  const others = families.filter((one) => one !== family);
  await endLocked(tx, family, 'token-revoked', now);
  for (const other of others) await endLocked(tx, other, 'grant-deleted', now);
  if (grant) await tx.remove(userGrants, grant.id);
  return { kind: 'revoked', family, tokenCounter, others };
}
