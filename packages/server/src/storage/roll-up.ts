// Adds counts of long ago up in longer steps of time, so that a year of them stays small.

import { sql } from 'kysely';
import type { Engine } from './engine.ts';
import { DAY, FIVE_MINUTES, FIVE_MINUTES_KEPT, HOUR, HOURS_KEPT } from './event-counts.ts';
import { LOGS } from './logs.ts';
import { sequencesOf } from './sequence.ts';

const STEPS = [
  { from: FIVE_MINUTES, to: HOUR, kept: FIVE_MINUTES_KEPT },
  { from: HOUR, to: DAY, kept: HOURS_KEPT },
] as const;

/** Adds up what is older than its step is kept (`now` in ms); how many rows went into others. */
export async function rollUp(engine: Engine, now: number): Promise<number> {
  let gone = 0;
  for (const step of STEPS) {
    const before = Math.floor((now - step.kept) / step.to) * step.to;
    for (;;) {
      const [oldest] = await engine.reader.run(sql<{ tenant: string; start: number }>`select tenant, start
        from log_counts where span = ${step.from} and start < ${before} order by start, tenant limit 1`);
      if (!oldest) break;
      gone += await addUp(engine, oldest.tenant, step, Math.floor(oldest.start / step.to) * step.to);
    }
  }
  return gone;
}

/** One hour or day of one tenant, in a transaction of its own: as whoever counts events, it holds the order of the log, so nobody locks the other way round. */
function addUp(engine: Engine, tenant: string, { from, to }: (typeof STEPS)[number], start: number): Promise<number> {
  return engine.write(async (connection) => {
    await sequencesOf(engine, connection, LOGS.tenant).take(LOGS.name);
    const within = sql`tenant = ${tenant} and span = ${from} and start >= ${start} and start < ${start + to}`;
    await connection.run(sql`insert into log_counts (tenant, span, start, type, client_id, audience, connection, cause, n)
      select tenant, cast(${to} as bigint), cast(${start} as bigint), type, client_id, audience, connection, cause, sum(n)
      from log_counts
      where ${within} group by tenant, type, client_id, audience, connection, cause
      on conflict (tenant, span, start, type, client_id, audience, connection, cause)
        do update set n = log_counts.n + excluded.n`);
    return (await connection.run(sql`delete from log_counts where ${within} returning 1 as gone`)).length;
  });
}
