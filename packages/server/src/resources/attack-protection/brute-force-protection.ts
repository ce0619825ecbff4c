// Brute-force protection: how often a password may be guessed before an account is closed to whoever guesses.

import { singleton } from '../../schema/collection.ts';
import { type Entity, optional } from '../../schema/field.ts';
import { addressRanges, distinct, flag, oneOf, whole } from '../../schema/types.ts';

const fields = {
  enabled: optional(flag, 'Whether failed logins are counted at all'),
  shields: optional(
    distinct(oneOf(['block', 'user_notification']), 2),
    'What happens at the limit: the login is refused, the user gets a mail',
  ),
  mode: optional(
    oneOf(['count_per_identifier_and_ip', 'count_per_identifier']),
    'Whether an account is closed to the address that guesses, or to everybody',
  ),
  allowlist: optional(addressRanges, 'Addresses and CIDR ranges whose failures do not count'),
  max_attempts: optional(whole(1, 100), 'Failed logins in a row until the limit'),
};

export type BruteForceProtection = Entity<typeof fields>;

export const bruteForceProtection = singleton({
  name: 'brute_force_protection',
  path: 'attack-protection/brute-force-protection',
  noun: { one: 'brute-force settings', a: 'the brute-force settings' },
  about: 'How often a password may be guessed',
  fields,
  scopes: { read: ['read:attack_protection'], update: ['update:attack_protection'] },
  initial: {
    enabled: true,
    shields: ['block', 'user_notification'],
    mode: 'count_per_identifier_and_ip',
    allowlist: [],
    max_attempts: 10,
  },
  check: () => [],
});
