// The one table of stable codes: what each means and what to do, for explanations, error pages and the dashboard.

import { checkReasons } from './checks-of-tokens.ts';
import { kindReasons } from './kinds-of-tokens.ts';
import { managementReasons } from './management.ts';
import type { Reason } from './reason.ts';
import { refusalReasons } from './refusals.ts';

export type { Reason } from './reason.ts';

/** Why an API refuses a token. */
export const tokenReasons = { ...kindReasons, ...checkReasons };
export type TokenReason = keyof typeof tokenReasons;

export interface ReasonGroup {
  readonly title: string;
  readonly reasons: Readonly<Record<string, Reason>>;
  /** How to find out more about a case at hand. */
  readonly more: string;
}

/** Where people look for a code: the groups of the index. */
export const reasonGroups: readonly ReasonGroup[] = [
  {
    title: 'An API refuses the token',
    reasons: tokenReasons,
    more: 'For a token at hand, paste it into Explain (in the dashboard, at the API), or run: countersign explain TOKEN --api IDENTIFIER',
  },
  {
    title: 'A login or a token request is refused',
    reasons: refusalReasons,
    more: 'For a case at hand, read its event in the log of the tenant: details.error.because says what happened. Or run: countersign logs tail',
  },
  {
    title: 'The Management API refuses a call',
    reasons: managementReasons,
    more: 'For a call at hand, read the message of the answer, and the event (fapi) in the log of the tenant.',
  },
];

/** Every reason by its code, which is also the name of its page below `/docs/errors/`. */
export const reasons: ReadonlyMap<string, Reason> = new Map(
  reasonGroups.toReversed().flatMap(({ reasons: group }) => Object.entries(group)),
);

/** The path of the page about a code. */
export function reasonPage(code: string): string {
  return `/docs/errors/${encodeURIComponent(code)}`;
}
