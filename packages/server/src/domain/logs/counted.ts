// What an event counts as (`storage/event-counts.ts`): the API under its stored name, and the cause of a failure. Pure.

import { isFailure, reasons } from '../../resources/index.ts';
import type { TenantHost } from '../../schema/brand.ts';
import { storedIdentifier } from '../tenants/system-apis.ts';
import type { LogEvent } from './event.ts';

/** Types of events by which a user logged in; a silent login proves nothing anew. */
export const logins: ReadonlySet<string> = new Set(['s', 'sepft']);

/** The identifier of the event's API as it is stored, whatever the host that was asked. */
export function countedAudience({ audience, hostname }: LogEvent): string | undefined {
  return audience === undefined ? undefined : storedIdentifier(audience, (hostname ?? '') as TenantHost);
}

/**
 * Why it failed: a code that has a page below `/docs/errors/`, or else the event's type, so that nobody outside can make a new one.
 * `undefined` for what did not fail.
 */
export function causeOf({ type, details }: LogEvent): string | undefined {
  if (!isFailure(type)) return undefined;
  const { cause, error } = (details ?? {}) as Readonly<Record<string, Readonly<Record<string, unknown>> | undefined>>;
  // The kind of a refusal says more than the code that travelled (`access_denied`).
  for (const code of [cause?.code, error?.type, error?.oauthError, error?.code])
    if (typeof code === 'string' && reasons.has(code)) return code;
  return type;
}
