// `npm run bench`: every benchmark in one run, a table at the end, and exit code 1 if a target is missed.

import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type Benchmark, type Figure, isMet } from './figure.ts';
import { burst } from './figures/burst.ts';
import { clients } from './figures/clients.ts';
import { introspection } from './figures/introspection.ts';
import { logins } from './figures/logins.ts';
import { machineTokens } from './figures/machine-tokens.ts';
import { memory } from './figures/memory.ts';
import { postgres } from './figures/postgres.ts';
import { refresh } from './figures/refresh.ts';
import { start } from './figures/start.ts';
import { users } from './figures/users.ts';
import { verification } from './figures/verification.ts';
import { json, machine, table } from './report.ts';

const benchmarks: readonly Benchmark[] = [
  machineTokens,
  verification,
  start,
  memory,
  clients,
  logins,
  refresh,
  introspection,
  users,
  burst,
  postgres,
];

const usage = [
  'Usage: npm run bench -- [--only NAME[,NAME]] [--seconds N] [--json FILE]',
  '',
  '  --only     run only these benchmarks',
  '  --seconds  length of one measured stretch of load (default 1)',
  '  --json     also write the figures to this file',
  '',
  ...benchmarks.map(({ name, about }) => `  ${name.padEnd(16)}${about}`),
  '',
].join('\n');

/** A command line that cannot be meant. */
class Misused extends Error {}

function readFlags() {
  let values: { only?: string; seconds?: string; json?: string; help?: boolean };
  try {
    const options = {
      only: { type: 'string' },
      seconds: { type: 'string' },
      json: { type: 'string' },
      help: { type: 'boolean' },
    } as const;
    values = parseArgs({ options }).values;
  } catch (error) {
    throw new Misused(error instanceof Error ? error.message : String(error));
  }
  const seconds = Number(values.seconds ?? 1);
  if (!(seconds > 0 && seconds <= 60)) throw new Misused('--seconds must be more than 0 and at most 60');
  const names = values.only?.split(',');
  const unknown = names?.find((name) => !benchmarks.some((benchmark) => benchmark.name === name));
  if (unknown !== undefined) throw new Misused(`There is no benchmark "${unknown}".`);
  const chosen = benchmarks.filter(({ name }) => names?.includes(name) ?? true);
  return { chosen, seconds, file: values.json, help: values.help === true };
}

async function main(): Promise<number> {
  const { chosen, seconds, file, help } = readFlags();
  if (help) {
    process.stdout.write(usage);
    return 0;
  }
  const began = new Date();
  const figures: Figure[] = [];
  const broken: string[] = [];
  for (const { name, run } of chosen) {
    const say = (line: string) => process.stderr.write(`${name}: ${line}\n`);
    try {
      figures.push(...(await run({ seconds, say })));
    } catch (error) {
      broken.push(name);
      say(`failed: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  const { cpu, cores, os, node } = machine();
  const took = Math.round((Date.now() - began.getTime()) / 1000);
  process.stdout.write(`\n${table(figures)}\n\n${cpu}, ${cores} cores, ${os}, Node ${node}; ${took} s\n`);
  if (file !== undefined) writeFileSync(file, json(figures, began));
  const missed = figures.filter((figure) => isMet(figure) === false).length;
  if (missed > 0) process.stdout.write(`${missed} of the targets ${missed === 1 ? 'was' : 'were'} not met.\n`);
  if (broken.length > 0)
    process.stdout.write(`Not measured, because of a failure (see above): ${broken.join(', ')}.\n`);
  return missed > 0 || broken.length > 0 ? 1 : 0;
}

// Ending by process.exit ends the children and removes the data folders, too.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130));
main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(
      error instanceof Misused ? `${error.message}\n\n${usage}` : `${error instanceof Error ? error.stack : error}\n`,
    );
    process.exit(1);
  },
);
