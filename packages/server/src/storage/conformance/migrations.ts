// Migrations: killed at any point, started by many, or met by an older program.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DatabasePlace } from '../index.ts';
import { migrations as known } from '../migrations/index.ts';
import { StoreRefused } from '../store.ts';
import { startChild } from './process.ts';
import { schemaOf } from './schema.ts';
import { clients, dump, execute, type Fresh, openAt, tenantId } from './subject.ts';

const KILLS = 30;
/** Kills that happen side by side; each has a database of its own. */
const LANES = 3;

/** `make` gives an empty directory of SQLite's; on PostgreSQL an empty schema of `base` does, and is quicker. */
export function migrations(make: () => Promise<Fresh>, base: () => DatabasePlace): void {
  let schemas = 0;
  async function withFresh(work: (fresh: DatabasePlace) => Promise<void>): Promise<void> {
    const { url } = base();
    if (url !== undefined) {
      const name = `empty_${schemas++}`;
      await execute(base(), `create schema ${name}`);
      const place = new URL(url);
      place.searchParams.set('options', `-c search_path=${name}`);
      return work({ url: place.href });
    }
    const fresh = await make();
    try {
      await work(fresh);
    } finally {
      await fresh.drop();
    }
  }

  test(`after a kill -9 at any of ${KILLS} points the next start completes the schema`, async () => {
    let whole: Awaited<ReturnType<typeof schemaOf>> | undefined;
    let duration = 0;
    await withFresh(async (fresh) => {
      const child = await startChild(fresh);
      const began = performance.now();
      await child.ask('open', 'nobody');
      duration = performance.now() - began;
      await child.stop();
      whole = await schemaOf(fresh);
    });
    const lane = async (first: number) => {
      for (let kill = first; kill < KILLS; kill += LANES) {
        await withFresh(async (fresh) => {
          const child = await startChild(fresh);
          const opening = child.ask('open', 'nobody').catch(() => {});
          await sleep((duration * (kill + Math.random())) / KILLS);
          await child.kill9();
          await opening;
          const database = await openAt(fresh);
          assert.deepEqual(await schemaOf(fresh), whole);
          const store = database.store(tenantId('t'));
          await store.transact((tx) => tx.insert(clients, { client_id: 'a', client_secret: 's' }));
          assert.deepEqual(await store.get(clients, 'a'), { client_id: 'a', client_secret: 's' });
          await database.close();
        });
      }
    };
    await Promise.all(Array.from({ length: LANES }, (_, first) => lane(first)));
  });

  test('of three processes that start at once one migrates, and all of them serve', async () => {
    await withFresh(async (fresh) => {
      const three = await Promise.all([startChild(fresh), startChild(fresh), startChild(fresh)]);
      await Promise.all(three.map((child) => child.ask('open', 'nobody')));
      const served = await Promise.all(three.map((child, at) => child.ask('insertOne', 't', { id: `c${at}` })));
      assert.deepEqual(served, ['inserted', 'inserted', 'inserted']);
      await Promise.all(three.map((child) => child.stop()));
      assert.equal((await schemaOf(fresh)).version, String(known.length));
    });
  });

  test('a second start migrates nothing and says nothing', async () => {
    await withFresh(async (fresh) => {
      const said: string[] = [];
      const open = async () => (await openAt(fresh, { log: (message) => said.push(message) })).close();
      await open();
      assert.equal(said.length, known.length);
      const before = await dump(fresh);
      await open();
      assert.equal(said.length, known.length);
      if (fresh.url !== undefined) assert.equal(await dump(fresh), before);
    });
  });

  test('a database of a newer version is refused and stays as it is', async () => {
    await withFresh(async (fresh) => {
      const database = await openAt(fresh);
      await database.close();
      const newer = known.length + 1;
      await execute(fresh, `update meta set value = '${newer}' where name = 'schema'`);
      const before = [await schemaOf(fresh), await execute(fresh, 'select * from meta')];
      await assert.rejects(openAt(fresh), (error) => {
        assert.ok(error instanceof StoreRefused);
        assert.equal(
          error.message,
          `This database was written by a newer version of Countersign (schema ${newer}, this program knows ${known.length}): ` +
            'start that version, or restore a backup',
        );
        return true;
      });
      assert.deepEqual([await schemaOf(fresh), await execute(fresh, 'select * from meta')], before);
    });
  });

  test("another program's database is refused and stays as it is", async () => {
    for (const statement of ['create table clients (id integer)', 'create table meta (k text, v text)']) {
      await withFresh(async (fresh) => {
        await execute(fresh, statement);
        await assert.rejects(openAt(fresh), /^StoreRefused: The database belongs to another program/);
        assert.equal((await execute(fresh, `select * from ${statement.split(' ')[2]}`)).length, 0);
      });
    }
  });
}
