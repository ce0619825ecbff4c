// MIG: what only the whole program shows of migrations: killed starts, starts together, and a database of the future.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { rounds } from '../support/oracles.ts';
import { engines, freshPlace, type Spawned, spawnServer } from '../support/running.ts';
import { dump } from '../support/stored.ts';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
type Place = Awaited<ReturnType<typeof freshPlace>>;

/** Runs the program; `killAfter` ms it is gone, whatever it does. */
function run(
  args: readonly string[],
  place: Place,
  killAfter?: number,
): Promise<{ code: number | null; stderr: string }> {
  const at = ['--data', place.data, ...(place.url === undefined ? [] : ['--database', place.url])];
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--conditions=countersign-source', main, ...args, ...at], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let stderr = '';
    child.stderr.on('data', (chunk) => (stderr += chunk));
    const timer = setTimeout(() => child.kill('SIGKILL'), killAfter ?? 20_000);
    child.once('exit', (code) => {
      clearTimeout(timer);
      resolve({ code, stderr });
    });
  });
}
const serve = ['serve', '--port', '0', '--https-port', 'off', '--no-demo', '--log-level', 'info'];

async function execute(place: Place, statement: string): Promise<void> {
  if (place.url === undefined) {
    const database = new DatabaseSync(join(place.data, 'countersign.db'));
    database.exec(statement);
    database.close();
    return;
  }
  const client = new pg.Client({ connectionString: place.url });
  await client.connect();
  await client.query(statement);
  await client.end();
}

const works = async (server: Spawned): Promise<void> => {
  const machine = await server.machine();
  const { clientId: client_id, clientSecret: client_secret, audience } = machine;
  assert.equal(
    (await server.token({ grant_type: 'client_credentials', client_id, client_secret, audience })).status,
    200,
  );
};

for (const engine of engines) {
  describe(`migrations on ${engine}`, () => {
    test('MIG-02: a first start that is killed at any moment is repaired by the next, with nobody doing anything', async () => {
      for (let round = 0; round < rounds; round++) {
        const place = await freshPlace(engine);
        // A start takes about half a second, more on a busy machine; some of these find nothing to kill, some kill a half.
        for (const share of [0.2, 0.35, 0.5, 0.7]) await run(serve, place, 1_200 * share * (0.7 + Math.random() * 0.6));
        const server = await spawnServer(place, { flags: ['--log-level', 'info'] });
        await works(server);
        assert.equal((await server.send('GET', '/.well-known/jwks.json')).body.keys.length, 2, 'one ring of keys');
        assert.equal(await server.end(), 0, server.output());
        const again = await spawnServer(place, { flags: ['--log-level', 'info'] });
        assert.doesNotMatch(again.output(), /migrating/, 'the second start has nothing to do');
        await again.end();
        await place.clear();
      }
    });

    test('MIG-03: of three nodes that start together on nothing one migrates, and all serve', async () => {
      const place = await freshPlace(engine);
      const servers = await Promise.all([1, 2, 3].map(() => spawnServer(place, { flags: ['--log-level', 'info'] })));
      try {
        const migrated = servers.map(
          (server) => server.output().match(/migrating the database to schema 1 /g)?.length ?? 0,
        );
        assert.equal(
          migrated.reduce((sum, count) => sum + count, 0),
          1,
          servers.map((server) => server.output()).join('\n'),
        );
        const sets = await Promise.all(
          servers.map(async (server) => (await server.send('GET', '/.well-known/jwks.json')).text),
        );
        assert.equal(new Set(sets).size, 1, 'one ring of keys');
        const [one] = servers;
        assert.ok(one);
        const { body } = await one.manage('GET', '/clients?per_page=100');
        const administrators = body.filter((client: { client_id: string }) => client.client_id === one.admin.clientId);
        assert.equal(administrators.length, 1);
        const grants = await one.manage('GET', `/client-grants?client_id=${one.admin.clientId}`);
        assert.equal(grants.body.length, 1, grants.text);
        await Promise.all(servers.map(works));
      } finally {
        await Promise.all(servers.map((server) => server.end()));
        await place.clear();
      }
    });

    test('MIG-04: an older program refuses a newer schema with one sentence, and touches nothing', async () => {
      const place = await freshPlace(engine);
      const server = await spawnServer(place);
      await works(server);
      await server.end();
      await execute(place, "update meta set value = '999' where name = 'schema'");
      const before = await dump(place);
      for (const args of [serve, ['token', '--audience', 'urn:x'], ['keys', 'rotate']]) {
        const { code, stderr } = await run(args, place);
        assert.equal(code, 1, `${args[0]}: ${stderr}`);
        assert.match(stderr, /newer version of Countersign \(schema 999, this program knows \d+\)/);
        assert.doesNotMatch(stderr, /\n\s+at /);
      }
      assert.equal(await dump(place), before);
      await place.clear();
    });
  });
}

test('MIG-03: nodes wait for the one that migrates, and go on when it dies', async () => {
  const place = await freshPlace('postgres');
  const holder = new pg.Client({ connectionString: place.url });
  holder.on('error', () => {});
  await holder.connect();
  await holder.query('begin');
  // The lock of `storage/postgres/engine.ts`, held by a migration that does not come to an end.
  const { rows } = await holder.query(
    'select pg_try_advisory_xact_lock(1668248942, 1952805491) as locked, pg_backend_pid() as pid',
  );
  assert.equal(rows[0].locked, true);
  let ready = 0;
  const starting = [1, 2, 3].map(async () => {
    const server = await spawnServer(place);
    ready++;
    return server;
  });
  await sleep(2_500);
  assert.equal(ready, 0, 'nobody serves an unfinished schema');
  await execute(place, `select pg_terminate_backend(${rows[0].pid})`);
  const began = Date.now();
  const servers = await Promise.all(starting);
  assert.ok(Date.now() - began < 10_000);
  await Promise.all(servers.map(works));
  await Promise.all(servers.map((server) => server.end()));
  await place.clear();
  assert.ok(!existsSync(place.data));
});
