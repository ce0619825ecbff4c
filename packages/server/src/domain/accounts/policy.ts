// Password rules of a connection (auth0-behaviour §32.3): levels, length, characters, dictionary, personal data, history.

import { isCommon } from './dictionary.ts';
import { isUsablePassword, mostPasswordBytes } from './passwords.ts';

export type CharacterType = 'lowercase' | 'uppercase' | 'number' | 'special';
export const characterTypes: readonly CharacterType[] = ['lowercase', 'uppercase', 'number', 'special'];

export interface PasswordPolicy {
  /** In characters (Unicode code points). */
  readonly minLength: number;
  /** Types of which a password must have some. */
  readonly types: readonly CharacterType[];
  /** How many of `types` are needed. */
  readonly typesNeeded: number;
  /** Whether three of the same character may stand in a row. */
  readonly repetition: boolean;
  /** Whether runs like `abcd` or `4321` may be in it. */
  readonly sequences: boolean;
  /** Whether common passwords are refused, and these words (lower case) too. */
  readonly dictionary: { readonly words: ReadonlySet<string> } | undefined;
  /** Whether the user's own name, e-mail address and the like are refused in it. */
  readonly noPersonalInfo: boolean;
  /** Earlier passwords, with the present one, that cannot be used again; 0 for none. */
  readonly history: number;
}

/** What is known of whose password it is. Texts in any case. */
export interface PasswordOwner {
  readonly email?: string | undefined;
  readonly username?: string | undefined;
  readonly phone_number?: string | undefined;
  readonly name?: string | undefined;
  readonly given_name?: string | undefined;
  readonly family_name?: string | undefined;
  readonly nickname?: string | undefined;
  readonly user_metadata?: Readonly<Record<string, unknown>> | undefined;
}

export type PasswordProblem =
  | { readonly kind: 'too_short'; readonly least: number }
  /** In bytes of UTF-8. */
  | { readonly kind: 'too_long'; readonly mostBytes: number }
  /** A NUL, or half of a surrogate pair. */
  | { readonly kind: 'unusable' }
  | { readonly kind: 'types'; readonly needed: number; readonly types: readonly CharacterType[] }
  | { readonly kind: 'repetition' }
  | { readonly kind: 'sequence' }
  | { readonly kind: 'dictionary' }
  | { readonly kind: 'personal' }
  | { readonly kind: 'history'; readonly size: number };

const tests: Readonly<Record<CharacterType, RegExp>> = {
  lowercase: /\p{Ll}/u,
  uppercase: /\p{Lu}/u,
  number: /\p{Nd}/u,
  special: /[^\p{L}\p{M}\p{Nd}]/u,
};

/** Whether a password has a character of this type. Pure. */
export function hasType(password: string, type: CharacterType): boolean {
  return tests[type].test(password);
}

/**
 * What is wrong with a password, in the order in which people should be told; empty: it is good. Pure.
 * `reused`: what `isReused` found out about the history, which takes hashing and is no part of this.
 */
export function judgePassword(
  policy: PasswordPolicy,
  password: string,
  about: PasswordOwner,
  reused = false,
): readonly PasswordProblem[] {
  const problems: PasswordProblem[] = [];
  const { types, typesNeeded: needed } = policy;
  if (Buffer.byteLength(password) > mostPasswordBytes)
    problems.push({ kind: 'too_long', mostBytes: mostPasswordBytes });
  else if (password !== '' && !isUsablePassword(password)) problems.push({ kind: 'unusable' });
  if ([...password].length < Math.max(1, policy.minLength)) {
    problems.push({ kind: 'too_short', least: Math.max(1, policy.minLength) });
  }
  if (types.filter((type) => hasType(password, type)).length < needed) problems.push({ kind: 'types', needed, types });
  if (!policy.repetition && hasRepetition(password)) problems.push({ kind: 'repetition' });
  if (!policy.sequences && hasSequence(password)) problems.push({ kind: 'sequence' });
  if (policy.dictionary && isCommon(password, policy.dictionary.words)) problems.push({ kind: 'dictionary' });
  if (policy.noPersonalInfo && isPersonal(password, about)) problems.push({ kind: 'personal' });
  if (policy.history > 0 && reused) problems.push({ kind: 'history', size: policy.history });
  return problems;
}

/** Whether three of the same character stand in a row. */
export function hasRepetition(password: string): boolean {
  return /(.)\1\1/su.test(password);
}

/** Whether four letters or digits follow one another, up or down: `abcd`, `4321`. */
export function hasSequence(password: string): boolean {
  const units = [...password.toLowerCase()];
  return [1, -1].some((step) => {
    let run = 1;
    return units.some((unit, index) => {
      const before = index === 0 ? undefined : units[index - 1]?.codePointAt(0);
      const follows = /[a-z0-9]/.test(unit) && before !== undefined && unit.codePointAt(0) === before + step;
      run = follows ? run + 1 : 1;
      return run >= 4;
    });
  });
}

/** A part of a name that is shorter would be in passwords by chance. */
const leastPersonal = 3;

function isPersonal(password: string, about: PasswordOwner): boolean {
  const folded = password.toLowerCase();
  const texts = [
    about.email,
    about.email?.split('@')[0],
    about.username,
    about.phone_number,
    about.name,
    about.given_name,
    about.family_name,
    about.nickname,
    ...['name', 'first', 'last'].map((member) => about.user_metadata?.[member]),
  ].filter((text) => typeof text === 'string');
  const parts = texts.flatMap((text) => [text, ...text.split(/[\s@._+-]+/)]);
  // The end of a domain says nothing about a person.
  const domains = new Set(about.email?.split('@')[1]?.toLowerCase().split('.').slice(-1));
  return parts
    .map((part) => part.toLowerCase())
    .some((part) => [...part].length >= leastPersonal && !domains.has(part) && folded.includes(part));
}
