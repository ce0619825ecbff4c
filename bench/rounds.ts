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
  stretch(): Promise<Stretch>;
}

export type Stretches = ReadonlyMap<string, readonly Stretch[]>;

/** Requests in flight at a time: enough to keep every thread of a server busy. */
export const inFlight = 32;
/** Our log events are written up to 0.2 s late, in the background: a stretch ends only after that work too. For all alike. */
const settleMs = 500;

/** A server that answers these requests. */
export function httpContender(
  name: string,
  server: { readonly process: Child; readonly port: number },
  requests: readonly HttpRequest[],
  generator: Generator,
  seconds: number,
): Contender {
  return {
    name,
    async stretch() {
      const before = await server.process.usage();
      const outcome = await generator.run({
        port: server.port,
        requests,
        order: 'random',
        connections: inFlight,
        seconds,
      });
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

/** Runs the rounds. The first `warmUp` of them are not counted: programs get compiled while they run. */
export async function runRounds(contenders: readonly Contender[], rounds: number, warmUp: number): Promise<Stretches> {
  const stretches = new Map<string, Stretch[]>(contenders.map(({ name }) => [name, []]));
  for (let round = 0; round < warmUp + rounds; round++) {
    for (let i = 0; i < contenders.length; i++) {
      // Each round begins with another one: nobody always comes after the same neighbour.
      const contender = contenders[(round + i) % contenders.length];
      if (!contender) continue;
      const stretch = await contender.stretch();
      if (round >= warmUp) stretches.get(contender.name)?.push(stretch);
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
