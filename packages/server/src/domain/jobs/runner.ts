// Runs the jobs of all tenants on this node. Woken when this process leaves a job; others' are found by asking once a second.
// Any number of nodes run beside each other: who runs a job is decided by its lease alone.

import { setTimeout as sleep } from 'node:timers/promises';
import { type Database, type LeasedJob, StoreUnavailable } from '../../storage/store.ts';
import type { AnyJobHandler, Outcome } from './job.ts';

export interface JobRunner {
  start(): void;
  /**
   * Takes no more jobs, lets those that run come to an end for a moment, then aborts them. What was not finished is given
   * back, so that another node has it at once; what does not heed its signal is due again when its lease ends.
   */
  stop(): Promise<void>;
}

export interface JobRunnerOptions {
  readonly database: Database;
  readonly handlers: readonly AnyJobHandler[];
  readonly now: () => number;
  /** Told in words for the operator; never a payload. */
  readonly onTrouble: (message: string, fields: object) => void;
  /** How often to ask for jobs that other nodes left, or that fell due (ms). */
  readonly pollMs?: number;
  /** How long `stop` waits before it aborts (ms). */
  readonly patienceMs?: number;
}

/** What a lease is longer than the longest attempt, in ms: for the last write, and for clocks that differ between nodes. */
const leaseBeyondMs = 15_000;
/** How long an aborted attempt may take to notice, in ms, before `stop` goes on without it. */
const noticeMs = 2_000;
const troubleEveryMs = 60_000;

/** A runner that is not started. Throws if two handlers are of one kind. */
export function createJobRunner(options: JobRunnerOptions): JobRunner {
  const { database, now, onTrouble, pollMs = 1_000, patienceMs = 3_000 } = options;
  const handlers = new Map(options.handlers.map((handler) => [handler.kind.name, handler]));
  if (handlers.size !== options.handlers.length) throw new TypeError('two handlers of one kind of job');
  const stopping = new AbortController();
  const running = new Map<string, Set<Promise<void>>>([...handlers.keys()].map((name) => [name, new Set()]));
  let started = false;
  let stopped = false;
  let turn: Promise<void> | undefined;
  let again = false;
  let timer: NodeJS.Timeout | undefined;
  let toldAt = Number.NEGATIVE_INFINITY;

  const roomOf = ({ kind }: AnyJobHandler) => kind.atOnce - (running.get(kind.name)?.size ?? 0);

  async function takeDue(): Promise<void> {
    const open = [...handlers.values()].filter((handler) => roomOf(handler) > 0);
    for (const name of await database.jobs.due(
      open.map(({ kind }) => kind.name),
      now(),
    )) {
      const handler = handlers.get(name);
      if (!handler || stopped) continue;
      const at = now();
      const until = at + handler.kind.longestMs + leaseBeyondMs;
      for (const job of await database.jobs.lease({ kind: name, limit: roomOf(handler), now: at, until })) {
        const attempt = attend(handler, job).finally(() => {
          running.get(name)?.delete(attempt);
          wake();
        });
        running.get(name)?.add(attempt);
      }
    }
  }

  /** Looks for jobs now, or once more after the look that goes on. */
  function wake(): void {
    if (!started || stopped) return;
    if (turn) {
      again = true;
      return;
    }
    clearTimeout(timer);
    turn = takeDue()
      .catch((error: unknown) => trouble('jobs wait', error))
      .finally(() => {
        turn = undefined;
        if (again) {
          again = false;
          wake();
        } else if (!stopped) {
          timer = setTimeout(wake, pollMs);
          timer.unref();
        }
      });
  }

  /** Outages are spoken of once a minute. */
  function trouble(message: string, error: unknown): void {
    if (Date.now() - toldAt < troubleEveryMs) return;
    toldAt = Date.now();
    onTrouble(message, { error: error instanceof Error ? error.message : String(error) });
  }

  async function attend(handler: AnyJobHandler, job: LeasedJob): Promise<void> {
    const outcome = await attempt(handler, job);
    const { kind } = handler;
    const told = { kind: kind.name, tenant: job.tenant, id: job.id, attempt: job.attempt };
    await kept(job, async () => {
      if (outcome.kind === 'done') return database.jobs.finish(job);
      if (outcome.kind === 'later') return database.jobs.putOff(job, outcome.at, false);
      if (outcome.kind === 'retry' && stopping.signal.aborted) return database.jobs.putOff(job, now(), false);
      if (outcome.kind === 'retry' && job.attempt < kind.attempts) {
        return database.jobs.putOff(job, now() + (outcome.afterMs ?? pauseOf(handler, job.attempt)), true);
      }
      onTrouble('a job was given up', { ...told, because: outcome.because });
      const { tenant, id, payload, attempt } = job;
      if (payload) await handler.gaveUp?.({ tenant, id, payload, attempt }, outcome.because);
      return database.jobs.finish(job);
    });
  }

  async function attempt({ kind, run }: AnyJobHandler, job: LeasedJob): Promise<Outcome> {
    const { tenant, id, payload } = job;
    if (!payload) return { kind: 'give-up', because: 'what it carries cannot be opened with this master key' };
    // Only a crash in the midst of an attempt leads here: a job that takes its node down must not go round for ever.
    if (job.attempt > kind.attempts) return { kind: 'give-up', because: 'every attempt ended with its node' };
    const signal = AbortSignal.any([stopping.signal, AbortSignal.timeout(kind.longestMs)]);
    try {
      return await run({ tenant, id, payload, attempt: job.attempt, signal });
    } catch (error) {
      if (!signal.aborted && !(error instanceof StoreUnavailable)) {
        const fault = error instanceof Error ? error.stack : String(error);
        onTrouble('a job failed by a fault of ours', { kind: kind.name, tenant, id, error: fault });
      }
      return { kind: 'retry', because: signal.aborted ? 'it took too long' : 'a fault of ours, see the process log' };
    }
  }

  /** Writes what came of an attempt; while the database is away, again until the lease is over or the node stops. */
  async function kept(job: LeasedJob, write: () => Promise<boolean>): Promise<void> {
    for (;;) {
      try {
        if (await write()) return;
        onTrouble('a job was run longer than its lease', { kind: job.kind, tenant: job.tenant, id: job.id });
        return;
      } catch (error) {
        trouble('what came of a job waits to be written', error);
        if (stopped || now() >= job.until) return;
        await sleep(500);
      }
    }
  }

  const everything = () => Promise.all([turn, ...[...running.values()].flatMap((attempts) => [...attempts])]);

  return {
    start() {
      if (started) return;
      started = true;
      database.jobs.onEnqueued(wake);
      wake();
    },
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await within(patienceMs, everything());
      stopping.abort();
      await within(noticeMs, everything());
    },
  };
}

async function within(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, late]);
  clearTimeout(timer);
}

/** The pause after this attempt in ms: at least half of the doubled one, so that many that failed together spread. */
function pauseOf({ kind }: AnyJobHandler, attempt: number): number {
  const pause = Math.min(kind.pause.most, kind.pause.first * 2 ** (attempt - 1));
  return Math.round(pause * (0.5 + Math.random() / 2));
}
