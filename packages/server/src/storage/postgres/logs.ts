// Appending log events on PostgreSQL: a portion travels as one JSON text, so that no event costs a round trip.

import type { StoredLog } from '../store.ts';
import { tolerantText } from '../text.ts';
import type { Session } from './pool.ts';

const INSERT = `insert into logs (tenant, log_id, seq, date, type, client_id, user_id, ip, connection, record)
  select tenant, log_id, seq, date, type, client_id, user_id, ip, connection, record
  from json_to_recordset($1::json) as event (tenant text, log_id text, seq bigint, date bigint, type text,
    client_id text, user_id text, ip text, connection text, record text)
  on conflict (tenant, log_id) do nothing`;
const PORTION = 1_000;

/** Inserts events with consecutive order numbers from `first`, many rows a statement. An event that is there already is left. */
export async function appendLogs(query: Session['query'], events: readonly StoredLog[], first: number): Promise<void> {
  for (let from = 0; from < events.length; from += PORTION) {
    const portion = events.slice(from, from + PORTION).map((event, index) => ({
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
    await query(INSERT, [JSON.stringify(portion)]);
  }
}
