// Addresses of a client that follow the host of the request: `https://{custom_domain}/cb` is `https://HOST/cb` at every host of
// the tenant (auth0-behaviour §4.3). Every host is one of ours, so a code or a message stays with this server.

import type { TenantHost } from '../../schema/brand.ts';
import type { ClientFacts } from './facts.ts';

const placeholder = '{custom_domain}';

/** Addresses as they are at this host. Pure. */
export function addressesAt(addresses: readonly string[], host: TenantHost): readonly string[] {
  return addresses.map((address) => address.replaceAll(placeholder, host));
}

/** The client as it is at this host; the same object if none of its addresses follows the host. Pure. */
export function clientAt(client: ClientFacts, host: TenantHost): ClientFacts {
  const { callbacks, allowedOrigins, authorization } = client;
  const { webOrigins, logoutUrls } = authorization;
  const lists = [callbacks, allowedOrigins, webOrigins, logoutUrls];
  if (!lists.some((list) => list.some((address) => address.includes(placeholder)))) return client;
  const here = (list: readonly string[]) => addressesAt(list, host);
  return {
    ...client,
    callbacks: here(callbacks),
    allowedOrigins: here(allowedOrigins),
    authorization: { ...authorization, webOrigins: here(webOrigins), logoutUrls: here(logoutUrls) },
  };
}
