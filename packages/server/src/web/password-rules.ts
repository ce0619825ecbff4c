// The rules of a password policy in words: those that are told before, and what a password lacks. Pure.

import type { PasswordTexts, Texts } from './texts/index.ts';

type CharacterType = 'lowercase' | 'uppercase' | 'number' | 'special';

/** What is told of a connection's policy; `domain/accounts/policy.ts` has it. */
export interface ToldPolicy {
  readonly minLength: number;
  readonly types: readonly CharacterType[];
  readonly typesNeeded: number;
  /** Whether these are allowed. */
  readonly repetition: boolean;
  readonly sequences: boolean;
  /** Whether common passwords are refused. Any set of them will do. */
  readonly dictionary: unknown;
  readonly noPersonalInfo: boolean;
}

/** What a password lacks; `domain/accounts/policy.ts` finds it. */
export type ToldProblem =
  | { readonly kind: 'too_short'; readonly least: number }
  | { readonly kind: 'too_long'; readonly mostBytes: number }
  | { readonly kind: 'types'; readonly needed: number; readonly types: readonly CharacterType[] }
  | { readonly kind: 'history'; readonly size: number }
  | { readonly kind: 'unusable' | 'repetition' | 'sequence' | 'dictionary' | 'personal' };

function kind(type: CharacterType, texts: PasswordTexts): string {
  return { lowercase: texts.lower, uppercase: texts.upper, number: texts.digit, special: texts.special }[type];
}

function kinds(needed: number, types: readonly CharacterType[], texts: PasswordTexts): string[] {
  const words = types.map((type) => kind(type, texts));
  if (needed === 0) return [];
  return needed >= types.length ? words : [texts.kinds(needed, words.join(', '))];
}

/** What a password must be like, before it is typed. */
export function passwordRules(policy: ToldPolicy, texts: PasswordTexts): readonly string[] {
  return [
    ...(policy.minLength > 1 ? [texts.length(policy.minLength)] : []),
    ...kinds(policy.typesNeeded, policy.types, texts),
    ...(policy.repetition ? [] : [texts.repeats(2)]),
    ...(policy.sequences ? [] : [texts.sequence]),
    ...(policy.dictionary ? [texts.common] : []),
    ...(policy.noPersonalInfo ? [texts.personal] : []),
  ];
}

/** What is asked of a password that has this problem. */
export function problemText(problem: ToldProblem, texts: PasswordTexts): string {
  switch (problem.kind) {
    case 'too_short':
      return texts.length(problem.least);
    case 'too_long':
      return texts.tooLong(problem.mostBytes);
    case 'unusable':
      return texts.unusable;
    case 'types':
      return kinds(problem.needed, problem.types, texts).join(', ');
    case 'repetition':
      return texts.repeats(2);
    case 'sequence':
      return texts.sequence;
    case 'dictionary':
      return texts.common;
    case 'personal':
      return texts.personal;
    case 'history':
      return texts.earlier(problem.size);
  }
}

/** What a password lacks, in one sentence. */
export function weakPassword(problems: readonly ToldProblem[], texts: Texts['signup']): string {
  return `${texts.weakPassword}: ${problems.map((problem) => problemText(problem, texts.rules)).join('; ')}`;
}
