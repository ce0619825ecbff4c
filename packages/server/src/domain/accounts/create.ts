// Makes a user: one row of the user, one of each identifier, and one of the password if there is one.

import { randomBytes } from 'node:crypto';
import type { Transaction } from '../../storage/store.ts';
import { holdNames } from './claims.ts';
import { canonicalIdentifier, type IdentifierKind, identifierId, identifierKinds } from './identifiers.ts';
import { profileDefaults } from './profile.ts';
import { identifiers, passwords, type User, users } from './user.ts';

/** What a new user is made of. Identifiers as typed: they are stored in their canonical form. */
export interface UserDraft {
  /** The connection's name. */
  readonly connection: string;
  readonly email?: string | undefined;
  readonly username?: string | undefined;
  readonly phone_number?: string | undefined;
  /** The part of the id after `auth0|`; 24 random hexadecimal digits if absent. */
  readonly user_id?: string | undefined;
  /** A hash that `Passwords.hash` made, or one that `isUsableHash` took. */
  readonly password_hash?: string | undefined;
  readonly email_verified?: boolean | undefined;
  readonly phone_verified?: boolean | undefined;
  readonly name?: string | undefined;
  readonly given_name?: string | undefined;
  readonly family_name?: string | undefined;
  readonly nickname?: string | undefined;
  readonly picture?: string | undefined;
  readonly blocked?: boolean | undefined;
  readonly user_metadata?: Readonly<Record<string, unknown>> | undefined;
  readonly app_metadata?: Readonly<Record<string, unknown>> | undefined;
}

export type Created =
  | { readonly kind: 'created'; readonly user: User }
  | { readonly kind: 'exists'; readonly identifier: IdentifierKind | 'user_id' }
  /** It has no canonical form, so it can name nobody. */
  | { readonly kind: 'invalid'; readonly identifier: IdentifierKind | 'user_id' };

/**
 * Creates a user of a database connection in the caller's transaction. Of racers who want the same identifier, in any case,
 * on any node, one gets `created` and the others `exists`; nothing is written unless it is `created`. `now` in ms.
 * Does not judge the password, nor which identifiers the connection asks for, nor the length of the username beyond 128.
 */
export async function createUser(tx: Transaction, draft: UserDraft, now: number): Promise<Created> {
  const given = canonical(draft);
  if (given.kind === 'invalid') return given;
  const local = draft.user_id ?? randomBytes(12).toString('hex');
  // Beyond ASCII an id would be hard to put into addresses; a space or `|` would make ids of rows ambiguous.
  if (!/^[\x21-\x7e]{1,255}$/.test(local)) return { kind: 'invalid', identifier: 'user_id' };
  const userId = `auth0|${local}`;
  const claims = given.claims.map(({ kind, value }) => ({ kind, id: identifierId(draft.connection, kind, value) }));
  await holdNames(tx, [...claims.map(({ id }) => id), userId], now);
  for (const { kind, id } of claims) {
    if (await tx.get(identifiers, id)) return { kind: 'exists', identifier: kind };
  }
  if (await tx.get(users, userId)) return { kind: 'exists', identifier: 'user_id' };

  const user = userOf(draft, given.values, local, new Date(now).toISOString());
  await tx.insert(users, user);
  for (const { id } of claims) await tx.insert(identifiers, { id, user_id: userId });
  if (draft.password_hash !== undefined) {
    await tx.insert(passwords, {
      user_id: userId,
      hash: draft.password_hash,
      history: [],
      changed_at: user.created_at,
    });
  }
  return { kind: 'created', user };
}

type Values = Partial<Record<IdentifierKind, string>>;

function canonical(
  draft: Pick<UserDraft, IdentifierKind>,
):
  | { kind: 'canonical'; values: Values; claims: { kind: IdentifierKind; value: string }[] }
  | { kind: 'invalid'; identifier: IdentifierKind } {
  const values: Values = {};
  const claims: { kind: IdentifierKind; value: string }[] = [];
  for (const kind of identifierKinds) {
    const text = draft[kind];
    if (text === undefined) continue;
    const value = canonicalIdentifier(kind, text);
    if (value === undefined) return { kind: 'invalid', identifier: kind };
    values[kind] = value;
    claims.push({ kind, value });
  }
  return { kind: 'canonical', values, claims };
}

function userOf(draft: UserDraft, values: Values, local: string, when: string): User {
  const { connection } = draft;
  const profile = profileDefaults({ ...draft, ...values });
  return {
    user_id: `auth0|${local}`,
    connection,
    ...(values.email === undefined ? {} : { email: values.email, email_verified: draft.email_verified ?? false }),
    ...(values.username === undefined ? {} : { username: values.username }),
    ...(values.phone_number === undefined
      ? {}
      : { phone_number: values.phone_number, phone_verified: draft.phone_verified ?? false }),
    ...profile,
    ...(draft.given_name === undefined ? {} : { given_name: draft.given_name }),
    ...(draft.family_name === undefined ? {} : { family_name: draft.family_name }),
    created_at: when,
    updated_at: when,
    ...(draft.blocked === undefined ? {} : { blocked: draft.blocked }),
    identities: [{ connection, provider: 'auth0', user_id: local, isSocial: false }],
    ...(draft.user_metadata === undefined ? {} : { user_metadata: draft.user_metadata }),
    ...(draft.app_metadata === undefined ? {} : { app_metadata: draft.app_metadata }),
  };
}
