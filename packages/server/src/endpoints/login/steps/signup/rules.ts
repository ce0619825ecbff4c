// The rules of a password policy in words: those that are told before, and what a password lacks. Pure.

import type { CharacterType, PasswordPolicy, PasswordProblem } from '../../../../domain/accounts/policy.ts';
import type { PasswordTexts } from '../../../../web/texts/index.ts';

function kind(type: CharacterType, texts: PasswordTexts): string {
  return { lowercase: texts.lower, uppercase: texts.upper, number: texts.digit, special: texts.special }[type];
}

function kinds(needed: number, types: readonly CharacterType[], texts: PasswordTexts): string[] {
  const words = types.map((type) => kind(type, texts));
  if (needed === 0) return [];
  return needed >= types.length ? words : [texts.kinds(needed, words.join(', '))];
}

/** What a password must be like, before it is typed. */
export function passwordRules(policy: PasswordPolicy, texts: PasswordTexts): readonly string[] {
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
export function problemText(problem: PasswordProblem, texts: PasswordTexts): string {
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
