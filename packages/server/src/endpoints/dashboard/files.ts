// The built files of the dashboard: read once, kept in memory with their compressed forms. Made by packages/dashboard (Vite).

import { hash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface BuiltFile {
  readonly type: string;
  readonly plain: Buffer;
  readonly br: Buffer | undefined;
  readonly gzip: Buffer | undefined;
  /** Of the content, for conditional requests. */
  readonly tag: string;
}

export interface Built {
  readonly index: BuiltFile;
  /** By name, below `assets/`. Names hold a hash of the content. */
  readonly assets: ReadonlyMap<string, BuiltFile>;
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

/** Where the files are: beside us in the published package, in the workspace of a checkout. */
const places = ['../../dashboard/', '../../../../dashboard/dist/'].map((place) =>
  fileURLToPath(new URL(place, import.meta.url)),
);

async function fileAt(path: string): Promise<BuiltFile> {
  const form = async (suffix: string) => (existsSync(path + suffix) ? await readFile(path + suffix) : undefined);
  const plain = await readFile(path);
  return {
    type: types[extname(path)] ?? 'application/octet-stream',
    plain,
    br: await form('.br'),
    gzip: await form('.gz'),
    tag: `"${hash('sha256', plain, 'base64url').slice(0, 22)}"`,
  };
}

/** Reads the files; `undefined` where the dashboard was not built. */
export async function readBuilt(): Promise<Built | undefined> {
  const folder = places.find((place) => existsSync(join(place, 'index.html')));
  if (folder === undefined) return undefined;
  const names = (await readdir(join(folder, 'assets'))).filter((name) => Object.hasOwn(types, extname(name)));
  const assets = await Promise.all(
    names.map(async (name) => [name, await fileAt(join(folder, 'assets', name))] as const),
  );
  return { index: await fileAt(join(folder, 'index.html')), assets: new Map(assets) };
}
