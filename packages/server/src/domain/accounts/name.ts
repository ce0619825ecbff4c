// What a user is called, on pages and in the log.

import type { User } from './user.ts';

/** By what the user types to sign in, else by name, else by id. */
export function nameOf(user: User): string {
  return user.email ?? user.username ?? user.phone_number ?? user.name ?? user.user_id;
}
