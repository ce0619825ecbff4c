// Whether a token costs the same however many clients a tenant has: 10, 1,000 and 100,000 of them, drawn at random.

import { type Benchmark, type Figure, median, shown, spread } from '../figure.ts';
import { type Generator, startGenerator } from '../load/generate.ts';
import { type HttpRequest, tokenRequest } from '../load/request.ts';
import { type Countersign, freshFolder, scope, startCountersign } from '../peers/countersign.ts';
import { type Filling, machineAt } from '../peers/many-clients.ts';
import { pathOf, startChild } from '../process/child.ts';
import { cpuEach, httpContender, inFlight, ratios, runRounds } from '../rounds.ts';

const sizes = [10, 1_000, 100_000] as const;
const [few] = sizes;
const rounds = 7;

interface Crowd {
  readonly count: number;
  readonly server: Countersign;
  readonly requests: readonly HttpRequest[];
  /** Of the first token of each client, which is read from the database; µs of CPU. */
  readonly firstTokens: number;
}

/** A server whose tenant has so many machine clients, each of which has had one token. */
async function crowd(count: number, generator: Generator): Promise<Crowd> {
  const data = freshFolder();
  const before = await startCountersign({ data });
  const { audience } = await before.machine({ scopes: scope.split(' ') });
  await before.end();
  const filler = startChild(pathOf('peers/fill.ts'));
  const filling: Filling = { data, audience, scope: scope.split(' '), count };
  await filler.ask({ ask: 'fill', ...filling });
  await filler.end();
  const server = await startCountersign({ data });
  const requests = Array.from({ length: count }, (_, index) => {
    const { clientId, clientSecret } = machineAt(index);
    return tokenRequest('/oauth/token', { client_id: clientId, client_secret: clientSecret, audience, scope });
  });
  const unused = await server.process.usage();
  await generator.run({ port: server.port, requests, order: 'in turn', connections: inFlight, count });
  const used = await server.process.usage();
  return { count, server, requests, firstTokens: (used.cpu - unused.cpu) / count };
}

export const clients: Benchmark = {
  name: 'clients',
  about: 'the cost of a token with 10, 1,000 and 100,000 clients',
  async run({ seconds, say }) {
    const generator = startGenerator();
    const crowds: Crowd[] = [];
    try {
      for (const count of sizes) {
        say(`${count.toLocaleString('en-US')} clients, one token each`);
        crowds.push(await crowd(count, generator));
      }
      say(`${rounds} rounds, clients drawn at random`);
      const contenders = crowds.map(({ count, server, requests }) =>
        httpContender(String(count), server, requests, generator, seconds),
      );
      const measured = await runRounds(contenders, rounds);
      const memory = await Promise.all(crowds.map(({ server }) => server.process.usage()));
      return crowds.flatMap(({ count, firstTokens }, index): Figure[] => {
        if (count === few) return [];
        const values = ratios(measured, String(count), String(few));
        const each = `${shown(cpuEach(measured, String(count)))} µs and ${shown(cpuEach(measured, String(few)))} µs of CPU`;
        const rss = shown((memory[index]?.rss ?? 0) / 1_000_000);
        return [
          {
            kind: 'measured',
            name: `RS256 tokens with ${shown(count)} clients, rate to ${few}`,
            value: median(values) * 100,
            unit: '%',
            target: { least: 80 },
            note: `${each}; ${spread(values)}; a client's first token, from the database, ${shown(firstTokens)} µs; ${rss} MB`,
          },
        ];
      });
    } finally {
      await Promise.all([generator.end(), ...crowds.map(({ server }) => server.end())]);
    }
  },
};
