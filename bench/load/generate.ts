// The load generators, as the benchmarks see them.

import { type Child, pathOf, startChild } from '../process/child.ts';
import type { Job, Outcome } from './job.ts';

export interface Generator {
  /** Runs a job. Throws if any answer had another status than these: what is measured must be work that succeeded. */
  run(job: Job, expected?: readonly number[]): Promise<Outcome>;
  end(): Promise<void>;
}

/** Starts a load generator in a process of its own. */
export function startGenerator(): Generator {
  const child: Child = startChild(pathOf('load/generator.ts'), { telemetry: false });
  return {
    async run(job, expected = [200]) {
      const outcome = await child.ask<Outcome>({ ask: 'load', job });
      const strange = Object.entries(outcome.statuses).filter(([status]) => !expected.includes(Number(status)));
      if (strange.length > 0) {
        throw new Error(
          `unexpected answers: ${strange.map(([status, count]) => `${count} times ${status}`).join(', ')}`,
        );
      }
      return outcome;
    },
    end: () => child.end(),
  };
}
