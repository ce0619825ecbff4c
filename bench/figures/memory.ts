// Memory: what the server holds after 100,000 tokens and their log events. ES256, since the kind of signature leaves
// nothing behind and this one is quick.

import { setTimeout as sleep } from 'node:timers/promises';
import { type Benchmark, type Figure, shown } from '../figure.ts';
import { type Generator, startGenerator } from '../load/generate.ts';
import { freshFolder, machineRequest, programs, startCountersign } from '../peers/countersign.ts';
import { inFlight } from '../rounds.ts';

const tokens = 100_000;

async function figureOf(program: { name: string; file: string }, generator: Generator): Promise<Figure> {
  const server = await startCountersign({ data: freshFolder() }, program.file);
  try {
    const request = await machineRequest(server, 'ES256');
    const before = await server.process.usage();
    await generator.run({
      port: server.port,
      requests: [request],
      order: 'in turn',
      connections: inFlight,
      count: tokens,
    });
    await sleep(1_000);
    const after = await server.process.usage();
    const mb = (bytes: number) => bytes / 1_000_000;
    return {
      kind: 'measured',
      name: `memory after ${shown(tokens)} tokens (${program.name})`,
      value: mb(after.rss),
      unit: 'MB',
      target: { below: 200 },
      note: `${shown(mb(before.rss))} MB before, ${shown(mb(after.peakRss))} MB at most`,
    };
  } finally {
    await server.end();
  }
}

export const memory: Benchmark = {
  name: 'memory',
  about: `resident memory of the server after ${shown(tokens)} tokens`,
  async run({ say }) {
    const generator = startGenerator();
    try {
      const figures: Figure[] = [];
      for (const program of programs) {
        say(`${shown(tokens)} tokens (${program.name})`);
        figures.push(await figureOf(program, generator));
      }
      return figures;
    } finally {
      await generator.end();
    }
  },
};
