// Chance that can be repeated: the same seed gives the same walk.

export interface Chance {
  /** 0 up to, but not including, 1. */
  next(): number;
  below(end: number): number;
  of<T>(items: readonly [T, ...T[]]): T;
  /** `undefined` of an empty list. */
  any<T>(items: readonly T[]): T | undefined;
  maybe(share: number): boolean;
}

/** Mulberry32: enough for a walk, not for secrets. */
export function chance(seed: number): Chance {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (end: number) => Math.floor(next() * end);
  return {
    next,
    below,
    of: <T>(items: readonly [T, ...T[]]) => items[below(items.length)] ?? items[0],
    any: (items) => items[below(items.length)],
    maybe: (share) => next() < share,
  };
}
