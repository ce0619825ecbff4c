// Who may look into the mailbox of a development server: this machine, by a name of this machine, and no other web site. The
// mails hold links that log nobody in but change passwords, so a page of somebody else must not read them (CSRF, DNS rebinding).

import type { Ask } from '../../web/exchange.ts';

const names = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?$/;
/** Whoever sends one of these speaks for somebody else, or wants to. */
const forwarding = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip'];

/** Why this request may not; `undefined` if it may. Pure. */
export function notFromHere(ask: Pick<Ask, 'ip' | 'host' | 'headers' | 'method' | 'issuer'>): string | undefined {
  const { headers } = ask;
  if (ask.ip !== '::1' && !ask.ip.startsWith('127.')) return 'only this machine may look here';
  const header = forwarding.find((name) => headers[name] !== undefined);
  if (header !== undefined) return `the request came through something that sends ${header}`;
  if (!names.test(ask.host)) return 'ask for localhost';
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return 'another site sent the browser here';
  const { origin } = headers;
  if (origin !== undefined && `${origin}/` !== ask.issuer) return 'a page of another origin asks';
  return undefined;
}
