// What other processes announced: each tenant counts its changes without gaps, so comparing counts
// shows which tenants to ask about, and counting the answers shows whether any were pruned.

import { sql } from 'kysely';
import type { Connection } from './engine.ts';
import type { Change, Database } from './store.ts';
import { CHANGES } from './transaction.ts';

/** How long announcements are kept, in ms; whoever was away longer hears `all`. */
export const CHANGES_KEPT_MS = 10 * 60_000;
/** More than this and forgetting everything is cheaper. */
const MOST_CHANGES = 10_000;

/** The cursor is the count of each tenant, as JSON. */
type Counts = Readonly<Record<string, number>>;

/** What was announced since a cursor, in the order of commits; `all` where changes were pruned that the cursor has not seen. */
export async function changesSince(
  { run }: Connection,
  cursor: string | undefined,
): ReturnType<Database['changesSince']> {
  const versions = await run(sql<{ tenant: Change['tenant']; version: number }>`select tenant, version from versions
    where name = ${CHANGES} order by tenant`);
  const counts: Counts = Object.fromEntries(versions.map(({ tenant, version }) => [tenant, version]));
  const next = JSON.stringify(counts);
  const known = readCounts(cursor);
  if (!known) return { cursor: next, changes: 'all' };

  const ahead = versions.filter(({ tenant, version }) => version !== known[tenant]);
  const missing = ahead.reduce((sum, { tenant, version }) => sum + version - (known[tenant] ?? 0), 0);
  if (missing > MOST_CHANGES) return { cursor: next, changes: 'all' };

  const changes: Change[] = [];
  for (const { tenant, version } of ahead) {
    const rows = await run(sql<{ table_name: string; row_id: string }>`select table_name, row_id from changes
      where tenant = ${tenant} and version > ${known[tenant] ?? 0} and version <= ${version} order by version`);
    for (const row of rows) changes.push({ tenant, table: row.table_name, id: row.row_id });
  }
  // Fewer were pruned; a count that went down, after restoring a backup, never comes out even.
  return { cursor: next, changes: changes.length === missing ? changes : 'all' };
}

function readCounts(cursor: string | undefined): Counts | undefined {
  if (cursor === undefined) return undefined;
  const counts: unknown = JSON.parse(cursor);
  return typeof counts === 'object' && counts !== null ? (counts as Counts) : undefined;
}
