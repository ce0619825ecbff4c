// Where the master key comes from: the environment, or a file of the data directory that is made once.
// A key is made only for a database that has none yet: a lost key must be found, not replaced.

import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readFile, stat, unlink } from 'node:fs/promises';
import path from 'node:path';
import { StoreRefused } from './store.ts';

const KEY_BYTES = 32;

export interface MasterKeyOptions {
  /** The value of COUNTERSIGN_MASTER_KEY, if it is set: 32 bytes as base64, base64url or hexadecimal. */
  readonly value?: string | undefined;
  readonly dataDirectory: string;
  /** Whether the database holds a check value of a master key; asked only before a new key would be made. */
  readonly isSealed: () => Promise<boolean>;
}

/** The master key and where it is from. @throws StoreRefused; no message holds any of the key */
export async function loadMasterKey(
  options: MasterKeyOptions,
): Promise<{ key: Buffer; source: 'environment' | 'file' | 'new file' }> {
  if (options.value !== undefined) {
    const key = decodeKey(options.value.trim());
    if (key) return { key, source: 'environment' };
    throw new StoreRefused(
      'COUNTERSIGN_MASTER_KEY must be 32 bytes as base64 or as 64 hexadecimal digits: make one with `openssl rand -base64 32`',
    );
  }
  const file = path.join(options.dataDirectory, 'master.key');
  const found = await readKeyFile(file);
  if (found) return { key: found, source: 'file' };
  if (await options.isSealed()) {
    throw new StoreRefused(
      `The database is sealed with a master key, but ${file} does not exist: restore this file from a backup, ` +
        'or set COUNTERSIGN_MASTER_KEY. No new key was made',
    );
  }
  const created = await createKeyFile(file);
  const key = await readKeyFile(file);
  if (!key) throw new StoreRefused(`The master key ${file} vanished while it was made`);
  return { key, source: created ? 'new file' : 'file' };
}

function decodeKey(text: string): Buffer | undefined {
  if (/^[0-9a-fA-F]{64}$/.test(text)) return Buffer.from(text, 'hex');
  if (!/^[A-Za-z0-9+/_-]{43}=?$/.test(text)) return undefined;
  const key = Buffer.from(text, 'base64');
  return key.length === KEY_BYTES ? key : undefined;
}

async function readKeyFile(file: string): Promise<Buffer | undefined> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new StoreRefused(`The master key ${file} cannot be read (${error.code})`);
  });
  if (text === undefined) return undefined;
  const { mode } = await stat(file);
  if (process.platform !== 'win32' && mode & 0o077) {
    throw new StoreRefused(`Others can read the master key: run \`chmod 600 ${file}\``);
  }
  const key = decodeKey(text.trim());
  if (key) return key;
  throw new StoreRefused(`${file} does not hold a master key of 32 bytes: restore this file from a backup`);
}

/** Makes the file whole or not at all; of two processes one makes it, and `false` tells the other to read it. */
async function createKeyFile(file: string): Promise<boolean> {
  const draft = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`;
  try {
    await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
    const handle = await open(draft, 'wx', 0o600);
    try {
      await handle.writeFile(`${randomBytes(KEY_BYTES).toString('base64')}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    const created = await link(draft, file).then(
      () => true,
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'EEXIST') return false;
        throw error;
      },
    );
    await unlink(draft);
    await syncDirectory(path.dirname(file));
    return created;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new StoreRefused(`The master key ${file} cannot be made (${code}): make the data directory writable`);
  }
}

/** Without this a power failure could leave a database sealed with a key whose file never reached the disk. */
export async function syncDirectory(directory: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(directory, 'r');
  await handle.sync().finally(() => handle.close());
}
