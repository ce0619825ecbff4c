// What memory keeps of a load that a change overtakes, and what it may still say while the database is away.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TenantId } from '../../schema/brand.ts';
import { type Change, type Database, StoreUnavailable } from '../../storage/store.ts';
import { createSnapshot } from './snapshot.ts';

const tenant = 'default' as TenantId;

/** A database of which only the announcements matter. */
function announcing(): { database: Database; announce(change: Change): void } {
  const hearers: ((change: Change) => void)[] = [];
  const database = {
    onChange: (hear: (change: Change) => void) => void hearers.push(hear),
    changesSince: async () => ({ cursor: '0', changes: [] }),
  } as Partial<Database> as Database;
  return {
    database,
    announce: (change) => {
      for (const hear of hearers) hear(change);
    },
  };
}

const change = { tenant, table: 'signing_keys', id: 'other' } as Change;
const from = ['signing_keys/*'];

for (const lasting of [true, false]) {
  test(`a change while ${lasting ? 'a lasting' : 'a'} value is loaded: it is read again, and ${lasting ? 'only outages take it' : 'not kept'}`, async () => {
    const { database, announce } = announcing();
    const snapshot = createSnapshot(database, () => 0);
    const options = { lasting, evenStale: lasting };
    const first = await snapshot.get(tenant, 'keys', '', options, async () => {
      announce(change);
      return { value: 'first', from };
    });
    assert.equal(first, 'first');
    assert.equal(snapshot.peek(tenant, 'keys', ''), undefined);
    const away = async () => {
      throw new StoreUnavailable('away');
    };
    const during = snapshot.get(tenant, 'keys', '', options, away);
    if (lasting) assert.equal(await during, 'first');
    else await assert.rejects(during, StoreUnavailable);
    assert.equal(await snapshot.get(tenant, 'keys', '', options, async () => ({ value: 'second', from })), 'second');
    assert.equal(snapshot.peek(tenant, 'keys', ''), 'second');
    announce(change);
    assert.equal(snapshot.peek(tenant, 'keys', ''), undefined);
  });
}
