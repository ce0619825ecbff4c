// The tenant settings that decisions depend on, kept in the snapshot.

import { tenantSettings } from '../../resources/index.ts';
import type { TenantId } from '../../schema/brand.ts';
import type { Database } from '../../storage/store.ts';
import type { Snapshot } from './snapshot.ts';

export type TenantSettings = typeof tenantSettings.initial;

/** The document that keeps the settings of a tenant. */
export const settingsDocument = tenantSettings.name;

/** The settings of a tenant: what was set, over what every tenant begins with. May be stale only if asked so. */
export async function settingsOf(
  database: Database,
  snapshot: Snapshot,
  tenant: TenantId,
  evenStale = false,
): Promise<TenantSettings> {
  const found = await snapshot.get(tenant, 'settings', '', { evenStale, lasting: true }, async () => {
    const stored = await database.store(tenant).document<TenantSettings>(settingsDocument);
    return { value: { ...tenantSettings.initial, ...stored }, from: [`documents/${settingsDocument}`] };
  });
  return found ?? tenantSettings.initial;
}

/**
 * Whether responses name the issuer (RFC 9207): where the tenant says so, and by default in the `oidc` dialect, since it
 * protects clients with several servers against mix-up and OpenID Connect clients expect it or pass over it.
 */
export function namesIssuer(
  settings: Pick<TenantSettings, 'authorization_response_iss_parameter_supported'>,
  dialect: 'auth0' | 'oidc',
): boolean {
  return settings.authorization_response_iss_parameter_supported ?? dialect === 'oidc';
}
