// The one table of stable codes: what each means and what to do, for explanations, error pages and the dashboard.

import { checkReasons } from './checks-of-tokens.ts';
import { kindReasons } from './kinds-of-tokens.ts';
import type { Reason } from './reason.ts';

export type { Reason } from './reason.ts';

/** Why an API refuses a token. */
export const tokenReasons = { ...kindReasons, ...checkReasons };
export type TokenReason = keyof typeof tokenReasons;

/** Every reason by its code, which is also the name of its page below `/docs/errors/`. */
export const reasons: ReadonlyMap<string, Reason> = new Map<string, Reason>(Object.entries(tokenReasons));

/** The path of the page about a code. */
export function reasonPage(code: string): string {
  return `/docs/errors/${encodeURIComponent(code)}`;
}
