// Buckets in the memory of one node, for what must cost nothing. A restart fills them; another node has its own.

import type { Rate } from './protection.ts';

export interface MemoryDrawn {
  readonly drawn: boolean;
  /** Whole tokens that are left. */
  readonly left: number;
  /** Until there is a token, and until the bucket is full, in ms. */
  readonly nextIn: number;
  readonly fullIn: number;
}

export interface MemoryBuckets {
  draw(name: string, rate: Rate): MemoryDrawn;
  /** Gives a token back that was drawn. */
  putBack(name: string, rate: Rate): void;
}

const most = 50_000;
/** Sums of fractions of a millisecond are not exact. */
const rounding = 1e-3;

/** Buckets of a process. `clock` in ms, monotonic. */
export function createMemoryBuckets(clock: () => number = () => performance.now()): MemoryBuckets {
  /** When each is full again; one that is full is as good as absent. */
  const fullAt = new Map<string, number>();

  function makeRoom(now: number): void {
    for (const [name, at] of fullAt) if (at <= now) fullAt.delete(name);
    // All are in use: the oldest go. Whoever makes so many keys can do no more than fill their own buckets.
    for (const name of fullAt.keys()) {
      if (fullAt.size < most / 2) return;
      fullAt.delete(name);
    }
  }

  return {
    draw(name, { capacity, everyMs }) {
      const now = clock();
      const full = Math.max(fullAt.get(name) ?? now, now);
      const after = full + everyMs;
      const drawn = after <= now + capacity * everyMs + rounding;
      if (drawn) {
        if (fullAt.size >= most) makeRoom(now);
        fullAt.set(name, after);
      }
      const stands = drawn ? after : full;
      return {
        drawn,
        left: Math.max(0, Math.floor((now + capacity * everyMs - stands + rounding) / everyMs)),
        nextIn: Math.max(0, stands + everyMs - capacity * everyMs - now),
        fullIn: stands - now,
      };
    },
    putBack(name, { everyMs }) {
      const full = (fullAt.get(name) ?? 0) - everyMs;
      if (full > clock()) fullAt.set(name, full);
      else fullAt.delete(name);
    },
  };
}
