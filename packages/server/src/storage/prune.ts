// Deletes what has ended, in portions small enough that no other writer waits for long.

import { type RawBuilder, sql } from 'kysely';
import { CHANGES_KEPT_MS } from './changes.ts';
import type { Connection, Engine } from './engine.ts';
import { countedMembers, DAY, DAYS_KEPT, LOGINS_KEPT } from './event-counts.ts';
import { LOGS } from './logs.ts';
import { rollUp } from './roll-up.ts';
import { sequencesOf } from './sequence.ts';
import type { DeclaredTable } from './tables.ts';

const PORTION = 500;
/**
 * How long single-use things stay after their end, in ms: a clock that runs ahead by less than this, and is set back, cannot
 * make us forget a `jti` or a spent code that is still good elsewhere.
 */
export const SINGLE_USE_KEPT_MS = 10 * 60_000;
/** How long a job waits, in ms after it was due, for a program that knows its kind. */
const JOBS_KEPT_MS = 30 * 86_400_000;

/** Deletes expired things, rows that ended, and log events older than `logsBefore` (both ms), and adds up old counts. Answers how many rows went. */
export async function prune(
  engine: Engine,
  tables: readonly DeclaredTable[],
  now: number,
  logsBefore: number,
): Promise<number> {
  const ended = now - SINGLE_USE_KEPT_MS;
  let gone = 0;
  for (const { name, expires } of tables) {
    if (expires === undefined) continue;
    const over = sql`${sql.ref(expires)} < ${new Date(ended).toISOString()}`;
    gone += await inPortions(engine, name, ['tenant', 'id'], over);
  }
  gone += await inPortions(engine, 'single_use', ['tenant', 'kind', 'key_hash'], sql`expires_at < ${ended}`);
  gone += await inPortions(engine, 'counters', ['tenant', 'name_hash'], sql`expires_at < ${ended}`);
  gone += await inPortions(engine, 'jobs', ['tenant', 'id'], sql`due_at < ${now - JOBS_KEPT_MS}`);
  gone += await inPortions(engine, 'tallies', ['tenant', 'name_hash'], sql`ends_at < ${ended}`);
  gone += await inPortions(engine, 'changes', ['tenant', 'version'], sql`at < ${now - CHANGES_KEPT_MS}`);
  for (const { tenant } of await tenantsWithLogs(engine.reader)) {
    const old = sql`tenant = ${tenant} and date < ${logsBefore}`;
    gone += await inPortions(engine, 'logs', ['tenant', 'log_id'], old);
  }
  gone += await rollUp(engine, now);
  // Whoever writes counts holds the order of the log: so does who removes them.
  const hold = (connection: Connection) => sequencesOf(engine, connection, LOGS.tenant).take(LOGS.name);
  gone += await inPortions(engine, 'last_logins', ['tenant', 'user_id'], sql`at < ${now - LOGINS_KEPT}`, hold);
  const ofDays = sql`span = ${DAY} and start < ${now - DAYS_KEPT}`;
  return gone + (await inPortions(engine, 'log_counts', ['tenant', 'span', 'start', ...countedMembers], ofDays, hold));
}

/** From one tenant to the next by the index, so that the number of events does not matter. */
async function tenantsWithLogs({ run }: Connection): Promise<{ tenant: string }[]> {
  return run(sql<{ tenant: string }>`with recursive next (tenant) as (
      select min(tenant) from logs
      union all select (select min(tenant) from logs where logs.tenant > next.tenant) from next where tenant is not null
    ) select tenant from next where tenant is not null`);
}

async function inPortions(
  engine: Engine,
  table: string,
  key: readonly string[],
  ended: RawBuilder<unknown>,
  hold: (connection: Connection) => Promise<void> = async () => {},
) {
  const columns = sql.join(key.map(sql.ref));
  const portion = sql`delete from ${sql.table(table)} where (${columns}) in
    (select ${columns} from ${sql.table(table)} where ${ended} limit ${PORTION}) returning 1 as gone`;
  for (let gone = 0; ; ) {
    const rows = await engine.write(async (connection) => {
      await hold(connection);
      return connection.run(portion);
    });
    gone += rows.length;
    if (rows.length < PORTION) return gone;
  }
}
