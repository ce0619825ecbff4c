// Whether a password was used before, where the connection remembers (auth0-behaviour §32.3).

import type { Passwords } from './passwords.ts';
import type { Whose } from './turns.ts';
import type { Password } from './user.ts';

/**
 * Whether this is the user's present password or one of the last ones: `size` of them in all. Each costs a hash, so ask it
 * last, after `judgePassword` found nothing else. @throws StoreUnavailable
 */
export async function isReused(
  passwords: Passwords,
  password: string,
  stored: Pick<Password, 'hash' | 'history'> | undefined,
  size: number,
  whose: Whose,
): Promise<boolean> {
  if (!stored || size < 1) return false;
  for (const hash of [stored.hash, ...stored.history].slice(0, size)) {
    if ((await passwords.verify(password, hash, whose)).ok) return true;
  }
  return false;
}
