// Cookies as this server reads and writes them: HttpOnly, for the whole host, for this host alone.
// Over https their names begin with `__Host-`, so that no sister domain can plant one (RFC 6265bis §4.1.3.2).

import type { Ask } from './exchange.ts';

/** Names the session of a browser. Its value is a random handle. */
export const sessionCookieName = 'countersign';
/** Names the browser itself: logins on their way are bound to it. */
export const browserCookieName = 'countersign_did';

/**
 * Names the browser for one login, beside the cookie above. Of two tabs that a new browser opens at once, both get a name, and
 * the second overwrites the first: without this one, the first tab's login would seem to be of another browser.
 */
export function loginCookieName(handle: string): string {
  return `${browserCookieName}_${handle.replace(/[^\w-]/g, '').slice(0, 12)}`;
}

/** The browser's name as the login with this handle knows it. Does not judge it: `readPending` compares. */
export function browserOf(ask: From, handle: string): string | undefined {
  return cookieOf(ask, loginCookieName(handle)) ?? cookieOf(ask, browserCookieName);
}

export interface NewCookie {
  readonly name: string;
  /** Only letters, digits, `-`, `_`, `.` and `~`. */
  readonly value: string;
  /** Without it the cookie ends with the browser. */
  readonly maxAgeSeconds?: number;
}

type From = Pick<Ask, 'headers' | 'issuer'>;

const isSecure = (ask: From) => ask.issuer.startsWith('https:');
const wireName = (ask: From, name: string) => (isSecure(ask) ? `__Host-${name}` : name);

/**
 * The value of a cookie as sent, or `undefined` when it is absent, empty, or sent twice: of two, one was planted, and
 * nobody can tell which. Does not judge the value.
 */
export function cookieOf(ask: From, name: string): string | undefined {
  const wire = wireName(ask, name);
  const values = (ask.headers.cookie ?? '').split(';').flatMap((pair) => {
    const equals = pair.indexOf('=');
    return equals >= 0 && pair.slice(0, equals).trim() === wire ? [pair.slice(equals + 1).trim()] : [];
  });
  return values.length === 1 && values[0] !== '' ? values[0] : undefined;
}

/**
 * The value of a `Set-Cookie` header. Over https it is `SameSite=None; Secure`, since silent authentication runs in a
 * frame of another site (SES-12); over plain http browsers take no such cookie, and `Lax` does on one machine.
 * @throws TypeError if the value has a character that cookies cannot carry as it is
 */
export function setCookie(ask: From, { name, value, maxAgeSeconds }: NewCookie): string {
  if (!/^[\w.~-]*$/.test(value)) throw new TypeError(`the value of the cookie ${name} needs an encoding`);
  const age = maxAgeSeconds === undefined ? '' : `; Max-Age=${Math.max(0, Math.floor(maxAgeSeconds))}`;
  const site = isSecure(ask) ? 'SameSite=None; Secure' : 'SameSite=Lax';
  return `${wireName(ask, name)}=${value}; Path=/${age}; HttpOnly; ${site}`;
}

/** The value of a `Set-Cookie` header that removes a cookie. */
export function clearCookie(ask: From, name: string): string {
  return setCookie(ask, { name, value: '', maxAgeSeconds: 0 });
}
