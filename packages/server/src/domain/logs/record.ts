// Writes a log event down as Auth0's record (auth0-behaviour §40.1), with an id that sorts by time.

import { randomInt } from 'node:crypto';
import type { StoredLog } from '../../storage/store.ts';
import { causeOf, countedAudience, logins } from './counted.ts';
import type { LogEvent } from './event.ts';

/** Longest text that a caller can get into the log (a user agent, a header); the rest is cut and marked (INJ-03). */
const longestText = 500;

/** A text as the log keeps it: well-formed, without NUL, at most 500 characters, with a mark where it was cut. */
export function cut(text: string): string {
  if (/^[ -~]{0,500}$/.test(text)) return text;
  const clean = text.replaceAll('\0', '').toWellFormed();
  return clean.length > longestText ? `${clean.slice(0, longestText)}… (cut)` : clean;
}

function cutIfAny(text: string | undefined): string | undefined {
  return text === undefined ? undefined : cut(text);
}

/** Makes log ids of 56 digits: 900, the time to the millisecond, a counter, and the process that made it. */
export function logIds(): (now: number) => string {
  const process = Array.from({ length: 26 }, () => randomInt(10)).join('');
  let last = 0;
  let time = '';
  let counter = 0;
  return (now) => {
    // A clock that is set back must not make younger events sort before older ones.
    if (now > last) {
      last = now;
      time = new Date(last).toISOString().replace(/\D/g, '');
    }
    counter = (counter + 1) % 10_000_000_000;
    return `900${time}${String(counter).padStart(10, '0')}${process}`;
  };
}

/** The texts of an event that a record has, in Auth0's order; an absent one is stored by being absent. */
const texts = [
  'description',
  'connection',
  'organization_id',
  'organization_name',
  'client_id',
  'client_name',
  'ip',
  'hostname',
  'user_id',
  'user_name',
  'user_agent',
  'audience',
  'scope',
] as const;

/** A text as JSON. Most are short and plain, and those need no escaping: this runs for every token. */
function quoted(text: string): string {
  return /^[ !#-[\]-~]{0,500}$/.test(text) ? `"${text}"` : JSON.stringify(cut(text));
}

/** The stored form of an event: as few bytes as say it, since every token writes one. `now` in ms. */
export function stored(event: LogEvent, logId: string, now: number): StoredLog {
  let record = `{"log_id":"${logId}","date":"${new Date(now).toISOString()}","type":"${event.type}"`;
  for (const name of texts) {
    const text = event[name];
    if (text !== undefined) record += `,"${name}":${quoted(text)}`;
  }
  if (event.auth0_client) record += `,"auth0_client":${JSON.stringify(event.auth0_client)}`;
  if (event.details) record += `,"details":${JSON.stringify(event.details)}`;
  return {
    tenant: event.tenant,
    log_id: logId,
    type: event.type,
    date: now,
    client_id: cutIfAny(event.client_id),
    user_id: cutIfAny(event.user_id),
    ip: cutIfAny(event.ip),
    connection: cutIfAny(event.connection),
    audience: countedAudience(event),
    cause: causeOf(event),
    login: logins.has(event.type),
    record: `${record}}`,
  };
}

export interface LogRecord {
  readonly _id: string;
  readonly log_id: string;
  readonly [member: string]: unknown;
}

/** A stored record as it is answered, with every member of Auth0's record (auth0-behaviour §40.1). */
export function opened(record: string): LogRecord {
  const { log_id, date, type, auth0_client, details, ...rest } = JSON.parse(record) as LogRecord;
  const filled = Object.fromEntries(texts.map((name) => [name, rest[name] ?? null]));
  return {
    _id: log_id,
    log_id,
    date,
    type,
    ...filled,
    connection_id: null,
    strategy: null,
    strategy_type: null,
    isMobile: false,
    location_info: null,
    ...(auth0_client === undefined ? {} : { auth0_client }),
    ...(details === undefined ? {} : { details }),
  };
}
