// How a presented refresh token stands in its family: the current one, the one before in its window, or one that should not
// exist any more. Pure, and asked twice: when the request is judged, and under the lock of the row, where it counts.

import type { Reads } from '../../storage/store.ts';
import {
  type EndedFamily,
  type EndReason,
  endedFamilies,
  type RefreshFamily,
  refreshFamilies,
} from './refresh-family.ts';
import { endedBy } from './refresh-lifetime.ts';
import { isPart, type RefreshToken, readToken } from './refresh-token.ts';

export type Standing =
  | { readonly kind: 'current' }
  /** Replaced a moment ago, and its successor was not used: it brings the same successor again. */
  | { readonly kind: 'repeated' }
  /** Somebody holds a token that was replaced: the owner or a thief, and nobody can tell which (RFC 9700 §4.14.2). */
  | { readonly kind: 'reused'; readonly because: string }
  | { readonly kind: 'ended'; readonly because: string }
  /** No member of this family. */
  | { readonly kind: 'unknown' };

/** When the request came, and for how long a replaced token brings the same successor; both in ms, 0 for not at all. */
export interface Window {
  readonly arrived: number;
  readonly windowMs: number;
}

/** Judges a token by the row of its family. */
export function standingOf(family: RefreshFamily, token: RefreshToken, { arrived, windowMs }: Window): Standing {
  if (!isPart(token.proof, family.proof_hash)) return { kind: 'unknown' };
  const ended = endedBy(family, arrived);
  if (ended === 'absolute') return { kind: 'ended', because: `the family ended at ${family.expires_at}` };
  if (ended === 'idle')
    return { kind: 'ended', because: `the family was not used until ${family.idle_expires_at}, when it ended` };
  const { counter, previous } = family;
  if (token.counter === counter && isPart(token.secret, family.current_hash)) return { kind: 'current' };
  if (previous && token.counter === counter - 1 && isPart(token.secret, previous.hash)) {
    const age = arrived - Date.parse(previous.replaced_at);
    // A racer may have come before the moment at which another replaced the token.
    if (windowMs > 0 && age < windowMs) return { kind: 'repeated' };
    const window = windowMs > 0 ? `${windowMs / 1000} s have passed` : 'there is no window';
    return {
      kind: 'reused',
      because: `token ${token.counter} was replaced ${Math.max(0, age)} ms before, and ${window}`,
    };
  }
  const what =
    token.counter < counter
      ? `token ${token.counter} was replaced, and its successor was used`
      : `the family has no such token ${token.counter}`;
  return { kind: 'reused', because: `${what}; the current one is ${counter}` };
}

/** A presented token as it is known. */
export interface FoundToken {
  readonly token: RefreshToken;
  readonly family: RefreshFamily | undefined;
  /** What is remembered of a family that was revoked. */
  readonly ended: EndedFamily | undefined;
}

/** Looks a token up. `undefined`: the text is no refresh token of ours. Does not judge it. @throws StoreUnavailable */
export async function findRefreshToken(reads: Pick<Reads, 'get'>, text: string): Promise<FoundToken | undefined> {
  const token = readToken(text);
  if (!token) return undefined;
  const family = await reads.get(refreshFamilies, token.family);
  return { token, family, ended: family ? undefined : await reads.get(endedFamilies, token.family) };
}

const reasons: Readonly<Record<EndReason, string>> = {
  'rp-logout': 'the user logged out',
  'password-changed': 'the password of the user was changed',
  'email-identifier-changed': 'the e-mail address, username or telephone number of the user was changed',
  'account-deleted': 'the account was deleted',
  'account-deactivated': 'the account was deactivated',
  'session-revoked': 'the session that it began in was revoked',
  'token-revoked': 'the client revoked it',
  'token-reused': 'a token of it came back that had been replaced',
  'code-replayed': 'the authorization code that began it came back',
  'grant-deleted': "the user's consent was deleted",
  'too-many': 'the user had more at this client than may be, and it was the oldest',
  'rotation-began': 'the client began to rotate, and another token of the user there was exchanged',
  administrator: 'an administrator revoked it',
};

/** Why a family ended before its time, in words. */
export function whyEnded({ why }: EndedFamily): string {
  return reasons[why];
}

/** The same with its time, for the log. */
export function endedBecause({ why, at }: EndedFamily): string {
  return `the family was revoked at ${at}: ${reasons[why]}`;
}
