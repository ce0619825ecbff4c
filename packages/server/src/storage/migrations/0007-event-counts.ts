// Counts of log events and last logins, begun with the events that are there. Whether an event counts, and as what, is here as it
// was when this was released. Events that an older program still writes afterwards are not counted.

import { type RawBuilder, sql } from 'kysely';
import type { Connection } from '../engine.ts';
import type { Migration } from './migration.ts';

interface Row {
  readonly tenant: string;
  readonly seq: number;
  readonly date: number;
  readonly type: string;
  readonly client_id: string | null;
  readonly user_id: string | null;
  readonly connection: string | null;
  readonly record: string;
}

const PORTION = 1_000;
const key = sql`tenant, span, start, type, client_id, audience, connection, cause`;

export const eventCounts: Migration = {
  version: 7,
  name: 'event counts',
  documents: [],
  async up(connection, text) {
    const { run } = connection;
    // `span` and `start` in ms. An empty text where an event has none, as a key has no nulls.
    await run(sql`create table log_counts (tenant ${text} not null, span bigint not null, start bigint not null,
      type ${text} not null, client_id ${text} not null, audience ${text} not null, connection ${text} not null,
      cause ${text} not null, n bigint not null, primary key (${key}))`);
    await run(sql`create index log_counts_start_idx on log_counts (span, start)`);
    await run(sql`create table last_logins (tenant ${text} not null, user_id ${text} not null, at bigint not null,
      primary key (tenant, user_id))`);
    await run(sql`create index last_logins_at_idx on last_logins (tenant, at)`);
    await run(sql`create index last_logins_end_idx on last_logins (at)`);
    await countExisting(connection);
  },
};

/** Counts what the log has. It holds the order of the log until the end, so that nobody appends meanwhile. */
async function countExisting({ run }: Connection): Promise<void> {
  await run(sql`update versions set version = version where tenant = '' and name = 'logs'`);
  const names = new Set<string>();
  for (const [table, column] of [
    ['clients', 'id'],
    ['resource_servers', 'identifier'],
    ['connections', 'name'],
  ] as const) {
    const rows = await run(sql<{ tenant: string; name: string | null }>`select tenant, ${sql.ref(column)} as name
      from ${sql.table(table)}`);
    for (const { tenant, name } of rows) names.add(`${table} ${tenant}\0${name}`);
  }
  const known = (table: string, tenant: string, name: unknown) =>
    typeof name === 'string' && name !== '' ? (names.has(`${table} ${tenant}\0${name}`) ? name : '*') : '';
  let after: Pick<Row, 'tenant' | 'seq'> | undefined;
  for (;;) {
    const from: RawBuilder<unknown> = after ? sql`(tenant, seq) > (${after.tenant}, ${after.seq})` : sql`true`;
    const rows = await run(sql<Row>`select tenant, seq, date, type, client_id, user_id, connection, record from logs
      where ${from} order by tenant, seq limit ${PORTION}`);
    const counts = new Map<string, number>();
    for (const row of rows) {
      const { tenant } = row;
      const { audience, cause } = factsOf(row);
      const counted = [
        tenant,
        Math.floor(row.date / 300_000) * 300_000,
        row.type,
        known('clients', tenant, row.client_id),
        known('resource_servers', tenant, audience),
        known('connections', tenant, row.connection),
        cause,
      ];
      const name = JSON.stringify(counted);
      counts.set(name, (counts.get(name) ?? 0) + 1);
      if (row.user_id !== null && (row.type === 's' || row.type === 'sepft')) {
        await run(sql`insert into last_logins (tenant, user_id, at) values (${tenant}, ${row.user_id}, ${row.date})
          on conflict (tenant, user_id) do update set at = excluded.at where last_logins.at < excluded.at`);
      }
    }
    for (const [name, n] of counts) {
      const [tenant, start, type, client_id, audience, connection, cause] = JSON.parse(name);
      await run(sql`insert into log_counts (${key}, n) values (${tenant}, 300000, ${start}, ${type}, ${client_id},
          ${audience}, ${connection}, ${cause}, ${n})
        on conflict (${key}) do update set n = log_counts.n + excluded.n`);
    }
    if (rows.length < PORTION) return;
    after = rows.at(-1);
  }
}

/** What only the record says. One that is no JSON, which nobody wrote, counts by its columns. */
function factsOf({ type, record }: Row): { audience: unknown; cause: string } {
  const failed = /^(f|limit_)/.test(type) || type.endsWith('_failed');
  try {
    const { audience, hostname, details = {} } = JSON.parse(record);
    const { cause, error } = details ?? {};
    const code = [cause?.code, error?.type, error?.oauthError, error?.code].find(
      (one) => typeof one === 'string' && one !== type && one !== 'legacy_endpoint' && /^[a-z][a-z_]{1,63}$/.test(one),
    );
    return {
      audience: audience === `https://${hostname}/api/v2/` ? 'urn:countersign:management-api' : audience,
      cause: failed ? (code ?? type) : '',
    };
  } catch {
    return { audience: undefined, cause: failed ? type : '' };
  }
}
