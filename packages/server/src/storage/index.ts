// The door of storage: opens a database of either engine, migrated, checked and ready.

import { databaseOf } from './database.ts';
import type { Engine } from './engine.ts';
import { inspect, migrate } from './migrate.ts';
import { migrations } from './migrations/index.ts';
import type { PostgresOptions } from './postgres/engine.ts';
import type { SqliteTiming } from './sqlite/engine.ts';
import { findFile, prepareFile } from './sqlite/file.ts';
import { type Database, type Sealer, StoreRefused, StoreUnavailable } from './store.ts';
import { checkTables, type DeclaredTable, documentShapes } from './tables.ts';

export { loadMasterKey } from './master-key.ts';
export { createSealer } from './seal.ts';
export { findFile };

export interface DatabasePlace {
  /** `postgres://` or `postgresql://`; without it, SQLite in the data directory. */
  readonly url?: string | undefined;
  /** Where SQLite keeps `countersign.db`. */
  readonly dataDirectory?: string | undefined;
}

export interface DatabaseOptions extends DatabasePlace {
  readonly sealer: Sealer;
  /** Every table that will be used; they must fit the migrations. */
  readonly tables: readonly DeclaredTable[];
  /** One line about what goes on: migrations, lost connections. Never a secret. */
  readonly log?: (message: string) => void;
  /** ms */
  readonly now?: () => number;
  readonly sqlite?: Partial<SqliteTiming>;
  readonly postgres?: PostgresOptions;
}

/**
 * Opens the database, migrates it to the schema of this program, and checks that the master key is the one it was sealed with.
 * @throws StoreRefused when starting again does not help, in one sentence that says what does
 * @throws StoreUnavailable when it is away at the moment
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const { tables, sealer, log = () => {}, now = Date.now } = options;
  checkTables(tables, documentShapes(migrations));
  const idNames = new Map<string, string>(tables.map((table) => [table.name, table.id]));
  const engine = await openEngine(options, (table) => idNames.get(table) ?? 'id');
  try {
    await migrate(engine, sealer, log);
    return databaseOf(engine, sealer, tables, now);
  } catch (error) {
    await engine.close();
    throw error;
  }
}

/** Whether the database is there and was sealed with a master key. Changes nothing, makes nothing. */
export async function isSealed(place: DatabasePlace): Promise<boolean> {
  if (place.url === undefined && !(await findFile(directoryOf(place)))) return false;
  const engine = await openEngine({ ...place, postgres: { allowUnsafe: true } }, () => 'id');
  try {
    return (await inspect(engine)).check !== undefined;
  } finally {
    await engine.close();
  }
}

/** Each engine with its driver is loaded only when it is used: the start is quicker by that. */
async function openEngine(
  options: DatabasePlace & Partial<Pick<DatabaseOptions, 'sqlite' | 'postgres' | 'log'>>,
  idName: (table: string) => string,
): Promise<Engine> {
  if (options.url !== undefined) {
    const { openPostgres } = await import('./postgres/engine.ts');
    return openPostgres(options.url, idName, options.log ?? (() => {}), options.postgres);
  }
  const { openSqlite } = await import('./sqlite/engine.ts');
  const file = await prepareFile(directoryOf(options));
  try {
    return await openSqlite(file, idName, options.sqlite);
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
    throw new StoreRefused(`${file} cannot be opened: ${error.message}`, { cause: error });
  }
}

function directoryOf(place: DatabasePlace): string {
  if (place.dataDirectory === undefined) throw new StoreRefused('Name a data directory or a database');
  return place.dataDirectory;
}
