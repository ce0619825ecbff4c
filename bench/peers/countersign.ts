// Our own server as it runs in production, in a process of its own: the command line's door, a database on disk,
// nothing switched off. What the benchmarks need is made through the Management API.

import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serverFlags } from '../../bootstrap/server-flags.mjs';
import { freePort } from '../../packages/server/test/support/running.ts';
import { type Site, siteAt } from '../../packages/server/test/support/site.ts';
import { type HttpRequest, tokenRequest } from '../load/request.ts';
import { type Child, pathOf, startChild } from '../process/child.ts';

export interface Countersign extends Site {
  readonly process: Child;
  readonly port: number;
  end(): Promise<void>;
}

/** A data folder, and the PostgreSQL that is used instead of the file in it. */
export interface Place {
  readonly data: string;
  readonly database?: string;
}

export type SigningAlgorithm = 'RS256' | 'ES256';

export const scope = 'read:patients write:patients';
export const source = pathOf('../packages/server/src/main.ts');
const compiled = pathOf('../packages/server/dist/main.js');

/** The programs that can be started here: from the checkout, and the compiled package once it was built. */
export const programs: readonly { readonly name: string; readonly file: string }[] = [
  { name: 'source', file: source },
  ...(existsSync(compiled) ? [{ name: 'compiled', file: compiled }] : []),
];

const folders = new Set<string>();
process.on('exit', () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** An empty data folder; gone when the benchmark ends. */
export function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-bench-'));
  folders.add(folder);
  return folder;
}

/** What the administrator of `siteAt` signs in with. */
const administrator = siteAt('http://localhost', {
  httpsPort: undefined,
  caPath: undefined,
  data: '',
  database: undefined,
}).admin;

/** The command line and environment of a server at this place and port. */
export function invocation(place: Place, port: number) {
  return {
    flags: serverFlags,
    args: [
      'serve',
      '--port',
      String(port),
      '--https-port',
      'off',
      '--data',
      place.data,
      '--no-demo',
      '--log-level',
      'warn',
      '--drain-ms',
      '0',
      ...(place.database ? ['--database', place.database] : []),
    ],
    env: {
      NODE_ENV: 'production',
      COUNTERSIGN_ADMIN_CLIENT_ID: administrator.clientId,
      COUNTERSIGN_ADMIN_CLIENT_SECRET: administrator.clientSecret,
    },
  };
}

/** Starts the server, from the checkout unless another program is named; resolves when it is ready. */
export async function startCountersign(place: Place, program = source): Promise<Countersign> {
  const port = await freePort();
  const child = startChild(program, invocation(place, port));
  const base = `http://localhost:${port}`;
  const deadline = Date.now() + 30_000;
  while (
    !(await fetch(`${base}/ready`).then(
      (answer) => answer.ok,
      () => false,
    ))
  ) {
    await child.usage();
    if (Date.now() > deadline) throw new Error(`the server did not become ready:\n${child.output()}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  const site = siteAt(base, { httpsPort: undefined, caPath: undefined, data: place.data, database: place.database });
  return { ...site, process: child, port, end: () => child.end() };
}

/** An API whose tokens are signed with this algorithm, a machine client with a client grant for it, and its token request. */
export async function machineRequest(server: Countersign, algorithm: SigningAlgorithm): Promise<HttpRequest> {
  const machine = await server.machine({ scopes: scope.split(' '), api: { signing_alg: algorithm } });
  return tokenRequest('/oauth/token', {
    client_id: machine.clientId,
    client_secret: machine.clientSecret,
    audience: machine.audience,
    scope,
  });
}
