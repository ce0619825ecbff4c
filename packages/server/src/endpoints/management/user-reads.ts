// Reads of the Management API by people, for the log: who looked at what. Auth0 logs no reads (LOG-1), and machines leave none
// here either; a person who administers does. A page reads the same thing every few seconds, so each is told once in a while.

import type { LogEvent } from '../../domain/logs/event.ts';
import { currentUserScopes } from '../../resources/index.ts';
import type { Ask } from '../../web/exchange.ts';
import type { Caller } from './context.ts';
import { whoAndWhere } from './events.ts';

const againAfterMs = 600_000;
/** Most things that are remembered as told; beyond, the oldest is told again too early. */
const mostRemembered = 10_000;

/**
 * Whether a read is one to log: what was read by whom (the path without its query) was not told in the ten minutes before
 * `now` (ms) by this process. Remembers it as told.
 */
export function untoldReads(): (ask: Ask, caller: Caller, now: number) => boolean {
  const told = new Map<string, number>();
  return (ask, { user, scopes }, now) => {
    // Who may only look at the own profile administers nothing.
    if (!user || ask.method !== 'GET' || !administers(scopes)) return false;
    const key = `${ask.tenant} ${user.user_id} ${ask.path}`;
    const before = told.get(key);
    // A clock that was set back would keep everything told for longer.
    if (before !== undefined && now >= before && now - before < againAfterMs) return false;
    told.delete(key);
    told.set(key, now);
    const [oldest] = told.keys();
    if (told.size > mostRemembered && oldest !== undefined) told.delete(oldest);
    return true;
  };
}

function administers(scopes: ReadonlySet<string>): boolean {
  return [...scopes].some((scope) => scope !== 'openid' && !currentUserScopes.has(scope));
}

/** The event of a read, without what was read. */
export function readByUser(ask: Ask, caller: Caller): LogEvent {
  return {
    ...whoAndWhere(ask, caller),
    type: 'mgmt_api_user_read',
    description: `Read ${ask.path.replace('/api/v2', '')}`,
    details: {
      request: {
        method: 'get',
        path: ask.path,
        channel: 'api',
        auth: { strategy: 'jwt', credentials: { scopes: [...caller.scopes] } },
      },
      response: { statusCode: 200 },
    },
  };
}
