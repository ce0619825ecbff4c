// Where the server over a data folder listens, left in that folder for the commands that work on it: they issue and explain tokens
// in its name, and a token that names another port is one that its APIs refuse.

import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const fileOf = (folder: string) => join(folder, 'address');

/** Leaves the address. It stays when the server ends. A folder that cannot be written keeps nothing, and that stops no start. */
export async function leaveAddress(folder: string, address: string): Promise<void> {
  await writeFile(fileOf(folder), `${address}\n`).catch(() => undefined);
}

/** The address of the server that started last over this folder, as a URL with a slash at its end; undefined if none left one. */
export function addressLeft(folder: string): string | undefined {
  try {
    const address = readFileSync(fileOf(folder), 'utf8').trim();
    return /^http:\/\/localhost:\d{1,5}\/$/.test(address) ? address : undefined;
  } catch {
    return undefined;
  }
}
