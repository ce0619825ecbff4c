// Reading a tenant's log events. They are appended by the engines, in the one way that is fast on each.

import { setImmediate as nextTick } from 'node:timers/promises';
import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { Connection, Engine } from './engine.ts';
import type { LogFilter, LogReads } from './store.ts';
import { keyText, tolerantText } from './text.ts';

const clocksMs = 3_600_000;

/** The order of all log events of all tenants, under no tenant's name. */
export const LOGS = { tenant: '', name: 'logs' };

/** Reads of one tenant's log events over a connection. @throws StoreUnavailable */
export function logReadsOf(engine: Engine, { run }: Connection, tenant: string): LogReads {
  return {
    async get(logId) {
      const [found] = await run(sql<{ record: string }>`select record from logs
        where tenant = ${tenant} and log_id = ${keyText(logId, 'log_id')}`);
      return found?.record;
    },

    async page({ filter, newestFirst, offset, limit }) {
      const matching = conditions(engine, filter);
      const order = newestFirst ? sql`desc` : sql`asc`;
      const records: string[] = [];
      let total = 0;
      for await (const portion of portions(newestFirst, filter)) {
        const found = sql`from logs where ${sql.join([...portion, ...matching], sql` and `)}`;
        const [counted] = await run(sql<{ count: number }>`select count(*) as count ${found}`);
        const skipped = Math.max(0, offset - total);
        total += counted?.count ?? 0;
        if (total <= offset || records.length >= limit) continue;
        const rows = await run(sql<{ record: string }>`select record ${found}
          order by log_id ${order} limit ${limit - records.length} offset ${skipped}`);
        records.push(...rows.map(({ record }) => record));
      }
      return { records, total };
    },

    /** Ends with the portion that fills the answer: who follows the log live asks every few seconds. */
    async first({ filter, newestFirst, limit }) {
      const matching = conditions(engine, filter);
      const order = newestFirst ? sql`desc` : sql`asc`;
      const records: string[] = [];
      for await (const portion of portions(newestFirst, filter)) {
        const rows = await run(sql<{ record: string }>`select record from logs
          where ${sql.join([...portion, ...matching], sql` and `)} order by log_id ${order} limit ${limit - records.length}`);
        records.push(...rows.map(({ record }) => record));
        if (records.length >= limit) break;
      }
      return records;
    },

    /**
     * In the order in which events were committed, which is almost that of their ids: nodes write in batches, so an event
     * can appear after one that is younger, and by id alone it would be skipped.
     */
    async after({ logId, limit }) {
      const from = logId === undefined ? sql`true` : sql`seq > ${await placeOf(keyText(logId, 'log_id'))}`;
      const rows = await run(sql<{ record: string }>`select record from logs
        where tenant = ${tenant} and ${from} order by seq limit ${limit}`);
      return rows.map(({ record }) => record);
    },
  };

  /**
   * The tenant's events in stretches of so many as one statement may look through, as conditions. A search among all
   * events would otherwise keep everything else of the process waiting where the database runs inside of it.
   */
  async function* portions(newestFirst: boolean, filter: LogFilter): AsyncGenerator<RawBuilder<SqlBool>[]> {
    const own = sql<SqlBool>`tenant = ${tenant}`;
    const { beforeId, since, until } = filter;
    const bounds = beforeId === undefined ? [] : [sql<SqlBool>`log_id < ${keyText(beforeId, 'log_id')}`];
    if (!engine.portion) {
      yield [own, ...bounds];
      return;
    }
    // Ids grow with time, so what lies an hour outside of the wanted time (a clock may have been set back) is passed over.
    const edges = [
      since === undefined ? undefined : await edge(sql`date < ${since - clocksMs}`, sql`desc`, sql`>`),
      until === undefined ? undefined : await edge(sql`date > ${until + clocksMs}`, sql`asc`, sql`<`),
    ];
    const bounded = [own, ...bounds, ...edges.filter((one) => one !== undefined)];
    const [order, beyond, upTo] = newestFirst ? [sql`desc`, sql`<`, sql`>=`] : [sql`asc`, sql`>`, sql`<=`];
    for (let start = bounded; ; ) {
      const [last] = await run(sql<{ log_id: string }>`select log_id from logs where ${sql.join(start, sql` and `)}
        order by log_id ${order} limit 1 offset ${engine.portion - 1}`);
      yield last ? [...start, sql`log_id ${upTo} ${last.log_id}`] : start;
      if (!last) return;
      await nextTick();
      start = [...bounded, sql`log_id ${beyond} ${last.log_id}`];
    }
  }

  /** The bound on ids that the event nearest to a time gives, if there is one beyond it. */
  async function edge(
    beyond: RawBuilder<unknown>,
    order: RawBuilder<unknown>,
    side: RawBuilder<unknown>,
  ): Promise<RawBuilder<SqlBool> | undefined> {
    const [found] = await run(sql<{ log_id: string }>`select log_id from logs where tenant = ${tenant} and ${beyond}
      order by date ${order} limit 1`);
    return found && sql`log_id ${side} ${found.log_id}`;
  }

  /** The order number of an event; of one that is pruned or unknown, that of the last before it. */
  async function placeOf(logId: string): Promise<number> {
    const [found] = await run(sql<{ seq: number }>`select seq from logs where tenant = ${tenant} and log_id <= ${logId}
      order by log_id desc limit 1`);
    return found?.seq ?? 0;
  }
}

function conditions(engine: Engine, filter: LogFilter): RawBuilder<SqlBool>[] {
  const anyOf = (column: string, values: readonly string[]) =>
    engine.anyOf(
      sql.ref(column),
      values.map((value) => tolerantText(value) ?? ''),
    );
  return [
    ...(filter.equals ?? []).map(({ column, anyOf: values }) => anyOf(column, values)),
    // An event without the column is none of these values either.
    ...(filter.not ?? []).map(
      ({ column, anyOf: values }) => sql<SqlBool>`(${sql.ref(column)} is null or not ${anyOf(column, values)})`,
    ),
    ...(filter.since === undefined ? [] : [sql<SqlBool>`date >= ${filter.since}`]),
    ...(filter.until === undefined ? [] : [sql<SqlBool>`date <= ${filter.until}`]),
    // Only the case of A-Z is ignored: both engines agree on these letters alone.
    ...(filter.contains ?? []).map((word) => engine.contains(sql`lower(record)`, asInJson(word))),
    ...(filter.audience === undefined
      ? []
      : [engine.contains(sql.ref('record'), `"audience":${JSON.stringify(filter.audience)}`)]),
  ];
}

/** The word as it stands inside the JSON text of a record, with A-Z in lower case. */
function asInJson(word: string): string {
  return JSON.stringify(word)
    .slice(1, -1)
    .replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
