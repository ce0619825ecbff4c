// Judges what was typed: who asks for a link, and a new password. Pure; whether a password was used before costs hashes and is
// asked last, by the endpoint.

import { canonicalEmail } from '../../domain/accounts/identifiers.ts';
import { judgePassword, type PasswordProblem } from '../../domain/accounts/policy.ts';
import type { User } from '../../domain/accounts/user.ts';
import type { ConnectionFacts } from '../../domain/connections/facts.ts';
import type { FormError } from '../../web/form.ts';
import type { Params } from '../../web/params.ts';
import { weakPassword } from '../../web/password-rules.ts';
import type { Texts } from '../../web/texts/index.ts';

/** Only the form of it: who it names is nobody's business here. */
export function typedError(typed: string, usernames: boolean, texts: Texts): FormError | undefined {
  if (typed === '')
    return { field: 'email', text: usernames ? texts.login.missingIdentifier : texts.signup.missingEmail };
  if (typed.length > 254 || (!usernames && canonicalEmail(typed) === undefined))
    return { field: 'email', text: texts.signup.badEmail };
  return undefined;
}

/** What is wrong with the two fields; empty if nothing is. */
export function passwordErrors(
  fields: Params,
  user: User,
  connection: ConnectionFacts,
  texts: Texts,
): readonly FormError[] {
  const password = fields.get('password') ?? '';
  const repeated = fields.get('repeated') ?? '';
  if (password === '') return [{ field: 'password', text: texts.signup.missingPassword }];
  const problems = judgePassword(connection.passwordPolicy, password, user);
  if (problems.length > 0) return [weakError(problems, texts)];
  if (repeated === '') return [{ field: 'repeated', text: texts.recovery.missingRepeat }];
  return repeated === password ? [] : [{ field: 'repeated', text: texts.recovery.mismatch }];
}

/** What a password lacks, at its field. */
export function weakError(problems: readonly PasswordProblem[], texts: Texts): FormError {
  return { field: 'password', text: weakPassword(problems, texts.signup) };
}
