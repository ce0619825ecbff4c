// Issues the first refresh token of a login at a client, for any grant that may bring one (auth0-behaviour RT-1): made
// before the transaction, kept in the transaction that hands it out.

import type { Transaction } from '../../storage/store.ts';
import { users } from '../accounts/user.ts';
import type { ClientFacts } from '../clients/facts.ts';
import { holderOf, type RefreshFamily, refreshFamilies } from './refresh-family.ts';
import { firstEnds } from './refresh-lifetime.ts';
import { revokeRefreshFamilies } from './refresh-revoke.ts';
import { firstToken, hashOfPart, writeToken } from './refresh-token.ts';

/** Active families of one user at one client, at most (RT-9). */
export const mostActive = 200;

/** Where a request came from, as far as it can be believed. */
export interface Caller {
  readonly ip: string;
  readonly user_agent: string;
}

/** What the family stands for. */
export interface RefreshContent {
  /** As the access tokens that come with it have it. */
  readonly family: string;
  readonly client: ClientFacts;
  readonly user_id: string;
  readonly session_id?: string;
  /** The API's identifier as stored; absent for /userinfo. */
  readonly audience?: string;
  readonly issuer: string;
  /** All that was granted, `offline_access` among it. */
  readonly scopes: readonly string[];
  /** Seconds; only where ID tokens are to tell it. */
  readonly auth_time?: number;
  readonly caller: Caller;
}

export interface NewRefreshToken {
  /** For the client; it is nowhere else. */
  readonly token: string;
  readonly row: RefreshFamily;
}

/** Makes the first token of a family. Writes nothing and decides nothing: `offline_access` must have been granted. `now` in ms. */
export function newRefreshToken(content: RefreshContent, now: number): NewRefreshToken {
  const { family, client, caller, ...rest } = content;
  const token = firstToken(family);
  const row: RefreshFamily = {
    id: family,
    client_id: client.clientId,
    holder: holderOf(content.user_id, client.clientId),
    ...rest,
    proof_hash: hashOfPart(token.proof),
    counter: token.counter,
    current_hash: hashOfPart(token.secret),
    rotating: client.refresh.rotating,
    created_at: new Date(now).toISOString(),
    ...firstEnds(client, now),
    device: {
      initial_ip: caller.ip,
      initial_user_agent: caller.user_agent,
      last_ip: caller.ip,
      last_user_agent: caller.user_agent,
    },
  };
  return { token: writeToken(token), row };
}

/**
 * Keeps it. The user's row is locked first: logins at once do not exceed the limit together, and nothing is kept for
 * somebody who is gone (`false`). Of more than `mostActive` the oldest goes. `now` in ms.
 */
export async function keepRefreshToken(tx: Transaction, { row }: NewRefreshToken, now: number): Promise<boolean> {
  if (!(await tx.lock(users, row.user_id))) return false;
  const { holder } = row;
  const { total } = await tx.page(refreshFamilies, { where: { holder }, offset: 0, limit: 1 });
  if (total >= mostActive) {
    const alive = (await tx.all(refreshFamilies, { holder })).filter(({ ends_at }) => now < Date.parse(ends_at));
    const ids = alive.slice(0, Math.max(0, alive.length - mostActive + 1)).map(({ id }) => id);
    await revokeRefreshFamilies(tx, { ids }, 'too-many', now);
  }
  await tx.insert(refreshFamilies, row);
  return true;
}
