// Appending and counting log events on PostgreSQL: a portion travels as one JSON text, so that no event costs a round trip.

import type { EventCount, LastLogin } from '../event-counts.ts';
import type { StoredLog } from '../store.ts';
import { tolerantText } from '../text.ts';
import type { Session } from './pool.ts';

/** Answers with the order numbers of what it inserted, and with nothing when that is everything, which is almost always. */
const INSERT = `with added as (insert into logs (tenant, log_id, seq, date, type, client_id, user_id, ip, connection, record)
  select tenant, log_id, seq, date, type, client_id, user_id, ip, connection, record
  from json_to_recordset($1::json) as event (tenant text, log_id text, seq bigint, date bigint, type text,
    client_id text, user_id text, ip text, connection text, record text)
  on conflict (tenant, log_id) do nothing returning seq)
  select json_agg(seq) as some from added having count(*) < $2`;
const COUNT = `insert into log_counts (tenant, span, start, type, client_id, audience, connection, cause, n)
  select tenant, 300000, start, type, client_id, audience, connection, cause, n
  from json_to_recordset($1::json) as counted (tenant text, start bigint, type text, client_id text, audience text,
    connection text, cause text, n bigint)
  on conflict (tenant, span, start, type, client_id, audience, connection, cause)
    do update set n = log_counts.n + excluded.n`;
const LOGIN = `insert into last_logins (tenant, user_id, at)
  select tenant, user_id, at from json_to_recordset($1::json) as login (tenant text, user_id text, at bigint)
  on conflict (tenant, user_id) do update set at = excluded.at where last_logins.at < excluded.at`;
const PORTION = 1_000;

type Run = Session['query'];

/** Inserts events with consecutive order numbers from `first`, many rows a statement. An event that is there already is left; the others. */
export async function appendLogs(
  query: Run,
  events: readonly StoredLog[],
  first: number,
): Promise<readonly StoredLog[]> {
  const added: StoredLog[] = [];
  for (let from = 0; from < events.length; from += PORTION) {
    const portion = events.slice(from, from + PORTION);
    const rows = portion.map((event, index) => ({
      tenant: event.tenant,
      log_id: event.log_id,
      seq: first + from + index,
      date: event.date,
      type: event.type,
      client_id: tolerantText(event.client_id),
      user_id: tolerantText(event.user_id),
      ip: tolerantText(event.ip),
      connection: tolerantText(event.connection),
      record: tolerantText(event.record),
    }));
    const [partly] = await query<{ some: number[] | null }>(INSERT, [JSON.stringify(rows), rows.length]);
    const inserted = new Set(partly?.some ?? []);
    added.push(...(partly ? portion.filter((_, index) => inserted.has(first + from + index)) : portion));
  }
  return added;
}

/** Adds to the counts of five minutes, in the same transaction. */
export async function addCounts(query: Run, counts: readonly EventCount[]): Promise<void> {
  for (let from = 0; from < counts.length; from += PORTION)
    await query(COUNT, [JSON.stringify(counts.slice(from, from + PORTION))]);
}

/** Keeps the last login of each user, in the same transaction. */
export async function addLogins(query: Run, logins: readonly LastLogin[]): Promise<void> {
  const rows = logins.map(({ tenant, user_id, at }) => ({ tenant, user_id: tolerantText(user_id), at }));
  for (let from = 0; from < rows.length; from += PORTION)
    await query(LOGIN, [JSON.stringify(rows.slice(from, from + PORTION))]);
}
