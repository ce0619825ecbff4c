// Authorization codes (RFC 6749 §4.1.2): opaque, good for five minutes, spent once, and tied to all that they were made for.
// A code is looked at without being spent, so that a wrong verifier or a wrong client cannot use up the owner's code.

import { hash, randomBytes, timingSafeEqual } from 'node:crypto';
import { isVerifier } from '../../oauth/pkce.ts';
import type { Reads, Spent, Transaction } from '../../storage/store.ts';
import type { TraceEntry } from '../logs/event.ts';

/** Auth0 does not say; RFC 6749 recommends at most ten minutes. */
export const codeLifetimeMs = 300_000;

/** What a code stands for. Times in ms. */
export interface AuthorizationCode {
  readonly client_id: string;
  readonly redirect_uri: string;
  readonly redirect_uri_sent: boolean;
  readonly code_challenge?: string;
  readonly code_challenge_method?: 'S256' | 'plain';
  readonly nonce?: string;
  readonly requested: readonly string[];
  readonly granted: readonly string[];
  /** Why the other scopes were not granted, for the log of what the code buys. */
  readonly drops?: readonly TraceEntry[];
  /** On the wire; absent for /userinfo. */
  readonly audience?: string;
  readonly issuer: string;
  readonly user_id: string;
  readonly session_id: string;
  readonly authenticated_at: number;
  /** Whether the request asked for `auth_time`. */
  readonly tells_auth_time: boolean;
  /** Of everything that it buys. */
  readonly family: string;
}

const nameOf = (code: string) => ({ kind: 'code', key: code });

/** A fresh code: 256 random bits. */
export function newCode(): string {
  return randomBytes(32).toString('base64url');
}

/** Keeps a code until it is spent or ends. `now` in ms. */
export function keepCode(tx: Transaction, code: string, content: AuthorizationCode, now: number): Promise<void> {
  return tx.keep(nameOf(code), content, now + codeLifetimeMs);
}

/** A code as it stands: good, spent by somebody, or past its end. */
export interface FoundCode {
  readonly state: 'good' | 'spent' | 'ended';
  readonly content: AuthorizationCode;
}

/** Looks at a code without spending it. `undefined`: there is none, or it ended long ago. `now` in ms. */
export async function findCode(reads: Reads, code: string, now: number): Promise<FoundCode | undefined> {
  const kept = await reads.kept<AuthorizationCode>(nameOf(code));
  if (!kept) return undefined;
  const state = kept.spentAt !== undefined ? 'spent' : kept.expiresAt > now ? 'good' : 'ended';
  return { state, content: kept.value };
}

/** Spends a code; of any number of racers one wins. `now` in ms. */
export function spendCode(tx: Transaction, code: string, now: number): Promise<Spent<AuthorizationCode>> {
  return tx.spend<AuthorizationCode>(nameOf(code), now);
}

/** Whether the verifier proves the code's challenge (RFC 7636 §4.6); compared in constant time. */
export function provesChallenge(
  code: Pick<AuthorizationCode, 'code_challenge' | 'code_challenge_method'>,
  verifier: string,
): boolean {
  if (code.code_challenge === undefined || !isVerifier(verifier)) return false;
  const shown = code.code_challenge_method === 'plain' ? verifier : hash('sha256', verifier, 'base64url');
  const expected = Buffer.from(code.code_challenge);
  const got = Buffer.from(shown);
  return got.length === expected.length && timingSafeEqual(got, expected);
}
