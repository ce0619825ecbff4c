// Exchanges a refresh token, in one transaction that locks its family (RFC 6749 §6, RFC 9700 §4.14.2): of racers on any
// nodes the first replaces the token, and the others receive the same successor, which only the token that they hold opens.

import type { TenantId } from '../../schema/brand.ts';
import type { Transaction } from '../../storage/store.ts';
import type { User } from '../accounts/user.ts';
import type { ClientFacts } from '../clients/facts.ts';
import { keepIssued } from './issued.ts';
import { type RefreshFamily, refreshFamilies } from './refresh-family.ts';
import type { Caller } from './refresh-issue.ts';
import { nextEnds } from './refresh-lifetime.ts';
import { standingOf, type Window } from './refresh-member.ts';
import { endLocked, lockFamilies, revokeRefreshFamily } from './refresh-revoke.ts';
import { hashOfPart, nextToken, openSuccessor, type RefreshToken, sealSuccessor, writeToken } from './refresh-token.ts';
import type { GrantedToUser } from './user-authorization.ts';
import type { Minting } from './user-token-content.ts';
import { type MintDeps, type Minted, mintUserTokens } from './user-tokens.ts';

/** A decided exchange: bindings were checked, and what the tokens will hold was judged anew. */
export interface RefreshExchange {
  readonly token: RefreshToken;
  /** As it was read; what counts is read again under its lock. */
  readonly family: RefreshFamily;
  readonly client: ClientFacts;
  readonly user: User;
  readonly decision: GrantedToUser;
  readonly window: Window;
}

export type Exchanged =
  | {
      readonly kind: 'issued';
      readonly minted: Minted;
      /** For the client; absent where it goes on with the one that it has. */
      readonly refreshToken: string | undefined;
      /** The number of the token that is good from now on. */
      readonly counter: number;
      /** Somebody else had replaced the token a moment before. */
      readonly repeated: boolean;
    }
  /** The family is revoked now. */
  | { readonly kind: 'reused'; readonly family: RefreshFamily; readonly because: string }
  | { readonly kind: 'ended'; readonly because: string };

/** Undoes an exchange with which rotation begins, and which did not look like it: it locks more, and in another order. */
class RotationBegins extends Error {}

/**
 * Signs the tokens, then replaces the refresh token and keeps what must be kept. `inTransaction` spends what else the request
 * uses up and throws to keep nothing. @throws StoreUnavailable, what `inTransaction` throws
 */
export async function exchangeRefreshToken(
  deps: MintDeps & { readonly now: () => number },
  tenant: TenantId,
  exchange: RefreshExchange & { readonly caller: Caller },
  inTransaction: (tx: Transaction) => Promise<void>,
): Promise<Exchanged> {
  // Signed before the transaction: an RSA signature inside would make every other writer wait for it. Each racer gets access
  // and ID tokens of its own, and only the refresh token is shared: those end by themselves, and sharing them would mean to keep them.
  const minted = await mintUserTokens(deps, refreshMinting(tenant, exchange), deps.now());
  const attempt = (begins: boolean) =>
    deps.database.store(tenant).transact(async (tx) => {
      await inTransaction(tx);
      return replaced(tx, exchange, minted, begins, deps.now);
    });
  const { rotating } = exchange.client.refresh;
  try {
    return await attempt(rotating && !exchange.family.rotating);
  } catch (error) {
    if (!(error instanceof RotationBegins)) throw error;
    return attempt(true);
  }
}

/**
 * The exchange in its transaction. `begins`: rotation seems to begin with it, so that other tokens of the user end, and more
 * than its own family is locked. @throws RotationBegins if it does and that was not foreseen
 */
async function replaced(
  tx: Transaction,
  exchange: RefreshExchange & { readonly caller: Caller },
  minted: Minted,
  begins: boolean,
  clock: () => number,
): Promise<Exchanged> {
  const { token, window, client } = exchange;
  const lasting = begins ? await lockLasting(tx, exchange.family) : [];
  const family = begins ? lasting.find(({ id }) => id === token.family) : await tx.lock(refreshFamilies, token.family);
  if (!family) return { kind: 'ended', because: 'the family was revoked while its token was exchanged' };
  const standing = standingOf(family, token, window);
  switch (standing.kind) {
    case 'current': {
      const beginsNow = client.refresh.rotating && !family.rotating;
      if (beginsNow && !begins) throw new RotationBegins();
      const now = clock();
      const successor = await replace(tx, family, exchange, now);
      // A client that begins to rotate: the tokens of the same user and API that do not rotate end (RT-21).
      const others = beginsNow ? lasting.filter(({ id, rotating }) => id !== family.id && !rotating) : [];
      for (const other of others) await endLocked(tx, other, 'rotation-began', now);
      await keepIssued(tx, minted.rows);
      const counter = successor?.counter ?? family.counter;
      return { kind: 'issued', minted, refreshToken: successor && writeToken(successor), counter, repeated: false };
    }
    case 'repeated': {
      if (!family.previous) throw new Error(`family ${family.id} repeats a token that it does not remember`);
      const successor = openSuccessor(token, family.previous.successor);
      await keepIssued(tx, minted.rows);
      const { counter } = successor;
      return { kind: 'issued', minted, refreshToken: writeToken(successor), counter, repeated: true };
    }
    case 'reused':
      await revokeRefreshFamily(tx, family.id, 'token-reused', clock());
      return { kind: 'reused', family, because: standing.because };
    case 'ended':
      return { kind: 'ended', because: standing.because };
    case 'unknown':
      throw new Error(`family ${family.id} changed its proof`);
  }
}

/** Locks a family with its user and the others of the same user and API that do not rotate. */
function lockLasting(tx: Transaction, { id, user_id, client_id, audience }: RefreshFamily): Promise<RefreshFamily[]> {
  const whose = { user_id, client_id, audience: audience ?? null };
  return lockFamilies(tx, whose, (family) => family.id === id || !family.rotating);
}

/** Writes down that the current token was exchanged, and by what it is replaced: `undefined` if it stays. `now` in ms. */
async function replace(
  tx: Transaction,
  family: RefreshFamily,
  { token, client, caller }: RefreshExchange & { readonly caller: Caller },
  now: number,
): Promise<RefreshToken | undefined> {
  const { rotating } = client.refresh;
  const at = new Date(now).toISOString();
  // A rotating token of a client that rotates no more is replaced once, by one that stays (RT-21).
  const successor = rotating || family.rotating ? nextToken(token) : undefined;
  const { previous: _used, expires_at: _end, idle_expires_at: _idle, ...rest } = family;
  await tx.replace(refreshFamilies, {
    ...rest,
    ...nextEnds(family, client, now),
    rotating,
    last_exchanged_at: at,
    device: { ...family.device, last_ip: caller.ip, last_user_agent: caller.user_agent },
    ...(successor
      ? {
          counter: successor.counter,
          current_hash: hashOfPart(successor.secret),
          previous: { hash: family.current_hash, replaced_at: at, successor: sealSuccessor(token, successor) },
        }
      : {}),
  });
  return successor;
}

/** What the tokens of an exchange are made of: no nonce (RT-14), and the session and time of the login. */
export function refreshMinting(tenant: TenantId, { family, client, user, decision }: RefreshExchange): Minting {
  return {
    tenant,
    client,
    user,
    authorization: decision.authorization,
    grantType: 'refresh_token',
    channel: 'back',
    wants: { accessToken: true, idToken: decision.scopes.includes('openid') },
    opaqueLifetime: 86_400,
    family: family.id,
    about: { sid: family.session_id, authTime: family.auth_time },
  };
}
