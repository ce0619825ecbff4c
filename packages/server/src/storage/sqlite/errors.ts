// SQLite's result codes in the store's words (sqlite.org/rescode.html).

import { uniqueConflict } from '../scope.ts';
import { StoreUnavailable, type UniqueConflict } from '../store.ts';

const BUSY = 5;
const LOCKED = 6;
const CONSTRAINT_PRIMARYKEY = 1555;
const CONSTRAINT_UNIQUE = 2067;

/** Primary codes that say "not now" of the disk or the file, by what to tell the operator. */
const UNAVAILABLE: Readonly<Record<number, string>> = {
  5: 'is locked by another process',
  6: 'is locked by another process',
  7: 'ran out of memory',
  8: 'is read-only',
  10: 'could not be read or written (disk I/O error)',
  11: 'is damaged: restore a backup',
  13: 'is on a full disk',
  14: 'could not be opened',
  15: 'is locked by another process',
  26: 'is not a database',
};

/** The extended result code of an error of node:sqlite, or `undefined` for any other error. */
export function resultCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error)) return undefined;
  return typeof error.errcode === 'number' ? error.errcode : undefined;
}

export function isBusy(error: unknown): boolean {
  const code = (resultCode(error) ?? 0) & 0xff;
  return code === BUSY || code === LOCKED;
}

/** What to throw instead of this error; errors that are bugs stay as they are. */
export function translateError(error: unknown, idName: (table: string) => string): unknown {
  const code = resultCode(error);
  if (code === undefined || !(error instanceof Error)) return error;
  if (code === CONSTRAINT_PRIMARYKEY || code === CONSTRAINT_UNIQUE) return conflict(error.message, idName) ?? error;
  const reason = UNAVAILABLE[code & 0xff];
  return reason ? new StoreUnavailable(`The SQLite database ${reason}`, { cause: error }) : error;
}

/** `UNIQUE constraint failed: clients.tenant, clients.name` */
function conflict(message: string, idName: (table: string) => string): UniqueConflict | undefined {
  const names = message.slice(message.lastIndexOf(': ') + 2).split(', ');
  const columns = names.map((name) => name.slice(name.indexOf('.') + 1));
  const table = names[0]?.split('.')[0];
  return table ? uniqueConflict(table, columns, idName) : undefined;
}
