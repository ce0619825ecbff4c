// Reading the counts of log events: sums over everything but one member, as far back as they are kept.

import { setImmediate as nextTick } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Engine } from './engine.ts';
import { type CountReads, countedMembers, DAY, type Tallied } from './event-counts.ts';

/** The counts of one tenant. @throws StoreUnavailable */
export function countReadsOf(engine: Engine, tenant: string): CountReads {
  const { run } = engine.reader;
  return {
    async events({ since, until, by, only = {} }) {
      const members = countedMembers.flatMap((member) => {
        const values = only[member];
        return values ? [sql` and ${engine.anyOf(sql.ref(member), values)}`] : [];
      });
      const tallied: Tallied[] = [];
      // A day at a time where the database runs inside the process: everything else would wait for a month.
      const stretch = engine.portion > 0 ? DAY : until - since;
      for (let from = since; from < until; from += stretch) {
        if (from > since) await nextTick();
        const rows = await run(
          sql<Tallied>`select start, span, ${sql.ref(by)} as value, cast(sum(n) as bigint) as count from log_counts
            where tenant = ${tenant} and span in (300000, 3600000, 86400000)
              and start >= ${from} and start < ${Math.min(until, from + stretch)}${sql.join(members, sql``)}
            group by start, span, ${sql.ref(by)} order by start, span, value`,
        );
        for (const { start, span, value, count } of rows) tallied.push({ start, span, value, count });
      }
      return tallied;
    },

    async usersSince(since) {
      const [found] = await run(sql<{ count: number }>`select count(*) as count from last_logins
        where tenant = ${tenant} and at >= ${since}`);
      return found?.count ?? 0;
    },
  };
}
