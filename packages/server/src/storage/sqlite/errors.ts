// SQLite's result codes in the store's words (sqlite.org/rescode.html).

import { uniqueConflict } from '../scope.ts';
import { StoreUnavailable, type UniqueConflict } from '../store.ts';

/** BUSY, LOCKED and PROTOCOL (a lock could not be had for long). */
const BUSY = [5, 6, 15];
const CONSTRAINT_PRIMARYKEY = 1555;
const CONSTRAINT_UNIQUE = 2067;

/** Primary codes that say "not now" of the disk or the file, by what to tell the operator. */
const UNAVAILABLE: Readonly<Record<number, string>> = {
  7: 'ran out of memory',
  8: 'is read-only',
  10: 'could not be read or written (disk I/O error)',
  11: 'is damaged: restore a backup',
  13: 'is on a full disk',
  14: 'could not be opened',
  26: 'is not a database',
};

/** Another process has the lock at this moment. */
export class Busy extends StoreUnavailable {}

/** What to throw instead of an error of node:sqlite; errors that are bugs stay as they are. */
export function translateError(error: unknown, idName: (table: string) => string): unknown {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return error;
  const { errcode, message } = error;
  if (errcode === CONSTRAINT_PRIMARYKEY || errcode === CONSTRAINT_UNIQUE) return conflict(message, idName) ?? error;
  const primary = errcode & 0xff;
  if (BUSY.includes(primary)) {
    return new Busy('The SQLite database stayed locked by another process', { cause: error });
  }
  const reason = UNAVAILABLE[primary];
  return reason ? new StoreUnavailable(`The SQLite database ${reason}`, { cause: error }) : error;
}

/** `UNIQUE constraint failed: clients.tenant, clients.name` */
function conflict(message: string, idName: (table: string) => string): UniqueConflict | undefined {
  const names = message.slice(message.lastIndexOf(': ') + 2).split(', ');
  const columns = names.map((name) => name.slice(name.indexOf('.') + 1));
  const table = names[0]?.split('.')[0];
  return table ? uniqueConflict(table, columns, idName) : undefined;
}
