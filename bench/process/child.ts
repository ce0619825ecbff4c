// Starts the processes that are measured and those that make load, each by itself, and talks with them over IPC.

import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** What a process has used since it began (telemetry.mjs). */
export interface Usage {
  /** User and system time of all threads, in µs. */
  readonly cpu: number;
  /** Resident set, in bytes: now, and the most so far. */
  readonly rss: number;
  readonly peakRss: number;
}

export interface Child {
  readonly pid: number;
  /** Asks the program in the child; it answers once. Rejects if the child ends before. */
  ask<T>(question: object): Promise<T>;
  usage(): Promise<Usage>;
  /** What it wrote so far, on both streams. */
  output(): string;
  /** SIGTERM, then waits; SIGKILL after 20 s. */
  end(): Promise<void>;
}

export interface ChildOptions {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Flags for Node itself. */
  readonly flags?: readonly string[];
  /** Without it the program does not answer `usage()`. */
  readonly telemetry?: boolean;
}

export const pathOf = (relative: string) => fileURLToPath(new URL(`../${relative}`, import.meta.url));

const telemetryModule = new URL('./telemetry.mjs', import.meta.url).href;

// Those that do not hear of our end by themselves must not outlive it.
const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Starts a program (a path) under this Node, as a process of its own. */
export function startChild(program: string, options: ChildOptions = {}): Child {
  // A compiled program takes compiled packages, as it does where it is installed.
  const condition = program.endsWith('.ts') ? ['--conditions=countersign-source'] : [];
  const preload = options.telemetry === false ? [] : ['--import', telemetryModule];
  const child: ChildProcess = spawn(
    process.execPath,
    [...condition, ...(options.flags ?? []), ...preload, program, ...(options.args ?? [])],
    {
      env: { ...process.env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      serialization: 'advanced',
    },
  );
  running.add(child);
  let output = '';
  const keep = (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-20_000);
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);

  const waiting = new Map<number, { resolve: (answer: unknown) => void; reject: (error: Error) => void }>();
  let asked = 0;
  let over = false;
  const ended = new Promise<void>((resolve) => {
    child.once('exit', (code, signal) => {
      over = true;
      running.delete(child);
      for (const { reject } of waiting.values()) reject(new Error(`${program} ended (${code ?? signal}):\n${output}`));
      resolve();
    });
  });
  child.on('message', (message: { id: number; answer?: unknown; error?: string }) => {
    const waiter = waiting.get(message.id);
    waiting.delete(message.id);
    if (message.error !== undefined) waiter?.reject(new Error(`${program}: ${message.error}`));
    else waiter?.resolve(message.answer);
  });

  const ask = <T>(question: object): Promise<T> =>
    new Promise((resolve, reject) => {
      if (over) return reject(new Error(`${program} has ended:\n${output}`));
      const id = ++asked;
      waiting.set(id, { resolve: (answer) => resolve(answer as T), reject });
      child.send({ id, ...question });
    });
  return {
    pid: child.pid ?? 0,
    ask,
    usage: () => ask<Usage>({ ask: 'usage' }),
    output: () => output,
    async end() {
      if (over) return;
      child.kill('SIGTERM');
      const last = setTimeout(() => child.kill('SIGKILL'), 20_000);
      await ended;
      clearTimeout(last);
    },
  };
}

/** In a child: answers each question of this kind with what `answer` resolves to. */
export function answerQuestions<Question>(kind: string, answer: (question: Question) => Promise<unknown>): void {
  process.on('message', (message: { readonly id: number; readonly ask: string } & Question) => {
    if (message.ask !== kind) return;
    answer(message).then(
      (value) => process.send?.({ id: message.id, answer: value }),
      (error: unknown) =>
        process.send?.({ id: message.id, error: error instanceof Error ? error.message : String(error) }),
    );
  });
}
