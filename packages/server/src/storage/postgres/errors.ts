// PostgreSQL's error codes in the store's words (Appendix A of its manual).

import pg from 'pg';
import { uniqueConflict } from '../scope.ts';
import { StoreUnavailable } from '../store.ts';

/** Two transactions blocked each other; the one that gets this is undone and may run again. */
export class TransactionConflict extends StoreUnavailable {}

/** The connection is gone or useless. */
export class ConnectionLost extends StoreUnavailable {}

/** It took so long that we no longer listen. Trying again would take as long once more. */
export class NoAnswer extends ConnectionLost {}

/** It was gone before the transaction began, as after a restart of the server: another connection may do. */
export class NothingBegan extends ConnectionLost {}

/** SQLSTATEs, or the classes that begin them, which say "not now". */
const UNAVAILABLE: readonly (readonly [start: string, reason: string])[] = [
  ['25006', 'is read-only'],
  ['25P03', 'ended a transaction that stood idle'],
  ['28', 'does not let us in any more'],
  ['3D000', 'has no database of this name any more'],
  ['40003', 'does not know whether a statement was completed'],
  ['53100', 'is on a full disk'],
  ['53', 'ran out of resources'],
  ['55P03', 'could not lock a row in time'],
  ['57014', 'did not answer in time'],
  ['58', 'could not read or write its files'],
  ['XX001', 'is damaged: restore a backup'],
  ['XX002', 'is damaged: restore a backup'],
];

/** What to throw instead of an error of the driver; errors that are bugs stay as they are. */
export function translateError(error: unknown, idName: (table: string) => string): unknown {
  // Errors of the server are a DatabaseError; everything else that the driver throws is about the connection.
  if (error instanceof StoreUnavailable || !(error instanceof Error)) return error;
  if (!(error instanceof pg.DatabaseError)) return lost(error);
  const code = error.code ?? '';
  if (code === '40001' || code === '40P01') {
    return new TransactionConflict('PostgreSQL could not complete a transaction for others in its way', {
      cause: error,
    });
  }
  if (code === '23505') return conflict(error, idName) ?? error;
  if (code.startsWith('08') || code.startsWith('57P')) return lost(error);
  const [, reason] = UNAVAILABLE.find(([start]) => code.startsWith(start)) ?? [];
  return reason ? new StoreUnavailable(`PostgreSQL ${reason} (${code})`, { cause: error }) : error;
}

function lost(error: Error): ConnectionLost {
  if (error.message === 'Query read timeout')
    return new NoAnswer('PostgreSQL did not answer in time', { cause: error });
  const code = 'code' in error && error.code ? String(error.code) : error.message;
  return new ConnectionLost(`PostgreSQL does not answer (${code})`, { cause: error });
}

/** The columns are between the first parentheses of the detail, in every language: `Key (tenant, id)=(a, b) already exists.` */
function conflict({ table, detail }: pg.DatabaseError, idName: (table: string) => string) {
  const [, columns] = /\(([^)]*)\)=\(/.exec(detail ?? '') ?? [];
  return table && columns ? uniqueConflict(table, columns.split(', '), idName) : undefined;
}
