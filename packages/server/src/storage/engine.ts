// What the rest of storage needs of an engine: run a statement, run a transaction, and the few
// words in which the SQL of the two differs. Statements are made by Kysely, which only compiles here.

import type { CompiledQuery, Kysely, RawBuilder, SqlBool } from 'kysely';
import type { EventCount, LastLogin } from './event-counts.ts';
import type { StoredLog } from './store.ts';

/** Every document table has these columns; lookup columns are named by `sql.ref`. */
export interface DocumentColumns {
  tenant: string;
  id: string;
  seq: number;
  doc: string;
}
export type Builder = Kysely<Record<string, DocumentColumns>>;

/** A query of the builder or of the `sql` template. */
export interface Query<Row> {
  compile(builder: Builder): CompiledQuery<Row>;
}

/** Runs statements, each of which answers with its rows (`returning` where a write must tell what it did). */
export interface Connection {
  /** @throws StoreUnavailable, UniqueConflict */
  run<Row>(query: Query<Row>): Promise<Row[]>;
}

export interface WriteConnection extends Connection {
  /** Inserts log events with the order numbers `first`, `first + 1`...; those that exist already are left alone. The others, as they were given. */
  appendLogs(events: readonly StoredLog[], first: number): Promise<readonly StoredLog[]>;
  /** Adds to the counts of five minutes. Whoever calls holds the order of the log. */
  addCounts(counts: readonly EventCount[]): Promise<void>;
  /** Keeps the last login of each user, whatever the order. Whoever calls holds the order of the log. */
  addLogins(logins: readonly LastLogin[]): Promise<void>;
}

/** For `exclusively`, in ms. */
export const MIGRATION = { patience: 60_000, longest: 600_000 };

export interface Engine {
  readonly kind: 'sqlite' | 'postgres';
  readonly builder: Builder;
  /** Locks the rows of a select until the transaction ends; empty where the whole database is locked anyway. */
  readonly forUpdate: RawBuilder<unknown>;
  /** The same, passing over rows that another transaction has locked. */
  readonly forUpdateOfFree: RawBuilder<unknown>;
  /** The type of text that is compared and ordered by its bytes. */
  readonly text: RawBuilder<unknown>;
  /** The column is one of these values, as one statement for any number of values. */
  anyOf(column: RawBuilder<unknown>, values: readonly string[]): RawBuilder<SqlBool>;
  /** The text occurs in this one, byte for byte. */
  contains(text: RawBuilder<unknown>, part: string): RawBuilder<SqlBool>;

  /** So many rows with their text may one statement look through before others must have their turn; 0 for any number. */
  readonly portion: number;

  /** One statement outside of any transaction; sees what is committed, and never waits for a writer. */
  readonly reader: Connection;
  /** Runs `work` in a transaction; again if the engine asks for it. A failed statement dooms the transaction. */
  write<T>(work: (connection: WriteConnection) => Promise<T>): Promise<T>;
  /** Like `write` for a migration: waits for a minute, may take ten, and no other process is inside its own `exclusively`. */
  exclusively<T>(work: (connection: Connection) => Promise<T>): Promise<T>;
  /** Names of the tables that exist. */
  tables(connection: Connection): Promise<string[]>;
  /** Names of the columns of a table. */
  columns(connection: Connection, table: string): Promise<string[]>;
  close(): Promise<void>;
}
