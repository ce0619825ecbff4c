// Counts a batch of log events in the transaction that appends it, under the order of the log: so each event is counted once, on
// any number of nodes, also after a crash. Names that are none of the tenant's share one count.

import { sql } from 'kysely';
import type { Connection, Engine, WriteConnection } from './engine.ts';
import {
  type CountedMember,
  countsOf,
  type EventCount,
  keyOf,
  lastLoginsOf,
  MOST_FAILURES,
  UNKNOWN,
  withinMost,
} from './event-counts.ts';
import type { StoredLog } from './store.ts';
import { tolerantText } from './text.ts';

/** Where the names are that members may hold. */
const NAMES = [
  ['client_id', 'clients', 'id'],
  ['audience', 'resource_servers', 'identifier'],
  ['connection', 'connections', 'name'],
] as const satisfies readonly (readonly [CountedMember, table: string, column: string])[];

/** Names that this process remembers to be the tenant's; then it begins anew. */
const MOST_NAMES = 20_000;

export interface EventCounter {
  /** Looks up the names of these events that are not known yet. Outside of the transaction, which all nodes wait for. */
  learn(events: readonly StoredLog[]): Promise<void>;
  /** Counts these events, which were just appended, in the same transaction. It must hold the order of the log. */
  count(connection: WriteConnection, events: readonly StoredLog[]): Promise<void>;
}

/** The counter of this process. */
export function eventCounterOf(engine: Engine): EventCounter {
  /** What was the tenant's once stays a name: that of a deleted client is one more row at the most. */
  const known = new Set<string>();
  const keyed = (tenant: string, member: CountedMember, name: string) => `${member} ${tenant}\0${name}`;

  return {
    async learn(events) {
      if (known.size > MOST_NAMES) known.clear();
      for (const [member, table, column] of NAMES) {
        const asked = new Map<string, Set<string>>();
        for (const { tenant, [member]: name } of events) {
          if (!name || asked.get(tenant)?.has(name)) continue;
          const names = asked.get(tenant) ?? new Set();
          asked.set(tenant, names.add(name));
        }
        for (const [tenant, names] of asked) {
          const unknown = [...names].filter((name) => !known.has(keyed(tenant, member, name)));
          if (unknown.length === 0) continue;
          const values = unknown.map((name) => tolerantText(name) ?? '');
          const found = await engine.reader.run(sql<{ name: string }>`select ${sql.ref(column)} as name
            from ${sql.table(table)} where tenant = ${tenant} and ${engine.anyOf(sql.ref(column), values)}`);
          for (const { name } of found) known.add(keyed(tenant, member, name));
        }
      }
    },

    async count(connection, events) {
      const nameOf = (tenant: string, member: CountedMember, name: string | undefined) =>
        name ? (known.has(keyed(tenant, member, name)) ? name : UNKNOWN) : '';
      const counts = countsOf(events, nameOf);
      const together = [...Map.groupBy(counts, ({ tenant, start }) => `${tenant}\0${start}`).values()];
      const kept: EventCount[] = [];
      for (const group of together) {
        const [first] = group;
        const failed = first && group.some(({ cause }) => cause !== '');
        kept.push(...(failed ? withinMost(group, await failuresAt(connection, first), MOST_FAILURES) : group));
      }
      if (kept.length) await connection.addCounts(kept);
      const logins = lastLoginsOf(events);
      if (logins.length) await connection.addLogins(logins);
    },
  };
}

/** The failures that were counted already in these five minutes. */
async function failuresAt({ run }: Connection, { tenant, start }: EventCount): Promise<Set<string>> {
  const rows = await run(
    sql<Record<CountedMember, string>>`select type, client_id, audience, connection, cause from log_counts
      where tenant = ${tenant} and span = 300000 and start = ${start} and cause <> ''`,
  );
  return new Set(rows.map(keyOf));
}
