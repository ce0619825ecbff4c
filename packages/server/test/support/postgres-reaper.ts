// Ends a test's PostgreSQL when the process that it was for is gone, in whatever way: node <this file> PID START FOLDER.
// A process of its own, since a killed test cannot clean up after itself.

import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** Sees to it that, once process `pid` has ended, the server below `folder` is stopped and the folder deleted. */
export function reapAfter(pid: number, folder: string): void {
  const args = [fileURLToPath(import.meta.url), String(pid), startTimeOf(pid), folder];
  // Not as a part of the test run that it outlives: hence without the runner's mark in its environment.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  spawn(process.execPath, args, { detached: true, stdio: 'ignore', env, cwd: '/' }).unref();
}

/** When the process began, in the kernel's words ('' where there is no /proc): tells it from a later one of the same id. */
export function startTimeOf(pid: number): string {
  try {
    // The name in parentheses may hold spaces, so count from its end: field 22 of proc(5) is the 20th after it.
    return (
      readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ')[19] ?? ''
    );
  } catch {
    return '';
  }
}

function runs(pid: number, startTime: string): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
  // A zombie whose parent never asks for it has ended too.
  return startTimeOf(pid) === startTime && !isZombie(pid);
}

function isZombie(pid: number): boolean {
  try {
    return /^.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

/** The server's process id, only if that process still is our server: after a kill its id may be somebody else's. */
function serverIn(folder: string): number | undefined {
  let pid: number;
  try {
    pid = Number.parseInt(readFileSync(join(folder, 'data', 'postmaster.pid'), 'utf8'), 10);
  } catch {
    return undefined;
  }
  if (!(pid > 1)) return undefined;
  const command = existsSync('/proc/self')
    ? commandOf(pid)
    : spawnSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).stdout;
  return command.includes(folder) ? pid : undefined;
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

async function reap(pid: number, startTime: string, folder: string): Promise<void> {
  while (runs(pid, startTime)) {
    if (!existsSync(folder)) return;
    await sleep(300);
  }
  // Several rounds, since a process that was killed half-way through the start may have left one that still writes.
  for (let round = 0; round < 40 && existsSync(folder); round += 1) {
    const server = serverIn(folder);
    if (server !== undefined) process.kill(server, round < 20 ? 'SIGQUIT' : 'SIGKILL');
    else rmSync(folder, { recursive: true, force: true });
    await sleep(250);
  }
}

if (import.meta.main) {
  const [pid, startTime, folder] = process.argv.slice(2);
  if (pid === undefined || startTime === undefined || folder === undefined) throw new Error('usage: PID START FOLDER');
  await reap(Number(pid), startTime, folder);
}
