// Where a logout goes (auth0-behaviour LO-2 to LO-6). Pure.

import type { ClientFacts } from '../../domain/clients/facts.ts';
import type { TenantSettings } from '../../domain/tenants/settings.ts';
import { type RegisteredLogoutUrl, registeredLogoutUrl } from '../../oauth/redirect-uri.ts';
import { printable } from '../../web/params.ts';

export type LogoutTarget =
  | { readonly kind: 'redirect'; readonly url: RegisteredLogoutUrl }
  /** Nowhere to go: says that it is done. */
  | { readonly kind: 'here' }
  | { readonly kind: 'refused'; readonly description: string; readonly endsSession: boolean };

/**
 * With a client its list counts, without one the tenant's. A `returnTo` that is refused still ends the session: whoever
 * wanted to log out is logged out. A third-party client in strict mode has no logout (§27.1), so it ends nothing.
 */
export function judgeLogout(
  { clientId, returnTo }: { readonly clientId: string | undefined; readonly returnTo: string | undefined },
  client: ClientFacts | undefined,
  settings: Pick<TenantSettings, 'allowed_logout_urls'>,
): LogoutTarget {
  if (clientId !== undefined && (!client || client.builtIn))
    return { kind: 'refused', description: `Unknown client: ${printable(clientId)}`, endsSession: true };
  if (client?.authorization.thirdParty === 'strict')
    return {
      kind: 'refused',
      description: 'Logout is not available to third-party applications',
      endsSession: false,
    };
  const allowed = client ? client.authorization.logoutUrls : (settings.allowed_logout_urls ?? []);
  if (returnTo === undefined) {
    const first = client ? allowed[0] : undefined;
    const url = first === undefined ? undefined : registeredLogoutUrl(first, [first]);
    return url === undefined ? { kind: 'here' } : { kind: 'redirect', url };
  }
  const url = registeredLogoutUrl(returnTo, allowed);
  if (url !== undefined) return { kind: 'redirect', url };
  const quoted = returnTo.replace(/[^\x20-\x7e]/g, '?').slice(0, 300);
  const whose = client ? `the application ${client.name}` : 'the tenant, since no client_id was sent';
  return {
    kind: 'refused',
    description: `The "returnTo" querystring parameter "${quoted}" is not defined as a valid URL in "Allowed Logout URLs". To add a new URL, change allowed_logout_urls of ${whose}.`,
    endsSession: true,
  };
}
