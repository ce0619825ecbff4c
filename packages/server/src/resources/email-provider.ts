// The provider by which a tenant's mails leave. Only `smtp` sends; the others are kept for the tools that set them.

import { z } from 'zod';
import { collection, type Declared } from '../schema/collection.ts';
import {
  type Draft,
  type Entity,
  type Fields,
  fixed,
  made,
  madeSometimes,
  optional,
  required,
} from '../schema/field.ts';
import { flag, oneOf, text, whole } from '../schema/types.ts';

/** The names that Auth0 knows. */
export const providerNames = [
  'mailgun',
  'mandrill',
  'sendgrid',
  'resend',
  'ses',
  'sparkpost',
  'smtp',
  'azure_cs',
  'ms365',
  'custom',
] as const;
export type ProviderName = (typeof providerNames)[number];

const secretText = text(4096, 1).optional();
const host = text(253, 1).regex(/^(?:[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9])?|\[?[0-9a-f:.]+\]?)$/i);

/** What each provider needs to know, by its name. */
export const providerCredentials: Readonly<Record<ProviderName, z.ZodObject>> = {
  mailgun: z.strictObject({
    api_key: secretText,
    domain: text(253).optional(),
    region: text(20).nullable().optional(),
  }),
  mandrill: z.strictObject({ api_key: secretText }),
  sendgrid: z.strictObject({ api_key: secretText }),
  resend: z.strictObject({ api_key: secretText }),
  ses: z.strictObject({ accessKeyId: secretText, secretAccessKey: secretText, region: text(40).optional() }),
  sparkpost: z.strictObject({ api_key: secretText, region: text(20).nullable().optional() }),
  smtp: z.strictObject({
    smtp_host: host.optional(),
    smtp_port: whole(1, 65_535).optional(),
    smtp_user: text(512).optional(),
    smtp_pass: text(4096).optional(),
  }),
  azure_cs: z.strictObject({ connectionString: secretText }),
  ms365: z.strictObject({ tenantId: text(200).optional(), clientId: text(200).optional(), clientSecret: secretText }),
  custom: z.strictObject({}),
};

/** Members of credentials that are no secrets, so that they may be shown. */
export const shownCredentials: readonly string[] = [
  'domain',
  'region',
  'smtp_host',
  'smtp_port',
  'smtp_user',
  'tenantId',
  'clientId',
];

const headerValue = text(200).regex(/^[\x20-\x7e]*$/);

const fields = {
  name: required(oneOf(providerNames), 'Provider; only `smtp` sends, the others are kept'),
  enabled: optional(flag, 'Whether mails leave by it'),
  default_from_address: optional(
    text(254, 3).regex(/^[^\s@<>"]+@[^\s@<>"]+\.[^\s@<>"]+$/),
    'Sender of mails whose template names none',
  ),
  credentials: {
    ...optional(
      z.record(text(64), z.unknown()),
      'What the provider wants to know, by its name; secrets are never shown',
    ),
    merged: true,
  },
  settings: optional(
    z.strictObject({
      message: z
        .strictObject({ view_content_link: flag.optional(), configuration_set_name: text(100).optional() })
        .optional(),
      headers: z
        .strictObject({
          'X-MC-ViewContentLink': headerValue.optional(),
          'X-SES-Configuration-Set': headerValue.optional(),
        })
        .optional(),
    }),
    'Specific provider setting',
    { nullRemoves: true },
  ),
};

export type EmailProviderEntity = Entity<typeof fields>;

export const emailProvider = collection({
  name: 'email_provider',
  path: 'emails/provider',
  noun: { one: 'email provider', a: 'the email provider' },
  about: 'By what mails leave',
  fields,
  id: 'name',
  ids: { prefix: '', alphabet: 'base62', length: 20 },
  scopes: {
    read: ['read:email_provider'],
    create: ['create:email_provider'],
    update: ['update:email_provider'],
    remove: ['delete:email_provider'],
  },
  list: 'bare',
  filters: [],
  removingNothing: 204,
  uniqueTogether: [],
  errors: {
    missing: { errorCode: 'inexistent_email_provider', message: 'There is not a configured email provider' },
    conflict: { errorCode: 'email_provider_conflict', message: 'There is already a configured email provider' },
  },
  defaults: () => ({}),
  check: () => [],
});

const trialAsk = { to: fixed(text(254, 3), 'Address to which a test message goes') } satisfies Fields;
const trialAnswer = {
  to: made(text(254), 'Address to which it went'),
  outcome: made(
    oneOf(['sent', 'caught', 'failed']),
    '`sent`: a mail server took it; `caught`: it is in the mailbox of a development server, /dev/mailbox',
  ),
  because: madeSometimes(text(1000), 'Why it failed, in words'),
} satisfies Fields;

const trial = { path: 'emails/provider/test', noun: { one: 'test message', a: 'a test message' } } as const;

/** Our addition: what may be asked of `POST /api/v2/emails/provider/test`. */
export const emailTrial: Declared<typeof trialAsk> = {
  name: 'email_trial',
  ...trial,
  about: 'A message to try the mail settings with',
  fields: trialAsk,
};
/** What is answered. */
export const emailTrialOutcome: Declared<typeof trialAnswer> = {
  name: 'email_trial_outcome',
  ...trial,
  about: 'What came of a test message',
  fields: trialAnswer,
};
export type EmailTrial = Draft<typeof trialAsk>;
export type EmailTrialOutcome = Entity<typeof trialAnswer>;
