// Measures several contenders in turn, over and over: A B C A B C. The machine is shared and its speed drifts, so each is
// compared with what the others did in the same round, and the median over the rounds is the figure.

import { setTimeout as sleep } from 'node:timers/promises';
import { median } from './figure.ts';
import type { Generator } from './load/generate.ts';
import type { HttpRequest } from './load/request.ts';
import type { Child } from './process/child.ts';

/** One stretch of work of one contender. */
export interface Stretch {
  readonly count: number;
  readonly seconds: number;
  /** CPU of the contender's own process, in µs. */
  readonly cpu: number;
  /** CPU of the load generator, in µs. */
  readonly generatorCpu?: number;
}

export interface Contender {
  readonly name: string;
  /** Before anything is measured. */
  warmUp?(): Promise<void>;
  stretch(): Promise<Stretch>;
}

export type Stretches = ReadonlyMap<string, readonly Stretch[]>;

/** So many requests until a server is at its full speed: until then the compiler's own threads are a tenth of its CPU. */
const warmUpRequests = 10_000;
/** Requests in flight at a time: enough to keep every thread of a server busy. */
export const inFlight = 32;
/** Our log events are written up to 0.2 s late, in the background: a stretch ends only after that work too. For all alike. */
export const settleMs = 400;

/** A server that answers these requests. */
export function httpContender(
  name: string,
  server: { readonly process: Child; readonly port: number },
  requests: readonly HttpRequest[],
  generator: Generator,
  seconds: number,
): Contender {
  const job = { port: server.port, requests, order: 'random', connections: inFlight } as const;
  return {
    name,
    async warmUp() {
      await generator.run({ ...job, count: warmUpRequests });
    },
    async stretch() {
      const before = await server.process.usage();
      const outcome = await generator.run({ ...job, seconds });
      await sleep(settleMs);
      const after = await server.process.usage();
      return {
        count: outcome.answers,
        seconds: outcome.seconds,
        cpu: after.cpu - before.cpu,
        generatorCpu: outcome.cpu,
      };
    },
  };
}

/** Warms all up, then runs the rounds. */
export async function runRounds(contenders: readonly Contender[], rounds: number): Promise<Stretches> {
  for (const contender of contenders) await contender.warmUp?.();
  const stretches = new Map<string, Stretch[]>(contenders.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < contenders.length; i++) {
      // Each round begins with another one: nobody always comes after the same neighbour.
      const contender = contenders[(round + i) % contenders.length];
      if (!contender) continue;
      stretches.get(contender.name)?.push(await contender.stretch());
    }
  }
  return stretches;
}

function of(stretches: Stretches, name: string): readonly Stretch[] {
  const found = stretches.get(name);
  if (!found || found.length === 0) throw new Error(`nothing was measured of ${name}`);
  return found;
}

export const perCpuSecond = (stretch: Stretch) => (stretch.count * 1_000_000) / stretch.cpu;

/** µs of CPU for one, the median over the rounds. */
export function cpuEach(stretches: Stretches, name: string): number {
  return median(of(stretches, name).map((stretch) => stretch.cpu / stretch.count));
}

/** How many a second of time, the median over the rounds. */
export function perSecond(stretches: Stretches, name: string): number {
  return median(of(stretches, name).map((stretch) => stretch.count / stretch.seconds));
}

/** Rate per CPU-second of one in terms of the other's, round by round. */
export function ratios(stretches: Stretches, name: string, other: string): number[] {
  const others = of(stretches, other);
  return of(stretches, name).map((stretch, round) => {
    const beside = others[round];
    return beside ? perCpuSecond(stretch) / perCpuSecond(beside) : Number.NaN;
  });
}

/** CPU of the load generator for one, in µs: whether it could have been in the way. */
export function generatorCpuEach(stretches: Stretches, name: string): number {
  return median(of(stretches, name).map((stretch) => (stretch.generatorCpu ?? 0) / stretch.count));
}
