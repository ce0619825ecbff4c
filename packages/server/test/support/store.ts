// A store of a fresh database of either engine, for tests of what domain/ keeps there, without a server.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pendingAuthorizations } from '../../src/domain/pending/pending.ts';
import { sessions } from '../../src/domain/sessions/session.ts';
import { defaultTenant } from '../../src/domain/tenants/hosts.ts';
import { createSealer, openDatabase } from '../../src/storage/index.ts';
import type { Database, Store } from '../../src/storage/store.ts';
import { freshDatabase } from './postgres.ts';
import type { Engine } from './running.ts';

/** A database with the default tenant, and the tenant's store; `close` removes it. */
export async function openStore(engine: Engine): Promise<{ database: Database; store: Store; close(): Promise<void> }> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'countersign-'));
  const fresh = engine === 'postgres' ? await freshDatabase() : undefined;
  const database = await openDatabase({
    url: fresh?.url,
    dataDirectory,
    sealer: createSealer(Buffer.alloc(32, 'tests')),
    tables: [sessions, pendingAuthorizations],
    postgres: { allowUnsafe: true },
  });
  await database.addTenant({ id: defaultTenant, name: 'Tests', hosts: [] });
  return {
    database,
    store: database.store(defaultTenant),
    async close() {
      await database.close();
      await fresh?.drop();
      await rm(dataDirectory, { recursive: true, force: true });
    },
  };
}
