// Templates of mails: what an operator writes instead of our own texts (auth0-behaviour §32, management-api.md `email-templates`).

import { collection } from '../schema/collection.ts';
import { type Entity, fixed, optional, required } from '../schema/field.ts';
import { flag, oneOf, text, whole } from '../schema/types.ts';

/** Auth0's names, and two of ours: `password_changed`, `signup_attempt`. */
export const templateNames = [
  'verify_email',
  'verify_email_by_code',
  'reset_email',
  'reset_email_by_code',
  'welcome_email',
  'blocked_account',
  'stolen_credentials',
  'enrollment_email',
  'mfa_oob_code',
  'user_invitation',
  'async_approval',
  'change_password',
  'password_reset',
  'password_changed',
  'signup_attempt',
] as const;
export type TemplateName = (typeof templateNames)[number];

/** Characters of a body at most. Mail programs cut what is longer than a tenth of it. */
export const longestBody = 250_000;

const fields = {
  template: fixed(oneOf(templateNames), 'Which mail it is for'),
  body: required(text(longestBody), 'HTML with Liquid; what it prints is escaped', { nullRemoves: true }),
  from: optional(text(500), 'Sender, `Name <address>` or an address, with Liquid', { nullRemoves: true }),
  resultUrl: optional(text(2000), 'Where people go after they used the link, with Liquid', { nullRemoves: true }),
  subject: required(text(500), 'Subject, with Liquid', { nullRemoves: true }),
  syntax: required(oneOf(['liquid']), 'Language of the template', { nullRemoves: true }),
  urlLifetimeInSeconds: optional(whole(0, 31_536_000), 'How long the link can be used', { nullRemoves: true }),
  includeEmailInRedirect: optional(flag, 'Whether `resultUrl` gets the address as `email`', { nullRemoves: true }),
  enabled: required(flag, 'Whether the mail is sent', { nullRemoves: true }),
};

export type EmailTemplate = Entity<typeof fields>;

export const emailTemplates = collection({
  name: 'email_templates',
  path: 'email-templates',
  noun: { one: 'email template', a: 'an email template' },
  about: 'Texts of mails',
  fields,
  id: 'template',
  ids: { prefix: '', alphabet: 'base62', length: 20 },
  scopes: {
    read: ['read:email_templates'],
    create: ['create:email_templates'],
    update: ['update:email_templates'],
  },
  list: 'bare',
  filters: [],
  removingNothing: 404,
  statuses: { created: 200 },
  uniqueTogether: [],
  errors: {
    missing: { errorCode: 'inexistent_email_template', message: 'The template does not exist.' },
    conflict: { message: 'Template already exists.' },
  },
  defaults: () => ({}),
  check: () => [],
});
