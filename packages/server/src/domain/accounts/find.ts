// Finds users: by id, and by what they type to say who they are.

import type { Reads } from '../../storage/store.ts';
import { identifierId, readIdentifier } from './identifiers.ts';
import { identifiers, type Password, passwords, type User, users } from './user.ts';

/** The user with this id, blocked or not. @throws StoreUnavailable */
export function findUser(reads: Pick<Reads, 'get'>, userId: string): Promise<User | undefined> {
  return reads.get(users, userId);
}

/**
 * The user of this connection (its name) whom this e-mail address, username or phone number names, in any case.
 * `undefined` also for text that can name nobody. Does not check that the user is not blocked. @throws StoreUnavailable
 */
export async function findUserByIdentifier(
  reads: Pick<Reads, 'get'>,
  connection: string,
  identifier: string,
): Promise<User | undefined> {
  const named = readIdentifier(identifier);
  if (!named) return undefined;
  const claim = await reads.get(identifiers, identifierId(connection, named.kind, named.value));
  return claim && reads.get(users, claim.user_id);
}

/** The password row of a user; `undefined` for one who has none. Its `hash` is what `Passwords.verify` takes. */
export function findPassword(reads: Pick<Reads, 'get'>, userId: string): Promise<Password | undefined> {
  return reads.get(passwords, userId);
}
