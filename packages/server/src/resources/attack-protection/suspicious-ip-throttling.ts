// Suspicious-IP throttling: how many failed logins and sign-ups one address may make, whatever the accounts.

import { z } from 'zod';
import { singleton } from '../../schema/collection.ts';
import { type Entity, optional } from '../../schema/field.ts';
import { addressRanges, distinct, flag, oneOf, whole } from '../../schema/types.ts';

const stage = z.strictObject({
  max_attempts: whole(1, 100_000).optional().describe('Attempts that may come at once'),
  rate: whole(1, 86_400_000).optional().describe('Milliseconds until another one is granted'),
});

const fields = {
  enabled: optional(flag, 'Whether attempts are counted at all'),
  shields: optional(
    distinct(oneOf(['admin_notification', 'block']), 2),
    'What happens at the limit: the request is refused, an event is logged',
  ),
  allowlist: optional(addressRanges, 'Addresses and CIDR ranges whose attempts do not count'),
  stage: optional(
    z.strictObject({
      'pre-login': stage.optional(),
      'pre-user-registration': stage.optional(),
      'pre-custom-token-exchange': stage.optional(),
    }),
    'Limits of failed logins, of sign-ups, and of token exchanges (which are not offered yet)',
    { merged: 'deep' },
  ),
};

export type SuspiciousIpThrottling = Entity<typeof fields>;

export const suspiciousIpThrottling = singleton({
  name: 'suspicious_ip_throttling',
  path: 'attack-protection/suspicious-ip-throttling',
  noun: { one: 'suspicious-IP settings', a: 'the suspicious-IP settings' },
  about: 'How much one address may try',
  fields,
  scopes: { read: ['read:attack_protection'], update: ['update:attack_protection'] },
  initial: {
    enabled: true,
    shields: ['admin_notification', 'block'],
    allowlist: [],
    stage: {
      'pre-login': { max_attempts: 100, rate: 864_000 },
      'pre-user-registration': { max_attempts: 50, rate: 1_200 },
      'pre-custom-token-exchange': { max_attempts: 10, rate: 600_000 },
    },
  },
  check: () => [],
});
