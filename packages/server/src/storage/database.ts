// The database as the house sees it, over either engine.

import { sql } from 'kysely';
import type { TenantId } from '../schema/brand.ts';
import { changesSince } from './changes.ts';
import { eventCounterOf } from './count-events.ts';
import { countReadsOf } from './count-reads.ts';
import { readsOf } from './documents.ts';
import type { Engine } from './engine.ts';
import { jobQueueOf } from './jobs.ts';
import { LOGS, logReadsOf } from './logs.ts';
import { prune } from './prune.ts';
import { sequencesOf } from './sequence.ts';
import type { Change, Database, Sealer, Store } from './store.ts';
import type { DeclaredTable } from './tables.ts';
import { insertTenant, listTenants } from './tenants.ts';
import { transactionOf } from './transaction.ts';

/** The database over an open, migrated engine. `now` in ms. Does not check the schema or the key. */
export function databaseOf(
  engine: Engine,
  sealer: Sealer,
  tables: readonly DeclaredTable[],
  now: () => number,
): Database {
  let closing: Promise<void> | undefined;
  const counter = eventCounterOf(engine);
  const listeners: ((change: Change) => void)[] = [];
  const enqueuedListeners: (() => void)[] = [];

  function announce(changes: readonly Change[]): void {
    for (const change of changes) for (const listener of listeners) listener(change);
  }

  function store(tenant: TenantId): Store {
    const at = { engine, sealer, tenant };
    return {
      tenant,
      ...readsOf(at, engine.reader),
      logs: logReadsOf(engine, engine.reader, tenant),
      counts: countReadsOf(engine, tenant),
      async transact(work) {
        const { value, changes, enqueued } = await engine.write(async (connection) => {
          const { tx, flush, enqueued } = transactionOf(at, tenant, connection, now());
          return { value: await work(tx), changes: await flush(), enqueued: enqueued() };
        });
        announce(changes);
        if (enqueued) for (const listener of enqueuedListeners) listener();
        return value;
      },
    };
  }

  return {
    engine: engine.kind,
    store,
    tenants: () => listTenants(engine.reader),

    async addTenant(tenant) {
      const { created, changes } = await engine.write(async (connection) => {
        const at = { engine, sealer, tenant: tenant.id };
        const { announceTenant, flush } = transactionOf(at, tenant.id, connection, now());
        const created = await insertTenant(connection, tenant);
        if (created) await announceTenant();
        return { created, changes: await flush() };
      });
      announce(changes);
      return created;
    },

    async appendLogs(events) {
      if (!events.length) return;
      await counter.learn(events);
      await engine.write(async (connection) => {
        const sequences = sequencesOf(engine, connection, LOGS.tenant);
        const first = await sequences.next(LOGS.name, events.length);
        await counter.count(connection, await connection.appendLogs(events, first));
        await sequences.flush();
      });
    },

    jobs: { ...jobQueueOf(engine, sealer), onEnqueued: (listener) => void enqueuedListeners.push(listener) },
    prune: (at, logsBefore) => prune(engine, tables, at, logsBefore),
    changesSince: (cursor) => changesSince(engine.reader, cursor),
    onChange: (listener) => void listeners.push(listener),
    async ping() {
      await engine.reader.run(sql`select 1 as alive`);
    },
    close() {
      closing ??= engine.close();
      return closing;
    },
  };
}
