// The writes of one tenant inside one transaction, and the announcement of those that are watched.

import { sql } from 'kysely';
import type { Table } from '../schema/table.ts';
import { conditions, type Place, readsOf } from './documents.ts';
import type { WriteConnection } from './engine.ts';
import { addJob } from './jobs.ts';
import { limitsOf } from './limits.ts';
import { decodeRow, encodeRow, lookups } from './rows.ts';
import { sequencesOf } from './sequence.ts';
import { singleUsesOf } from './single-use.ts';
import type { Change, Store, Transaction } from './store.ts';
import { jsonText, keyText } from './text.ts';

/** The order of a tenant's announced writes. No table has this name. */
export const CHANGES = 'changes';
const DOCUMENTS = { name: 'documents', watched: true };

export interface Announced {
  readonly tx: Transaction;
  /** Announces the tenant itself, as the table `tenants`. */
  announceTenant(): Promise<void>;
  /** Whether it left a job. */
  enqueued(): boolean;
  /** Writes the announcements; must be the last thing before the commit. */
  flush(): Promise<Change[]>;
}

/** One tenant's reads and writes in an open transaction, and what they announce once it commits. `now` in ms. */
export function transactionOf(at: Place, tenant: Store['tenant'], connection: WriteConnection, now: number): Announced {
  const { run } = connection;
  const { sealer, engine } = at;
  const { builder } = engine;
  const sequences = sequencesOf(engine, connection, tenant);
  let enqueued = false;
  const announced: { version: number; table: string; id: string }[] = [];

  /**
   * Every writer of a watched table first takes the tenant's order of changes. It serialises them, so that changes become
   * visible in their order, and as all lock in the same order, they cannot block each other for good.
   */
  const enter = async (table: { watched: boolean }) => {
    if (table.watched) await sequences.take(CHANGES);
  };
  /** The number of this write in its order. */
  const announce = async (table: { name: string; watched: boolean }, id: string) => {
    if (!table.watched) return sequences.next(table.name);
    const version = await sequences.next(CHANGES);
    announced.push({ version, table: table.name, id });
    return version;
  };
  const rowOf = <Row extends object>(table: Table<Row>, id: string) =>
    sql`tenant = ${tenant} and id = ${keyText(id, table.id)}`;

  const tx: Transaction = {
    ...readsOf(at, connection),
    ...singleUsesOf(at, connection),
    ...limitsOf(at, connection),

    async insert(table, row) {
      const { id, doc, values } = encodeRow(sealer, tenant, table, row);
      const seq = await announce(table, String(row[table.id]));
      const columns = ['tenant', 'id', 'seq', 'doc', ...lookups(table)].map((column) => sql.ref(column));
      await run(sql`insert into ${sql.table(table.name)} (${sql.join(columns)})
        values (${sql.join([tenant, id, seq, doc, ...values])})`);
    },

    async lock(table, id) {
      await enter(table);
      const [found] = await run(sql<{ doc: string }>`select doc from ${sql.table(table.name)}
        where ${rowOf(table, id)} ${engine.forUpdate}`);
      return found && decodeRow(sealer, tenant, table, found.doc);
    },

    async replace(table, row) {
      const { doc, values } = encodeRow(sealer, tenant, table, row);
      await enter(table);
      const columns = lookups(table).map((column, index) => sql`, ${sql.ref(column)} = ${values[index]}`);
      const id = String(row[table.id]);
      const changed = await run(sql`update ${sql.table(table.name)} set doc = ${doc}${sql.join(columns, sql``)}
        where ${rowOf(table, id)} returning seq`);
      if (changed.length && table.watched) await announce(table, id);
      return changed.length > 0;
    },

    async remove(table, id) {
      await enter(table);
      const removed = await run(sql`delete from ${sql.table(table.name)} where ${rowOf(table, id)} returning seq`);
      if (removed.length && table.watched) await announce(table, id);
      return removed.length > 0;
    },

    async removeAll(table, where) {
      await enter(table);
      // Locked by their ids, as everybody locks several rows of a table: what is found first is up to the engine.
      const chosen = builder
        .selectFrom(table.name)
        .select('id')
        .where('tenant', '=', tenant)
        .where((eb) => eb.and(conditions(engine, table, where)))
        .orderBy('id')
        .modifyEnd(engine.forUpdate);
      const removed = await run(
        builder.deleteFrom(table.name).where('tenant', '=', tenant).where('id', 'in', chosen).returning('doc'),
      );
      // The document has the id as it is; the key column has the hash of a long one.
      const ids = removed.map(({ doc }) => String(JSON.parse(doc)[table.id]));
      if (table.watched) for (const id of ids) await announce(table, id);
      return ids.length;
    },

    async lockDocument<T extends object>(name: string) {
      await enter(DOCUMENTS);
      return tx.document<T>(name);
    },

    async put(name, document) {
      const doc = jsonText(document, `the document ${name}`);
      await announce(DOCUMENTS, name);
      await run(sql`insert into documents (tenant, name, doc) values (${tenant}, ${keyText(name, 'the name of a document')}, ${doc})
        on conflict (tenant, name) do update set doc = excluded.doc`);
    },

    async enqueue(job) {
      const added = await addJob(sealer, tenant, connection, job);
      enqueued ||= added;
      return added;
    },
  };

  return {
    tx,
    enqueued: () => enqueued,
    async announceTenant() {
      await announce({ name: 'tenants', watched: true }, tenant);
    },
    async flush() {
      await sequences.flush();
      const rows = announced.map(({ version, table, id }) => sql`(${tenant}, ${version}, ${table}, ${id}, ${now})`);
      for (let from = 0; from < rows.length; from += 500) {
        await run(sql`insert into changes (tenant, version, table_name, row_id, at)
          values ${sql.join(rows.slice(from, from + 500))}`);
      }
      return announced.map(({ table, id }) => ({ tenant, table, id }));
    },
  };
}
