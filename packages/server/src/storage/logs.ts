// Reading a tenant's log events. They are appended by the engines, in the one way that is fast on each.

import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { Connection, Engine } from './engine.ts';
import type { LogFilter, LogReads } from './store.ts';
import { keyText, tolerantText } from './text.ts';

/** The order of all log events of all tenants, under no tenant's name. */
export const LOGS = { tenant: '', name: 'logs' };

export function logReadsOf(engine: Engine, { run }: Connection, tenant: string): LogReads {
  return {
    async get(logId) {
      const [found] = await run(sql<{ record: string }>`select record from logs
        where tenant = ${tenant} and log_id = ${keyText(logId, 'log_id')}`);
      return found?.record;
    },

    async page({ filter, newestFirst, offset, limit }) {
      const matching = sql`from logs where ${sql.join(conditions(engine, tenant, filter), sql` and `)}`;
      const order = newestFirst ? sql`desc` : sql`asc`;
      const rows = await run(sql<{
        record: string;
        total: number;
      }>`select record, (select count(*) ${matching}) as total
        ${matching} order by log_id ${order} limit ${limit} offset ${offset}`);
      const count = async () => (await run(sql<{ total: number }>`select count(*) as total ${matching}`))[0]?.total;
      return { records: rows.map(({ record }) => record), total: rows[0]?.total ?? (await count()) ?? 0 };
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

  /** The order number of an event; of one that is pruned or unknown, that of the last before it. */
  async function placeOf(logId: string): Promise<number> {
    const [found] = await run(sql<{ seq: number }>`select seq from logs where tenant = ${tenant} and log_id <= ${logId}
      order by log_id desc limit 1`);
    return found?.seq ?? 0;
  }
}

function conditions(engine: Engine, tenant: string, filter: LogFilter): RawBuilder<SqlBool>[] {
  const anyOf = (column: string, values: readonly string[]) =>
    engine.anyOf(
      sql.ref(column),
      values.map((value) => tolerantText(value) ?? ''),
    );
  return [
    sql`tenant = ${tenant}`,
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
