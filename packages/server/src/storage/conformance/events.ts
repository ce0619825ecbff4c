// Log events for the tests of their counts, made alike in every process.

import type { Store, StoredLog } from '../store.ts';

/** A Sunday at noon; all of these tests' time is counted from here (ms). */
export const NOON = Date.UTC(2026, 10, 22, 12);

/** One event of a store's tenant. */
export function eventOf(store: Pick<Store, 'tenant'>, log_id: string, more: Partial<StoredLog> = {}): StoredLog {
  return { tenant: store.tenant, log_id, type: 'seccft', date: NOON, record: JSON.stringify({ log_id }), ...more };
}

/** So many events named after `who`: tokens, failures with their causes and logins, over twenty minutes. */
export function eventsOf(store: Pick<Store, 'tenant'>, who: string, howMany: number): StoredLog[] {
  return Array.from({ length: howMany }, (_, index) =>
    eventOf(store, `${who}-${index}`, {
      date: NOON + (index % 4) * 300_000,
      ...(index % 3 === 0 ? { type: 'fp', cause: 'fp', client_id: 'a' } : {}),
      ...(index % 3 === 1 ? { type: 's', login: true, user_id: `u${index % 5}`, audience: 'https://api' } : {}),
    }),
  );
}
