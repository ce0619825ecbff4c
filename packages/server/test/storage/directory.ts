// An empty data directory for a test.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

export async function freshDirectory(): Promise<{ dataDirectory: string; drop(): Promise<void> }> {
  const dataDirectory = await mkdtemp(path.join(tmpdir(), 'countersign-storage-'));
  return { dataDirectory, drop: () => rm(dataDirectory, { recursive: true, force: true }) };
}
