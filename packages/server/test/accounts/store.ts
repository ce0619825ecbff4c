// A fresh database of either engine with the tables of people, for tests of accounts without a server.

import { accountTables } from '../../src/domain/accounts/tables.ts';
import { issuedTokens, userGrants } from '../../src/domain/issuing/user-tables.ts';
import { sessions } from '../../src/domain/sessions/session.ts';
import type { TenantId } from '../../src/schema/brand.ts';
import { createSealer, openDatabase } from '../../src/storage/index.ts';
import type { Database, Store } from '../../src/storage/store.ts';
import { type Engine, freshPlace } from '../support/running.ts';

export interface Opened {
  readonly database: Database;
  readonly store: Store;
  close(): Promise<void>;
}

/** Opens it as one node; `again` opens a second node over the same place. */
export async function openAccounts(engine: Engine): Promise<Opened & { again(): Promise<Opened> }> {
  const place = await freshPlace(engine);
  const open = async (): Promise<Opened> => {
    const database = await openDatabase({
      dataDirectory: place.data,
      ...(place.url === undefined ? {} : { url: place.url }),
      sealer: createSealer(Buffer.alloc(32, 'accounts')),
      tables: [...accountTables, userGrants, issuedTokens, sessions],
      postgres: { allowUnsafe: true },
    });
    return { database, store: database.store('default' as TenantId), close: () => database.close() };
  };
  const first = await open();
  await first.database.addTenant({ id: 'default' as TenantId, name: 'default', hosts: [] });
  return {
    ...first,
    again: open,
    async close() {
      await first.close();
      await place.clear();
    },
  };
}
