// How a mail would look, for the operator who writes its template: put together as when it is sent, for a user that there is not.

import type { EffectiveTemplate, EmailPreview, EmailTemplate } from '../../resources/index.ts';
import { templateEffects } from '../../resources/index.ts';
import type { User } from '../accounts/user.ts';
import type { TenantLook } from '../tenants/look.ts';
import type { TenantSettings } from '../tenants/settings.ts';
import { composeMessage, ownTemplate } from './compose.ts';
import { mailLanguage, mailTexts } from './texts/index.ts';

/** What mails to people look like: names of nobody (RFC 2606), an address of nobody (RFC 5737). */
const nobody: User = {
  user_id: 'auth0|0123456789abcdef01234567',
  connection: 'Username-Password-Authentication',
  email: 'ada@example.com',
  email_verified: false,
  name: 'Ada Example',
  given_name: 'Ada',
  family_name: 'Example',
  nickname: 'ada',
  created_at: '2026-01-01T00:00:00.000Z',
  updated_at: '2026-01-01T00:00:00.000Z',
  identities: [],
  user_metadata: {},
  app_metadata: {},
};
const client = { clientId: 'example', name: 'Example app', callbacks: ['https://app.example.com/callback'] };
const fiveDays = 432_000;

export interface PreviewFacts {
  readonly name: EffectiveTemplate;
  /** The template to show; none: our own text. */
  readonly template: EmailTemplate | undefined;
  /** A language tag. */
  readonly language: string | undefined;
  readonly look: TenantLook;
  readonly settings: TenantSettings;
  /** Of the links, ending with a slash. */
  readonly origin: string;
}

/** The mail. Its link leads nowhere. Pure but for the clock that bounds an operator's template. */
export function previewMail({ name, template, language: tag, look, settings, origin }: PreviewFacts): EmailPreview {
  const language = mailLanguage([tag, ...(settings.enabled_locales ?? [])]);
  const { link } = templateEffects[name];
  const message = {
    template: name,
    user_id: nobody.user_id,
    to: 'ada@example.com',
    language,
    ip: '203.0.113.7',
    ...(link
      ? { url: `${origin}u/example?ticket=EXAMPLE#`, lifetime: template?.urlLifetimeInSeconds || fiveDays }
      : {}),
  };
  const { mail, faults } = composeMessage({ message, user: nobody, client, look, settings, template });
  const { from, subject, html, text } = mail;
  return {
    language,
    languages: Object.keys(mailTexts),
    subject,
    ...(from ? { from: from.name ? `${from.name} <${from.address}>` : from.address } : {}),
    html,
    text,
    faults: [...faults],
    own: ownTemplate(name, link, language, look),
  };
}
