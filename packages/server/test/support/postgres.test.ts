// The database that tests get: shared by a run, empty for each caller, able to fail on demand, and gone afterwards.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { freshDatabase, postgresUrl, startPostgres } from './postgres.ts';

async function ask(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end().catch(() => {});
  }
}

/** Runs a module text in a process of its own, below nobody's test runner unless `env` says so. */
function runScript(body: string, env: Record<string, string> = {}): ChildProcess & { line: Promise<string> } {
  const text = `import { postgresUrl, startPostgres } from ${JSON.stringify(import.meta.resolve('./postgres.ts'))};\n${body}`;
  const { NODE_TEST_CONTEXT: _, PG_URL: __, ...rest } = process.env;
  const child = spawn(process.execPath, ['--input-type=module', '-e', text], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...rest, ...env },
  });
  const line = new Promise<string>((resolve, reject) => {
    child.stdout.once('data', (text) => resolve(String(text).trim()));
    child.once('close', (code) => reject(new Error(`it ended with ${code} before it said anything`)));
  });
  return Object.assign(child, { line });
}

async function isGoneSoon(url: string): Promise<boolean> {
  for (let tries = 0; tries < 60; tries += 1) {
    const refused = await ask(url, 'SELECT 1').then(
      () => false,
      (error) => error.code === 'ECONNREFUSED',
    );
    if (refused) return true;
    await sleep(250);
  }
  return false;
}

test('two fresh databases do not see each other, and a dropped one is gone', async () => {
  await using first = await freshDatabase();
  await using second = await freshDatabase();
  await ask(first.url, 'CREATE TABLE only_here (id int)');
  await assert.rejects(ask(second.url, 'SELECT * FROM only_here'), { code: '42P01' });
  const held = new pg.Client({ connectionString: first.url });
  held.on('error', () => {});
  await held.connect();
  await first.drop();
  await assert.rejects(ask(first.url, 'SELECT 1'), { code: '3D000' });
  await first.drop();
});

test('the server writes durably', async () => {
  const [row] = await ask(
    await postgresUrl(),
    "SELECT current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS commit",
  );
  assert.deepEqual(row, { fsync: 'on', commit: 'on' });
});

test('PG_URL is taken as it is', async () => {
  const child = runScript('console.log(await postgresUrl())', { PG_URL: 'postgres://somebody@db.example/x' });
  assert.equal(await child.line, 'postgres://somebody@db.example/x');
});

test('all processes of one run share one server; it stops when the run is killed', async () => {
  // This child plays the runner: it starts two "test files" and prints the URL that each got.
  const runner = runScript(`
    import { spawn } from 'node:child_process';
    const file = ${JSON.stringify(`import { postgresUrl } from '${import.meta.resolve('./postgres.ts')}'; console.log(await postgresUrl());`)};
    const run = () => new Promise((resolve) => {
      const child = spawn(process.execPath, ['--input-type=module', '-e', file], { env: { ...process.env, NODE_TEST_CONTEXT: 'child-v8' } });
      let text = '';
      child.stdout.on('data', (part) => { text += part; });
      child.on('close', () => resolve(text.trim()));
    });
    console.log(JSON.stringify(await Promise.all([run(), run(), run()])));
    setInterval(() => {}, 1000);
  `);
  const urls: string[] = JSON.parse(await runner.line);
  assert.equal(urls.length, 3);
  assert.equal(new Set(urls).size, 1);
  const [url = ''] = urls;
  assert.deepEqual(await ask(url, 'SELECT 1 AS one'), [{ one: 1 }]);
  await sleep(1000);
  assert.deepEqual(await ask(url, 'SELECT 1 AS one'), [{ one: 1 }], 'it outlives the files that started it');
  runner.kill('SIGKILL');
  assert.equal(await isGoneSoon(url), true);
});

test('an own server keeps acknowledged writes and its port through stop, kill -9 and start', async () => {
  await using server = await startPostgres({ settings: { max_connections: '7' } });
  assert.deepEqual(await ask(server.url, 'SHOW max_connections'), [{ max_connections: '7' }]);
  await ask(server.url, 'CREATE TABLE kept (id int)');
  await ask(server.url, 'INSERT INTO kept VALUES (1)');
  await server.stop();
  await assert.rejects(ask(server.url, 'SELECT 1'), { code: 'ECONNREFUSED' });
  await server.start();
  const client = new pg.Client({ connectionString: server.url });
  const broken = new Promise((resolve) => client.on('error', resolve));
  await client.connect();
  await client.query('INSERT INTO kept VALUES (2)');
  await server.kill9();
  await broken;
  await server.start();
  await server.start();
  await server.stop('immediate');
  await server.start();
  assert.deepEqual(await ask(server.url, 'SELECT id FROM kept ORDER BY id'), [{ id: 1 }, { id: 2 }]);
});

test('an own server ends with the process that forgot it', async () => {
  const child = runScript('console.log((await startPostgres()).url); setInterval(() => {}, 1000);');
  const url = await child.line;
  assert.deepEqual(await ask(url, 'SELECT 1 AS one'), [{ one: 1 }]);
  child.kill('SIGKILL');
  assert.equal(await isGoneSoon(url), true);
});

test('the embedded server serves where the machine has none', async () => {
  await using server = await startPostgres({ from: 'embedded' });
  const [row] = await ask(server.url, "SELECT current_setting('server_version_num')::int >= 180000 AS new");
  assert.deepEqual(row, { new: true });
});
