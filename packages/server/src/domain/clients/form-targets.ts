// Where the redirects after a form of ours may lead. Chromium holds every redirect after a POST to `form-action`: the
// client's callback, and wherever the client goes on from there, must be among the sources, or the browser stops in silence.

import type { ClientFacts } from './facts.ts';

/**
 * CSP sources: the callback of this login with its domain, and what is registered for the client. `https://*.example.com` is a
 * source too; an app's scheme is `scheme:`, and so is an IPv6 address, which CSP has no words for.
 */
export function formTargets(
  redirectUri: string,
  client: Pick<ClientFacts, 'callbacks' | 'allowedOrigins' | 'authorization'>,
): readonly string[] {
  const { webOrigins, logoutUrls, initiateLoginUri } = client.authorization;
  const addresses = [
    redirectUri,
    ...client.callbacks,
    ...client.allowedOrigins,
    ...webOrigins,
    ...logoutUrls,
    initiateLoginUri ?? '',
  ];
  const [callback, ...others] = addresses.map(source);
  const sources = [callback, ...relatives(redirectUri), ...others].filter((one) => one !== undefined);
  return [...new Set(sources)].slice(0, most);
}

/**
 * The domain that a callback is below, with everything below it: `api.example.com` takes a code and goes on to
 * `www.example.com`, and nobody registers that. No list of public suffixes: too much is better here than a login that stops.
 */
function relatives(redirectUri: string): readonly string[] {
  const { protocol, hostname } = new URL(redirectUri);
  const labels = hostname.split('.');
  if (protocol !== 'https:' || labels.length < 2 || !/^[a-z][a-z0-9-]*$/.test(labels.at(-1) ?? '')) return [];
  const domain = labels.length === 2 ? hostname : labels.slice(1).join('.');
  return [`https://${domain}`, `https://*.${domain}`];
}

/** A header of more than some kilobytes is refused by proxies; the callback comes first, so it is always among them. */
const most = 50;

function source(address: string): string | undefined {
  const web = /^(https?:)\/\/((?:\*\.)?[a-z0-9.-]+(?::\d{1,5})?)(?:[/?#]|$)/i.exec(address);
  if (web) return `${web[1]}//${web[2]}`.toLowerCase();
  const scheme = /^([a-z][a-z0-9+.-]*:)/i.exec(address)?.[1]?.toLowerCase();
  if (scheme === 'https:' || scheme === 'http:') return /^https?:\/\/\[/i.test(address) ? scheme : undefined;
  return scheme === 'javascript:' || scheme === 'data:' ? undefined : scheme;
}
