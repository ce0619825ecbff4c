// Keeps log events for a moment and writes them in batches, so that a token does not wait for a disk.
// Late by `everyMs` at most while the database is well; while it is away events wait in memory, up to `most`.

import type { Database, StoredLog } from '../../storage/store.ts';
import type { LogEvent } from './event.ts';
import { logIds, stored } from './record.ts';

export interface LogWriter {
  /** Takes an event now; it is in the database within a second, or at the latest when `flush` has resolved. */
  record(event: LogEvent): void;
  /** Writes everything taken so far. Rejects with StoreUnavailable if the database is away. */
  flush(): Promise<void>;
  /** Flushes and stops. */
  close(): Promise<void>;
}

/** Longer means fewer commits; but events that wait for long are promoted by the garbage collector, and memory grows. */
const everyMs = 200;
/**
 * What may wait while the database is away, in characters of records. Beyond it the oldest events are dropped, and counted.
 * Not a number of events: a refused token of the longest kind makes a record of 10 kB, and anybody can send those.
 */
const mostWaiting = 100_000_000;
/** How soon to try again after a failure, and how often to speak of it. */
const againMs = 1_000;
const toldEveryMs = 60_000;
/** Rows of one transaction, so that a long queue does not hold the writer's lock for long. */
const portion = 1000;

/** `onTrouble` is told when writing fails, and once a minute while it does, in words for the operator. `now` in ms. */
export function createLogWriter(
  database: Database,
  now: () => number,
  onTrouble: (message: string) => void,
  most = mostWaiting,
): LogWriter {
  const nextId = logIds();
  let waiting: StoredLog[] = [];
  let waitingLength = 0;
  let dropped = 0;
  let told = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> | undefined;
  let closed = false;

  const write = async () => {
    while (waiting.length > 0) {
      const batch = waiting.splice(0, portion);
      try {
        await database.appendLogs(batch);
        for (const { record } of batch) waitingLength -= record.length;
      } catch (error) {
        waiting = [...batch, ...waiting];
        throw error;
      }
    }
    if (dropped > 0) onTrouble(`${dropped} log events were lost while the database was away`);
    dropped = 0;
    told = Number.NEGATIVE_INFINITY;
  };
  const flush = (): Promise<void> => {
    writing ??= write().finally(() => {
      writing = undefined;
    });
    return writing;
  };
  const later = (ms: number) => {
    timer ??= setTimeout(() => {
      timer = undefined;
      flush().catch((error: unknown) => {
        if (now() - told >= toldEveryMs) {
          onTrouble(`log events wait to be written: ${error instanceof Error ? error.message : String(error)}`);
          told = now();
        }
        if (!closed) later(againMs);
      });
    }, ms);
    timer.unref();
  };

  return {
    record(event) {
      const at = now();
      const made = stored(event, nextId(at), at);
      waiting.push(made);
      waitingLength += made.record.length;
      while (waitingLength > most) {
        const oldest = waiting.shift();
        if (!oldest) break;
        waitingLength -= oldest.record.length;
        dropped++;
      }
      later(everyMs);
    },
    async flush() {
      await flush();
      // What came in while the last batch was being written.
      if (waiting.length > 0) await flush();
    },
    async close() {
      closed = true;
      clearTimeout(timer);
      await this.flush();
    },
  };
}
