// Writes a log event down as Auth0's record (auth0-behaviour §40.1), with an id that sorts by time.

import { randomInt } from 'node:crypto';
import type { StoredLog } from '../../storage/store.ts';
import type { LogEvent } from './event.ts';

/** Longest text that a caller can get into the log (a user agent, a header); the rest is cut and marked (INJ-03). */
const longestText = 500;

function cut(text: string | undefined): string | null {
  if (text === undefined) return null;
  const clean = text.replaceAll('\0', '').toWellFormed();
  return clean.length > longestText ? `${clean.slice(0, longestText)}… (cut)` : clean;
}

/** Makes log ids of 56 digits: 900, the time to the millisecond, a counter, and the process that made it. */
export function logIds(): (now: number) => string {
  const process = Array.from({ length: 26 }, () => randomInt(10)).join('');
  let last = 0;
  let counter = 0;
  return (now) => {
    // A clock that is set back must not make younger events sort before older ones.
    last = Math.max(last, now);
    counter = (counter + 1) % 10_000_000_000;
    const time = new Date(last).toISOString().replace(/\D/g, '');
    return `900${time}${String(counter).padStart(10, '0')}${process}`;
  };
}

/** The stored form of an event. `now` in ms: when it happened. */
export function stored(event: LogEvent, logId: string, now: number): StoredLog {
  const record = {
    _id: logId,
    log_id: logId,
    date: new Date(now).toISOString(),
    type: event.type,
    description: cut(event.description),
    connection: event.connection ?? null,
    connection_id: null,
    organization_id: cut(event.organization_id),
    organization_name: cut(event.organization_name),
    client_id: cut(event.client_id),
    client_name: cut(event.client_name),
    ip: cut(event.ip),
    hostname: cut(event.hostname),
    user_id: cut(event.user_id),
    user_name: cut(event.user_name),
    user_agent: cut(event.user_agent),
    audience: cut(event.audience),
    scope: cut(event.scope),
    strategy: null,
    strategy_type: null,
    isMobile: false,
    location_info: null,
    ...(event.auth0_client ? { auth0_client: event.auth0_client } : {}),
    ...(event.details ? { details: event.details } : {}),
  };
  return {
    tenant: event.tenant,
    log_id: logId,
    type: event.type,
    date: now,
    client_id: record.client_id ?? undefined,
    user_id: record.user_id ?? undefined,
    ip: record.ip ?? undefined,
    connection: event.connection,
    record: JSON.stringify(record),
  };
}
