// Addresses of a client that follow the host of the request: `https://{custom_domain}/cb` is `https://HOST/cb` at every host of
// the tenant (auth0-behaviour §4.3). Every host is one of ours, so a code or a message stays with this server; over plain http it
// does so on the machine of the browser only, and at a public host anybody on the way could read it.

import type { TenantHost } from '../../schema/brand.ts';
import { isLocalName } from '../tenants/hosts.ts';
import type { ClientFacts } from './facts.ts';

const placeholder = '{custom_domain}';

/** Addresses as they are at this host; those that follow it by plain http are there at loopback names only. Pure. */
export function addressesAt(addresses: readonly string[], host: TenantHost): readonly string[] {
  const local = isLocalName(host);
  const isHere = (address: string) => local || !address.includes(placeholder) || !/^http:/i.test(address);
  return addresses.filter(isHere).map((address) => address.replaceAll(placeholder, host));
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
