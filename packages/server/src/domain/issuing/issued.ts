// Tokens of users that may have to be refused before they end: found by their hash, revoked by family.

import { hash } from 'node:crypto';
import type { Reads, Transaction } from '../../storage/store.ts';
import { type IssuedRow, issuedTokens } from './user-tables.ts';

/** What is known of a presented token. `undefined`: not issued here to a user, of no use at our endpoints, or pruned after its end. */
export function findIssued(reads: Pick<Reads, 'get'>, token: string): Promise<IssuedRow | undefined> {
  return reads.get(issuedTokens, hash('sha256', token, 'base64url'));
}

/** Keeps the rows of tokens that are handed out. */
export async function keepIssued(tx: Transaction, rows: readonly IssuedRow[]): Promise<void> {
  for (const row of rows) await tx.insert(issuedTokens, row);
}

/** Revokes what was bought together; how many tokens it were. Rows stay until their end, so that the log can say "revoked". */
export async function revokeIssued(tx: Transaction, family: string): Promise<number> {
  const bought = (await tx.all(issuedTokens, { family })).filter((row) => !row.revoked);
  // In the order in which a whole user's are locked when they are forgotten.
  const rows = bought.toSorted((one, other) => (one.id < other.id ? -1 : 1));
  for (const row of rows) await tx.replace(issuedTokens, { ...row, revoked: true });
  return rows.length;
}

/** Forgets every token of a user, and what is not known is good at none of our endpoints: there may be thousands. */
export function forgetIssuedOf(tx: Transaction, userId: string): Promise<number> {
  return tx.removeAll(issuedTokens, { user_id: userId });
}
