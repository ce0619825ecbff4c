// One writer at a time within this process, in the order in which they came.

import { performance } from 'node:perf_hooks';
import { StoreUnavailable } from '../store.ts';

/**
 * After writing this long without a break (ms), a pause (ms) lets other processes have the lock. They can only ask for it
 * again and again, at most `POLL_MS` apart, so a pause must not be shorter than that.
 */
const SPELL_MS = 50;
const PAUSE_MS = 6;
export const POLL_MS = 6;

export interface Turns {
  /** Waits for its turn; call the answer when done. @throws StoreUnavailable when it does not come within `patience` ms */
  take(patience: number): Promise<() => void>;
}

/** A fair queue for the one writer of this process. `take` gives the turn back by calling what it resolves to. */
export function createTurns(): Turns {
  const waiting: (() => void)[] = [];
  let taken = false;
  let spellBegan = 0;
  let released = Number.NEGATIVE_INFINITY;

  function next(): void {
    const now = performance.now();
    if (now - released >= PAUSE_MS) {
      spellBegan = now;
      start();
    } else if (now - spellBegan >= SPELL_MS) {
      setTimeout(next, PAUSE_MS);
    } else {
      // Never in the same tick: a long queue of writers would otherwise keep all other work of the process waiting.
      setImmediate(start);
    }
  }

  function start(): void {
    const enter = waiting.shift();
    if (enter) enter();
    else taken = false;
  }

  function release(): void {
    released = performance.now();
    if (waiting.length) next();
    else taken = false;
  }

  return {
    take: (patience) =>
      new Promise((resolve, reject) => {
        const enter = () => {
          clearTimeout(timer);
          resolve(release);
        };
        const timer = setTimeout(() => {
          waiting.splice(waiting.indexOf(enter), 1);
          reject(new StoreUnavailable(`Other writers kept the SQLite database busy for ${patience} ms`));
        }, patience);
        waiting.push(enter);
        if (taken) return;
        taken = true;
        next();
      }),
  };
}
