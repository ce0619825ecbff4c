// What a message says: the operator's template if there is one that works, else our own words in the user's language. Pure.

import type { EmailTemplate } from '../../resources/index.ts';
import type { User } from '../accounts/user.ts';
import type { TenantLook } from '../tenants/look.ts';
import type { TenantSettings } from '../tenants/settings.ts';
import { headerText, type Mailbox, readMailbox } from './header-text.ts';
import { letterHtml, letterText, textOfHtml } from './layout.ts';
import { renderLiquid } from './liquid.ts';
import type { Message } from './message.ts';
import { durationIn, hoursIn, type MailLanguage, mailLanguage, mailTexts } from './texts/index.ts';

/** The client that a mail is about, as templates may name it. */
export interface MailClient {
  readonly clientId: string;
  readonly name: string;
  readonly callbacks: readonly string[];
}

export interface MessageFacts {
  readonly message: Message;
  readonly user: User;
  readonly client: MailClient | undefined;
  readonly look: TenantLook;
  readonly settings: TenantSettings;
  /** The operator's template of this name, if there is one. */
  readonly template: EmailTemplate | undefined;
}

export interface Composed {
  /** Only where a template says so. */
  readonly from: Mailbox | undefined;
  readonly to: string;
  readonly subject: string;
  readonly html: string;
  readonly text: string;
  readonly language: string;
}

/** A mail, and what of the operator's template could not be used: one sentence each, for the log. */
export interface Composition {
  readonly mail: Composed;
  readonly faults: readonly string[];
}

/** The members of a user that templates may print: no password, no identity, nothing that is not the profile's. */
const profile = [
  'user_id',
  'email',
  'email_verified',
  'username',
  'phone_number',
  'name',
  'given_name',
  'family_name',
  'nickname',
  'picture',
  'created_at',
  'user_metadata',
  'app_metadata',
] as const satisfies readonly (keyof User)[];

/** What templates may name, as at Auth0. `url` is there only in the mail itself, never where a redirect is worked out. Pure. */
export function variablesOf(facts: Omit<MessageFacts, 'template'>): Readonly<Record<string, unknown>> {
  const { user, client, look, settings, message } = facts;
  const callback = client?.callbacks.find((address) => URL.canParse(address) && /^https?:/.test(address));
  return {
    user: {
      ...Object.fromEntries(profile.map((name) => [name, user[name]])),
      ...(message.ip === undefined ? {} : { source_ip: message.ip }),
    },
    application: {
      name: client?.name ?? '',
      clientID: client?.clientId ?? '',
      callback_domain: callback === undefined ? '' : new URL(callback).origin,
    },
    connection: { name: user.connection },
    tenant: look.tenantName,
    friendly_name: look.tenantName,
    support_email: settings.support_email ?? '',
    support_url: settings.support_url ?? '',
    request_language: message.language ?? '',
    url: message.url ?? '',
    // Both names are in use.
    lifetime: message.lifetime ?? 0,
    url_lifetime: message.lifetime ?? 0,
  };
}

/** The language of a user's mails: their own, else that of the request, else the tenant's first. Pure. */
export function languageOf({ user, message, settings }: Pick<MessageFacts, 'user' | 'message' | 'settings'>) {
  const own = [user.user_metadata?.locale, user.user_metadata?.lang].filter((one) => typeof one === 'string');
  return mailLanguage([...own, message.language, ...(settings.enabled_locales ?? [])]);
}

/** Puts a mail together. Pure but for the clock that bounds an operator's template. */
export function composeMessage(facts: MessageFacts): Composition {
  const { template } = facts;
  const own = ourMail(facts);
  if (!template) return { mail: own, faults: [] };
  const faults: string[] = [];
  const variables = variablesOf(facts);
  const rendered = (member: string, source: string, target: 'html' | 'text') => {
    const result = renderLiquid(source, variables, target);
    if (result.kind === 'rendered') return result.text;
    faults.push(`the ${member} of the template ${template.template} cannot be used: ${result.because}`);
    return undefined;
  };
  const html = template.body ? rendered('body', template.body, 'html') : undefined;
  const subject = template.subject ? headerText(rendered('subject', template.subject, 'text') ?? '') : '';
  const sender = template.from ? rendered('from', template.from, 'text') : undefined;
  const from = sender ? readMailbox(sender) : undefined;
  if (sender && !from) faults.push(`the from of the template ${template.template} is no mail address`);
  const mail = {
    ...own,
    from,
    subject: subject || own.subject,
    ...(html === undefined ? {} : { html, text: textOfHtml(html) }),
  };
  return { mail, faults };
}

/**
 * Our own text of a mail as a template that an operator can begin with: what we would print stands there as Liquid. A lifetime is
 * told in hours, whatever it is set to. Pure.
 */
export function ownTemplate(
  template: Message['template'],
  link: boolean,
  language: MailLanguage,
  look: TenantLook,
): { readonly subject: string; readonly body: string } {
  const texts = mailTexts[language];
  const named = {
    tenant: '{{ friendly_name }}',
    email: '{{ user.email }}',
    lifetime: `{{ url_lifetime | divided_by: 3600.0 | ceil }} ${hoursIn(language)}`,
    ip: '{{ user.source_ip }}',
  };
  const text = texts[template](named);
  const body = letterHtml({
    text,
    texts,
    language,
    look: { ...look, tenantName: named.tenant },
    url: link ? standIn : undefined,
    sent: texts.sent(named),
  });
  return { subject: text.subject, body: body.replaceAll(standIn, '{{ url }}') };
}

/** Where the link goes in; no Liquid is an address. */
const standIn = 'https://url.invalid/';

function ourMail(facts: MessageFacts): Composed {
  const { message, look } = facts;
  const language = languageOf(facts);
  const texts = mailTexts[language];
  const named = {
    tenant: look.tenantName,
    email: message.to,
    lifetime: durationIn(language, message.lifetime ?? 0),
    ip: message.ip ?? '',
  };
  const text = texts[message.template](named);
  const letter = { text, texts, language, look, url: message.url, sent: texts.sent(named) };
  return {
    from: undefined,
    to: message.to,
    subject: headerText(text.subject),
    html: letterHtml(letter),
    text: letterText(letter),
    language,
  };
}
