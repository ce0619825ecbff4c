// The browser of a login: the cookies that name it, and how it is sent to a page.

import { randomBytes } from 'node:crypto';
import { pendingLifetimeMs } from '../../domain/pending/pending.ts';
import { noStore } from '../../web/answers.ts';
import {
  browserCookieName,
  clearCookie,
  cookieOf,
  loginCookieName,
  sessionCookieName,
  setCookie,
} from '../../web/cookies.ts';
import type { Answer, Ask } from '../../web/exchange.ts';

const yearSeconds = 31_536_000;

/** The name that a new login is bound to; `isNew` if the browser had none of the form that we give. */
export interface NamedBrowser {
  readonly name: string;
  readonly isNew: boolean;
}

/** The name that the browser has, or a random one. */
export function nameBrowser(ask: Ask): NamedBrowser {
  const value = cookieOf(ask, browserCookieName);
  return value !== undefined && /^[\w-]{43}$/.test(value)
    ? { name: value, isNew: false }
    : { name: randomBytes(32).toString('base64url'), isNew: true };
}

/**
 * Sends the browser to a page of ours. `named` for a login that begins: the browser keeps its name for a year, and a new one
 * also for this login alone. A session cookie that names no living session is taken away (SES-08).
 */
export function askPage(ask: Ask, path: string, handle: string, signedIn: boolean, named?: NamedBrowser): Answer {
  const stale = !signedIn && cookieOf(ask, sessionCookieName) !== undefined;
  const cookies = [
    ...(named ? [setCookie(ask, { name: browserCookieName, value: named.name, maxAgeSeconds: yearSeconds })] : []),
    ...(named?.isNew
      ? [setCookie(ask, { name: loginCookieName(handle), value: named.name, maxAgeSeconds: pendingLifetimeMs / 1000 })]
      : []),
    ...(stale ? [clearCookie(ask, sessionCookieName)] : []),
  ];
  return {
    status: ask.method === 'POST' ? 303 : 302,
    headers: {
      ...noStore,
      location: `${path}?state=${encodeURIComponent(handle)}`,
      'referrer-policy': 'no-referrer',
      ...(cookies.length > 0 ? { 'set-cookie': cookies } : {}),
    },
  };
}
