// SQLite: one writing connection that everybody takes turns on, and one that reads beside it.
// WAL lets the reader see the last commit while a transaction is open, and never wait for it.

import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { DummyDriver, Kysely, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler, sql } from 'kysely';
import { type Builder, type Engine, MIGRATION, type WriteConnection } from '../engine.ts';
import { openScope, within } from '../scope.ts';
import { connect, type SqliteConnection } from './connection.ts';
import { Busy } from './errors.ts';
import { addCounts, addLogins, appendLogs } from './logs.ts';
import { createTurns, POLL_MS } from './turns.ts';

export interface SqliteTiming {
  /** How long a writer waits for its turn and for the locks of other processes, in ms. */
  readonly deadline: number;
  /** How long a transaction may stay open, in ms, before it is rolled back so that others can go on. */
  readonly longest: number;
}
const TIMING: SqliteTiming = { deadline: 10_000, longest: 15_000 };

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
  const writer = await patiently(timing.deadline, () => connect(path, 'writer', idName));
  const reader = await patiently(timing.deadline, () => connect(path, 'reader', idName));
  const turns = createTurns();

  async function write<T>(work: (connection: WriteConnection) => Promise<T>, patience: number, longest: number) {
    const until = performance.now() + patience;
    const release = await turns.take(patience);
    try {
      await patiently(until - performance.now(), () => writer.exec('begin immediate'));
      return await transact(writer, work, longest);
    } finally {
      release();
    }
  }

  const engine: Engine = {
    kind: 'sqlite',
    builder,
    forUpdate: sql``,
    forUpdateOfFree: sql``,
    text: sql`text`,
    anyOf: (column, values) => sql`${column} in (select value from json_each(${JSON.stringify(values)}))`,
    contains: (text, part) => sql`instr(${text}, ${part}) > 0`,
    portion: 1_000,
    reader: {
      run: (query) => patiently(timing.deadline, () => reader.all(query.compile(builder))),
    },
    write: (work) => write(work, timing.deadline, timing.longest),
    exclusively: (work) => write(work, MIGRATION.patience, MIGRATION.longest),
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
      reader.close();
      writer.close();
      release();
    },
  };
  return engine;
}

/** Runs `work` inside the transaction that is open, and commits or rolls back. */
async function transact<T>(
  writer: SqliteConnection,
  work: (connection: WriteConnection) => Promise<T>,
  longest: number,
): Promise<T> {
  const scope = openScope();
  const connection: WriteConnection = {
    run(query) {
      const compiled = query.compile(builder);
      return scope.run(() => writer.all(compiled));
    },
    appendLogs: (events, first) => scope.run(() => appendLogs(writer, events, first)),
    addCounts: (counts) => scope.run(() => addCounts(writer, counts)),
    addLogins: (logins) => scope.run(() => addLogins(writer, logins)),
  };
  try {
    const value = await within(longest, () => work(connection));
    scope.check();
    writer.exec('commit');
    return value;
  } catch (error) {
    writer.rollback();
    throw error;
  } finally {
    scope.end();
  }
}

/** Tries until nobody else has the lock. The process goes on meanwhile, unlike in SQLite's own waiting. */
async function patiently<T>(patience: number, attempt: () => T): Promise<T> {
  const until = performance.now() + patience;
  for (;;) {
    try {
      return attempt();
    } catch (error) {
      if (!(error instanceof Busy) || performance.now() >= until) throw error;
    }
    await sleep(Math.random() * POLL_MS);
  }
}
