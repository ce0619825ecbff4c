// Connections to PostgreSQL: how many, how patient, and what makes one unusable.

import pg from 'pg';
import { StoreRefused, StoreUnavailable } from '../store.ts';
import { ConnectionLost, translateError } from './errors.ts';

export interface PostgresTiming {
  /** Most connections of this process. */
  readonly connections: number;
  /** How long to wait for a connection, in ms. */
  readonly connect: number;
  /** How long one statement may take, in ms. The client waits a little longer for the answer, as the network may be gone. */
  readonly statement: number;
  /** How long to wait for a lock, in ms. */
  readonly lock: number;
  /** How long a transaction may stay open, in ms. */
  readonly longest: number;
}
const TIMING: PostgresTiming = { connections: 10, connect: 5_000, statement: 10_000, lock: 8_000, longest: 15_000 };
/** More than this many waiting for a connection and the next is refused at once. */
const MOST_WAITING = 1_000;
const INT8 = 20;

/** A connection in use. */
export interface Session {
  /** The rows of a statement, which are what its author says they are. `timeout` (ms) for one that takes long. @throws translated errors */
  query<Row>(text: string, values?: readonly unknown[], timeout?: number): Promise<Row[]>;
}

export interface Pool {
  readonly timing: PostgresTiming;
  /** Runs `work` with a connection of its own. @throws StoreUnavailable, and what `work` throws */
  use<T>(work: (session: Session) => Promise<T>): Promise<T>;
  end(): Promise<void>;
}

/** Does not connect yet. `log` hears of connections that are lost while nobody uses them. */
export function createPool(
  url: string,
  idName: (table: string) => string,
  log: (message: string) => void,
  options: Partial<PostgresTiming> = {},
): Pool {
  const timing = { ...TIMING, ...options };
  const patience = timing.statement + 2_000;
  const pool = new pg.Pool({
    ...parameters(url),
    application_name: 'countersign',
    keepAlive: true,
    max: timing.connections,
    connectionTimeoutMillis: timing.connect,
    statement_timeout: timing.statement,
    lock_timeout: timing.lock,
    idle_in_transaction_session_timeout: timing.longest + 5_000,
    // Milliseconds and counts are far below 2^53.
    types: { getTypeParser: (oid, format) => (oid === INT8 ? Number : pg.types.getTypeParser(oid, format)) },
  });
  pool.on('error', (error) => log(`lost a connection to PostgreSQL: ${error.message}`));
  // Without a listener, losing a connection in the middle of a transaction would end the process.
  pool.on('connect', (client) => client.on('error', () => {}));

  async function acquire(): Promise<pg.PoolClient> {
    if (pool.waitingCount >= MOST_WAITING) throw new StoreUnavailable('Too much is waiting for PostgreSQL');
    try {
      return await pool.connect();
    } catch (error) {
      const translated = translateError(error, idName);
      throw translated instanceof ConnectionLost
        ? new StoreUnavailable(translated.message, { cause: error })
        : translated;
    }
  }

  return {
    timing,
    async use(work) {
      const client = await acquire();
      let broken = false;
      try {
        return await work({
          async query<Row>(text: string, values: readonly unknown[] = [], timeout = patience) {
            const config: pg.QueryConfig & { query_timeout: number } = {
              text,
              values: [...values],
              query_timeout: timeout,
            };
            try {
              const { rows } = await client.query<pg.QueryResultRow>(config);
              return rows as Row[];
            } catch (error) {
              const translated = translateError(error, idName);
              broken ||= translated instanceof ConnectionLost;
              throw translated;
            }
          },
        });
      } finally {
        client.release(broken);
      }
    },
    end: () => pool.end(),
  };
}

/** @throws StoreRefused for what is not the URL of a database, without repeating it: it may hold a password */
function parameters(url: string): pg.PoolConfig {
  if (!/^postgres(ql)?:\/\//.test(url) || !URL.canParse(url)) {
    throw new StoreRefused('The database must be given as postgres://user:password@host:port/database');
  }
  return { connectionString: url };
}
