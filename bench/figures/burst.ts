// Latency of the token endpoint under a moderate load while somebody else makes the server work hard: Management writes or
// sign-ups as fast as they are answered. Latency counts from when a request was due, so a stalled server cannot hide.

import { setTimeout as sleep } from 'node:timers/promises';
import { type Benchmark, type Figure, shown } from '../figure.ts';
import { startGenerator } from '../load/generate.ts';
import { type Outcome, quantile } from '../load/job.ts';
import type { HttpRequest } from '../load/request.ts';
import { type Countersign, freshFolder, machineRequest, startCountersign } from '../peers/countersign.ts';
import { connection, password, type WebClient, webClient } from '../peers/people.ts';

const tokensPerSecond = 100;
const writes = 200;
const hashes = 60;
const writersInFlight = 8;
const targetMs = 100;

/** Half creations, half changes; among what changes is the client that the tokens are for. */
async function writeRequests(server: Countersign, tokenClient: string): Promise<HttpRequest[]> {
  const reply = await server.token({
    grant_type: 'client_credentials',
    client_id: server.admin.clientId,
    client_secret: server.admin.clientSecret,
    audience: `https://${server.host}/api/v2/`,
  });
  const headers = { authorization: `Bearer ${reply.body.access_token}`, 'content-type': 'application/json' };
  const clients = [tokenClient];
  for (let i = 0; i < 9; i++) clients.push((await server.machine()).clientId);
  return Array.from({ length: writes }, (_, i) =>
    i % 2 === 0
      ? {
          method: 'POST',
          path: '/api/v2/clients',
          headers,
          body: JSON.stringify({ name: `Burst ${i}`, app_type: 'non_interactive' }),
        }
      : {
          method: 'PATCH',
          path: `/api/v2/clients/${clients[(i >> 1) % clients.length]}`,
          headers,
          body: JSON.stringify({ description: `Changed ${i}` }),
        },
  );
}

interface Interval {
  readonly from: number;
  readonly to: number;
}

function during({ due, latencies }: Outcome, intervals: readonly Interval[]): Float64Array {
  return latencies.filter((_, i) => intervals.some(({ from, to }) => (due[i] ?? 0) >= from && (due[i] ?? 0) <= to));
}

/** Sign-ups, each of which hashes a password; after the first burst their addresses are taken, which costs the same. */
async function signups(client: WebClient): Promise<HttpRequest[]> {
  return Array.from({ length: hashes }, (_, i) => ({
    method: 'POST',
    path: '/dbconnections/signup',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ client_id: client.clientId, connection, email: `burst${i}@example.com`, password }),
  }));
}

export const burst: Benchmark = {
  name: 'burst',
  about: 'latency of the token endpoint during bursts of Management writes and of password hashing',
  async run({ seconds, say }) {
    const server = await startCountersign({ data: freshFolder() });
    const [reader, writer] = [startGenerator(), startGenerator()];
    try {
      const request = await machineRequest(server, 'RS256');
      const tokens = (duration: number) =>
        reader.run({
          port: server.port,
          requests: [request],
          order: 'in turn',
          connections: 32,
          seconds: duration,
          rate: tokensPerSecond,
        });
      /** Tokens while one burst follows the other, with a pause between them. */
      const under = async (
        name: string,
        requests: readonly HttpRequest[],
        statuses: readonly number[],
      ): Promise<Figure> => {
        const one = () =>
          writer.run(
            { port: server.port, requests, order: 'in turn', connections: writersInFlight, count: requests.length },
            statuses,
          );
        await one();
        say(`${tokensPerSecond} tokens a second, without and with bursts of ${requests.length} ${name}`);
        const calm = await tokens(3 * seconds);
        const loaded = tokens(10 * seconds);
        let over = false;
        loaded
          .finally(() => {
            over = true;
          })
          .catch(() => undefined);
        const bursts: Interval[] = [];
        while (!over) {
          const from = Date.now();
          await one();
          bursts.push({ from, to: Date.now() });
          await sleep(200);
        }
        const latencies = during(await loaded, bursts);
        const length = bursts.reduce((sum, { from, to }) => sum + to - from, 0) / bursts.length;
        return {
          kind: 'measured',
          name: `token p99 during bursts of ${name}`,
          value: quantile(latencies, 0.99),
          unit: 'ms',
          target: { below: targetMs },
          note: `${latencies.length} requests in ${bursts.length} bursts of ${shown(length)} ms; median ${shown(quantile(latencies, 0.5))} ms, most ${shown(quantile(latencies, 1))} ms; p99 without bursts ${shown(quantile(calm.latencies, 0.99))} ms`,
        };
      };
      const writes = await writeRequests(server, new URLSearchParams(request.body).get('client_id') ?? '');
      return [
        await under('Management writes', writes, [200, 201]),
        await under('password hashing', await signups(await webClient(server)), [200, 400]),
      ];
    } finally {
      await Promise.all([reader.end(), writer.end(), server.end()]);
    }
  },
};
