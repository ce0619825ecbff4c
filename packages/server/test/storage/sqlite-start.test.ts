// What the data directory and the SQLite file must be like for us to start.

import assert from 'node:assert/strict';
import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { CompiledQuery } from 'kysely';
import { clients, openAt, tenantId } from '../../src/storage/conformance/subject.ts';
import { connect } from '../../src/storage/sqlite/connection.ts';
import { StoreRefused, StoreUnavailable } from '../../src/storage/store.ts';
import { freshDirectory } from './directory.ts';

async function withDirectory(work: (dataDirectory: string) => Promise<void>): Promise<void> {
  const { dataDirectory, drop } = await freshDirectory();
  await work(dataDirectory).finally(drop);
}

function refused(dataDirectory: string, message: RegExp): Promise<void> {
  return assert.rejects(openAt({ dataDirectory }), (error) => {
    assert.ok(error instanceof StoreRefused, String(error));
    assert.match(error.message, message);
    assert.ok(!error.message.includes('\n'), 'one sentence');
    return true;
  });
}

test('directory and file are made for their owner alone', async () => {
  await withDirectory(async (parent) => {
    const dataDirectory = path.join(parent, 'deep', 'data');
    const database = await openAt({ dataDirectory });
    assert.equal((await stat(dataDirectory)).mode & 0o777, 0o700);
    for (const name of await readdir(dataDirectory)) {
      assert.equal((await stat(path.join(dataDirectory, name))).mode & 0o777, 0o600, name);
    }
    await database.close();
    assert.deepEqual(await readdir(dataDirectory), ['countersign.db'], 'closing folds the log back');
  });
});

test('writes are forced to the disk before they are acknowledged', async () => {
  await withDirectory(async (dataDirectory) => {
    await (await openAt({ dataDirectory })).close();
    const connection = connect(path.join(dataDirectory, 'countersign.db'), 'writer', String);
    const pragma = (name: string) => JSON.stringify(connection.all(CompiledQuery.raw(`pragma ${name}`))[0]);
    assert.equal(pragma('journal_mode'), '{"journal_mode":"wal"}');
    assert.equal(pragma('synchronous'), '{"synchronous":2}');
    assert.equal(pragma('foreign_keys'), '{"foreign_keys":1}');
    // Waiting inside SQLite blocks everything.
    assert.equal(pragma('busy_timeout'), '{"timeout":0}');
    connection.close();
  });
});

test('a file that is no database, or a damaged one, is refused and left alone', async () => {
  await withDirectory(async (dataDirectory) => {
    const file = path.join(dataDirectory, 'countersign.db');
    const content = 'these are my letters, not a database\n'.repeat(500);
    await writeFile(file, content);
    await refused(dataDirectory, /countersign\.db cannot be opened: The SQLite database is not a database/);
    assert.equal(await readFile(file, 'utf8'), content);
  });
  await withDirectory(async (dataDirectory) => {
    const file = path.join(dataDirectory, 'countersign.db');
    await (await openAt({ dataDirectory })).close();
    const bytes = await readFile(file);
    await writeFile(file, Buffer.concat([bytes.subarray(0, 100), Buffer.alloc(bytes.length - 100, 0xff)]));
    await refused(dataDirectory, /cannot be opened: The SQLite database is damaged: restore a backup/);
  });
});

test('a directory that is a file, or a file that is a directory, is refused', async () => {
  await withDirectory(async (parent) => {
    const dataDirectory = path.join(parent, 'file');
    await writeFile(dataDirectory, '');
    await refused(dataDirectory, /The data directory .* cannot be made/);
    await refused(path.join(dataDirectory, 'below'), /The data directory .* cannot be made \(ENOTDIR\)/);
    await mkdir(path.join(parent, 'countersign.db'));
    await refused(parent, /countersign\.db must be readable and writable/);
  });
});

test('a directory in which we may not write is refused', async () => {
  await withDirectory(async (parent) => {
    const dataDirectory = path.join(parent, 'locked');
    await mkdir(dataDirectory, { mode: 0o500 });
    await chmod(parent, 0o755);
    // Root may write anywhere, so it becomes nobody for a moment.
    const isRoot = process.getuid?.() === 0;
    if (isRoot) process.seteuid?.(65_534);
    try {
      await refused(dataDirectory, /must be readable and writable for this user \(EACCES\)/);
    } finally {
      if (isRoot) process.seteuid?.(0);
    }
  });
});

test('a start without a place for the database is refused', async () => {
  await assert.rejects(openAt({}), /^StoreRefused: Name a data directory or a database/);
});

test('a full disk and a read-only file are outages, and nothing is half-written', async () => {
  await withDirectory(async (dataDirectory) => {
    await (await openAt({ dataDirectory })).close();
    const file = path.join(dataDirectory, 'countersign.db');
    const connection = connect(file, 'writer', String);
    connection.exec('pragma max_page_count = 1');
    connection.exec('begin immediate');
    const fill = () =>
      connection.runEach('insert into documents (tenant, name, doc) values (?, ?, ?)', [['t', 'n', 'x'.repeat(1e6)]]);
    assert.throws(fill, (error) => error instanceof StoreUnavailable && /is on a full disk/.test(error.message));
    connection.rollback();
    connection.exec('pragma query_only = on');
    assert.throws(
      () => connection.exec(`insert into meta (name, value) values ('a', 'b')`),
      (error) => error instanceof StoreUnavailable && /is read-only/.test(error.message),
    );
    connection.close();
    const database = await openAt({ dataDirectory });
    const store = database.store(tenantId('t'));
    assert.equal(await store.document('n'), undefined);
    await store.transact((tx) => tx.insert(clients, { client_id: 'a' }));
    await database.close();
  });
});

test('a log file that a crash left behind is read at the next start', async () => {
  await withDirectory(async (dataDirectory) => {
    const database = await openAt({ dataDirectory });
    await database.store(tenantId('t')).transact((tx) => tx.insert(clients, { client_id: 'a' }));
    await withDirectory(async (copy) => {
      for (const name of ['countersign.db', 'countersign.db-wal']) {
        await writeFile(path.join(copy, name), await readFile(path.join(dataDirectory, name)));
      }
      const again = await openAt({ dataDirectory: copy });
      assert.deepEqual(await again.store(tenantId('t')).all(clients), [{ client_id: 'a' }]);
      await again.close();
    });
    await database.close();
  });
});

test('a file of an empty database is ours to fill', async () => {
  await withDirectory(async (dataDirectory) => {
    new DatabaseSync(path.join(dataDirectory, 'countersign.db')).close();
    await (await openAt({ dataDirectory })).close();
  });
});
