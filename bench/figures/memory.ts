// Memory: what the server holds after 100,000 tokens, log events written.

import { setTimeout as sleep } from 'node:timers/promises';
import { type Benchmark, shown } from '../figure.ts';
import { startGenerator } from '../load/generate.ts';
import { freshFolder, machineRequest, startCountersign } from '../peers/countersign.ts';
import { inFlight } from '../rounds.ts';

const tokens = 100_000;

export const memory: Benchmark = {
  name: 'memory',
  about: `resident memory of the server after ${shown(tokens)} tokens`,
  async run({ say }) {
    const generator = startGenerator();
    const server = await startCountersign({ data: freshFolder() });
    try {
      const request = await machineRequest(server, 'RS256');
      const before = await server.process.usage();
      say(`${shown(tokens)} tokens`);
      const outcome = await generator.run({
        port: server.port,
        requests: [request],
        order: 'in turn',
        connections: inFlight,
        count: tokens,
      });
      await sleep(1_000);
      const after = await server.process.usage();
      const mb = (bytes: number) => bytes / 1_000_000;
      const note = `${shown(mb(before.rss))} MB before, ${shown(mb(after.peakRss))} MB at most; ${shown(outcome.seconds)} s`;
      return [
        {
          kind: 'measured',
          name: `memory after ${shown(tokens)} tokens`,
          value: mb(after.rss),
          unit: 'MB',
          target: { below: 200 },
          note,
        },
      ];
    } finally {
      await Promise.all([generator.end(), server.end()]);
    }
  },
};
