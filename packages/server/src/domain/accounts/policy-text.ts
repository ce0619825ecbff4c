// Password rules in words, in the shape that Auth0's clients read (auth0-behaviour §32.1): which hold, which don't.

import {
  type CharacterType,
  hasRepetition,
  hasSequence,
  hasType,
  judgePassword,
  type PasswordPolicy,
} from './policy.ts';

export interface RuleState {
  readonly message: string;
  readonly code: string;
  readonly format?: readonly (number | string)[];
  readonly items?: readonly { readonly message: string; readonly code: string; readonly verified: boolean }[];
  readonly verified: boolean;
}

const types: Readonly<Record<CharacterType, { readonly message: string; readonly code: string }>> = {
  lowercase: { message: 'lower case letters (a-z)', code: 'lowerCase' },
  uppercase: { message: 'upper case letters (A-Z)', code: 'upperCase' },
  number: { message: 'numbers (i.e. 0-9)', code: 'numbers' },
  special: { message: 'special characters (e.g. !@#$%^&*)', code: 'specialCharacters' },
};
const open: Readonly<Record<string, never>> = {};

/** The rules on the characters of a password, each with whether this one keeps it. Holds nothing of the password. Pure. */
export function describePassword(
  policy: PasswordPolicy,
  password: string,
): { readonly rules: readonly RuleState[]; readonly verified: boolean } {
  const failed = new Set(judgePassword(policy, password, open).map(({ kind }) => kind));
  const rules: RuleState[] = [
    {
      message: 'At least %d characters in length',
      format: [Math.max(1, policy.minLength)],
      code: 'lengthAtLeast',
      verified: !failed.has('too_short'),
    },
  ];
  if (policy.typesNeeded > 0) {
    const some = policy.typesNeeded < policy.types.length;
    rules.push({
      message: some ? 'Contain at least %d of the following %d types of characters:' : 'Should contain:',
      ...(some ? { format: [policy.typesNeeded, policy.types.length] } : {}),
      code: some ? 'containsAtLeast' : 'shouldContain',
      items: policy.types.map((type) => ({ ...types[type], verified: hasType(password, type) })),
      verified: !failed.has('types'),
    });
  }
  if (!policy.repetition) {
    rules.push({
      message: 'No more than %d identical characters in a row (e.g., "%s" not allowed)',
      format: [2, 'aaa'],
      code: 'identicalChars',
      verified: !hasRepetition(password),
    });
  }
  if (!policy.sequences) {
    rules.push({
      message: 'No more than %d letters or digits in sequence (e.g., "%s" not allowed)',
      format: [3, 'abcd'],
      code: 'sequentialChars',
      verified: !hasSequence(password),
    });
  }
  return { rules, verified: rules.every(({ verified }) => verified) };
}

/** The same rules as a text of one line each. Pure. */
export function policyText(policy: PasswordPolicy): string {
  return describePassword(policy, '')
    .rules.map(({ message, format = [], items = [] }) => {
      let next = 0;
      const line = message.replace(/%[ds]/g, () => String(format[next++]));
      return [`* ${line}`, ...items.map((item) => ` * ${item.message}`)].join('\n');
    })
    .join('\n');
}
