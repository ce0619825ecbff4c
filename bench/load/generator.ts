// The load generator, a process of its own: its CPU is never counted as the server's. The same one for every peer.

import { performance } from 'node:perf_hooks';
import { answerQuestions } from '../process/child.ts';
import { type Connection, openConnection } from './connection.ts';
import type { Job, Outcome } from './job.ts';
import { requestBytes } from './request.ts';

/** Calls `take` for each request to send, until it says no more. */
function source(job: Job): () => Buffer {
  const all = job.requests.map((request) => requestBytes(job.port, request));
  let next = 0;
  const pick =
    job.order === 'random' ? () => all[Math.floor(Math.random() * all.length)] : () => all[next++ % all.length];
  return () => {
    const bytes = pick();
    if (bytes === undefined) throw new Error('a job without requests');
    return bytes;
  };
}

async function run(job: Job): Promise<Outcome> {
  const take = source(job);
  const most = job.count ?? Number.POSITIVE_INFINITY;
  const latencies: number[] = [];
  const due: number[] = [];
  const statuses: Record<string, number> = {};
  let sent = 0;
  let answers = 0;
  let fail: (error: Error) => void = () => undefined;
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  failed.catch(() => undefined);
  const connections = await Promise.all(
    Array.from({ length: job.connections }, () => openConnection(job.port, (error) => fail(error))),
  );
  const usedBefore = process.cpuUsage();
  const began = performance.now();
  const clock = Date.now() - began;
  const until = began + (job.seconds ?? Number.POSITIVE_INFINITY) * 1000;

  const exchange = (connection: Connection, at: number, then: () => void) => {
    const index = sent++;
    due[index] = clock + at;
    connection.send(take(), (status) => {
      latencies[index] = performance.now() - at;
      statuses[status] = (statuses[status] ?? 0) + 1;
      answers++;
      then();
    });
  };

  /** Each connection sends again as soon as it was answered. */
  const closedLoop = () =>
    Promise.all(
      connections.map(
        (connection) =>
          new Promise<void>((resolve) => {
            const again = () => {
              const now = performance.now();
              if (sent >= most || now >= until) resolve();
              else exchange(connection, now, again);
            };
            again();
          }),
      ),
    );

  /** Requests fall due at a steady rate; one that finds no free connection waits, and its waiting counts. */
  const openLoop = (rate: number) =>
    new Promise<void>((resolve) => {
      const free = [...connections];
      const queue: number[] = [];
      let fallen = 0;
      const finished = () => {
        const over = fallen >= most || began + (fallen * 1000) / rate >= until;
        if (over && queue.length === 0 && answers === sent) {
          clearInterval(timer);
          resolve();
        }
      };
      const drain = () => {
        while (queue.length > 0 && free.length > 0) {
          // Each in its turn: a server closes a connection that never sends anything.
          const connection = free.shift();
          const at = queue.shift();
          if (!connection || at === undefined) return;
          exchange(connection, at, () => {
            free.push(connection);
            drain();
            finished();
          });
        }
      };
      const tick = () => {
        const now = performance.now();
        for (;;) {
          const at = began + (fallen * 1000) / rate;
          if (at > now || at >= until || fallen >= most) break;
          fallen++;
          queue.push(at);
        }
        drain();
        finished();
      };
      const timer = setInterval(tick, 1);
    });

  try {
    await Promise.race([job.rate === undefined ? closedLoop() : openLoop(job.rate), failed]);
  } finally {
    for (const connection of connections) connection.close();
  }
  const seconds = (performance.now() - began) / 1000;
  const used = process.cpuUsage(usedBefore);
  return {
    answers,
    seconds,
    statuses,
    latencies: Float64Array.from(latencies),
    due: Float64Array.from(due),
    cpu: used.user + used.system,
  };
}

answerQuestions<{ readonly job: Job }>('load', ({ job }) => run(job));
