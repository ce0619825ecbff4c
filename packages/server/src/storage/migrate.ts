// Brings a database to the schema of this program: one transaction for each migration together with
// its version, so that a process killed at any point leaves a whole schema, and the next start goes on.

import { sql } from 'kysely';
import type { Connection, Engine } from './engine.ts';
import { migrations } from './migrations/index.ts';
import { createDocuments } from './migrations/migration.ts';
import { type Sealer, StoreRefused } from './store.ts';

const CHECK = 'master_key_check';
const CHECK_PLACE = 'meta/master_key_check';
const KNOWN = migrations.length;

/** What is known of a database before anything is written to it. */
export interface Found {
  /** 0 before the first migration. */
  readonly schema: number;
  /** The check value sealed with its master key. */
  readonly check: string | undefined;
  /** Names of tables that are there although none of our migrations ran. */
  readonly foreign: readonly string[];
}

/** Reads only. */
export async function inspect(engine: Engine, connection: Connection = engine.reader): Promise<Found> {
  const tables = await engine.tables(connection);
  if (!tables.includes('meta')) return { schema: 0, check: undefined, foreign: tables };
  const columns = await engine.columns(connection, 'meta');
  if (!columns.includes('name') || !columns.includes('value'))
    return { schema: 0, check: undefined, foreign: ['meta'] };
  const rows = await connection.run(sql<{ name: string; value: string }>`select name, value from meta`);
  const value = (name: string) => rows.find((row) => row.name === name)?.value;
  return { schema: Number(value('schema') ?? 0), check: value(CHECK), foreign: [] };
}

/**
 * Checks master key and version before the first write, then migrates. Processes that start together take turns.
 * @throws StoreRefused, with the database untouched, if it is newer than the program, somebody else's, or sealed with another key
 */
export async function migrate(engine: Engine, sealer: Sealer, log: (message: string) => void): Promise<void> {
  const found = await inspect(engine);
  refuse(engine, found);
  if (found.check !== undefined) checkMasterKey(sealer, found.check);
  else if (found.schema > 0 && (await holdsAnything(engine))) {
    throw new StoreRefused(
      'This database holds data but no check value of a master key: it was damaged, restore a backup',
    );
  }
  for (let schema = found.schema; schema < KNOWN; ) {
    schema = await engine.exclusively((connection) => migrateOnce(engine, connection, log));
  }
  if (found.check === undefined) {
    const check = sealer.seal('countersign', CHECK_PLACE);
    await engine.write(({ run }) =>
      run(sql`insert into meta (name, value) values (${CHECK}, ${check})
      on conflict (name) do nothing`),
    );
    checkMasterKey(sealer, (await inspect(engine)).check ?? '');
  }
}

/** Runs the next migration, if there is one, and answers the version that the schema has then. */
async function migrateOnce(engine: Engine, connection: Connection, log: (message: string) => void): Promise<number> {
  const found = await inspect(engine, connection);
  refuse(engine, found);
  const next = migrations[found.schema];
  if (!next) return found.schema;
  log(`migrating the database to schema ${next.version} (${next.name})`);
  for (const shape of next.documents) await createDocuments(connection, engine.text, shape);
  await next.up(connection, engine.text);
  await connection.run(sql`insert into meta (name, value) values ('schema', ${String(next.version)})
    on conflict (name) do update set value = excluded.value`);
  return next.version;
}

function refuse(engine: Engine, { schema, foreign }: Found): void {
  if (schema > KNOWN) {
    throw new StoreRefused(
      `This database was written by a newer version of Countersign (schema ${schema}, this program knows ${KNOWN}): ` +
        'start that version, or restore a backup',
    );
  }
  const ours = new Set([...migrations.flatMap((m) => m.documents.map(({ name }) => name)), 'meta', 'tenants', 'logs']);
  const taken = engine.kind === 'sqlite' ? foreign : foreign.filter((name) => ours.has(name));
  if (taken.length) {
    throw new StoreRefused(
      `The database belongs to another program (it has a table ${taken[0]}): give Countersign a database of its own`,
    );
  }
}

function checkMasterKey(sealer: Sealer, check: string): void {
  try {
    if (sealer.open(check, CHECK_PLACE) === 'countersign') return;
  } catch (error) {
    if (!(error instanceof StoreRefused)) throw error;
  }
  throw new StoreRefused(
    'This database was sealed with another master key: start with the one that belongs to it ' +
      '(COUNTERSIGN_MASTER_KEY, or master.key in the data directory). Nothing was changed',
  );
}

async function holdsAnything(engine: Engine): Promise<boolean> {
  const rows = await engine.reader.run(sql`select id from tenants limit 1`);
  return rows.length > 0;
}
