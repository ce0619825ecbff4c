// What a tenant's pages look like: from its settings and its branding, kept in the snapshot.

import type { TenantId } from '../../schema/brand.ts';
import type { Database } from '../../storage/store.ts';
import { settingsOf } from './settings.ts';
import type { Snapshot } from './snapshot.ts';

/** The members of the `branding` document that matter here. */
interface Branding {
  readonly colors?: { readonly primary?: string; readonly page_background?: unknown };
  readonly logo_url?: string;
  readonly favicon_url?: string;
}

/** As `web/page.ts` takes it. Nothing is checked here: the page passes over addresses and colours that it can't use. */
export interface TenantLook {
  readonly tenantName: string;
  readonly logoUrl: string | undefined;
  readonly faviconUrl: string | undefined;
  readonly primary: string | undefined;
  readonly pageBackground: string | undefined;
  readonly support: string | undefined;
  readonly languages: readonly string[];
}

/** The look of a tenant; even a stale one, since a page about an outage should look like itself. Branding wins over settings. */
export async function lookOf(database: Database, snapshot: Snapshot, tenant: TenantId): Promise<TenantLook> {
  const settings = await settingsOf(database, snapshot, tenant, true);
  const branding = await snapshot.get(tenant, 'branding', '', { evenStale: true, lasting: true }, async () => ({
    value: (await database.store(tenant).document<Branding>('branding')) ?? {},
    from: ['documents/branding'],
  }));
  const colors = { ...settings.universal_login?.colors, ...branding?.colors };
  return {
    // A name is asked for on every page; a tenant that has none is called by what it is.
    tenantName: settings.friendly_name || 'Countersign',
    logoUrl: branding?.logo_url || settings.picture_url || undefined,
    faviconUrl: branding?.favicon_url || undefined,
    primary: colors.primary,
    pageBackground: solid(colors.page_background),
    support: settings.support_url || (settings.support_email ? `mailto:${settings.support_email}` : undefined),
    languages: settings.enabled_locales ?? [],
  };
}

/** A gradient (`{ type, start, end, angle_deg }`) is shown as the colour that it starts with. */
function solid(background: unknown): string | undefined {
  if (typeof background === 'string') return background;
  if (typeof background !== 'object' || background === null) return undefined;
  const { start } = background as { readonly start?: unknown };
  return typeof start === 'string' ? start : undefined;
}
