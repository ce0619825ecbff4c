// Cross-origin requests from browsers. A preflight cannot name its client, so it is answered for any origin;
// the request that follows is judged by the origins of the client that it names (auth0-behaviour §39).

import { type Answer, type Ask, empty } from './exchange.ts';

/** Headers that scripts may read from our answers; SDKs need these. */
const exposed =
  'dpop-nonce, www-authenticate, retry-after, x-ratelimit-limit, x-ratelimit-remaining, x-ratelimit-reset';

/** Whether this has the form of an origin (RFC 6454 §6.2), `null` included; anything else is not repeated. */
function isOrigin(text: string | undefined): text is string {
  return text !== undefined && /^(null|[a-z][a-z0-9+.-]*:\/\/[a-z0-9._:[\]-]+)$/i.test(text);
}

/** The answer to a preflight. It grants nothing: no credentials are allowed and the real request is checked. */
export function preflight(ask: Ask, methods: readonly string[]): Answer {
  const wanted = ask.headers['access-control-request-headers'] ?? '';
  const headers = /^[A-Za-z0-9, _-]{0,500}$/.test(wanted) ? wanted : '';
  return empty(204, {
    ...(isOrigin(ask.headers.origin) ? { 'access-control-allow-origin': ask.headers.origin } : {}),
    'access-control-allow-methods': methods.join(', '),
    ...(headers === '' ? {} : { 'access-control-allow-headers': headers }),
    'access-control-max-age': '600',
    vary: 'Origin, Access-Control-Request-Headers',
  });
}

/** Headers for an answer that any page may read (JWKS, discovery): it holds nothing secret and needs no cookie. */
export const anyOrigin = { 'access-control-allow-origin': '*' } as const;

/**
 * Headers for a refusal that is the same for everybody, decided before anybody knew which client asks (too many requests, an outage).
 * Without them a script sees a failed connection, and can't tell that it should wait. No cookie is ever sent along.
 */
export const refusedToAnybody = { ...anyOrigin, 'access-control-expose-headers': exposed } as const;

/** Headers for an answer that this origin, which was checked, may read. */
export function allowedOrigin(origin: string): Record<string, string> {
  return { 'access-control-allow-origin': origin, 'access-control-expose-headers': exposed, vary: 'Origin' };
}

/** The answer as a page of this origin may read it. The caller has checked the origin; without one the answer is as it was. */
export function readableByOrigin(origin: string | undefined, answer: Answer): Answer {
  return origin === undefined ? answer : { ...answer, headers: { ...answer.headers, ...allowedOrigin(origin) } };
}

/** The refusal of an origin that the client has not registered: a plain body, as Auth0 answers (CORS-2). */
export function originRefused(origin: string): Answer {
  return {
    status: 403,
    headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store', vary: 'Origin' },
    body: `Origin ${origin.replace(/[^\x21-\x7e]/g, '?').slice(0, 200)} is not allowed.`,
  };
}

/**
 * Whether an origin is among a client's: the origins of its callbacks, and `allowed_origins` with one wildcard label
 * (`https://*.example.com`). Compared as strings; no URL is normalised for the comparison.
 */
export function isAllowedOrigin(origin: string, callbacks: readonly string[], allowed: readonly string[]): boolean {
  if (!/^https?:\/\/[a-z0-9.:[\]-]+$/.test(origin)) return false;
  for (const callback of callbacks) {
    const match = /^(https?:\/\/[^/?#]+)/.exec(callback);
    if (match?.[1] === origin) return true;
  }
  return allowed.some((pattern) => {
    const trimmed = pattern.replace(/\/$/, '');
    if (!trimmed.includes('://*.')) return trimmed === origin;
    const [scheme = '', rest = ''] = trimmed.split('://*.');
    const prefix = `${scheme}://`;
    if (!origin.startsWith(prefix) || !origin.endsWith(`.${rest}`)) return false;
    const label = origin.slice(prefix.length, origin.length - rest.length - 1);
    return /^[a-z0-9-]+$/.test(label);
  });
}
