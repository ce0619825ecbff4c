// The same machine tokens with PostgreSQL as the database, beside SQLite. The CPU is that of our process alone.

import { freshDatabase } from '../../packages/server/test/support/postgres.ts';
import { type Benchmark, median, shown, spread } from '../figure.ts';
import { startGenerator } from '../load/generate.ts';
import { type Countersign, freshFolder, machineRequest, startCountersign } from '../peers/countersign.ts';
import { cpuEach, httpContender, perSecond, ratios, runRounds } from '../rounds.ts';

const rounds = 5;

export const postgres: Benchmark = {
  name: 'postgres',
  about: 'machine tokens with PostgreSQL, beside SQLite',
  async run({ seconds, say }) {
    say('starting PostgreSQL');
    const database = await freshDatabase();
    const generator = startGenerator();
    const servers: Countersign[] = [];
    try {
      const contender = async (name: string, url?: string) => {
        const server = await startCountersign({ data: freshFolder(), ...(url ? { database: url } : {}) });
        servers.push(server);
        return httpContender(name, server, [await machineRequest(server, 'RS256')], generator, seconds);
      };
      const contenders = [await contender('sqlite'), await contender('postgres', database.url)];
      const measured = await runRounds(contenders, rounds);
      const values = ratios(measured, 'postgres', 'sqlite');
      return [
        {
          kind: 'measured',
          name: 'RS256 tokens on PostgreSQL, rate to SQLite',
          value: median(values) * 100,
          unit: '%',
          note: `${shown(perSecond(measured, 'postgres'))}/s and ${shown(perSecond(measured, 'sqlite'))}/s; ${shown(cpuEach(measured, 'postgres'))} µs and ${shown(cpuEach(measured, 'sqlite'))} µs of CPU; ${spread(values)}`,
        },
      ];
    } finally {
      await Promise.all([generator.end(), ...servers.map((server) => server.end())]);
      await database.drop();
    }
  },
};
