// What an API pays for checking a token with our SDK, in terms of the signature check that it cannot do without.

import { type Benchmark, type Figure, median, shown, spread } from '../figure.ts';
import type { VerificationJob, Verifications } from '../peers/verification.ts';
import { pathOf, startChild } from '../process/child.ts';

export const verification: Benchmark = {
  name: 'verification',
  about: 'the check of a token in the SDK, beside the bare signature check',
  async run({ seconds, say }) {
    const child = startChild(pathOf('peers/verification.ts'));
    try {
      const figures: Figure[] = [];
      for (const alg of ['RS256', 'ES256'] as const) {
        say(alg);
        const job: VerificationJob = { alg, seconds: seconds / 5 };
        const { bare, sdk } = await child.ask<Verifications>({ ask: 'verify', ...job });
        const values = bare.map((cost, round) => (cost / (sdk[round] ?? Number.NaN)) * 100);
        figures.push({
          kind: 'measured',
          name: `${alg} checks by the SDK, rate to the bare signature check`,
          value: median(values),
          unit: '%',
          note: `${shown(median(sdk))} µs and ${shown(median(bare))} µs of CPU; ${spread(values)}`,
        });
      }
      return figures;
    } finally {
      await child.end();
    }
  },
};
