// Tokens for a password (auth0-behaviour §13): the login is written down in the transaction that keeps what it brings.
// No session begins: there is no browser, and whoever has the password can come again.

import type { TenantId } from '../../schema/brand.ts';
import type { Transaction } from '../../storage/store.ts';
import { recordLogin, upgradeHash } from '../accounts/change.ts';
import { findPassword } from '../accounts/find.ts';
import type { ClientFacts } from '../clients/facts.ts';
import type { Right } from '../limits/password-door.ts';
import { keepIssued } from './issued.ts';
import { type Caller, keepRefreshToken, type NewRefreshToken, newRefreshToken } from './refresh-issue.ts';
import { newFamily } from './refresh-token.ts';
import type { GrantedToUser } from './user-authorization.ts';
import type { Minting } from './user-token-content.ts';
import { type MintDeps, type Minted, mintUserTokens } from './user-tokens.ts';

/** A decided login: the password was right, and what the client may have was judged. */
export interface PasswordLogin {
  readonly right: Right;
  readonly client: ClientFacts;
  readonly decision: GrantedToUser;
}

export type LoggedIn =
  | { readonly kind: 'issued'; readonly minted: Minted; readonly refresh: NewRefreshToken | undefined }
  /** The account was removed or blocked, or its password changed, since it was verified: nothing was kept. */
  | { readonly kind: 'ended' };

/** Undoes the transaction. */
class Ended extends Error {}

/**
 * Signs the tokens, then writes the login down and keeps what must be kept. `inTransaction` spends what else the request uses
 * up and throws to keep nothing. `now` in ms. @throws StoreUnavailable, what `inTransaction` throws
 */
export async function logInByPassword(
  deps: MintDeps,
  tenant: TenantId,
  { right, client, decision, caller }: PasswordLogin & { readonly caller: Caller },
  inTransaction: (tx: Transaction) => Promise<void>,
  now: number,
): Promise<LoggedIn> {
  const { user, verified, upgrade, admission } = right;
  const login = { right, client, decision, family: newFamily() };
  const minted = await mintUserTokens(deps, passwordMinting(tenant, login), now);
  const refresh = passwordRefreshToken({ ...login, caller }, now);
  try {
    return await deps.database.store(tenant).transact(async (tx): Promise<LoggedIn> => {
      await inTransaction(tx);
      const after = await recordLogin(tx, user.user_id, caller.ip, now);
      const password = after && (await findPassword(tx, user.user_id));
      if (!after || after.blocked === true || password?.hash !== verified) throw new Ended();
      if (upgrade !== undefined) await upgradeHash(tx, user.user_id, verified, upgrade);
      if (refresh) await keepRefreshToken(tx, refresh, now);
      await keepIssued(tx, minted.rows);
      await admission.admit(tx);
      return { kind: 'issued', minted, refresh };
    });
  } catch (error) {
    if (error instanceof Ended) return { kind: 'ended' };
    throw error;
  }
}

type Begun = Pick<PasswordLogin, 'client' | 'decision'> & {
  readonly right: Pick<Right, 'user'>;
  readonly family: string;
};

/** What the tokens of a password are made of. */
export function passwordMinting(tenant: TenantId, { right, client, decision, family }: Begun): Minting {
  return {
    tenant,
    client,
    user: right.user,
    authorization: decision.authorization,
    grantType: 'password',
    channel: 'back',
    wants: { accessToken: true, idToken: decision.scopes.includes('openid') },
    opaqueLifetime: 86_400,
    family,
    about: {},
  };
}

/** The refresh token that a password brings; `undefined` where `offline_access` was not granted. Kept nowhere yet. `now` in ms. */
export function passwordRefreshToken(
  { right, client, decision, family, caller }: Begun & { readonly caller: Caller },
  now: number,
): NewRefreshToken | undefined {
  const { authorization, scopes } = decision;
  if (!scopes.includes('offline_access')) return undefined;
  const { target, issuer } = authorization;
  const audience = target.kind === 'api' ? { audience: target.api.identifier } : {};
  return newRefreshToken({ family, client, user_id: right.user.user_id, ...audience, issuer, scopes, caller }, now);
}
