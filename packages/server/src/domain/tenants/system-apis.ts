// The built-in APIs of a tenant. Their identifiers follow the host of the request, so they are stored as a fixed
// name and put on the wire as a URL of the host: a new port or domain then changes nothing that is stored.

import type { TenantHost } from '../../schema/brand.ts';

/** What is stored instead of `https://HOST/api/v2/`. Nobody can create an API of this name (`urn:countersign:` is kept). */
export const MANAGEMENT_API = 'urn:countersign:management-api';
/** What is stored instead of `https://HOST/me/`. */
export const MY_ACCOUNT_API = 'urn:countersign:my-account-api';

const reserved = 'urn:countersign:';
const paths: readonly (readonly [stored: string, path: string])[] = [
  [MANAGEMENT_API, 'api/v2/'],
  [MY_ACCOUNT_API, 'me/'],
];

/** The Management API's identifier at a host: always https, always with the slash (auth0-behaviour MA-1). */
export function managementIdentifier(host: TenantHost): string {
  return identifierAt(MANAGEMENT_API, host);
}

/** Whether a caller tries to use a stored name of ours as an identifier. */
export function isReservedIdentifier(identifier: string): boolean {
  return identifier.startsWith(reserved);
}

/** An API identifier as asked for -> as stored. Compared byte for byte; near misses stay what they are. */
export function storedIdentifier(identifier: string, host: TenantHost): string {
  // A stored name of ours is nobody's identifier on the wire: it names nothing there.
  if (isReservedIdentifier(identifier)) return `${identifier}#unknown`;
  return paths.find(([, path]) => identifier === `https://${host}/${path}`)?.[0] ?? identifier;
}

/** An API identifier as stored -> as it is called at this host. */
export function identifierAt(stored: string, host: TenantHost): string {
  const path = paths.find(([name]) => name === stored)?.[1];
  return path === undefined ? stored : `https://${host}/${path}`;
}
