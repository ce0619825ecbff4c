// How a tenant wants its login pages to ask, kept in the snapshot.

import { type Prompts, prompts } from '../../resources/prompts.ts';
import type { TenantId } from '../../schema/brand.ts';
import type { Database } from '../../storage/store.ts';
import type { Snapshot } from './snapshot.ts';

/** The prompt settings of a tenant: what was set, or what every tenant begins with. @throws StoreUnavailable */
export async function promptsOf(database: Database, snapshot: Snapshot, tenant: TenantId): Promise<Prompts> {
  const found = await snapshot.get(tenant, 'prompts', '', {}, async () => ({
    value: (await database.store(tenant).document<Prompts>(prompts.name)) ?? prompts.initial,
    from: [`documents/${prompts.name}`],
  }));
  return found ?? prompts.initial;
}
