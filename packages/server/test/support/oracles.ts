// What must hold of every answer and of every process, whatever is asked (the global oracles of security-cases.md §6).

import assert from 'node:assert/strict';
import type { Reply, Site, Spawned } from './running.ts';

/** How many times what is random or repeated is done: 1 in a test run, more in a long one (`COUNTERSIGN_ROUNDS=20`). */
export const rounds = Math.max(1, Number(process.env.COUNTERSIGN_ROUNDS ?? 1));

/** What an error answer never holds: a stack, our sources, the engines, their errors, where we run. */
const betrays =
  /\n\s+at |file:\/\/|node_modules|packages\/server|\.ts:\d|sqlite|postgres|SQLSTATE|syntax error|kysely|fastify|ECONNREFUSED|UnstorableText|TypeError|RangeError|ReferenceError/i;

interface Judged {
  readonly status: number;
  readonly text: string;
  readonly header: (name: string) => string | undefined;
}

/** G1, G4 and SEC-08 for one answer. `path` as asked; 503 must say when to come back. */
export function judge(path: string, reply: Judged, expects: { unavailable?: boolean } = {}): void {
  const shown = `${path}: ${reply.status} ${reply.text.slice(0, 300)}`;
  if (expects.unavailable && reply.status === 503) assert.ok(Number(reply.header('retry-after')) > 0, shown);
  else assert.ok(reply.status < 500, shown);
  if (reply.status >= 400) assert.doesNotMatch(reply.text, betrays, shown);
  const secret = path.startsWith('/oauth/') || (path.startsWith('/api/v2') && !path.startsWith('/api/v2/openapi.json'));
  // What HTTP itself refuses never reached an endpoint, and the answer to a preflight says nothing.
  const preflight = reply.header('allow') !== undefined || reply.header('access-control-allow-methods') !== undefined;
  const ours = reply.header('content-type')?.includes('charset') || (reply.status < 400 && !preflight);
  if (secret && ours && reply.status !== 304) assert.match(reply.header('cache-control') ?? '', /no-store/, shown);
}

/** The same site, with every answer judged. */
export function judged<S extends Site>(site: S, expects: { unavailable?: boolean } = {}): S {
  const checked = (path: string, reply: Reply): Reply => {
    judge(path, { ...reply, header: (name) => reply.headers.get(name) ?? undefined }, expects);
    return reply;
  };
  return {
    ...site,
    send: async (method, path, init) => checked(path, await site.send(method, path, init)),
    manage: async (method, path, body) => checked(`/api/v2${path}`, await site.manage(method, path, body)),
    token: async (params, headers) => checked('/oauth/token', await site.token(params, headers)),
  };
}

const metricsOf = async (server: Site) => (await fetch(`${server.base}/metrics`)).text();

export interface Watch {
  /** Judges the process, then ends it and removes what it kept. */
  end(): Promise<void>;
  judge(): Promise<void>;
}

/**
 * G7 and CRA-10 from now on: the process stays the same, nothing goes wrong unseen, and its event loop is not held for
 * longer than `mostLagMs` 99 of 100 times (9 of 10 times in a short run, where one pause of the machine would be a hundredth).
 */
export async function watch(server: Spawned, place: { clear(): Promise<void> }, mostLagMs = 1_000): Promise<Watch> {
  // Each reading begins a new measurement; loading the program is not to be in it.
  await metricsOf(server);
  const began = performance.now();
  const judgeNow = async () => {
    assert.equal(server.process.exitCode, null, server.output());
    assert.equal(server.process.signalCode, null, server.output());
    assert.doesNotMatch(server.output(), /a fault of ours|unhandled|uncaught|MaxListeners/i);
    const share = performance.now() - began > 5_000 ? 'p99' : 'p90';
    const line = new RegExp(`^countersign_nodejs_eventloop_lag_${share}_seconds (\\S+)`, 'm').exec(
      await metricsOf(server),
    );
    const lag = Number(line?.[1]) * 1000;
    assert.ok(lag < mostLagMs, `the event loop lagged ${lag} ms (${share})`);
  };
  return {
    judge: judgeNow,
    async end() {
      try {
        await judgeNow();
      } finally {
        await server.end();
        await place.clear();
      }
    },
  };
}

/** Resident memory of a server in bytes, as it reports it itself. */
export async function memoryOf(server: Site): Promise<number> {
  return Number(/^countersign_process_resident_memory_bytes (\S+)/m.exec(await metricsOf(server))?.[1]);
}

/** Files and connections that a server has open. */
export async function openFilesOf(server: Site): Promise<number> {
  return Number(/^countersign_process_open_fds (\S+)/m.exec(await metricsOf(server))?.[1]);
}

/** CPU time that a server has used since its start, in ms. */
export async function cpuOf(server: Site): Promise<number> {
  return Number(/^countersign_process_cpu_seconds_total (\S+)/m.exec(await metricsOf(server))?.[1]) * 1000;
}

/** Asks one thing again and again beside an attack, until there is no answer; tells how long the answers took, in ms. */
export function probe(ask: () => Promise<Reply>, everyMs = 50): () => Promise<{ p99: number; statuses: Set<number> }> {
  const times: number[] = [];
  const statuses = new Set<number>();
  let going = true;
  const asking = (async () => {
    while (going) {
      const began = performance.now();
      const status = await ask().then(
        (reply) => reply.status,
        () => 0,
      );
      statuses.add(status);
      // Nobody may be left to stop it.
      if (status === 0) return;
      times.push(performance.now() - began);
      await new Promise((resolve) => setTimeout(resolve, everyMs));
    }
  })();
  return async () => {
    going = false;
    await asking;
    const sorted = times.toSorted((a, b) => a - b);
    return { p99: sorted[Math.floor(sorted.length * 0.99)] ?? 0, statuses };
  };
}
