// Writes a log event down as Auth0's record (auth0-behaviour §40.1), with an id that sorts by time.

import { randomInt } from 'node:crypto';
import type { StoredLog } from '../../storage/store.ts';
import type { LogEvent } from './event.ts';

/** Longest text that a caller can get into the log (a user agent, a header); the rest is cut and marked (INJ-03). */
const longestText = 500;

function cut(text: string | undefined): string | null {
  if (text === undefined) return null;
  if (/^[ -~]{0,500}$/.test(text)) return text;
  const clean = text.replaceAll('\0', '').toWellFormed();
  return clean.length > longestText ? `${clean.slice(0, longestText)}… (cut)` : clean;
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

/** A member as JSON. Most are short and plain, and those need no escaping: this runs for every token. */
function member(text: string | undefined): string {
  if (text === undefined) return 'null';
  return /^[ !#-[\]-~]{0,500}$/.test(text) ? `"${text}"` : JSON.stringify(cut(text));
}

/** Members that the record has and nothing fills yet. */
const unfilled = '"connection_id":null,"strategy":null,"strategy_type":null,"isMobile":false,"location_info":null';

/** The stored form of an event. `now` in ms: when it happened. The record is put together as text, once. */
export function stored(event: LogEvent, logId: string, now: number): StoredLog {
  const record = [
    `{"_id":"${logId}","log_id":"${logId}","date":"${new Date(now).toISOString()}","type":${member(event.type)}`,
    `"description":${member(event.description)}`,
    `"connection":${member(event.connection)}`,
    `"organization_id":${member(event.organization_id)}`,
    `"organization_name":${member(event.organization_name)}`,
    `"client_id":${member(event.client_id)}`,
    `"client_name":${member(event.client_name)}`,
    `"ip":${member(event.ip)}`,
    `"hostname":${member(event.hostname)}`,
    `"user_id":${member(event.user_id)}`,
    `"user_name":${member(event.user_name)}`,
    `"user_agent":${member(event.user_agent)}`,
    `"audience":${member(event.audience)}`,
    `"scope":${member(event.scope)}`,
    unfilled,
  ].join(',');
  const client = event.auth0_client ? `,"auth0_client":${JSON.stringify(event.auth0_client)}` : '';
  const details = event.details ? `,"details":${JSON.stringify(event.details)}` : '';
  return {
    tenant: event.tenant,
    log_id: logId,
    type: event.type,
    date: now,
    client_id: cut(event.client_id) ?? undefined,
    user_id: cut(event.user_id) ?? undefined,
    ip: cut(event.ip) ?? undefined,
    connection: event.connection,
    record: `${record}${client}${details}}`,
  };
}
