// Removes users with everything that belongs to them, in one transaction: nothing of a user outlives the account.

import type { Table } from '../../schema/table.ts';
import type { Transaction } from '../../storage/store.ts';
import { tickets } from './tickets.ts';
import { identifiers, passwords, userPermissions, userRoles, users } from './user.ts';

interface Owned {
  readonly id: string;
  readonly user_id: string;
}

/** A table with a `user_id`, by its name: rooms above this one can't be imported here. */
function named(name: string): Table<Owned> {
  return { name, id: 'id', columns: ['user_id'], unique: [], secrets: [], watched: false };
}

/** What an account has and let others do. A test holds every declared table with a `user_id` to this list. */
const belongings: readonly Table<Owned>[] = [
  'grants',
  'sessions',
  'issued_tokens',
  'refresh_families',
  'device_credentials',
  tickets.name,
  userPermissions.name,
  userRoles.name,
  identifiers.name,
].map(named);

/** The names of the tables that a user's rows are removed from. */
export const ownedTables: readonly string[] = [...belongings, passwords, users].map(({ name }) => name);

/** Removes a user and all that belongs to it; `false` if there is none. Logs keep what they know. */
export async function removeUser(tx: Transaction, userId: string): Promise<boolean> {
  // Locked first: a login that is under way waits, and then finds nobody.
  if (!(await tx.lock(users, userId))) return false;
  for (const table of belongings) await tx.removeAll(table, { user_id: userId });
  await tx.remove(passwords, userId);
  return tx.remove(users, userId);
}
