// The life of one transaction's connection: usable until it ends, and doomed by the first statement that fails,
// so that both engines agree (PostgreSQL refuses to go on after an error, SQLite would).

import { StoreUnavailable, UniqueConflict } from './store.ts';

export interface Scope {
  /** Runs a statement of the transaction. @throws what it throws; afterwards every statement throws that */
  run<T>(statement: () => T | Promise<T>): Promise<T>;
  /** @throws what doomed it, also if `work` swallowed it */
  check(): void;
  readonly failure: unknown;
  end(): void;
}

/** A scope that is open until it ends or fails; what runs in it after a failure gets the same failure. */
export function openScope(): Scope {
  let failed: { readonly failure: unknown } | undefined;
  let over = false;

  function check(): void {
    if (failed) throw failed.failure;
  }

  return {
    async run(statement) {
      check();
      // A statement that nobody waited for must not slip into the next transaction of this connection.
      if (over) throw new Error('The transaction is over: await every statement inside of `work`');
      try {
        return await statement();
      } catch (error) {
        failed ??= { failure: error };
        throw failed.failure;
      }
    },
    check,
    get failure() {
      return failed?.failure;
    },
    end() {
      over = true;
    },
  };
}

/** What `work` answers, unless it is still at it after `longest` ms: nobody may keep others waiting for ever. */
export async function within<T>(longest: number, work: () => Promise<T>): Promise<T> {
  // A plain timer: aborting a promised one makes an error with its stack, 100 µs for each transaction.
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new StoreUnavailable(`A transaction was still open after ${longest} ms`));
    }, longest);
    timer.unref();
  });
  try {
    return await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** The conflict over these columns, in the words of the rows. */
export function uniqueConflict(table: string, columns: readonly string[], idName: (table: string) => string) {
  const own = columns.filter((column) => column !== 'tenant');
  return new UniqueConflict(
    table,
    own.map((column) => (column === 'id' ? idName(table) : column)),
  );
}
