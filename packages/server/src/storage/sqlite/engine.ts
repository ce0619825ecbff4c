// SQLite: one writing connection that everybody takes turns on, and one that reads beside it.
// WAL lets the reader see the last commit while a transaction is open, and never wait for it.

import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { DummyDriver, Kysely, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler, sql } from 'kysely';
import type { Builder, Engine, WriteConnection } from '../engine.ts';
import { openScope } from '../scope.ts';
import { StoreUnavailable } from '../store.ts';
import { connect, type SqliteConnection } from './connection.ts';
import { isBusy, translateError } from './errors.ts';
import { appendLogs } from './logs.ts';
import { createTurns } from './turns.ts';

export interface SqliteTiming {
  /** How long a writer waits for its turn and for the locks of other processes, in ms. */
  readonly deadline: number;
  /** How long a transaction may stay open, in ms, before it is rolled back so that others can go on. */
  readonly longest: number;
}
const TIMING: SqliteTiming = { deadline: 10_000, longest: 15_000 };
const MIGRATION_MS = 60_000;

const builder: Builder = new Kysely({
  dialect: {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  },
});

/** Opens a file, which must exist; `idName` is the member of a table's rows that is kept in the column `id`. */
export async function openSqlite(path: string, idName: (table: string) => string, options: Partial<SqliteTiming> = {}) {
  const timing = { ...TIMING, ...options };
  const translate = (error: unknown) => translateError(error, idName);
  const writer = await patiently(timing.deadline, translate, () => connect(path, 'writer'));
  const reader = await patiently(timing.deadline, translate, () => connect(path, 'reader'));
  const turns = createTurns();

  async function write<T>(work: (connection: WriteConnection) => Promise<T>, patience: number): Promise<T> {
    const release = await turns.take(patience);
    try {
      await patiently(patience, translate, () => writer.database.exec('begin immediate'));
      return await transact(writer, translate, work, timing.longest);
    } finally {
      release();
    }
  }

  const engine: Engine = {
    kind: 'sqlite',
    builder,
    forUpdate: sql``,
    text: sql`text`,
    anyOf: (column, values) => sql`${column} in (select value from json_each(${JSON.stringify(values)}))`,
    contains: (column, lower) => sql`instr(lower(${column}), ${lower}) > 0`,
    reader: {
      run: (query) => patiently(timing.deadline, translate, () => reader.all(query.compile(builder))),
    },
    write: (work) => write(work, timing.deadline),
    exclusively: (work) => write(work, MIGRATION_MS),
    async tables({ run }) {
      const rows = await run(sql<{ name: string }>`select name from sqlite_schema
        where type = 'table' and name not like 'sqlite!_%' escape '!'`);
      return rows.map(({ name }) => name);
    },
    async columns({ run }, table) {
      const rows = await run(sql<{ name: string }>`select name from pragma_table_info(${table})`);
      return rows.map(({ name }) => name);
    },
    async close() {
      const release = await turns.take(timing.deadline);
      reader.database.close();
      writer.database.close();
      release();
    },
  };
  return engine;
}

/** Runs `work` inside the transaction that is open, and commits or rolls back. */
async function transact<T>(
  writer: SqliteConnection,
  translate: (error: unknown) => unknown,
  work: (connection: WriteConnection) => Promise<T>,
  longest: number,
): Promise<T> {
  const scope = openScope(translate);
  const connection: WriteConnection = {
    run: (query) => scope.run(() => writer.all(query.compile(builder))),
    appendLogs: (events, first) => scope.run(() => appendLogs(writer, events, first)),
  };
  const late = new AbortController();
  try {
    const value = await Promise.race([
      work(connection),
      sleep(longest, undefined, { ref: false, signal: late.signal }).then(() => {
        throw new StoreUnavailable(`A transaction was still open after ${longest} ms`);
      }),
    ]);
    scope.check();
    writer.database.exec('commit');
    return value;
  } catch (error) {
    // A full disk ends the transaction by itself.
    if (writer.database.isTransaction) writer.database.exec('rollback');
    throw translate(error);
  } finally {
    scope.end();
    late.abort();
  }
}

/** Tries until nobody else has the lock. The process goes on meanwhile, unlike in SQLite's own waiting. */
async function patiently<T>(patience: number, translate: (error: unknown) => unknown, attempt: () => T): Promise<T> {
  const until = performance.now() + patience;
  for (let longest = 2; ; longest = Math.min(longest * 2, 25)) {
    try {
      return attempt();
    } catch (error) {
      if (!isBusy(error) || performance.now() >= until) throw translate(error);
    }
    await sleep(1 + Math.random() * longest);
  }
}
