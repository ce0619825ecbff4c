// The life of one transaction's connection: usable until it ends, and doomed by the first statement that fails,
// so that both engines agree (PostgreSQL refuses to go on after an error, SQLite would).

import { UniqueConflict } from './store.ts';

export interface Scope {
  /** Runs a statement of the transaction. @throws the translated error; afterwards every statement throws it */
  run<T>(statement: () => T | Promise<T>): Promise<T>;
  /** Dooms the transaction from outside. */
  doom(failure: unknown): void;
  /** @throws what doomed it, also if `work` swallowed it */
  check(): void;
  end(): void;
}

export function openScope(translate: (error: unknown) => unknown): Scope {
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
        failed ??= { failure: translate(error) };
        throw failed.failure;
      }
    },
    doom(failure) {
      failed ??= { failure };
    },
    check,
    end() {
      over = true;
    },
  };
}

/** The conflict over these columns, in the words of the rows. */
export function uniqueConflict(table: string, columns: readonly string[], idName: (table: string) => string) {
  const own = columns.filter((column) => column !== 'tenant');
  return new UniqueConflict(
    table,
    own.map((column) => (column === 'id' ? idName(table) : column)),
  );
}
