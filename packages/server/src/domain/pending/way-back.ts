// Where somebody goes from a login that has expired or is finished: back button, bookmark, a tab of yesterday (AZ-8, TEN-1).

import type { TenantId } from '../../schema/brand.ts';
import type { Database } from '../../storage/store.ts';
import type { ClientFacts } from '../clients/facts.ts';
import { findClient } from '../clients/find.ts';
import { settingsOf } from '../tenants/settings.ts';
import type { Snapshot } from '../tenants/snapshot.ts';

interface Deps {
  readonly database: Database;
  readonly snapshot: Snapshot;
}
type From = { readonly handle: string } | { readonly clientId: string | undefined };

/** The client that a handle was made for. It proves nothing: anybody can write a handle. */
export function clientOfHandle(handle: string): string | undefined {
  const [, encoded, ...more] = handle.split('.');
  if (encoded === undefined || more.length > 0 || !/^[\w-]{1,200}$/.test(encoded)) return undefined;
  const id = Buffer.from(encoded, 'base64url').toString('utf8');
  return id === '' || id.includes('\0') || id.includes('\ufffd') ? undefined : id;
}

/**
 * The address at which a new login starts: the client's `initiate_login_uri` with our issuer (OpenID Connect Core §4), else
 * the tenant's `default_redirection_uri`, else nothing. Both were registered by administrators; a forged handle can choose
 * among registered addresses only. `clientId` for a client that is known otherwise.
 */
export async function wayBack(
  { database, snapshot }: Deps,
  tenant: TenantId,
  issuer: string,
  from: From,
): Promise<string | undefined> {
  const clientId = 'handle' in from ? clientOfHandle(from.handle) : from.clientId;
  const client = clientId === undefined ? undefined : await findClient(database, snapshot, tenant, clientId);
  const start = client?.authorization.initiateLoginUri;
  // A stranger's client sends nobody anywhere without a login (AZ-6): handles name a client, and anybody can make one.
  if (client?.firstParty && start !== undefined && URL.canParse(start)) {
    const url = new URL(start);
    url.searchParams.set('iss', issuer);
    return url.href;
  }
  const settings = await settingsOf(database, snapshot, tenant, true);
  return settings.default_redirection_uri || undefined;
}

/**
 * What an error page offers as a link, to be followed by a person and never by a redirect: the way back, else the site of a
 * first-party client (the origin of its first callback on the web), so that the back button after a login is no dead end.
 */
export async function linkBack(deps: Deps, tenant: TenantId, issuer: string, from: From): Promise<string | undefined> {
  const start = await wayBack(deps, tenant, issuer, from);
  if (start !== undefined) return start;
  const clientId = 'handle' in from ? clientOfHandle(from.handle) : from.clientId;
  const client = clientId === undefined ? undefined : await findClient(deps.database, deps.snapshot, tenant, clientId);
  return client && siteOf(client);
}

/** The origin of a first-party client's first callback on the web, without wildcards and placeholders. */
export function siteOf(client: Pick<ClientFacts, 'firstParty' | 'callbacks'>): string | undefined {
  if (!client.firstParty) return undefined;
  const site = client.callbacks.find((callback) => /^https?:\/\/[^*{}]+$/.test(callback) && URL.canParse(callback));
  return site === undefined ? undefined : `${new URL(site).origin}/`;
}
