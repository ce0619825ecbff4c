// One connection to the SQLite file: its settings and its prepared statements.

import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import type { CompiledQuery } from 'kysely';

/** node:sqlite waits for a lock by blocking the whole process, so it may do so only this long (ms). */
const BLOCKING_MS = 5;
const MOST_STATEMENTS = 256;

export interface SqliteConnection {
  readonly database: DatabaseSync;
  /** The prepared statement of this text; kept for the next time. */
  prepare(text: string): StatementSync;
  /** The rows of a statement, which are what its author says they are. */
  all<Row>(query: CompiledQuery<Row>): Row[];
}

/** Opens the file, which must exist. @throws the errors of node:sqlite */
export function connect(path: string, mode: 'writer' | 'reader'): SqliteConnection {
  const database = new DatabaseSync(path, { timeout: BLOCKING_MS, enableForeignKeyConstraints: true });
  // FULL: an acknowledged write is on the disk. The log file is folded back every 1,000 pages and cut to 16 MB.
  database.exec('pragma journal_mode = wal');
  database.exec('pragma synchronous = full; pragma wal_autocheckpoint = 1000; pragma journal_size_limit = 16777216');
  if (mode === 'reader') database.exec('pragma query_only = on');
  const statements = new Map<string, StatementSync>();

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

  return {
    database,
    prepare,
    all: <Row>({ sql, parameters }: CompiledQuery<Row>) => prepare(sql).all(...parameters.map(inputValue)) as Row[],
  };
}

function inputValue(value: unknown): SQLInputValue {
  if (typeof value === 'string' || typeof value === 'number' || value === null) return value;
  throw new TypeError(`SQLite has no value for a ${typeof value}`);
}
