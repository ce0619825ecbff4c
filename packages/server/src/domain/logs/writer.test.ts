// What the log writer does while the database is away.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TenantId } from '../../schema/brand.ts';
import { type Database, type StoredLog, StoreUnavailable } from '../../storage/store.ts';
import { createLogWriter } from './writer.ts';

const tenant = 'default' as TenantId;

/** A database that keeps events, or refuses them while it is away. */
function databaseThat(kept: StoredLog[], away: () => boolean): Database {
  const appendLogs: Database['appendLogs'] = async (events) => {
    if (away()) throw new StoreUnavailable('away');
    kept.push(...events);
  };
  return { appendLogs } as Partial<Database> as Database;
}

test('while the database is away the youngest events wait, as many as memory has room for, and the rest is counted', async () => {
  const kept: StoredLog[] = [];
  const said: string[] = [];
  let away = true;
  const writer = createLogWriter(
    databaseThat(kept, () => away),
    Date.now,
    (message) => said.push(message),
    100_000,
  );
  for (let index = 0; index < 50; index++) {
    writer.record({ tenant, type: 'fapi', description: `event ${index}`, details: { long: 'x'.repeat(9_000) } });
  }
  await assert.rejects(writer.flush(), StoreUnavailable);
  away = false;
  await writer.close();
  assert.ok(kept.length >= 9 && kept.length <= 11, `${kept.length} were kept`);
  assert.match(kept.at(-1)?.record ?? '', /event 49/);
  assert.match(said.join(), new RegExp(`${50 - kept.length} log events were lost`));
});

test('an outage is spoken of once a minute, and events are written soon after it', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  const pass = async (milliseconds: number) => {
    for (let passed = 0; passed < milliseconds; passed += 100) {
      t.mock.timers.tick(100);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const kept: StoredLog[] = [];
  const said: string[] = [];
  let away = true;
  const writer = createLogWriter(
    databaseThat(kept, () => away),
    Date.now,
    (message) => said.push(message),
  );
  writer.record({ tenant, type: 's', description: 'waits' });
  await pass(50_000);
  assert.equal(said.length, 1, said.join());
  await pass(20_000);
  assert.equal(said.length, 2);
  away = false;
  await pass(1_200);
  assert.equal(kept.length, 1);
  await writer.close();
});
