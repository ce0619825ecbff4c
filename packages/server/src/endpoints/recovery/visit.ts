// What every page of recovery knows of a visit: the look, the language, the client that people came from. Reads nothing; the
// endpoint does.

import { hash, randomBytes } from 'node:crypto';
import type { TenantLook } from '../../domain/tenants/look.ts';
import { cookieOf, setCookie } from '../../web/cookies.ts';
import type { Ask } from '../../web/exchange.ts';
import type { Place } from '../../web/form.ts';
import { textsIn } from '../../web/language.ts';
import type { Language } from '../../web/texts/index.ts';

/** Binds the form that asks for a link to the browser that got it. */
const cookieName = 'countersign_recovery';

export interface Token {
  readonly csrf: string;
  /** The cookie to send, if the browser has none yet. */
  readonly setCookie: string | undefined;
}

/** The token of the form that asks for a link: made from a cookie that only this browser has. */
export function browserToken(ask: Ask): Token {
  const known = cookieOf(ask, cookieName);
  const value = known ?? randomBytes(32).toString('base64url');
  return {
    csrf: hash('sha256', `recovery ${value}`, 'base64url'),
    setCookie: known === undefined ? setCookie(ask, { name: cookieName, value }) : undefined,
  };
}

/** The token of a form behind a link: whoever can make it holds the ticket already. */
export function ticketToken(ticket: string): string {
  return hash('sha256', `form ${ticket}`, 'base64url');
}

/** What a form carries and names. `action` is the page itself. */
export function placeOf(look: TenantLook, language: Language, action: string, csrf: string, application = ''): Place {
  return {
    texts: textsIn(language),
    language,
    action,
    csrf,
    application: application || look.tenantName,
    tenant: look.tenantName,
  };
}
