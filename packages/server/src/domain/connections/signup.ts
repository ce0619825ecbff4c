// Signing up: what a connection asks of somebody new. The sign-up page and POST /dbconnections/signup judge by it alike.

import type { UserDraft } from '../accounts/create.ts';
import {
  canonicalEmail,
  canonicalPhone,
  canonicalUsername,
  type IdentifierKind,
  identifierKinds,
} from '../accounts/identifiers.ts';
import { judgePassword, type PasswordOwner, type PasswordProblem } from '../accounts/policy.ts';
import type { ConnectionFacts } from './facts.ts';

/** What somebody typed. An empty identifier counts as none. */
export interface SignupFields extends PasswordOwner {
  readonly password: string;
  readonly picture?: string | undefined;
}

export type SignupProblem =
  /** The connection lets nobody sign up. */
  | { readonly kind: 'closed' }
  | { readonly kind: 'missing'; readonly field: IdentifierKind | 'password' }
  /** No such identifier can exist, or it is shorter or longer than the connection takes. */
  | { readonly kind: 'invalid'; readonly field: IdentifierKind }
  /** The connection has no such identifier. */
  | { readonly kind: 'unwanted'; readonly field: IdentifierKind }
  | { readonly kind: 'password'; readonly problems: readonly PasswordProblem[] };

/** What is wrong with a sign-up, all of it; empty: hash the password and `createUser`. Pure; knows nothing of who exists. */
export function judgeSignup(connection: ConnectionFacts, fields: SignupFields): readonly SignupProblem[] {
  if (connection.disableSignup) return [{ kind: 'closed' }];
  const problems: SignupProblem[] = [];
  for (const field of identifierKinds) {
    const text = fields[field] ?? '';
    const wanted = connection.atSignup[field];
    if (text === '') {
      if (wanted === 'required') problems.push({ kind: 'missing', field });
    } else if (wanted === 'inactive') problems.push({ kind: 'unwanted', field });
    else if (!isValid(connection, field, text)) problems.push({ kind: 'invalid', field });
  }
  if (problems.length === 0 && identifierKinds.every((field) => !fields[field])) {
    const first = identifierKinds.find((field) => connection.atSignup[field] === 'optional');
    problems.push({ kind: 'missing', field: first ?? 'email' });
  }
  if (fields.password === '') problems.push({ kind: 'missing', field: 'password' });
  else {
    const wrong = judgePassword(connection.passwordPolicy, fields.password, fields);
    if (wrong.length > 0) problems.push({ kind: 'password', problems: wrong });
  }
  return problems;
}

function isValid(connection: ConnectionFacts, field: IdentifierKind, text: string): boolean {
  switch (field) {
    case 'email':
      return canonicalEmail(text) !== undefined;
    case 'username':
      return canonicalUsername(text, connection.usernameBounds) !== undefined;
    case 'phone_number':
      return canonicalPhone(text) !== undefined;
  }
}

/** What `createUser` takes for a sign-up that was judged good. Pure. */
export function signupDraft(connection: ConnectionFacts, fields: SignupFields, hash: string): UserDraft {
  const { password: _typed, ...profile } = fields;
  const given = Object.entries(profile).filter(([, value]) => value !== '' && value !== undefined);
  return { ...Object.fromEntries(given), connection: connection.name, password_hash: hash };
}
