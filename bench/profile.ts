// What one machine token costs the server, by thread and by function: `node --conditions=countersign-source bench/profile.ts [RS256|ES256]`.
// Needs `perf` (Linux). CPU time, not wall time: on a busy machine a function that was interrupted must not look slow.
// Not part of `npm run bench`; it is for whoever wants to make the server cheaper.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { startGenerator } from './load/generate.ts';
import { freshFolder, machineRequest, startCountersign } from './peers/countersign.ts';
import { inFlight } from './rounds.ts';

const warmUpTokens = 15_000;
const tokens = 15_000;
const rows = 60;

interface Sample {
  readonly thread: string;
  readonly us: number;
  /** Innermost first. */
  readonly frames: readonly string[];
}

/** Names compiled functions by address. The newest entry counts: addresses are used again when code is thrown away. */
function compiledNames(pid: number): (address: number) => string | undefined {
  const entries = readFileSync(`/tmp/perf-${pid}.map`, 'utf8')
    .split('\n')
    .map((line) => /^([0-9a-f]+) ([0-9a-f]+) (.*)$/.exec(line))
    .filter((match) => match !== null)
    .map(([, from = '0', size = '0', name = '']) => ({
      from: Number.parseInt(from, 16),
      size: Number.parseInt(size, 16),
      name,
    }));
  const known = new Map<number, string | undefined>();
  return (address) => {
    if (!known.has(address)) {
      known.set(address, entries.findLast(({ from, size }) => address >= from && address < from + size)?.name);
    }
    return known.get(address);
  };
}

/** The samples of a recording, as `perf script` prints them. */
async function* samples(file: string, pid: number): AsyncGenerator<Sample> {
  const nameOf = compiledNames(pid);
  const script = spawn('perf', ['script', '-i', file, '-F', 'comm,period,ip,sym'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let sample: { thread: string; us: number; frames: string[] } | undefined;
  for await (const line of createInterface({ input: script.stdout })) {
    const head = /^(\S+)\s+(\d+)\s*$/.exec(line);
    const frame = /^\s+([0-9a-f]+) (.*)$/.exec(line);
    if (head) {
      if (sample) yield sample;
      sample = { thread: head[1] ?? '', us: Number(head[2]) / 1000, frames: [] };
    } else if (frame) {
      sample?.frames.push(nameOf(Number.parseInt(frame[1] ?? '0', 16)) ?? frame[2] ?? '');
    }
  }
  if (sample) yield sample;
}

/** Native work that no JavaScript function asked for, by what its stack contains. */
const natives: readonly (readonly [string, RegExp])[] = [
  ['(garbage collection)', /Scaveng|Heap::|MarkCompact|Sweeper|GCTracer/],
  ['(waiting and waking: epoll)', /epoll|uv__io_poll/],
  ['(signature done)', /uv__work_done|AfterThreadPoolWork|pthread_cond|uv_async/],
  ['(reading sockets, parsing HTTP)', /OnUvRead|uv__read|ReadStart|tcp_recv|llhttp/],
];

/** The JavaScript function that a sample belongs to: the innermost one, with the native work that it asked for. */
function ownerOf({ frames }: Sample): string {
  const script = frames.find((frame) => /^JS:|^(Function|LazyCompile|Script):/.test(frame));
  if (script !== undefined) {
    return script
      .replace(/^[A-Za-z]+:[+*^~']*/, '')
      .replace(/(file:\/\/)?\/\S*?\/(?=packages\/|node_modules\/|bench\/)/, '')
      .replace(/:(\d+):\d+$/, ':$1')
      .trim();
  }
  const stack = frames.join(' ');
  return natives.find(([, pattern]) => pattern.test(stack))?.[0] ?? '(other native)';
}

function print(title: string, sums: ReadonlyMap<string, number>, most: number): void {
  process.stdout.write(`\n${title}\n`);
  const sorted = [...sums].toSorted(([, a], [, b]) => b - a).slice(0, most);
  for (const [name, us] of sorted) process.stdout.write(`${(us / tokens).toFixed(2).padStart(8)} µs  ${name}\n`);
}

/** What each thread of the process has used so far, in µs, by name. */
function threadCpu(pid: number): Map<string, number> {
  const sums = new Map<string, number>();
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    const name = readFileSync(`/proc/${pid}/task/${task}/comm`, 'utf8').trim();
    const [ns = '0'] = readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ');
    sums.set(name, (sums.get(name) ?? 0) + Number(ns) / 1000);
  }
  return sums;
}

const algorithm = process.argv[2] === 'ES256' ? 'ES256' : 'RS256';
process.env.NODE_OPTIONS = '--perf-basic-prof --interpreted-frames-native-stack';
const server = await startCountersign({ data: freshFolder() });
delete process.env.NODE_OPTIONS;
const generator = startGenerator();
const { pid } = server.process;
const job = {
  port: server.port,
  requests: [await machineRequest(server, algorithm)],
  order: 'random',
  connections: inFlight,
} as const;
await generator.run({ ...job, count: warmUpTokens });

const file = join(freshFolder(), 'perf.data');
const perf = spawn('perf', ['record', '-e', 'task-clock', '-F', '4999', '-g', '-o', file, '-p', String(pid)], {
  stdio: 'ignore',
});
await sleep(1000);
const before = threadCpu(pid);
await generator.run({ ...job, count: tokens });
await sleep(500);
const used = new Map([...threadCpu(pid)].map(([name, us]) => [name, us - (before.get(name) ?? 0)]));
perf.kill('SIGINT');
await once(perf, 'exit');

const byFunction = new Map<string, number>();
const byFile = new Map<string, number>();
const add = (sums: Map<string, number>, name: string, us: number) => sums.set(name, (sums.get(name) ?? 0) + us);
for await (const sample of samples(file, pid)) {
  if (sample.thread !== 'node-MainThread') continue;
  const owner = ownerOf(sample);
  add(byFunction, owner, sample.us);
  add(byFile, owner.replace(/^.* (?=\S+:\d+$)/, '').replace(/:\d+$/, ''), sample.us);
}
print(`${algorithm}: CPU by thread, for one token`, used, 10);
print('Main thread, by file', byFile, rows / 2);
print('Main thread, by function, with the native work that it asks for', byFunction, rows);
await Promise.all([generator.end(), server.end()]);
