// One writer at a time within this process, in the order in which they came.

import { performance } from 'node:perf_hooks';
import { StoreUnavailable } from '../store.ts';

/** After writing this long without a break (ms), a pause (ms) lets other processes have the lock, which they can only poll for. */
const SPELL_MS = 50;
const PAUSE_MS = 3;

export interface Turns {
  /** Waits for its turn; call the answer when done. @throws StoreUnavailable when it does not come within `patience` ms */
  take(patience: number): Promise<() => void>;
}

export function createTurns(): Turns {
  const waiting: (() => void)[] = [];
  let taken = false;
  let spellBegan = 0;

  function pass(): void {
    const next = waiting.shift();
    if (next) next();
    else taken = false;
  }

  function release(): void {
    if (!waiting.length) {
      taken = false;
      return;
    }
    // Never in the same tick: a long queue of writers would otherwise keep all other work of the process waiting.
    if (performance.now() - spellBegan < SPELL_MS) {
      setImmediate(pass);
    } else {
      setTimeout(() => {
        spellBegan = performance.now();
        pass();
      }, PAUSE_MS);
    }
  }

  return {
    take(patience) {
      if (!taken) {
        taken = true;
        spellBegan = performance.now();
        return Promise.resolve(release);
      }
      return new Promise((resolve, reject) => {
        const enter = () => {
          clearTimeout(timer);
          resolve(release);
        };
        const timer = setTimeout(() => {
          waiting.splice(waiting.indexOf(enter), 1);
          reject(new StoreUnavailable(`Other writers kept the SQLite database busy for ${patience} ms`));
        }, patience);
        waiting.push(enter);
      });
    },
  };
}
