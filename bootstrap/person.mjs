// How the bootstrap talks to the person at the terminal and to the programs it runs: sentences, signals, exit codes.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import os from 'node:os';

export const windows = process.platform === 'win32';

/** A message for a person: printed without a stack. */
export class Sentence extends Error {
  constructor(message, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Prints one line. To stderr, since stdout belongs to the program that we run. */
export const say = (line) => process.stderr.write(`${line}\n`);

/** The exit code by which a shell reports a death by this signal. */
export const exitCodeOf = (signal) => 128 + (os.constants.signals[signal] ?? 0);

/**
 * Waits for a child and hands it the signals that we receive meanwhile: `received` is the last of them.
 * One key press can arrive several times (from the terminal, from npm): the child gets it once a second at most.
 */
export async function untilClosed(child, pass) {
  let received;
  let last = 0;
  const onSignal = (signal) => {
    if (signal === received && Date.now() - last < 1_000) return;
    received = signal;
    last = Date.now();
    pass(signal);
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'];
  for (const signal of signals) process.on(signal, onSignal);
  // npm runs us below a shell and passes its signals to that shell only, so a stopped npm shows as a new parent.
  const parent = process.ppid;
  const orphaned = () => process.ppid !== parent && onSignal('SIGTERM');
  const watch = process.env.npm_lifecycle_event === undefined ? undefined : setInterval(orphaned, 500);
  try {
    const [code, killedBy] = await once(child, 'close');
    return { code, killedBy, received };
  } catch (error) {
    throw new Sentence(`${child.spawnfile} cannot be started: ${error.message}`);
  } finally {
    clearInterval(watch);
    for (const signal of signals) process.off(signal, onSignal);
  }
}

/**
 * Starts a program in a process group of its own, so that the terminal's key presses reach it only through us: else
 * Ctrl-C would come twice, and the second one kills. `stop(signal)` sends to it and to everything that it started.
 */
export function startGroup(file, args, options) {
  const child = spawn(file, args, { ...options, detached: !windows });
  const stop = (signal) => {
    try {
      process.kill(windows ? child.pid : -child.pid, signal);
    } catch (error) {
      if (error.code !== 'ESRCH') throw error;
    }
  };
  return { child, stop };
}

/**
 * Runs one program in our place: our output, our signals, its exit code, and our input if it is `fed`. Input goes through us:
 * a program of another process group that reads the terminal is stopped by it.
 */
export async function run(file, args, cwd, fed = false) {
  const { child, stop } = startGroup(file, args, { cwd, stdio: [fed ? 'pipe' : 'ignore', 'inherit', 'inherit'] });
  if (fed) {
    // A program that ends without reading to the end is not a fault.
    child.stdin.on('error', () => undefined);
    process.stdin.pipe(child.stdin);
  }
  const { code, killedBy } = await untilClosed(child, stop);
  // Else an open terminal would keep us waiting for more.
  if (fed) process.stdin.unpipe().destroy();
  return code ?? exitCodeOf(killedBy);
}

/** A turning line with seconds on a terminal; elsewhere one line now and one every ten seconds. */
export function showProgress(text, doing = 'installing') {
  const begin = Date.now();
  const seconds = () => `${Math.round((Date.now() - begin) / 1000)} s`;
  const terminal = process.stderr.isTTY === true;
  let turn = 0;
  const draw = () => {
    turn += 1;
    process.stderr.write(`\r${'-\\|/'[turn % 4]} ${text} ... ${seconds()} `);
  };
  if (!terminal) say(`${text} ...`);
  const timer = setInterval(terminal ? draw : () => say(`  still ${doing}, ${seconds()}`), terminal ? 120 : 10_000);
  const stop = () => {
    clearInterval(timer);
    if (terminal) process.stderr.write('\r\u001b[K');
  };
  return { seconds, stop };
}
