// From a connection's options to its password rules: the five levels (auth0-behaviour §32.3) and the newer `password_options`.

import { longestHistory } from './change.ts';
import { type CharacterType, characterTypes, type PasswordPolicy } from './policy.ts';

interface Switch {
  readonly enable?: boolean | undefined;
}

/** The members of a database connection's `options` that say what passwords must be like. */
export interface PasswordOptions {
  readonly passwordPolicy?: string | undefined;
  readonly password_complexity_options?: { readonly min_length?: number | undefined } | undefined;
  readonly password_history?: (Switch & { readonly size?: number | undefined }) | undefined;
  readonly password_dictionary?: (Switch & { readonly dictionary?: readonly string[] | undefined }) | undefined;
  readonly password_no_personal_info?: Switch | undefined;
  readonly password_options?:
    | {
        readonly complexity?:
          | {
              readonly min_length?: number | undefined;
              readonly character_types?: readonly string[] | undefined;
              readonly character_type_rule?: string | undefined;
              readonly identical_characters?: string | undefined;
              readonly sequential_characters?: string | undefined;
            }
          | undefined;
        readonly profile_data?: { readonly active?: boolean | undefined } | undefined;
        readonly history?: { readonly active?: boolean | undefined; readonly size?: number | undefined } | undefined;
        readonly dictionary?:
          | { readonly active?: boolean | undefined; readonly custom?: readonly string[] | undefined }
          | undefined;
      }
    | undefined;
}

type Complexity = Pick<PasswordPolicy, 'minLength' | 'types' | 'typesNeeded' | 'repetition' | 'sequences'>;

const letters: readonly CharacterType[] = ['lowercase', 'uppercase', 'number'];
const anything = { types: [], typesNeeded: 0, repetition: true, sequences: true } as const;
const levels: Readonly<Record<string, Complexity>> = {
  none: { ...anything, minLength: 1 },
  low: { ...anything, minLength: 6 },
  fair: { ...anything, minLength: 8, types: letters, typesNeeded: 3 },
  good: { ...anything, minLength: 8, types: characterTypes, typesNeeded: 3 },
  excellent: { ...anything, minLength: 10, types: characterTypes, typesNeeded: 3, repetition: false },
};
const defaultHistory = { older: 5, newer: 3 };

/** The password rules that these options of a connection say; `good` when they say nothing. Pure. */
export function policyOf(options: PasswordOptions): PasswordPolicy {
  return options.password_options ? newer(options.password_options) : older(options);
}

function older(options: PasswordOptions): PasswordPolicy {
  // A level that is unknown must not turn the rules off.
  const level = levels[options.passwordPolicy ?? 'good'] ?? (levels.good as Complexity);
  const { password_history: history, password_dictionary: dictionary } = options;
  return {
    ...level,
    minLength: options.password_complexity_options?.min_length ?? level.minLength,
    dictionary: dictionary?.enable ? ownWords(dictionary.dictionary) : undefined,
    noPersonalInfo: options.password_no_personal_info?.enable === true,
    history: history?.enable ? Math.min(history.size ?? defaultHistory.older, longestHistory) : 0,
  };
}

function newer(options: NonNullable<PasswordOptions['password_options']>): PasswordPolicy {
  const { complexity = {}, history, dictionary } = options;
  const types = characterTypes.filter((type) => complexity.character_types?.includes(type));
  const three = complexity.character_type_rule === 'three_of_four' && types.length === characterTypes.length;
  return {
    minLength: complexity.min_length ?? 15,
    types,
    typesNeeded: three ? 3 : types.length,
    repetition: complexity.identical_characters !== 'block',
    sequences: complexity.sequential_characters !== 'block',
    dictionary: dictionary?.active ? ownWords(dictionary.custom) : undefined,
    noPersonalInfo: options.profile_data?.active === true,
    history: history?.active ? Math.min(history.size ?? defaultHistory.newer, longestHistory) : 0,
  };
}

function ownWords(words: readonly string[] = []): { words: ReadonlySet<string> } {
  return { words: new Set(words.map((word) => word.toLowerCase())) };
}
