// Appending and counting log events on SQLite: the one write that happens for every request, so it goes past the query builder.

import { setImmediate as nextTick } from 'node:timers/promises';
import type { EventCount, LastLogin } from '../event-counts.ts';
import type { StoredLog } from '../store.ts';
import { tolerantText } from '../text.ts';
import type { SqliteConnection } from './connection.ts';

const INSERT = `insert into logs (tenant, log_id, seq, date, type, client_id, user_id, ip, connection, record)
  values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (tenant, log_id) do nothing`;
/** So many take about 2 ms; then other work of the process has its turn. */
const PORTION = 250;

const COUNT = `insert into log_counts (tenant, span, start, type, client_id, audience, connection, cause, n)
  values (?, 300000, ?, ?, ?, ?, ?, ?, ?)
  on conflict (tenant, span, start, type, client_id, audience, connection, cause) do update set n = n + excluded.n`;
const LOGIN = `insert into last_logins (tenant, user_id, at) values (?, ?, ?)
  on conflict (tenant, user_id) do update set at = excluded.at where at < excluded.at`;

/**
 * Inserts events with consecutive order numbers from `first`, by one prepared statement. Runs in an open transaction. An event
 * that is there already is left; the others.
 */
export async function appendLogs(connection: SqliteConnection, events: readonly StoredLog[], first: number) {
  const added: StoredLog[] = [];
  for (let from = 0; from < events.length; from += PORTION) {
    if (from > 0) await nextTick();
    const portion = events.slice(from, from + PORTION);
    const changes = connection.runEach(INSERT, rows(portion, first + from));
    added.push(...portion.filter((_, index) => changes[index] === 1));
  }
  return added;
}

/** Adds to the counts of five minutes, in the same transaction. */
export async function addCounts(connection: SqliteConnection, counts: readonly EventCount[]): Promise<void> {
  const values = counts.map((c) => [c.tenant, c.start, c.type, c.client_id, c.audience, c.connection, c.cause, c.n]);
  connection.runEach(COUNT, values);
}

/** Keeps the last login of each user, in the same transaction. */
export async function addLogins(connection: SqliteConnection, logins: readonly LastLogin[]): Promise<void> {
  const values = logins.map(({ tenant, user_id, at }) => [tenant, tolerantText(user_id), at]);
  connection.runEach(LOGIN, values);
}

function* rows(events: readonly StoredLog[], first: number) {
  for (const [index, event] of events.entries()) {
    yield [
      event.tenant,
      event.log_id,
      first + index,
      event.date,
      event.type,
      tolerantText(event.client_id),
      tolerantText(event.user_id),
      tolerantText(event.ip),
      tolerantText(event.connection),
      tolerantText(event.record),
    ];
  }
}
