// A user as it travels.

import type { User } from '../../../domain/accounts/user.ts';

/** Everything but what is kept for finding; the password is in a table of its own and never gets here. */
export function shownUser(user: User): object {
  const { connection: _connection, ...rest } = user;
  return rest;
}
