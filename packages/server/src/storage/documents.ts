// Reading the tables of documents. Every statement names the tenant; there is no other way in.

import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { Table } from '../schema/table.ts';
import { readCursor, writeCursor } from './cursor.ts';
import type { Connection, Engine } from './engine.ts';
import { limitReadsOf } from './limits.ts';
import { decodeRow, lookups } from './rows.ts';
import type { Prefix, Reads, Sealer, SingleUse, Where } from './store.ts';
import { hashText, keyText } from './text.ts';

/** What all reads and writes of one tenant need. */
export interface Place {
  readonly engine: Engine;
  readonly sealer: Sealer;
  readonly tenant: string;
}

/** The reads of a tenant over a connection: the reader, or the one of a transaction. */
export function readsOf(at: Place, connection: Connection): Reads {
  const { sealer, tenant } = at;
  const { builder } = at.engine;

  const matching = <Row extends object>(table: Table<Row>, where: Where<Row> = {}) =>
    builder
      .selectFrom(table.name)
      .where('tenant', '=', tenant)
      .where((eb) => eb.and(conditions(at.engine, table, where)));
  const opened = <Row extends object>(table: Table<Row>, rows: readonly { doc: string }[]) =>
    rows.map(({ doc }) => decodeRow(sealer, tenant, table, doc));

  return {
    ...limitReadsOf(at, connection),

    async get(table, id) {
      const query = builder.selectFrom(table.name).select('doc').where('tenant', '=', tenant);
      return opened(table, await connection.run(query.where('id', '=', keyText(id, table.id))))[0];
    },

    async find(table, where) {
      return opened(table, await connection.run(matching(table, where).select('doc').orderBy('seq').limit(1)))[0];
    },

    async all(table, where) {
      return opened(table, await connection.run(matching(table, where).select('doc').orderBy('seq')));
    },

    async page(table, { where, offset, limit }) {
      const total = matching(table, where).select((eb) => eb.fn.countAll<number>().as('total'));
      const rows = matching(table, where).select(['doc', total.as('total')]);
      const page = await connection.run(rows.orderBy('seq').limit(limit).offset(offset));
      const count = page[0]?.total ?? (await connection.run(total))[0]?.total ?? 0;
      return { rows: opened(table, page), total: count };
    },

    async checkpoint(table, { where, after, limit }) {
      const from = after === undefined ? 0 : readCursor(sealer, tenant, table.name, after);
      if (from === undefined) return undefined;
      const query = matching(table, where).select(['doc', 'seq']).where('seq', '>', from).orderBy('seq');
      const found = await connection.run(query.limit(limit + 1));
      const page = found.slice(0, limit);
      const last = page.at(-1);
      return {
        rows: opened(table, page),
        ...(last && found.length > limit ? { next: writeCursor(sealer, tenant, table.name, last.seq) } : {}),
      };
    },

    async kept<T extends object>({ kind, key }: SingleUse) {
      const [found] = await connection.run(sql<{ value: string; expires_at: number; spent_at: number | null }>`
        select value, expires_at, spent_at from single_use
        where tenant = ${tenant} and kind = ${kind} and key_hash = ${hashText(key)}`);
      if (!found) return undefined;
      const { value, expires_at: expiresAt, spent_at: spentAt } = found;
      return { value: JSON.parse(value) as T, expiresAt, ...(spentAt === null ? {} : { spentAt }) };
    },

    async document<T extends object>(name: string) {
      const query = sql<{ doc: string }>`select doc from documents where tenant = ${tenant}
        and name = ${keyText(name, 'the name of a document')}`;
      const [found] = await connection.run(query);
      return found && (JSON.parse(found.doc) as T);
    },
  };
}

/** Sorts after every character that stands in a key. */
const LAST = '\u{10FFFF}';

/** What a `where` asks for. A condition on `undefined` would silently match everything, so it throws. */
export function conditions<Row extends object>(
  engine: Engine,
  table: Table<Row>,
  where: Where<Row>,
): RawBuilder<SqlBool>[] {
  return Object.entries<string | readonly string[] | Prefix | undefined>(where).map(([member, wanted]) => {
    if (member !== table.id && !lookups(table).some((column) => column === member)) {
      throw new TypeError(`${table.name}.${member} is not a lookup, so nothing can be found by it`);
    }
    if (wanted === undefined) throw new TypeError(`the condition on ${table.name}.${member} is undefined`);
    const column = sql.ref(member === table.id ? 'id' : member);
    if (typeof wanted === 'string') return sql<SqlBool>`${column} = ${keyText(wanted, member)}`;
    if ('prefix' in wanted) {
      // As a range, which an index answers on both engines; nothing that is kept goes on with the last character of all.
      const from = keyText(wanted.prefix, member);
      return sql<SqlBool>`${column} >= ${from} and ${column} < ${`${from}${LAST}`}`;
    }
    return engine.anyOf(
      column,
      wanted.map((value) => keyText(value, member)),
    );
  });
}
