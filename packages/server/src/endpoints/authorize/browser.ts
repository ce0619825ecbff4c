// The browser of a login: the cookie that names it, and how it is sent to a page.

import { randomBytes } from 'node:crypto';
import { noStore } from '../../web/answers.ts';
import { browserCookieName, clearCookie, cookieOf, sessionCookieName, setCookie } from '../../web/cookies.ts';
import type { Answer, Ask } from '../../web/exchange.ts';

const yearSeconds = 31_536_000;

/** The browser's name, if the cookie has the form that we gave it. */
export function browserOf(ask: Ask): string | undefined {
  const value = cookieOf(ask, browserCookieName);
  return value !== undefined && /^[\w-]{43}$/.test(value) ? value : undefined;
}

/**
 * Sends the browser to a page of ours. `handleFor` gives the handle of the login, bound to the browser that it is told; a
 * browser without a name gets one. A session cookie that names no living session is taken away (SES-08).
 */
export async function askPage(
  ask: Ask,
  path: string,
  signedIn: boolean,
  handleFor: (browser: string) => Promise<string>,
): Promise<Answer> {
  const browser = browserOf(ask) ?? randomBytes(32).toString('base64url');
  const handle = await handleFor(browser);
  const stale = !signedIn && cookieOf(ask, sessionCookieName) !== undefined;
  return {
    status: ask.method === 'POST' ? 303 : 302,
    headers: {
      ...noStore,
      location: `${path}?state=${encodeURIComponent(handle)}`,
      'referrer-policy': 'no-referrer',
      'set-cookie': [
        setCookie(ask, { name: browserCookieName, value: browser, maxAgeSeconds: yearSeconds }),
        ...(stale ? [clearCookie(ask, sessionCookieName)] : []),
      ],
    },
  };
}
