// Who may use what only a development server has (its mailbox, explanations of refusals): this machine, by a name of this machine,
// and no other web site, so that a page of somebody else can neither read nor write there (CSRF, DNS rebinding).

import type { Ask } from './exchange.ts';

const names = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?$/;
/** Whoever sends one of these speaks for somebody else, or wants to. */
const forwarding = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip'];

type From = Pick<Ask, 'ip' | 'host' | 'headers'>;

/** Why this request is not from this machine; `undefined` if it is. Whichever page led here. Pure. */
export function notFromThisMachine({ ip, host, headers }: From): string | undefined {
  if (ip !== '::1' && !ip.startsWith('127.')) return 'only this machine may look here';
  const header = forwarding.find((name) => headers[name] !== undefined);
  if (header !== undefined) return `the request came through something that sends ${header}`;
  return names.test(host) ? undefined : 'ask for localhost';
}

/** The same, and no other web site may have sent it. Pure. */
export function notFromHere(ask: From & Pick<Ask, 'method' | 'issuer'>): string | undefined {
  const { headers } = ask;
  const because = notFromThisMachine(ask);
  if (because !== undefined) return because;
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return 'another site sent the browser here';
  const { origin } = headers;
  if (origin !== undefined && `${origin}/` !== ask.issuer) return 'a page of another origin asks';
  return undefined;
}
