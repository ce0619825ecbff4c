// The links of tickets, and where people go once they used one.

import type { EmailTemplate } from '../../resources/index.ts';
import type { TicketDetails } from '../accounts/tickets.ts';
import type { User } from '../accounts/user.ts';
import { type MessageFacts, variablesOf } from '../messages/compose.ts';
import { renderLiquid } from '../messages/liquid.ts';

/** Five days (auth0-behaviour CP-3). */
export const defaultLifetimeSeconds = 432_000;

export const recoveryPaths = {
  request: '/u/reset-password/request',
  reset: '/u/reset-password',
  verify: '/u/email-verification',
} as const;

/** The link of a ticket, in Auth0's form. `origin` ends with a slash and comes from the configuration. Pure. */
export function ticketLink(origin: string, page: 'reset' | 'verify', ticket: string): string {
  return `${new URL(recoveryPaths[page], origin).href}?ticket=${ticket}#`;
}

/** An http(s) address without credentials, or `undefined`. Pure. */
export function resultAddress(text: string | undefined): string | undefined {
  if (text === undefined || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  if ((url.protocol !== 'https:' && url.protocol !== 'http:') || url.username || url.password) return undefined;
  return url.href;
}

/** How long a link of this template can be used, in seconds. Pure. */
export function lifetimeOf(template: EmailTemplate | undefined): number {
  return template?.urlLifetimeInSeconds || defaultLifetimeSeconds;
}

/**
 * Where a template sends people afterwards, worked out when the ticket is made. What a template prints of the user cannot choose
 * the host: an address with another host than one printed for nobody is not used. Pure.
 */
export function resultOf(
  template: EmailTemplate | undefined,
  facts: Omit<MessageFacts, 'template'>,
): Pick<TicketDetails, 'result_url' | 'include_email'> {
  if (!template?.resultUrl) return {};
  const printed = (user: User) => {
    const rendered = renderLiquid(template.resultUrl ?? '', variablesOf({ ...facts, user }), 'text');
    return rendered.kind === 'rendered' ? resultAddress(rendered.text.trim()) : undefined;
  };
  const { user_id, connection, created_at, updated_at, identities } = facts.user;
  const nobody = printed({ user_id, connection, created_at, updated_at, identities });
  const address = printed(facts.user);
  if (address === undefined || nobody === undefined) return {};
  if (new URL(address).origin !== new URL(nobody).origin) return {};
  return { result_url: address, include_email: template.includeEmailInRedirect === true };
}

/** Where the browser goes after a link was used, with what came of it in the query (auth0-behaviour CP-5). Pure. */
export function resultRedirect(
  details: TicketDetails,
  email: string | undefined,
  message: string,
  supports: { readonly signUp: boolean; readonly forgotPassword: boolean },
): string | undefined {
  const address = resultAddress(details.result_url);
  if (address === undefined) return undefined;
  const url = new URL(address);
  const members = {
    supportSignUp: String(supports.signUp),
    supportForgotPassword: String(supports.forgotPassword),
    ...details.facts,
    ...(details.include_email && email !== undefined ? { email } : {}),
    success: 'true',
    code: 'success',
    message,
  };
  for (const [name, value] of Object.entries(members)) url.searchParams.set(name, value);
  return url.href;
}
