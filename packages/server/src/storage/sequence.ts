// The order of what a transaction commits. Whoever needs the next number of an order locks the order's
// row until the commit, so numbers become visible in their order and no reader skips one that comes late.

import { sql } from 'kysely';
import type { Connection, Engine } from './engine.ts';

export interface Sequences {
  /** Locks the order of this name. Nothing changes by it. */
  take(name: string): Promise<void>;
  /** The next number of the order, or the first of `count` numbers in a row. */
  next(name: string, count?: number): Promise<number>;
  /** Writes back what was used; must be the last thing before the commit. */
  flush(): Promise<void>;
}

/** The orders of one tenant in one transaction. Orders are taken one after the other, never twice. */
export function sequencesOf(engine: Engine, connection: Connection, tenant: string): Sequences {
  const held = new Map<string, Promise<{ start: number; value: number }>>();

  function hold(name: string) {
    const found = held.get(name) ?? lockRow(name);
    held.set(name, found);
    return found;
  }

  async function lockRow(name: string): Promise<{ start: number; value: number }> {
    const [found] = await connection.run(sql<{ version: number }>`select version from versions
      where tenant = ${tenant} and name = ${name} ${engine.forUpdate}`);
    if (found) return { start: found.version, value: found.version };
    // Somebody else may be creating it at this moment: the conflict then waits for them, and locks as well.
    const [made] = await connection.run(sql<{ version: number }>`insert into versions (tenant, name, version)
      values (${tenant}, ${name}, 0) on conflict (tenant, name) do update set version = versions.version
      returning version`);
    const version = made?.version ?? 0;
    return { start: version, value: version };
  }

  return {
    async take(name) {
      await hold(name);
    },
    async next(name, count = 1) {
      const order = await hold(name);
      const first = order.value + 1;
      order.value += count;
      return first;
    },
    async flush() {
      for (const [name, holding] of held) {
        const { start, value } = await holding;
        if (value === start) continue;
        await connection.run(sql`update versions set version = ${value} where tenant = ${tenant} and name = ${name}`);
      }
    },
  };
}
