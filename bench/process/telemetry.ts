// Loaded into every measured process before its program (`node --import`): answers what the process itself has used.
// The kernel's own account of the whole process, all threads, user and system: nobody else's work is in it.

import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';

/** What a process has used since it began. */
export interface Usage {
  /** User and system time of all threads, in µs. */
  readonly cpu: number;
  /** Resident set, in bytes: now, and the most so far. */
  readonly rss: number;
  readonly peakRss: number;
}

export type TelemetryAsk =
  | { readonly ask: 'usage' }
  | { readonly ask: 'profile' }
  | { readonly ask: 'profiled'; readonly file: string };

let session: Session | undefined;

function profile(): Promise<void> {
  const opened = new Session();
  session = opened;
  opened.connect();
  return new Promise((resolve) => {
    opened.post('Profiler.enable');
    opened.post('Profiler.setSamplingInterval', { interval: 200 });
    opened.post('Profiler.start', () => resolve());
  });
}

function profiled(file: string): Promise<void> {
  return new Promise((resolve, reject) => {
    session?.post('Profiler.stop', (error, done) => {
      session?.disconnect();
      session = undefined;
      if (error) return reject(error);
      writeFileSync(file, JSON.stringify(done.profile));
      resolve();
    });
  });
}

function usage(): Usage {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  return { cpu: userCPUTime + systemCPUTime, rss: process.memoryUsage.rss(), peakRss: maxRSS * 1024 };
}

process.on('message', async (message: { readonly id: number } & TelemetryAsk) => {
  switch (message.ask) {
    case 'usage':
      process.send?.({ id: message.id, answer: usage() });
      return;
    case 'profile':
      process.send?.({ id: message.id, answer: await profile() });
      return;
    case 'profiled':
      process.send?.({ id: message.id, answer: await profiled(message.file) });
      return;
  }
});
// A benchmark that was killed leaves no process behind.
process.on('disconnect', () => process.exit(1));
