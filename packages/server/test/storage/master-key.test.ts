// The master key: from the environment or a file, made once, never replaced (SEC-03).

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { openAt } from '../../src/storage/conformance/subject.ts';
import { createSealer, isSealed, loadMasterKey } from '../../src/storage/index.ts';
import { StoreRefused } from '../../src/storage/store.ts';
import { freshDatabase } from '../support/postgres.ts';
import { freshDirectory } from './directory.ts';

const never = async () => false;

async function withDirectory(work: (dataDirectory: string, file: string) => Promise<void>): Promise<void> {
  const { dataDirectory, drop } = await freshDirectory();
  await work(dataDirectory, path.join(dataDirectory, 'master.key')).finally(drop);
}

function refused(loading: Promise<unknown>, message: RegExp): Promise<void> {
  return assert.rejects(loading, (error) => {
    assert.ok(error instanceof StoreRefused, String(error));
    assert.match(error.message, message);
    return true;
  });
}

test('the environment may give 32 bytes in three notations', async () => {
  await withDirectory(async (dataDirectory) => {
    const key = randomBytes(32);
    for (const value of [
      key.toString('base64'),
      key.toString('base64url'),
      key.toString('hex'),
      ` ${key.toString('hex')}\n`,
    ]) {
      assert.deepEqual(await loadMasterKey({ value, dataDirectory, isSealed: never }), { key, source: 'environment' });
    }
    assert.deepEqual(await readdir(dataDirectory), [], 'no file is made');
  });
});

test('any other value in the environment is refused, and not repeated', async () => {
  await withDirectory(async (dataDirectory) => {
    const good = randomBytes(32);
    const values = [
      '',
      'secret-word',
      good.toString('hex').slice(1),
      `${good.toString('base64')}A`,
      `${good.toString('hex')}00`,
    ];
    for (const value of [...values, `${good.toString('base64').slice(0, -2)}!=`, randomBytes(16).toString('base64')]) {
      await assert.rejects(loadMasterKey({ value, dataDirectory, isSealed: never }), (error) => {
        assert.ok(error instanceof StoreRefused);
        assert.match(error.message, /COUNTERSIGN_MASTER_KEY must be 32 bytes/);
        assert.ok(value === '' || !error.message.includes(value));
        return true;
      });
    }
    assert.deepEqual(await readdir(dataDirectory), []);
  });
});

test('without one, a key file is made for its owner alone, once, also in a directory that does not exist yet', async () => {
  await withDirectory(async (parent) => {
    const dataDirectory = path.join(parent, 'new', 'data');
    const first = await loadMasterKey({ dataDirectory, isSealed: never });
    assert.equal(first.source, 'new file');
    assert.equal((await stat(path.join(dataDirectory, 'master.key'))).mode & 0o777, 0o600);
    assert.equal((await stat(dataDirectory)).mode & 0o777, 0o700);
    assert.deepEqual(await readdir(dataDirectory), ['master.key'], 'nothing is left over');
    const again = await loadMasterKey({ dataDirectory, isSealed: never });
    assert.deepEqual(again, { key: first.key, source: 'file' });
    assert.equal(first.key.length, 32);
  });
});

test('of many who make the key file at once all end with the same key', async () => {
  await withDirectory(async (dataDirectory) => {
    const loaded = await Promise.all(
      Array.from({ length: 12 }, () => loadMasterKey({ dataDirectory, isSealed: never })),
    );
    assert.equal(new Set(loaded.map(({ key }) => key.toString('hex'))).size, 1);
    assert.equal(loaded.filter(({ source }) => source === 'new file').length, 1);
    assert.deepEqual(await readdir(dataDirectory), ['master.key']);
  });
});

test('a key file that others can read is refused with the command that helps', async () => {
  await withDirectory(async (dataDirectory, file) => {
    await loadMasterKey({ dataDirectory, isSealed: never });
    for (const mode of [0o640, 0o604, 0o660, 0o610]) {
      await chmod(file, mode);
      await refused(loadMasterKey({ dataDirectory, isSealed: never }), /run `chmod 600 .*master\.key`/);
    }
    await chmod(file, 0o400);
    await loadMasterKey({ dataDirectory, isSealed: never });
  });
});

test('a key file that is cut, garbled or no file is refused and left alone', async () => {
  await withDirectory(async (dataDirectory, file) => {
    const good = randomBytes(32).toString('base64');
    for (const content of [
      '',
      good.slice(0, 20),
      good.slice(1),
      `${good}${good}`,
      'not a key at all',
      '\0'.repeat(44),
    ]) {
      await writeFile(file, content, { mode: 0o600 });
      await refused(loadMasterKey({ dataDirectory, isSealed: never }), /does not hold a master key of 32 bytes/);
      assert.equal(await readFile(file, 'utf8'), content);
    }
  });
  await withDirectory(async (dataDirectory, file) => {
    await mkdir(file);
    await refused(loadMasterKey({ dataDirectory, isSealed: never }), /cannot be read \(EISDIR\)/);
  });
  await withDirectory(async (parent) => {
    const dataDirectory = path.join(parent, 'file');
    await writeFile(dataDirectory, '');
    await refused(loadMasterKey({ dataDirectory, isSealed: never }), /cannot be (made|read)/);
  });
  await withDirectory(async (dataDirectory, file) => {
    await symlink('nowhere', file);
    await refused(loadMasterKey({ dataDirectory, isSealed: never }), /master\.key/);
  });
});

test('when the key of a database is lost, no new one is made', async () => {
  const places = [
    await freshDirectory(),
    { ...(await freshDatabase()), dataDirectory: (await freshDirectory()).dataDirectory },
  ];
  for (const place of places) {
    assert.equal(await isSealed(place), false, 'before it exists');
    await (await openAt(place)).close();
    assert.equal(await isSealed(place), true);
    const loading = loadMasterKey({ dataDirectory: place.dataDirectory, isSealed: () => isSealed(place) });
    await refused(loading, /is sealed with a master key, but .*master\.key does not exist.* No new key was made/);
    assert.ok(!(await readdir(place.dataDirectory)).includes('master.key'));
    await place.drop();
  }
});

test('asking whether a database is sealed makes nothing', async () => {
  await withDirectory(async (dataDirectory) => {
    assert.equal(await isSealed({ dataDirectory }), false);
    assert.equal(await isSealed({ dataDirectory: path.join(dataDirectory, 'none') }), false);
    assert.deepEqual(await readdir(dataDirectory), []);
  });
});

test('a database whose check value was taken away does not start with any key', async () => {
  const { execute, tenantId } = await import('../../src/storage/conformance/subject.ts');
  const place = await freshDirectory();
  const database = await openAt(place);
  await database.addTenant({ id: tenantId('t'), name: 'T', hosts: [] });
  await database.close();
  await execute(place, `delete from meta where name = 'master_key_check'`);
  await refused(openAt(place, { sealer: createSealer(randomBytes(32)) }), /no check value of a master key/);
  await place.drop();
});
