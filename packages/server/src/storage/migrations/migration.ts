// What a migration is. Once released, a migration never changes: databases out there have run it.

import { type RawBuilder, sql } from 'kysely';
import type { Connection } from '../engine.ts';

/** A table of documents as migrated: what `table.ts` declares must fit it. */
export interface DocumentShape {
  readonly name: string;
  /** Lookup columns beside `tenant`, `id`, `seq` and `doc`. */
  readonly columns: readonly string[];
  /** Sets of columns that are unique together within the tenant. */
  readonly unique: readonly (readonly string[])[];
}

export interface Migration {
  /** 1, 2, 3...; the schema's version after it. */
  readonly version: number;
  readonly name: string;
  /** Tables of documents that it creates. */
  readonly documents: readonly DocumentShape[];
  /** Everything else. `text` is the engine's type of text that is compared by bytes. */
  readonly up: (connection: Connection, text: RawBuilder<unknown>) => Promise<void>;
}

/** Creates a table of documents with its indexes; the names of the indexes follow from those of the columns. */
export async function createDocuments(connection: Connection, text: RawBuilder<unknown>, shape: DocumentShape) {
  const table = sql.table(shape.name);
  const lookups = shape.columns.map((column) => sql`, ${sql.ref(column)} ${text}`);
  await connection.run(sql`create table ${table} (tenant ${text} not null, id ${text} not null, seq bigint not null,
    doc text not null${sql.join(lookups, sql``)}, primary key (tenant, id))`);
  await connection.run(sql`create unique index ${sql.id(`${shape.name}_seq_key`)} on ${table} (tenant, seq)`);
  for (const columns of shape.unique) {
    const index = sql.id(uniqueIndexName(shape.name, columns));
    await connection.run(sql`create unique index ${index} on ${table} (tenant, ${sql.join(columns.map(sql.ref))})`);
  }
  for (const column of shape.columns) {
    if (shape.unique.some((columns) => columns.length === 1 && columns[0] === column)) continue;
    const index = sql.id(`${shape.name}_${column}_idx`);
    await connection.run(sql`create index ${index} on ${table} (tenant, ${sql.ref(column)}, seq)`);
  }
}

/** PostgreSQL reports a conflict by this name. It must stay below 64 characters, or PostgreSQL cuts it. */
export function uniqueIndexName(table: string, columns: readonly string[]): string {
  return `${table}_${columns.join('_')}_key`;
}
