// Appending log events on SQLite: the one write that happens for every request, so it goes past the query builder.

import { setImmediate as nextTick } from 'node:timers/promises';
import type { StoredLog } from '../store.ts';
import { tolerantText } from '../text.ts';
import type { SqliteConnection } from './connection.ts';

const INSERT = `insert into logs (tenant, log_id, seq, date, type, client_id, user_id, ip, connection, record)
  values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (tenant, log_id) do nothing`;
/** So many take about 2 ms; then other work of the process has its turn. */
const PORTION = 250;

/** Inserts events with consecutive order numbers from `first`, by one prepared statement. Runs in an open transaction. */
export async function appendLogs(connection: SqliteConnection, events: readonly StoredLog[], first: number) {
  for (let from = 0; from < events.length; from += PORTION) {
    if (from > 0) await nextTick();
    connection.runEach(INSERT, rows(events.slice(from, from + PORTION), first + from));
  }
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
