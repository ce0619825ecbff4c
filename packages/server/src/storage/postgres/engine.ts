// PostgreSQL, and engines that speak its wire: READ COMMITTED transactions on a bounded pool.
// Only what such engines share is used: no LISTEN, no sequences, no settings of the server.

import { setTimeout as sleep } from 'node:timers/promises';
import { DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler, sql } from 'kysely';
import { type Builder, type Connection, type Engine, MIGRATION, type Query, type WriteConnection } from '../engine.ts';
import { openScope, within } from '../scope.ts';
import { StoreUnavailable } from '../store.ts';
import { ConnectionLost, NoAnswer, NothingBegan, TransactionConflict } from './errors.ts';
import { addCounts, addLogins, appendLogs } from './logs.ts';
import { createPool, type PostgresTiming, type Session } from './pool.ts';
import { checkServer } from './server.ts';

const ATTEMPTS = 6;
/** Names our advisory lock among those of other programs: "countersign" in ASCII, as far as it fits. */
const LOCK = sql`pg_try_advisory_xact_lock(1668248942, 1952805491)`;

const builder: Builder = new Kysely({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
});

export interface PostgresOptions extends Partial<PostgresTiming> {
  /** Accepts a server that may forget what it acknowledged. For tests only. */
  readonly allowUnsafe?: boolean;
}

/**
 * `idName` is the member of a table's rows that is kept in the column `id`.
 * @throws StoreRefused if the server does not let us in, or would lose what it acknowledged; StoreUnavailable if it is away
 */
export async function openPostgres(
  url: string,
  idName: (table: string) => string,
  log: (message: string) => void,
  options: PostgresOptions = {},
): Promise<Engine> {
  const pool = createPool(url, idName, log, options);
  const { longest } = pool.timing;

  async function write<T>(work: (connection: WriteConnection) => Promise<T>, timeout?: number): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await pool.use((session) => transact(session, work, longest, timeout));
      } catch (error) {
        const mayRepeat = error instanceof TransactionConflict || error instanceof NothingBegan;
        if (!mayRepeat || attempt === ATTEMPTS) throw error;
      }
      await sleep(Math.random() * 10 * 2 ** attempt);
    }
  }

  const engine: Engine = {
    kind: 'postgres',
    builder,
    forUpdate: sql`for update`,
    forUpdateOfFree: sql`for update skip locked`,
    text: sql`text collate "C"`,
    anyOf: (column, values) => sql`${column} = any(${values}::text[])`,
    contains: (text, part) => sql`strpos(${text}, ${part}) > 0`,
    portion: 0,
    reader: {
      run<Row>(statement: Query<Row>) {
        const { sql: text, parameters } = statement.compile(builder);
        const attempt = () => pool.use(({ query }) => query<Row>(text, parameters));
        return attempt().catch((error) => {
          if (error instanceof ConnectionLost && !(error instanceof NoAnswer)) return attempt();
          throw error;
        });
      },
    },
    write: (work) => write(work),
    exclusively: (work) =>
      write(async (connection) => {
        await lockOut(connection);
        return work(connection);
      }, MIGRATION.longest),
    async tables({ run }) {
      const rows = await run(sql<{ name: string }>`select tablename as name from pg_catalog.pg_tables
        where schemaname = current_schema()`);
      return rows.map(({ name }) => name);
    },
    async columns({ run }, table) {
      const rows = await run(sql<{ name: string }>`select column_name as name from information_schema.columns
        where table_schema = current_schema() and table_name = ${table}`);
      return rows.map(({ name }) => name);
    },
    close: () => pool.end(),
  };
  try {
    await checkServer(engine, url, options.allowUnsafe ?? false);
    return engine;
  } catch (error) {
    await pool.end();
    throw error;
  }
}

/** Runs `work` inside a transaction, and commits or rolls back. `timeout` (ms) is for statements that take long. */
async function transact<T>(
  { query }: Session,
  work: (connection: WriteConnection) => Promise<T>,
  longest: number,
  timeout?: number,
): Promise<T> {
  const scope = openScope();
  const connection: WriteConnection = {
    run<Row>(statement: Query<Row>) {
      const { sql: text, parameters } = statement.compile(builder);
      return scope.run(() => query<Row>(text, parameters, timeout));
    },
    appendLogs: (events, first) => scope.run(() => appendLogs(query, events, first)),
    addCounts: (counts) => scope.run(() => addCounts(query, counts)),
    addLogins: (logins) => scope.run(() => addLogins(query, logins)),
  };
  try {
    // Not READ WRITE: an operator who makes a database read-only means us too.
    await query('begin isolation level read committed');
  } catch (error) {
    if (error instanceof NoAnswer || !(error instanceof ConnectionLost)) throw error;
    throw new NothingBegan(error.message, { cause: error });
  }
  try {
    if (timeout) await query(`set local statement_timeout = ${timeout}`);
    const value = await within(timeout ?? longest, () => work(connection));
    scope.check();
    await query('commit');
    return value;
  } catch (error) {
    const failure = scope.failure instanceof TransactionConflict ? scope.failure : error;
    // On a lost connection this fails as well, and the transaction is gone in any case.
    if (!(failure instanceof ConnectionLost)) await query('rollback').catch(() => {});
    throw failure;
  } finally {
    scope.end();
  }
}

/** Holds our advisory lock until the transaction ends, also if the process dies. Asks again and again: waiting would time out. */
async function lockOut({ run }: Connection): Promise<void> {
  for (const until = Date.now() + MIGRATION.patience; Date.now() < until; ) {
    const [answer] = await run(sql<{ locked: boolean }>`select ${LOCK} as locked`);
    if (answer?.locked) return;
    await sleep(50 + Math.random() * 50);
  }
  throw new StoreUnavailable('Another process is migrating the database and does not come to an end');
}
