// A server for tests: the real one, in this process or in one of its own, on free ports and a fresh database.

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Running, startServer } from '../../src/cli/serve.ts';
import { readConfig } from '../../src/config.ts';
import type { House } from '../../src/server.ts';
import { freshDatabase } from './postgres.ts';
import { admin, type Site, siteAt } from './site.ts';

export type { Machine, Reply, Site } from './site.ts';

export type Engine = 'sqlite' | 'postgres';
export const engines: readonly Engine[] = ['sqlite', 'postgres'];

async function place(engine: Engine) {
  const data = await mkdtemp(join(tmpdir(), 'countersign-'));
  const database = engine === 'postgres' ? await freshDatabase() : undefined;
  return {
    data,
    url: database?.url,
    async clear() {
      await database?.drop();
      await rm(data, { recursive: true, force: true });
    },
  };
}

const silent = {
  debug() {},
  info() {},
  warn() {},
  error: (message: string, fields?: object) => console.error('server:', message, fields ?? ''),
};

function flags(at: { data: string; url: string | undefined }, more: readonly string[], https: boolean): string[] {
  return [
    '--port',
    '0',
    '--https-port',
    https ? '0' : 'off',
    '--data',
    at.data,
    '--no-demo',
    // Its client and its role would stand in every list; tests of it say --dashboard.
    '--no-dashboard',
    '--drain-ms',
    '0',
    '--log-level',
    'warn',
    // Tests ask faster than anybody may; those of the limits switch them on.
    '--rate-limits',
    'off',
    ...(at.url ? ['--database', at.url] : []),
    ...more,
  ];
}

/** Ends each server that is still there. */
const left = new Set<() => unknown>();
// A test that fails leaves its servers running, and then its file never ended: the failure showed as a run that hangs. Not at
// once: hooks of the file that come later still talk to their server. A file that is clean does not wait for it.
if (process.env.NODE_TEST_CONTEXT) {
  after(() => {
    setTimeout(() => Promise.allSettled([...left].map(async (end) => end())), 15_000).unref();
  });
}

const environment = {
  COUNTERSIGN_ADMIN_CLIENT_ID: admin.clientId,
  COUNTERSIGN_ADMIN_CLIENT_SECRET: admin.clientSecret,
};

/** The server in this process: quick, and its rooms can be looked into. */
export async function serveHere(
  engine: Engine = 'sqlite',
  options: {
    flags?: readonly string[];
    https?: boolean;
    /** The server's clock, in ms. */
    now?: () => number;
    /** A place that others use as well, and that outlives this server; `engine` then says nothing. */
    at?: { data: string; url: string | undefined };
    say?: (text: string) => void;
    env?: Record<string, string>;
  } = {},
): Promise<Site & { house: House; demo: Running['demo']; stop(): Promise<void> }> {
  const at = options.at ? { ...options.at, clear: async () => {} } : await place(engine);
  const running = await startServer(
    readConfig(flags(at, options.flags ?? [], options.https === true), { ...environment, ...options.env }),
    options.say ?? (() => undefined),
    silent,
    options.now,
  );
  const site = siteAt(`http://localhost:${running.port}`, {
    httpsPort: running.httpsPort,
    caPath: running.caPath,
    data: at.data,
    database: at.url,
  });
  const stop = async () => {
    left.delete(stop);
    await running.stop();
    await at.clear();
  };
  left.add(stop);
  return { ...site, house: running.house, demo: running.demo, stop };
}

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

export interface Spawned extends Site {
  readonly process: ChildProcess;
  readonly output: () => string;
  /** Sends a signal and waits for the end. */
  end(signal?: NodeJS.Signals): Promise<number | null>;
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

/** The server in a process of its own, over a place that outlives it; resolves when it is ready. */
export async function spawnServer(
  at: { data: string; url: string | undefined },
  options: { flags?: readonly string[]; https?: boolean; env?: Record<string, string> } = {},
): Promise<Spawned> {
  const port = await freePort();
  const child = spawn(
    process.execPath,
    [
      '--conditions=countersign-source',
      main,
      'serve',
      ...flags(at, ['--port', String(port), ...(options.flags ?? [])], options.https === true),
    ],
    { env: { ...process.env, ...environment, ...options.env }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const kill = () => child.kill('SIGKILL');
  left.add(kill);
  child.once('exit', () => left.delete(kill));
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  const base = `http://localhost:${port}`;
  const deadline = Date.now() + 30_000;
  for (;;) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}: ${output}`);
    const ready = await fetch(`${base}/ready`).then(
      (response) => response.ok,
      () => false,
    );
    // What it says comes by a pipe, and may come after its first answer: tests read it.
    if (ready && output.includes('Stop with Ctrl-C')) break;
    if (Date.now() > deadline) {
      child.kill('SIGKILL');
      throw new Error(`the server did not become ready: ${output}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return {
    ...siteAt(base, { httpsPort: undefined, caPath: undefined, data: at.data, database: at.url }),
    process: child,
    output: () => output,
    async end(signal = 'SIGTERM') {
      child.kill(signal);
      return ended;
    },
  };
}

/** A data folder, and a database if the engine has one, for servers that come and go. */
export const freshPlace = place;
