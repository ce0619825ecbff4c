// Claims on names: of racers who want the same one, on any node, the second waits for the first and then sees its row.

import type { Transaction } from '../../storage/store.ts';

/** How long the row that racers wait at is kept, in ms; any time longer than a transaction does. */
const raceMs = 60_000;

/**
 * Waits until no other transaction holds one of these names, and holds them until this one ends. A unique conflict would
 * end the whole transaction of the loser instead, together with whatever its caller does in it. Sorted, so that two of
 * them never wait for each other. `now` in ms.
 */
export async function holdNames(tx: Transaction, names: readonly string[], now: number): Promise<void> {
  for (const name of [...names].sort()) {
    await tx.count(`claim ${name}`, Number.MAX_SAFE_INTEGER, now, now + raceMs);
  }
}
