// What somebody finds who has a copy of the database or of the data folder, and not the master key.

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import pg from 'pg';

/** Every row of every table as text, from a copy that needs no master key. */
export async function dump(place: { data: string; url: string | undefined }): Promise<string> {
  if (place.url === undefined) {
    const database = new DatabaseSync(join(place.data, 'countersign.db'), { readOnly: true });
    const tables = database.prepare("select name from sqlite_schema where type = 'table'").all() as { name: string }[];
    const rows = tables.map(({ name }) => JSON.stringify(database.prepare(`select * from "${name}"`).all()));
    database.close();
    return rows.join('\n');
  }
  const client = new pg.Client({ connectionString: place.url });
  await client.connect();
  const { rows: tables } = await client.query("select tablename from pg_tables where schemaname = 'public'");
  const rows: string[] = [];
  for (const { tablename } of tables)
    rows.push(JSON.stringify((await client.query(`select * from "${tablename}"`)).rows));
  await client.end();
  return rows.join('\n');
}

/** The bytes of every file in the data folder but the key file, which is the one place for its secret. */
export async function files(data: string): Promise<string> {
  const names = (await readdir(data, { recursive: true, withFileTypes: true })).filter(
    (entry) => entry.isFile() && entry.name !== 'master.key',
  );
  const texts = await Promise.all(names.map((entry) => readFile(join(entry.parentPath, entry.name), 'latin1')));
  return texts.join('\n');
}
