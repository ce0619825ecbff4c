// The password that a body of the Management API brings: judged by the rules of the connection, and hashed.

import { isReused } from '../../../domain/accounts/history.ts';
import { isUsableHash } from '../../../domain/accounts/passwords.ts';
import {
  judgePassword,
  type PasswordOwner,
  type PasswordPolicy,
  type PasswordProblem,
} from '../../../domain/accounts/policy.ts';
import type { Whose } from '../../../domain/accounts/turns.ts';
import type { Password } from '../../../domain/accounts/user.ts';
import { payloadMessage } from '../../../schema/messages.ts';
import type { ManagementDeps } from '../context.ts';
import { badBody, type Refused, refused } from '../problem.ts';

/** Hashes a new password after judging it. `stored`: what the user has now. Slow: never inside a transaction. @throws StoreUnavailable */
export async function hashOf(
  { passwords }: ManagementDeps,
  whose: Whose,
  policy: PasswordPolicy,
  password: string,
  owner: PasswordOwner,
  stored?: Pick<Password, 'hash' | 'history'>,
): Promise<string | Refused> {
  const [problem] = judgePassword(policy, password, owner);
  if (problem) return weak(problem);
  if (await isReused(passwords, password, stored, policy.history, whose))
    return weak({ kind: 'history', size: policy.history });
  return passwords.hash(password, whose);
}

/** The hash that a body brings instead of a password; `undefined` if it brings none. */
export function importedHash(draft: {
  readonly password?: string;
  readonly password_hash?: string;
  readonly custom_password_hash?: {
    readonly algorithm: 'bcrypt' | 'argon2';
    readonly hash: { readonly value: string };
  };
}): string | undefined | Refused {
  const { password_hash, custom_password_hash: custom } = draft;
  const given = [draft.password, password_hash, custom].filter((one) => one !== undefined);
  if (given.length > 1) return badBody(payloadMessage('Send one of password, password_hash and custom_password_hash'));
  const hash = password_hash ?? custom?.hash.value;
  if (hash === undefined) return undefined;
  const path = custom ? 'custom_password_hash.hash.value' : 'password_hash';
  const usable = isUsableHash(hash) && (!custom || (custom.algorithm === 'bcrypt' ? /^\$2/ : /^\$argon2/).test(hash));
  return usable
    ? hash
    : badBody(
        payloadMessage(
          'Not a hash by bcrypt ($2a$, $2b$, $2y$) or argon2 ($argon2id$) of a cost that can be borne',
          path,
        ),
      );
}

/** Auth0's words, so that tools know them (auth0-behaviour §32.3). The password is not in them. */
function weak(problem: PasswordProblem): Refused {
  switch (problem.kind) {
    case 'too_long':
      return badBody(payloadMessage(`A password has at most ${problem.mostBytes} bytes`, 'password'));
    case 'unusable':
      return badBody(payloadMessage('A password is text without NUL', 'password'));
    case 'dictionary':
      return refused(400, 'PasswordDictionaryError: Password is too common', 'auth0_idp_error');
    case 'personal':
      return refused(400, 'PasswordNoUserInfoError: Password contains user information', 'auth0_idp_error');
    case 'history':
      return refused(400, 'PasswordHistoryError: Password has previously been used', 'auth0_idp_error');
    default:
      return refused(400, 'PasswordStrengthError: Password is too weak', 'auth0_idp_error');
  }
}
