// The credential that `countersign login` keeps for the other commands: one file of the user's, which nobody else may read.

import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { StartRefused } from '../config.ts';

export interface Credential {
  readonly issuer: string;
  readonly clientId: string;
  readonly accessToken: string;
  readonly refreshToken?: string;
  /** ms */
  readonly expiresAt: number;
}

/** Where it is kept: `COUNTERSIGN_CREDENTIALS`, or the folder for configuration of this user. */
export function credentialPath(environment: Readonly<Record<string, string | undefined>> = process.env): string {
  const { COUNTERSIGN_CREDENTIALS: own, XDG_CONFIG_HOME: config } = environment;
  return own || join(config || join(homedir(), '.config'), 'countersign', 'credentials.json');
}

async function readAll(path: string): Promise<Record<string, Credential>> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Record<string, Credential>;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    if (error instanceof SyntaxError) throw new StartRefused(`${path} is not JSON; delete it, and log in again.`);
    throw new StartRefused(`${path} cannot be read (${(error as NodeJS.ErrnoException).code}).`);
  }
}

/** Keeps a credential, in place of one for the same issuer. The file is never readable by others, not even for a moment. */
export async function keepCredential(credential: Credential, path = credentialPath()): Promise<void> {
  const all = { ...(await readAll(path)), [credential.issuer]: credential };
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  // A new file or none: one that is there could be readable to others, or lead elsewhere.
  const fresh = `${path}.${randomBytes(8).toString('hex')}`;
  try {
    await writeFile(fresh, `${JSON.stringify(all, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
    await rename(fresh, path);
  } catch (error) {
    await rm(fresh, { force: true });
    throw error;
  }
}

/** The credential for an issuer; `undefined` if nobody logged in there. */
export async function findCredential(issuer: string, path = credentialPath()): Promise<Credential | undefined> {
  return (await readAll(path))[issuer];
}
