// The runner of jobs over both engines: what happens to a job when it works, fails, takes too long, or its node goes away.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { enqueue, type Job, type JobKind, jobHandler, type Outcome } from '../../src/domain/jobs/job.ts';
import { createJobRunner, type JobRunner } from '../../src/domain/jobs/runner.ts';
import type { Database, Store } from '../../src/storage/store.ts';
import { engines } from '../support/running.ts';
import { openStore } from '../support/store.ts';

interface Payload {
  readonly word: string;
}
const start = Date.parse('2026-01-01T00:00:00.000Z');

/** Waits until it holds, for as long as a busy machine may take. */
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await holds()); tries++) {
    assert.ok(tries < 1_500, `not within 15 s: ${holds}`);
    await sleep(10);
  }
}

for (const engine of engines) {
  describe(`jobs on ${engine}`, () => {
    let database: Database;
    let store: Store;
    let close: () => Promise<void>;
    before(async () => {
      ({ database, store, close } = await openStore(engine));
    });
    after(() => close());

    let kinds = 0;
    /** A clock, a kind of its own, and nodes that run it with one handler. */
    function rig(
      run: (job: Job<Payload>, node: number) => Promise<Outcome>,
      options: Partial<JobKind<Payload>> & { patienceMs?: number } = {},
    ) {
      const { patienceMs = 100, ...kindOptions } = options;
      const kind: JobKind<Payload> = {
        name: `kind-${++kinds}`,
        attempts: 3,
        longestMs: 10_000,
        pause: { first: 60_000, most: 100_000 },
        atOnce: 4,
        ...kindOptions,
      };
      const given: { word: string; because: string; attempt: number }[] = [];
      const trouble: string[] = [];
      const runners: JobRunner[] = [];
      const clock = { now: start };
      return {
        kind,
        clock,
        given,
        trouble,
        node() {
          const number = runners.length;
          const runner = createJobRunner({
            database,
            now: () => clock.now,
            pollMs: 10,
            patienceMs,
            onTrouble: (message, fields) => trouble.push(`${message} ${JSON.stringify(fields)}`),
            handlers: [
              jobHandler<Payload>({
                kind,
                run: (job) => run(job, number),
                gaveUp: ({ payload, attempt }, because) => {
                  given.push({ word: payload.word, because, attempt });
                },
              }),
            ],
          });
          runners.push(runner);
          runner.start();
          return runner;
        },
        leave: (word: string, dueAt = clock.now) => store.transact((tx) => enqueue<Payload>(tx, kind, { word }, dueAt)),
        /** Whether any job of the kind waits, held or not. */
        waits: async () => (await database.jobs.due([kind.name], Number.MAX_SAFE_INTEGER)).length > 0,
        stop: () => Promise.all(runners.map((runner) => runner.stop())),
      };
    }

    test('a job is done once, with what it was left with, and is gone then', async () => {
      const seen: Job<Payload>[] = [];
      const { leave, node, waits, stop } = rig(async (job) => {
        seen.push(job);
        return { kind: 'done' };
      });
      node();
      const id = await leave('hello');
      await until(async () => !(await waits()));
      assert.deepEqual(
        seen.map(({ tenant, id, payload, attempt }) => ({ tenant, id, payload, attempt })),
        [{ tenant: store.tenant, id, payload: { word: 'hello' }, attempt: 1 }],
      );
      assert.match(id, /^[0-9a-f-]{36}$/);
      await stop();
    });

    test('a failure is tried again after pauses that grow, as often as its kind allows, and is then given up', async () => {
      const attempts: number[] = [];
      const { leave, node, waits, stop, clock, given, kind } = rig(async ({ attempt }) => {
        attempts.push(attempt);
        if (attempt === 2) throw new Error('a fault');
        return { kind: 'retry', because: `refused ${attempt}` };
      });
      node();
      await leave('hello');
      await until(() => attempts.length === 1);
      await sleep(60);
      assert.deepEqual(attempts, [1], 'not before its pause is over');
      // The pause may be shorter by lot, never longer: 60 s, then 100 s, which is the most.
      for (const [pause, count] of [
        [60_000, 2],
        [100_000, 3],
      ] as const) {
        // Held, it is due when its lease of 25 s ends; put off, later than that.
        await until(async () => (await database.jobs.due([kind.name], clock.now + 25_001)).length === 0);
        clock.now += pause / 2 - 1;
        await sleep(60);
        assert.equal(attempts.length, count - 1, 'half of the pause is sure');
        clock.now += pause / 2 + 1;
        await until(() => attempts.length === count);
      }
      await until(async () => !(await waits()));
      assert.deepEqual(given, [{ word: 'hello', because: 'refused 3', attempt: 3 }]);
      await stop();
    });

    test('what is given up is not tried again, and its reason is told', async () => {
      let runs = 0;
      const { leave, node, waits, stop, given, trouble } = rig(async () => {
        runs++;
        return { kind: 'give-up', because: 'they said no' };
      });
      node();
      await leave('never');
      await until(async () => !(await waits()));
      assert.deepEqual([runs, given], [1, [{ word: 'never', because: 'they said no', attempt: 1 }]]);
      assert.match(trouble.join(), /a job was given up .*they said no/);
      assert.doesNotMatch(trouble.join(), /never/, 'what a job carries is not told');
      await stop();
    });

    test('an attempt that takes too long is told to stop', async () => {
      const { leave, node, stop, given } = rig(
        ({ signal }) =>
          new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted')))),
        { longestMs: 20, attempts: 1 },
      );
      node();
      await leave('slow');
      await until(() => given.length === 1);
      assert.deepEqual(given, [{ word: 'slow', because: 'it took too long', attempt: 1 }]);
      await stop();
    });

    test('two nodes share many jobs; none is run twice', async () => {
      const runs = new Map<string, number[]>();
      const { leave, node, waits, stop } = rig(async ({ payload }, number) => {
        runs.set(payload.word, [...(runs.get(payload.word) ?? []), number]);
        await sleep(2);
        return { kind: 'done' };
      });
      for (let index = 0; index < 40; index++) await leave(`word ${index}`);
      node();
      node();
      await until(async () => !(await waits()));
      await stop();
      assert.equal(runs.size, 40);
      for (const [word, by] of runs) assert.equal(by.length, 1, word);
      assert.equal(new Set([...runs.values()].flat()).size, 2, 'both had some');
    });

    test('no more run side by side than the kind allows', async () => {
      let [now, most] = [0, 0];
      const { leave, node, waits, stop } = rig(
        async () => {
          most = Math.max(most, ++now);
          await sleep(5);
          now--;
          return { kind: 'done' };
        },
        { atOnce: 2 },
      );
      for (let index = 0; index < 10; index++) await leave(`word ${index}`);
      node();
      await until(async () => !(await waits()));
      assert.equal(most, 2);
      await stop();
    });

    test('SHU-05: a node that stops finishes what it can, and gives back at once what it cannot; another node takes that over', async () => {
      const began: string[] = [];
      const done: string[] = [];
      const { leave, node, waits, stop } = rig(
        async ({ payload: { word }, signal, attempt }, number) => {
          began.push(`${word} at ${number}, attempt ${attempt}`);
          if (word === 'long' && number === 0) {
            await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
          }
          if (word === 'short') await sleep(30);
          done.push(`${word} at ${number}`);
          return { kind: 'done' };
        },
        { longestMs: 60_000, patienceMs: 200 },
      );
      const first = node();
      await leave('long');
      await leave('short');
      await until(() => began.length === 2);
      await first.stop();
      assert.deepEqual(done, ['short at 0']);
      await leave('late');
      await sleep(50);
      assert.equal(began.length, 2, 'a node that stopped takes nothing');
      node();
      await until(async () => !(await waits()));
      assert.deepEqual(done.toSorted(), ['late at 1', 'long at 1', 'short at 0']);
      assert.ok(began.includes('long at 1, attempt 1'), 'being stopped was no attempt');
      await stop();
    });

    test('a job that always takes its node down is given up unseen', async () => {
      let runs = 0;
      const { leave, node, waits, stop, kind, clock, given } = rig(
        async () => {
          runs++;
          return { kind: 'done' };
        },
        { attempts: 2 },
      );
      await leave('poison');
      for (const crash of [1, 2]) {
        const [held] = await database.jobs.lease({ kind: kind.name, limit: 1, now: clock.now, until: clock.now + 1 });
        assert.equal(held?.attempt, crash);
        clock.now += 1;
      }
      node();
      await until(async () => !(await waits()));
      assert.deepEqual([runs, given.length], [0, 1]);
      await stop();
    });

    test('a job whose lease ended while it ran is left to whoever has it now', async () => {
      let go = () => {};
      const gate = new Promise<void>((resolve) => {
        go = resolve;
      });
      let runs = 0;
      const { leave, node, waits, stop, clock, trouble } = rig(async () => {
        if (++runs === 1) await gate;
        return { kind: 'retry', because: 'late' };
      });
      node();
      await leave('late');
      await until(() => runs === 1);
      clock.now += 60_000;
      node();
      await until(() => runs === 2);
      go();
      await until(() => trouble.some((line) => line.includes('longer than its lease')));
      assert.equal(await waits(), true, 'the second holder’s word counts');
      await stop();
    });
  });
}
