// One Api object stands for one API (its audience) and the issuers it trusts.

import { type Incoming, pathOf, readToken } from './bearer.ts';
import { found } from './causes/index.ts';
import { type ApiOptions, type RefusalContext, readOptions, type Settings } from './options.ts';
import { refusalOf } from './problem.ts';
import type { Refusal } from './refusal.ts';
import { type CheckedRequirement, checkedRequirement, type Requirement } from './scopes.ts';
import type { VerifiedToken } from './token.ts';
import { type Verified, verifyToken } from './verify.ts';

export type Verdict =
  | { readonly kind: 'accepted'; readonly token: VerifiedToken }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/** Cheap: creating one does no I/O and starts no timer, so a server can make one for each tenant host. */
export interface Api {
  readonly issuers: readonly string[];
  readonly audiences: readonly string[];
  /** Checks a token at hand. Never rejects on account of the token; a requirement that cannot be meant is a TypeError. Calls `onRefusal`. */
  verify(token: string, requirement?: Requirement): Promise<Verdict>;
  /** Finds the token in a request (RFC 6750 §2), then as `verify`. */
  check(incoming: Incoming, requirement?: Requirement): Promise<Verdict>;
}

/**
 * Makes the check of one API. Throws a TypeError for options that cannot be meant; an issuer that cannot be reached shows with the first token, as 503.
 *
 *     const api = createApi({ issuer: 'https://tenant.example.com/', audience: 'https://api.example.com/' });
 */
export function createApi(options: ApiOptions): Api {
  const settings = readOptions(options);
  return {
    issuers: settings.issuers,
    audiences: settings.audiences,
    async verify(token, requirement) {
      const needed = checkedRequirement(requirement);
      const verified = await verifyToken(token, needed, settings);
      return verdictOf(verified, token, needed, settings, { method: undefined, path: undefined });
    },
    async check(incoming, requirement) {
      const needed = checkedRequirement(requirement);
      const { verified, token } = await verifyIncoming(incoming, needed, settings);
      return verdictOf(verified, token, needed, settings, { method: incoming.method, path: pathOf(incoming.url) });
    },
  };
}

async function verifyIncoming(
  incoming: Incoming,
  needed: CheckedRequirement,
  settings: Settings,
): Promise<{ readonly verified: Verified; readonly token?: string }> {
  try {
    const sought = readToken(incoming, settings.places);
    if (sought.kind === 'refused') return { verified: { ...sought, evidence: {} } };
    const { token } = sought;
    return { verified: await verifyToken(token, needed, settings), token };
  } catch (error) {
    const problem = error instanceof Error ? error.message : 'unknown error';
    return { verified: { kind: 'refused', finding: found('check_failed', { problem }), evidence: {} } };
  }
}

function verdictOf(
  verified: Verified,
  token: string | undefined,
  needed: CheckedRequirement,
  settings: Settings,
  context: RefusalContext,
): Verdict {
  if (verified.kind === 'accepted') return verified;
  const { finding, evidence, retryAfterSeconds } = verified;
  const errorUri = typeof token === 'string' && finding.status !== 503 ? settings.explain?.(token, needed) : undefined;
  const refusal = refusalOf(finding, settings.facts, { scopes: needed.scopes, retryAfterSeconds, evidence, errorUri });
  try {
    settings.onRefusal?.(refusal, context);
  } catch {
    // A log that fails must not turn a refusal into a crash, and least of all into something else than a refusal.
  }
  return { kind: 'refused', refusal };
}
