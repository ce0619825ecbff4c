// What the conformance tests run on: one database, the tables they use in it, and how to look at its bytes.

import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { TenantId } from '../../schema/brand.ts';
import type { Table } from '../../schema/table.ts';
import { createSealer, type DatabaseOptions, type DatabasePlace, openDatabase } from '../index.ts';
import type { Database, Store } from '../store.ts';

/** An empty database of an engine, as the test of the engine makes it. */
export interface Fresh extends DatabasePlace {
  drop(): Promise<void>;
}
/** A database that all tests of a file use, each with tenants of its own. */
export interface Subject {
  readonly place: DatabasePlace;
  readonly database: Database;
  /** The store of a tenant that nobody used before. */
  fresh(): Store;
}

export const MASTER_KEY = Buffer.alloc(32, 'conformance');

export interface Client {
  readonly client_id: string;
  readonly name?: string | null;
  readonly app_type?: string;
  readonly is_first_party?: boolean;
  readonly client_secret?: string | null;
  readonly keys?: readonly string[];
  readonly callbacks?: readonly string[];
  readonly count?: number;
}
export interface Api {
  readonly id: string;
  readonly identifier?: string;
  readonly note?: string;
}
export interface Grant {
  readonly id: string;
  readonly client_id?: string;
  readonly audience: string;
  readonly subject_type?: string;
  readonly default_for?: string;
}
export interface Key {
  readonly kid: string;
  readonly alg: string;
  readonly state?: string;
}

export interface Login {
  readonly id: string;
  readonly expires_at?: string;
}

export const clients: Table<Client> = {
  name: 'clients',
  id: 'client_id',
  columns: ['client_id', 'name', 'app_type', 'is_first_party'],
  unique: [],
  secrets: ['client_secret', 'keys'],
  watched: true,
};
export const apis: Table<Api> = {
  name: 'resource_servers',
  id: 'id',
  columns: ['identifier'],
  unique: [['identifier']],
  secrets: [],
  watched: true,
};
export const grants: Table<Grant> = {
  name: 'client_grants',
  id: 'id',
  columns: ['client_id', 'audience', 'subject_type', 'default_for'],
  unique: [
    ['client_id', 'audience', 'subject_type'],
    ['default_for', 'audience', 'subject_type'],
  ],
  secrets: [],
  watched: true,
};
/** Not watched here, so that the tests see both kinds. */
export const keys: Table<Key> = {
  name: 'signing_keys',
  id: 'kid',
  columns: ['alg', 'state'],
  unique: [],
  secrets: [],
  watched: false,
};

export const logins: Table<Login> = {
  name: 'pending_authorizations',
  id: 'id',
  columns: ['expires_at'],
  unique: [],
  secrets: [],
  watched: false,
  expires: 'expires_at',
};

export function openAt(place: DatabasePlace, options: Partial<DatabaseOptions> = {}): Promise<Database> {
  const tables = [clients, apis, grants, keys, logins];
  return openDatabase({ ...place, sealer: createSealer(MASTER_KEY), tables, ...options });
}

export function tenantId(text: string): TenantId {
  return text as TenantId;
}

export function subjectOf(place: DatabasePlace, database: Database): Subject {
  return { place, database, fresh: () => database.store(tenantId(`t-${randomBytes(6).toString('hex')}`)) };
}

/** Runs SQL past the store, to see or break what it keeps. */
export async function execute({ url, dataDirectory = '' }: DatabasePlace, sql: string) {
  if (url === undefined) {
    const { DatabaseSync } = await import('node:sqlite');
    const database = new DatabaseSync(path.join(dataDirectory, 'countersign.db'), { timeout: 5_000 });
    try {
      return database.prepare(sql).all();
    } finally {
      database.close();
    }
  }
  const { default: pg } = await import('pg');
  const client = new pg.Client(url);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** Everything that the database has at rest, as one text. */
export async function dump(place: DatabasePlace): Promise<string> {
  const { url, dataDirectory = '' } = place;
  if (url === undefined) {
    const files = (await readdir(dataDirectory)).filter((name) => name.startsWith('countersign.db'));
    const contents = await Promise.all(files.map((name) => readFile(path.join(dataDirectory, name))));
    return Buffer.concat(contents).toString('latin1');
  }
  const tables = await execute(place, 'select tablename as name from pg_tables where schemaname = current_schema()');
  const rows = [];
  for (const { name } of tables) rows.push(await execute(place, `select * from "${name}"`));
  return JSON.stringify(rows);
}
