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
 * Whether authorization responses name the issuer (RFC 9207), which protects clients with several servers against mix-up:
 * where the tenant says so, and by default where its dialect is `oidc`. It is the tenant's dialect and not the client's, since
 * discovery must say the same to everybody.
 */
export function namesIssuer(
  settings: Pick<TenantSettings, 'answer_dialect' | 'authorization_response_iss_parameter_supported'>,
): boolean {
  return settings.authorization_response_iss_parameter_supported ?? settings.answer_dialect === 'oidc';
}
