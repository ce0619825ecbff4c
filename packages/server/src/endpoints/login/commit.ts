// Writes down what a step proved, in one transaction: who it was, that a new session began, what was answered.
// Nothing is kept unless all of it is; a login that ended meanwhile keeps nothing.

import { recordLogin, upgradeHash } from '../../domain/accounts/change.ts';
import { createUser } from '../../domain/accounts/create.ts';
import { findPassword } from '../../domain/accounts/find.ts';
import type { User } from '../../domain/accounts/user.ts';
import { storeConsent } from '../../domain/issuing/consent.ts';
import { type PendingAuthorization, pendingAuthorizations } from '../../domain/pending/pending.ts';
import { advancePending, type PendingPatch } from '../../domain/pending/steps.ts';
import { type AskedFrom, askVerification, tellTaken } from '../../domain/recovery/asked.ts';
import { startSession } from '../../domain/sessions/lifecycle.ts';
import type { Session } from '../../domain/sessions/session.ts';
import type { TenantSettings } from '../../domain/tenants/settings.ts';
import type { Store, Transaction } from '../../storage/store.ts';
import type { Lost, Proof } from './step.ts';

/** What the endpoint knows of the browser and the login; times in ms. */
export interface Circumstances {
  readonly pending: PendingAuthorization;
  readonly settings: TenantSettings;
  /** The session that the browser has. */
  readonly previous: Session | undefined;
  /** Identifier of the API as stored; `undefined` for /userinfo. */
  readonly audience: string | undefined;
  readonly ip: string;
  readonly userAgent: string;
  /** Of the page, for mails that come of it. */
  readonly language: string;
  readonly now: number;
}

export type Committed =
  | { readonly kind: 'done' }
  /** A session began; its cookie must go out with the answer. */
  | { readonly kind: 'session'; readonly session: Session; readonly handle: string; readonly user: User }
  /** The pending authorization ended meanwhile: nothing was written. */
  | { readonly kind: 'ended' }
  /** What was proved does not hold any more: nothing was written. */
  | { readonly kind: 'lost'; readonly why: Lost };

/** Undoes the transaction and carries its outcome out of it. */
class Undone extends Error {
  readonly outcome: Committed;
  constructor(outcome: Committed) {
    super('undone');
    this.outcome = outcome;
  }
}

/** Writes down a proof. @throws StoreUnavailable */
export async function commitProof(store: Store, proof: Proof, at: Circumstances): Promise<Committed> {
  try {
    return await store.transact((tx) => write(tx, proof, at));
  } catch (error) {
    if (!(error instanceof Undone)) throw error;
    const { outcome } = error;
    if (proof.kind === 'signup' && outcome.kind === 'lost' && outcome.why === 'email') {
      const { connection, email = '' } = proof.draft;
      await store.transact((tx) => tellTaken(tx, { ...askedFrom(at), connection, email }, at.now));
    }
    return outcome;
  }
}

async function write(tx: Transaction, proof: Proof, at: Circumstances): Promise<Committed> {
  // First of all locks, as the issuance does it: whoever waits for another here waits in the same order.
  if (!(await tx.lock(pendingAuthorizations, at.pending.id))) return { kind: 'ended' };
  switch (proof.kind) {
    case 'login': {
      const { verified, upgrade, admission } = proof.right;
      const user = await recordLogin(tx, proof.right.user.user_id, at.ip, at.now);
      // Between the verification and now the account may have been removed or blocked, or its password changed.
      const password = user && (await findPassword(tx, user.user_id));
      if (!user || user.blocked === true || password?.hash !== verified)
        throw new Undone({ kind: 'lost', why: 'user' });
      if (upgrade !== undefined) await upgradeHash(tx, user.user_id, verified, upgrade);
      const begun = await begin(tx, user, at);
      await admission.admit(tx);
      return begun;
    }
    case 'signup': {
      const created = await createUser(tx, proof.draft, at.now);
      if (created.kind !== 'created') {
        const why = created.identifier === 'user_id' ? 'user' : created.identifier;
        throw new Undone({ kind: 'lost', why });
      }
      const user = (await recordLogin(tx, created.user.user_id, at.ip, at.now)) ?? created.user;
      if (user.email !== undefined) await askVerification(tx, { ...askedFrom(at), user_id: user.user_id }, at.now);
      return begin(tx, user, at);
    }
    case 'consent': {
      const { user, given, scopes } = proof;
      const { client_id } = at.pending.request;
      if (given && !(await storeConsent(tx, { user_id: user.user_id, client_id, audience: at.audience, scopes })))
        throw new Undone({ kind: 'lost', why: 'user' });
      return advance(tx, at, { consent: { given, scopes, user_id: user.user_id } });
    }
    case 'confirmed':
      return advance(tx, at, { confirmed: proof.confirmed });
    case 'selected':
      return advance(tx, at, { selected: proof.user.user_id });
  }
}

/** Where a sign-up came from, for mails that come of it. */
function askedFrom({ pending, ip, userAgent, language }: Circumstances): AskedFrom {
  const { host: hostname, request } = pending;
  return { client_id: request.client_id, ip, user_agent: userAgent, hostname, language };
}

/** The session of a user who has just proved to be there, and the login that goes on with it. */
async function begin(tx: Transaction, user: User, at: Circumstances): Promise<Committed> {
  const { session, handle } = await startSession(
    tx,
    {
      user_id: user.user_id,
      connection: user.connection,
      method: 'pwd',
      ip: at.ip,
      user_agent: at.userAgent,
      previous: at.previous,
    },
    at.settings,
    at.now,
  );
  await advance(tx, at, {
    login: { user_id: user.user_id, session_id: session.id, authenticated_at: at.now, fresh: true },
  });
  return { kind: 'session', session, handle, user };
}

async function advance(tx: Transaction, at: Circumstances, patch: PendingPatch): Promise<Committed> {
  if (!(await advancePending(tx, at.pending, { ...patch, interacted: true }))) throw new Undone({ kind: 'ended' });
  return { kind: 'done' };
}
