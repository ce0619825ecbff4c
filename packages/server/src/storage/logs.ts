// Reading a tenant's log events. They are appended by the engines, in the one way that is fast on each.

import { setImmediate as nextTick } from 'node:timers/promises';
import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { Connection, Engine } from './engine.ts';
import type { LogFilter, LogReads } from './store.ts';
import { keyText, tolerantText } from './text.ts';

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
      for await (const portion of portions(newestFirst)) {
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
  async function* portions(newestFirst: boolean): AsyncGenerator<RawBuilder<SqlBool>[]> {
    const own = sql<SqlBool>`tenant = ${tenant}`;
    if (!engine.portion) {
      yield [own];
      return;
    }
    const [order, beyond, upTo] = newestFirst ? [sql`desc`, sql`<`, sql`>=`] : [sql`asc`, sql`>`, sql`<=`];
    for (let start = [own]; ; ) {
      const [last] = await run(sql<{ log_id: string }>`select log_id from logs where ${sql.join(start, sql` and `)}
        order by log_id ${order} limit 1 offset ${engine.portion - 1}`);
      yield last ? [...start, sql`log_id ${upTo} ${last.log_id}`] : start;
      if (!last) return;
      await nextTick();
      start = [own, sql`log_id ${beyond} ${last.log_id}`];
    }
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
    ...(filter.contains ?? []).map((word) => engine.contains(sql.ref('record'), asInJson(word))),
  ];
}

/** The word as it stands inside the JSON text of a record, with A-Z in lower case. */
function asInJson(word: string): string {
  return JSON.stringify(word)
    .slice(1, -1)
    .replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
