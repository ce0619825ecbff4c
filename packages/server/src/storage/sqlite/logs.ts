// Appending log events on SQLite: the one write that happens for every request, so it goes past the query builder.

import { setImmediate as nextTick } from 'node:timers/promises';
import type { StoredLog } from '../store.ts';
import { tolerantText } from '../text.ts';
import type { SqliteConnection } from './connection.ts';

const INSERT = `insert into logs (tenant, log_id, seq, date, type, client_id, user_id, ip, connection, record)
  values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (tenant, log_id) do nothing`;
/** So many take about 2 ms; then other work of the process has its turn. */
const PORTION = 250;

export async function appendLogs(connection: SqliteConnection, events: readonly StoredLog[], first: number) {
  const statement = connection.prepare(INSERT);
  for (const [index, event] of events.entries()) {
    if (index > 0 && index % PORTION === 0) await nextTick();
    statement.run(
      event.tenant,
      event.log_id,
      first + index,
      event.date,
      event.type,
      tolerantText(event.client_id),
      tolerantText(event.user_id),
      tolerantText(event.ip),
      tolerantText(event.connection),
      event.record,
    );
  }
}
