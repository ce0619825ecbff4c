// Protections that this server does not offer: breached passwords, bot detection, CAPTCHAs, phone messages. What is set is
// kept and answered, so that deploy tools find what they wrote; it has no effect (docs/attack-protection.md).

import { z } from 'zod';
import { singleton } from '../../schema/collection.ts';
import { optional } from '../../schema/field.ts';
import { addressRanges, distinct, flag, oneOf, text } from '../../schema/types.ts';

const scopes = { read: ['read:attack_protection'], update: ['update:attack_protection'] } as const;
const settings = (one: string) => ({ one: `${one} settings`, a: `the ${one} settings` });
const merged = { merged: 'deep' } as const;

const stage = z.strictObject({ shields: distinct(oneOf(['block', 'admin_notification']), 2).optional() });

export const breachedPasswordDetection = singleton({
  name: 'breached_password_detection',
  path: 'attack-protection/breached-password-detection',
  noun: settings('breached-password'),
  about: 'Passwords that were published; kept, without effect',
  fields: {
    enabled: optional(flag, 'Kept; passwords are not looked up anywhere'),
    shields: optional(distinct(oneOf(['block', 'user_notification', 'admin_notification']), 3), 'Kept'),
    admin_notification_frequency: optional(distinct(oneOf(['immediately', 'daily', 'weekly', 'monthly']), 4), 'Kept'),
    method: optional(oneOf(['standard', 'enhanced']), 'Kept'),
    stage: optional(
      z.strictObject({ 'pre-user-registration': stage.optional(), 'pre-change-password': stage.optional() }),
      'Kept',
      merged,
    ),
  },
  scopes,
  initial: {
    enabled: false,
    shields: [],
    admin_notification_frequency: [],
    method: 'standard',
    stage: { 'pre-user-registration': { shields: [] }, 'pre-change-password': { shields: [] } },
  },
  check: () => [],
});

const challenge = () => optional(oneOf(['never', 'when_risky', 'always']), 'Kept; nobody is asked for a CAPTCHA');

export const botDetection = singleton({
  name: 'bot_detection',
  path: 'attack-protection/bot-detection',
  noun: settings('bot-detection'),
  about: 'When somebody must prove to be no program; kept, without effect',
  fields: {
    challenge_password_policy: challenge(),
    challenge_passwordless_policy: challenge(),
    challenge_password_reset_policy: challenge(),
    allowlist: optional(addressRanges, 'Kept'),
    bot_detection_level: optional(oneOf(['low', 'medium', 'high']), 'Kept'),
    monitoring_mode_enabled: optional(flag, 'Kept'),
  },
  scopes,
  initial: {
    challenge_password_policy: 'never',
    challenge_passwordless_policy: 'never',
    challenge_password_reset_policy: 'never',
    allowlist: [],
    bot_detection_level: 'medium',
    monitoring_mode_enabled: false,
  },
  check: () => [],
});

const siteKey = text(255).optional();
const key = { site_key: siteKey, secret: text(255).optional() };
const without = (members: z.ZodRawShape) => optional(z.strictObject(members), 'Kept; secrets are not', merged);

export const captcha = singleton({
  name: 'captcha',
  path: 'attack-protection/captcha',
  noun: settings('CAPTCHA'),
  about: 'Who makes the CAPTCHAs; kept, without effect',
  fields: {
    active_provider_id: optional(
      oneOf([
        'arkose',
        'auth_challenge',
        'friendly_captcha',
        'hcaptcha',
        'recaptcha_v2',
        'recaptcha_enterprise',
        'simple_captcha',
      ]),
      'Kept',
    ),
    simple_captcha: without({}),
    auth_challenge: without({ fail_open: flag.optional() }),
    recaptcha_v2: without(key),
    recaptcha_enterprise: without({
      site_key: siteKey,
      api_key: text(255).optional(),
      project_id: text(255).optional(),
    }),
    hcaptcha: without(key),
    friendly_captcha: without(key),
    arkose: without({
      ...key,
      client_subdomain: text(255).optional(),
      verify_subdomain: text(255).optional(),
      fail_open: flag.optional(),
    }),
  },
  scopes,
  initial: {
    active_provider_id: 'auth_challenge',
    simple_captcha: {},
    auth_challenge: { fail_open: false },
    recaptcha_v2: { site_key: '' },
    recaptcha_enterprise: { site_key: '', project_id: '' },
    hcaptcha: { site_key: '' },
    friendly_captcha: { site_key: '' },
    arkose: { site_key: '', client_subdomain: 'client-api', verify_subdomain: 'verify-api', fail_open: false },
  },
  check: () => [],
});

export const phoneProviderProtection = singleton({
  name: 'phone_provider_protection',
  path: 'attack-protection/phone-provider-protection',
  noun: settings('phone-provider'),
  about: 'Messages to phones; kept, without effect',
  fields: { type: optional(text(64, 1), 'Kept; no messages go to phones') },
  scopes,
  initial: {},
  check: () => [],
});
