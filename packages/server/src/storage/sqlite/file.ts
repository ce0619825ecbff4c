// The file of the SQLite database, before SQLite sees it.

import { access, constants, mkdir, open, stat } from 'node:fs/promises';
import path from 'node:path';
import { StoreRefused } from '../store.ts';

export const FILE_NAME = 'countersign.db';

/** The path of the file, if it exists. */
export async function findFile(dataDirectory: string): Promise<string | undefined> {
  const file = path.join(dataDirectory, FILE_NAME);
  return (await access(file, constants.F_OK).then(
    () => true,
    () => false,
  ))
    ? file
    : undefined;
}

/**
 * Makes the directory and the file, both for their owner alone (SQLite gives its log the permissions of the file).
 * @throws StoreRefused if that is not possible
 */
export async function prepareFile(dataDirectory: string): Promise<string> {
  const file = path.join(dataDirectory, FILE_NAME);
  try {
    await mkdir(dataDirectory, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw refusal(`The data directory ${dataDirectory} cannot be made`, error);
  }
  try {
    await access(dataDirectory, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw refusal(`The data directory ${dataDirectory} must be readable and writable for this user`, error);
  }
  try {
    const handle = await open(file, constants.O_RDWR | constants.O_CREAT, 0o600);
    await handle.close();
    if (!(await stat(file)).isFile()) throw new StoreRefused(`${file} is not a file`);
  } catch (error) {
    throw refusal(`The database ${file} must be readable and writable for this user`, error);
  }
  return file;
}

function refusal(sentence: string, error: unknown): StoreRefused {
  if (error instanceof StoreRefused) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
  return new StoreRefused(`${sentence} (${code})`, { cause: error });
}
