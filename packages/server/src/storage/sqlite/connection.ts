// One connection to the SQLite file: its settings and its prepared statements.

import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import type { CompiledQuery } from 'kysely';
import { translateError } from './errors.ts';

/** node:sqlite waits for a lock by blocking the whole process, so it must not wait at all: the engine tries again. */
const BLOCKING_MS = 0;
const MOST_STATEMENTS = 256;

export interface SqliteConnection {
  /** The rows of a statement, which are what its author says they are. */
  all<Row>(query: CompiledQuery<Row>): Row[];
  exec(text: string): void;
  /** Runs a statement once for each list of values; how many rows each changed. */
  runEach(text: string, values: Iterable<SQLInputValue[]>): number[];
  /** Ends the transaction that is open; after a full disk there may be none left. */
  rollback(): void;
  close(): void;
}

/** Opens the file, which must exist. Everything here @throws Busy, StoreUnavailable, UniqueConflict */
export function connect(path: string, mode: 'writer' | 'reader', idName: (table: string) => string): SqliteConnection {
  const database = translating(
    () => new DatabaseSync(path, { timeout: BLOCKING_MS, enableForeignKeyConstraints: true }),
  );
  const statements = new Map<string, StatementSync>();

  function translating<T>(call: () => T): T {
    try {
      return call();
    } catch (error) {
      throw translateError(error, idName);
    }
  }

  /** The prepared statement of this text; kept for the next time. */
  function prepare(text: string): StatementSync {
    const known = statements.get(text);
    const statement = known ?? database.prepare(text);
    // The map is in the order of use: the first one is the one that was not used for longest.
    if (known) statements.delete(text);
    statements.set(text, statement);
    const [oldest] = statements.keys();
    if (statements.size > MOST_STATEMENTS && oldest !== undefined) statements.delete(oldest);
    return statement;
  }

  const connection: SqliteConnection = {
    all: <Row>({ sql, parameters }: CompiledQuery<Row>) =>
      translating(() => prepare(sql).all(...parameters.map(inputValue)) as Row[]),
    exec: (text) => translating(() => database.exec(text)),
    runEach: (text, values) =>
      translating(() => {
        const statement = prepare(text);
        const changes: number[] = [];
        for (const list of values) changes.push(Number(statement.run(...list).changes));
        return changes;
      }),
    rollback: () => translating(() => database.isTransaction && database.exec('rollback')),
    close: () => database.close(),
  };

  try {
    // FULL: an acknowledged write is on the disk. The log file is folded back every 1,000 pages and cut to 16 MB.
    connection.exec('pragma journal_mode = wal');
    connection.exec(
      'pragma synchronous = full; pragma wal_autocheckpoint = 1000; pragma journal_size_limit = 16777216',
    );
    if (mode === 'reader') connection.exec('pragma query_only = on');
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

function inputValue(value: unknown): SQLInputValue {
  if (typeof value === 'string' || typeof value === 'number' || value === null) return value;
  throw new TypeError(`SQLite has no value for a ${typeof value}`);
}
