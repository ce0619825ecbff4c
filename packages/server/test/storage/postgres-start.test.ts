// What PostgreSQL must be like for us to start: reachable, ours, UTF-8, and true to what it acknowledged (M4).

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { execute, openAt } from '../../src/storage/conformance/subject.ts';
import { StoreRefused, StoreUnavailable } from '../../src/storage/store.ts';
import { type OwnPostgres, startPostgres } from '../support/postgres.ts';

let server: OwnPostgres;
before(async () => {
  server = await startPostgres({ settings: { fsync: 'off' } });
});
after(() => server.remove());

function at(change: (url: URL) => void): { url: string } {
  const url = new URL(server.url);
  change(url);
  return { url: url.href };
}
const named = (name: string) => at((url) => Object.assign(url, { pathname: `/${name}` }));

async function refused(place: { url: string }, message: RegExp, kind: typeof StoreRefused | typeof StoreUnavailable) {
  await assert.rejects(openAt(place), (error) => {
    assert.ok(error instanceof kind, String(error));
    assert.match(error.message, message);
    const { password } = new URL(server.url);
    assert.ok(!error.message.includes(password), 'the password is not in the message');
    return true;
  });
}

test('a server that may forget what it acknowledged is refused unless that is allowed', async () => {
  await refused(server, /runs with fsync = off/, StoreRefused);
  await execute(server, 'create database forgetful');
  await execute(server, 'alter database forgetful set synchronous_commit = off');
  const forgetful = named('forgetful');
  const database = await openAt(forgetful, { postgres: { allowUnsafe: true } });
  await database.ping();
  await database.close();
});

test('a server that makes only its commits lazily is refused as well', async () => {
  const honest = await startPostgres();
  try {
    await execute(honest, 'alter database postgres set synchronous_commit = off');
    await refused(honest, /runs with synchronous_commit = off/, StoreRefused);
    await execute(honest, 'alter database postgres set synchronous_commit = local');
    await (await openAt(honest)).close();
  } finally {
    await honest.remove();
  }
});

test('a database that is not UTF-8 is refused', async () => {
  await execute(server, `create database latin encoding 'LATIN1' locale_provider libc locale 'C' template template0`);
  await refused(named('latin'), /is encoded as LATIN1/, StoreRefused);
});

test('a wrong password, user or database is one clear sentence', async () => {
  const wrongPassword = at((url) => Object.assign(url, { password: 'wrong' }));
  await refused(wrongPassword, /the password is wrong/, StoreRefused);
  await refused(named('nowhere'), /nowhere refuses us: there is no such database/, StoreRefused);
  for (const url of ['postgresql://a b', 'postgres://host:port/x', 'postgres:x']) {
    await refused({ url }, /must be given as postgres:/, StoreRefused);
  }
});

test('a server that is not there is unavailable, which may pass', async () => {
  const nobody = at((url) => Object.assign(url, { port: '1' }));
  await refused(
    nobody,
    /does not answer \(ECONNREFUSED\): is it running at 127\.0\.0\.1:1\/postgres\?/,
    StoreUnavailable,
  );
  const unknown = at((url) => Object.assign(url, { hostname: 'database.invalid' }));
  await refused(unknown, /does not answer/, StoreUnavailable);
});

test('while another process migrates, we wait for it and then start', async () => {
  await execute(server, 'create database waiting');
  const client = new pg.Client(named('waiting').url);
  await client.connect();
  await client.query('select pg_advisory_lock(1668248942, 1952805491)');
  let opened = false;
  const opening = openAt(named('waiting'), { postgres: { allowUnsafe: true } }).then((database) => {
    opened = true;
    return database;
  });
  await sleep(400);
  assert.equal(opened, false);
  // Dying releases the lock as well as letting it go.
  await client.end();
  await (await opening).close();
});
