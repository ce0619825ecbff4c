// Templates of mails: what an operator writes instead of our own texts (auth0-behaviour §32, management-api.md `email-templates`).

import { z } from 'zod';
import { collection, type Declared } from '../schema/collection.ts';
import {
  type Draft,
  type Entity,
  type Fields,
  fixed,
  fixedOptional,
  made,
  madeSometimes,
  optional,
  required,
} from '../schema/field.ts';
import { flag, list, oneOf, text, whole } from '../schema/types.ts';

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

/** What of a template counts for the mail that it is for. */
export interface TemplateEffect {
  /** The mail has a link, so `urlLifetimeInSeconds` and `{{ url }}` mean something. */
  readonly link: boolean;
  /** People go to `resultUrl` after they used it. */
  readonly result: boolean;
  /** The mail is sent where nobody wrote a template. */
  readonly unasked: boolean;
}

/** The mails that something sends, and what has an effect in their templates. Those of other names are kept only. */
export const templateEffects = {
  verify_email: { link: true, result: true, unasked: true },
  reset_email: { link: true, result: true, unasked: true },
  password_changed: { link: false, result: false, unasked: true },
  signup_attempt: { link: false, result: false, unasked: true },
  blocked_account: { link: true, result: false, unasked: true },
  welcome_email: { link: false, result: false, unasked: false },
} as const satisfies Partial<Record<TemplateName, TemplateEffect>>;
export type EffectiveTemplate = keyof typeof templateEffects;

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

const unsaved = 'Of a template that is not saved yet';
const previewAsk = {
  language: fixedOptional(text(35, 2), 'Tag of a language; English where we have no text in it'),
  subject: fixedOptional(text(500), unsaved),
  from: fixedOptional(text(500), unsaved),
  body: fixedOptional(text(longestBody), unsaved),
  urlLifetimeInSeconds: fixedOptional(whole(0, 31_536_000), unsaved),
} satisfies Fields;
const previewAnswer = {
  language: made(text(35), 'Language of our own text'),
  languages: made(list(text(35), 100), 'Languages that we have a text in'),
  subject: made(text(1000), 'Subject, as it would be sent'),
  from: madeSometimes(text(1000), 'Sender, where the template names one'),
  html: made(text(2_000_000), 'The mail as HTML: markup of the operator, to be shown where it can do nothing'),
  text: made(text(2_000_000), 'The mail as text'),
  faults: made(list(text(1000), 10), 'What of the template cannot be used when it is sent'),
  own: made(
    z.strictObject({ subject: text(1000), body: text(longestBody) }),
    'Our own text as a template, to begin with',
  ),
} satisfies Fields;

const preview = {
  path: 'email-templates/{template}/preview',
  noun: { one: 'mail preview', a: 'a mail preview' },
} as const;

/** Our addition: what may be asked of `POST /api/v2/email-templates/{template}/preview`. Nothing named: what is sent now. */
export const emailPreviewAsk: Declared<typeof previewAsk> = {
  name: 'email_preview_ask',
  ...preview,
  about: 'How a mail would look',
  fields: previewAsk,
};
/** What is answered: the mail as it would be sent to a user that there is not. */
export const emailPreview: Declared<typeof previewAnswer> = {
  name: 'email_preview',
  ...preview,
  about: 'A mail as it would be sent',
  fields: previewAnswer,
};
export type EmailPreviewAsk = Draft<typeof previewAsk>;
export type EmailPreview = Entity<typeof previewAnswer>;
