// Whether a PostgreSQL server can be trusted with what we acknowledge. Asked once, when the database is opened.

import { sql } from 'kysely';
import pg from 'pg';
import type { Engine } from '../engine.ts';
import { StoreRefused, StoreUnavailable } from '../store.ts';

/** SQLSTATEs of a server that is there but will not have us, by what to do. */
const REFUSALS: Readonly<Record<string, string>> = {
  '28P01': 'the password is wrong',
  '28000': 'this user may not log in',
  '3D000': 'there is no such database: create it first',
  '42501': 'this user may not use it',
};

/** @throws StoreRefused, StoreUnavailable */
export async function checkServer({ reader }: Engine, url: string, allowUnsafe: boolean): Promise<void> {
  const { host, pathname } = new URL(url);
  const place = `${host || 'localhost'}${pathname}`;
  const [server] = await reader
    .run(
      sql<{ fsync: string | null; commit: string | null; encoding: string | null; version: number }>`select
        current_setting('fsync', true) as fsync, current_setting('synchronous_commit', true) as commit,
        current_setting('server_encoding', true) as encoding, current_setting('server_version_num')::int as version`,
    )
    .catch((error: unknown) => {
      const cause = error instanceof Error && error.cause instanceof pg.DatabaseError ? error.cause : error;
      const reason = cause instanceof pg.DatabaseError ? REFUSALS[cause.code ?? ''] : undefined;
      if (reason) throw new StoreRefused(`PostgreSQL at ${place} refuses us: ${reason}`, { cause: error });
      if (error instanceof StoreUnavailable) {
        throw new StoreUnavailable(`${error.message}: is it running at ${place}?`, { cause: error });
      }
      throw error;
    });
  if (!server) return;
  if (server.encoding !== null && !/^utf-?8$/i.test(server.encoding)) {
    throw new StoreRefused(
      `The database at ${place} is encoded as ${server.encoding}: make one with \`create database ... encoding 'UTF8' template template0\``,
    );
  }
  if (allowUnsafe) return;
  for (const setting of ['fsync', 'synchronous_commit'] as const) {
    if ((setting === 'fsync' ? server.fsync : server.commit) === 'off') {
      throw new StoreRefused(
        `PostgreSQL at ${place} runs with ${setting} = off and would forget what was acknowledged when it crashes: ` +
          `set it to on${setting === 'fsync' ? '' : ' (or local)'}, or set COUNTERSIGN_ALLOW_UNSAFE_DATABASE=true for a test`,
      );
    }
  }
}
