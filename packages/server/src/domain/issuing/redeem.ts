// Spends an authorization code for what it buys, in one transaction: of racers on any nodes one gets tokens, and who comes
// later shows that the code leaked, so what it bought is revoked (RFC 6749 §4.1.2, §10.5).

import type { TenantId } from '../../schema/brand.ts';
import type { Transaction } from '../../storage/store.ts';
import { type User, users } from '../accounts/user.ts';
import type { ClientFacts } from '../clients/facts.ts';
import { sessions } from '../sessions/session.ts';
import { scopesDiffer } from './authorization-response.ts';
import { type AuthorizationCode, spendCode } from './codes.ts';
import { keepIssued } from './issued.ts';
import { type Caller, keepRefreshToken, type NewRefreshToken, newRefreshToken } from './refresh-issue.ts';
import { revokeBought } from './refresh-revoke.ts';
import type { GrantedToUser } from './user-authorization.ts';
import type { Minting } from './user-token-content.ts';
import { type MintDeps, type Minted, mintUserTokens } from './user-tokens.ts';

/** A decided exchange: every binding of the code was checked, and what it buys was judged anew. */
export interface Redemption {
  readonly code: string;
  readonly content: AuthorizationCode;
  readonly client: ClientFacts;
  readonly user: User;
  readonly decision: GrantedToUser;
}

export type Redeemed =
  | {
      readonly kind: 'issued';
      readonly minted: Minted;
      /** The first of its family; only where `offline_access` was granted. */
      readonly refresh: NewRefreshToken | undefined;
      readonly scope: string | undefined;
    }
  /** Somebody else had it; what that bought is revoked now. */
  | { readonly kind: 'replayed'; readonly revoked: number }
  | { readonly kind: 'ended' };

/**
 * Signs the tokens, then spends the code and keeps what must be kept. `inTransaction` spends what else the request uses up
 * (the `jti` of a client assertion) and throws to keep nothing. `now` in ms. @throws StoreUnavailable, what `inTransaction` throws
 */
export async function redeemCode(
  deps: MintDeps,
  tenant: TenantId,
  redemption: Redemption & { readonly caller: Caller },
  inTransaction: (tx: Transaction) => Promise<void>,
  now: number,
): Promise<Redeemed> {
  const { code, content } = redemption;
  const refresh = firstRefreshToken(redemption, now);
  // Signed before the transaction: an RSA signature inside would make every other writer wait for it.
  const minted = await mintUserTokens(deps, redemptionMinting(tenant, redemption), now);
  return deps.database.store(tenant).transact(async (tx) => {
    await inTransaction(tx);
    // Whoever ends all that a user has open locks the user first, and then the sessions: so does this.
    if (refresh && !(await tx.lock(users, content.user_id))) return { kind: 'ended' };
    // Locked, so that a session which ends at this moment ends before or after, and never unseen.
    if ((await tx.lock(sessions, content.session_id))?.user_id !== content.user_id) return { kind: 'ended' };
    const spent = await spendCode(tx, code, now);
    switch (spent.kind) {
      case 'won':
        if (refresh) await keepRefreshToken(tx, refresh, now);
        await keepIssued(tx, minted.rows);
        return { kind: 'issued', minted, refresh, scope: redeemedScope(redemption) };
      case 'spent':
        return { kind: 'replayed', revoked: await revokeBought(tx, spent.value.family, now) };
      case 'expired':
      case 'unknown':
        return { kind: 'ended' };
    }
  });
}

/** What the tokens of a code are made of. */
export function redemptionMinting(tenant: TenantId, { content, client, user, decision }: Redemption): Minting {
  return {
    tenant,
    client,
    user,
    authorization: decision.authorization,
    channel: 'back',
    wants: { accessToken: true, idToken: decision.scopes.includes('openid') },
    opaqueLifetime: 86_400,
    family: content.family,
    about: {
      sid: content.session_id,
      nonce: content.nonce,
      authTime: authTimeOf(content),
    },
  };
}

function authTimeOf(content: AuthorizationCode): number | undefined {
  return content.tells_auth_time ? Math.floor(content.authenticated_at / 1000) : undefined;
}

/** The refresh token that a code buys; `undefined` where `offline_access` was not granted. Kept nowhere yet. `now` in ms. */
export function firstRefreshToken(
  { content, client, decision, caller }: Redemption & { readonly caller: Caller },
  now: number,
): NewRefreshToken | undefined {
  if (!decision.scopes.includes('offline_access')) return undefined;
  const { target } = decision.authorization;
  const authTime = authTimeOf(content);
  return newRefreshToken(
    {
      family: content.family,
      client,
      user_id: content.user_id,
      session_id: content.session_id,
      ...(target.kind === 'api' ? { audience: target.api.identifier } : {}),
      issuer: content.issuer,
      scopes: decision.scopes,
      ...(authTime === undefined ? {} : { auth_time: authTime }),
      caller,
    },
    now,
  );
}

/** `scope` of the answer: only when it is not what was asked for (TOK-6). */
export function redeemedScope({ content, decision }: Redemption): string | undefined {
  return scopesDiffer(content.requested, decision.scopes) ? decision.scopes.join(' ') : undefined;
}
