// The start: from the start of the process to the first token, over a database that exists and is migrated.

import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../packages/server/test/support/running.ts';
import { type Benchmark, type Figure, median, spread } from '../figure.ts';
import { type Connection, openConnection } from '../load/connection.ts';
import { type HttpRequest, requestBytes } from '../load/request.ts';
import { freshFolder, invocation, machineRequest, programs, startCountersign } from '../peers/countersign.ts';
import { startChild } from '../process/child.ts';

const starts = 5;
const patienceMs = 30_000;

/** Asks for a token as soon as the port is open; the time from the start of the process to the answer, in ms. */
async function timeToToken(program: string, data: string, request: HttpRequest): Promise<number> {
  const port = await freePort();
  const began = performance.now();
  const child = startChild(program, { ...invocation({ data }, port), telemetry: false });
  try {
    let connection: Connection | undefined;
    while (!connection) {
      connection = await openConnection(port, () => undefined).catch(() => undefined);
      if (connection) break;
      if (performance.now() - began > patienceMs) throw new Error(`the server did not start:\n${child.output()}`);
      await sleep(2);
    }
    const open = connection;
    const status = await new Promise<number>((resolve) => open.send(requestBytes(port, request), resolve));
    const took = performance.now() - began;
    open.close();
    if (status !== 200) throw new Error(`the first token request was answered ${status}`);
    return took;
  } finally {
    await child.end();
  }
}

export const start: Benchmark = {
  name: 'start',
  about: 'from the start of the process to the first token',
  async run({ say }) {
    const data = freshFolder();
    const server = await startCountersign({ data });
    const request = await machineRequest(server, 'RS256');
    await server.end();
    const figures: Figure[] = [];
    for (const { name, file } of programs) {
      say(`${starts} starts (${name})`);
      const times: number[] = [];
      for (let i = 0; i < starts; i++) times.push(await timeToToken(file, data, request));
      figures.push({
        kind: 'measured',
        name: `start to first token (${name})`,
        value: median(times),
        unit: 'ms',
        target: { below: 1000 },
        note: `${spread(times)} over ${starts} starts`,
      });
    }
    if (!programs.some(({ name }) => name === 'compiled')) {
      figures.push({
        kind: 'not_yet',
        name: 'start to first token (compiled)',
        because: 'packages/server/dist is not built',
      });
    }
    return figures;
  },
};
