// A server for tests: the real one, in this process or in one of its own, on free ports and a fresh database.

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Running, startServer } from '../../src/cli/serve.ts';
import { readConfig } from '../../src/config.ts';
import type { House } from '../../src/server.ts';
import { freshDatabase } from './postgres.ts';

export type Engine = 'sqlite' | 'postgres';
export const engines: readonly Engine[] = ['sqlite', 'postgres'];

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: an answer's JSON, read by assertions
  readonly body: any;
}

export interface Site {
  /** `http://localhost:PORT` */
  readonly base: string;
  readonly issuer: string;
  readonly host: string;
  readonly httpsPort: number | undefined;
  readonly caPath: string | undefined;
  readonly admin: { readonly clientId: string; readonly clientSecret: string };
  readonly data: string;
  readonly database: string | undefined;
  send(
    method: string,
    path: string,
    init?: { headers?: Record<string, string>; body?: string | Buffer },
  ): Promise<Reply>;
  /** Management API as the administrator. */
  manage(method: string, path: string, body?: unknown): Promise<Reply>;
  /** POST /oauth/token as a form. */
  token(params: Record<string, string>, headers?: Record<string, string>): Promise<Reply>;
  /** A machine client with a client grant for an API; both made on the way. */
  machine(options?: { scopes?: string[]; granted?: string[]; api?: object; client?: object }): Promise<Machine>;
}

export interface Machine {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly audience: string;
  readonly api: Record<string, unknown>;
  readonly grantId: string;
}

const admin = {
  clientId: 'test-administrator',
  clientSecret: 'test-administrator-secret-of-64-chars-0123456789abcdefghijklmnop',
};
let made = 0;

async function exchange(url: string, init: RequestInit): Promise<Reply> {
  const response = await fetch(url, { redirect: 'manual', ...init });
  const text = await response.text();
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    body = undefined;
  }
  return { status: response.status, headers: response.headers, text, body };
}

/** The calls of a site that listens at `base`. */
export function siteAt(base: string, facts: Pick<Site, 'httpsPort' | 'caPath' | 'data' | 'database'>): Site {
  const host = new URL(base).host;
  let token: Promise<string> | undefined;
  const send: Site['send'] = (method, path, init = {}) =>
    exchange(`${base}${path}`, {
      method,
      headers: init.headers ?? {},
      ...(init.body === undefined ? {} : { body: init.body as string }),
    });
  const form: Site['token'] = (params, headers = {}) =>
    send('POST', '/oauth/token', {
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body: new URLSearchParams(params).toString(),
    });
  const adminToken = async () => {
    const reply = await form({
      grant_type: 'client_credentials',
      client_id: admin.clientId,
      client_secret: admin.clientSecret,
      audience: `https://${host}/api/v2/`,
    });
    if (reply.status !== 200) throw new Error(`no administrator token: ${reply.status} ${reply.text}`);
    return reply.body.access_token as string;
  };
  const manage: Site['manage'] = async (method, path, body) => {
    const once = async () => {
      token ??= adminToken().catch((error: unknown) => {
        // The next call may find the server well again.
        token = undefined;
        throw error;
      });
      return send(method, `/api/v2${path}`, {
        headers: {
          authorization: `Bearer ${await token}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    };
    const reply = await once();
    if (reply.status !== 401) return reply;
    // The key that signed the administrator's token may have been revoked by the test.
    token = undefined;
    return once();
  };
  const must = async (path: string, body: object) => {
    const reply = await manage('POST', path, body);
    if (reply.status !== 201) throw new Error(`POST ${path}: ${reply.status} ${reply.text}`);
    return reply.body;
  };
  return {
    base,
    issuer: `${base}/`,
    host,
    admin,
    ...facts,
    send,
    manage,
    token: form,
    async machine(options = {}) {
      const scopes = options.scopes ?? ['read:x', 'write:x'];
      const audience = `https://api-${++made}.example.com/`;
      const api = await must('/resource-servers', {
        name: `API ${made}`,
        identifier: audience,
        scopes: scopes.map((value) => ({ value })),
        ...options.api,
      });
      const client = await must('/clients', {
        name: `Machine ${made}`,
        app_type: 'non_interactive',
        grant_types: ['client_credentials'],
        ...options.client,
      });
      const grant = await must('/client-grants', {
        client_id: client.client_id,
        audience,
        scope: options.granted ?? scopes,
      });
      return { clientId: client.client_id, clientSecret: client.client_secret, audience, api, grantId: grant.id };
    },
  };
}

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
  return {
    ...site,
    house: running.house,
    demo: running.demo,
    async stop() {
      await running.stop();
      await at.clear();
    },
  };
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
    if (ready) break;
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
