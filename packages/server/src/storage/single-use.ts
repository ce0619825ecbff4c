// Things that can be used once, and counters with a limit. Each decision is one conditional write: a
// transaction alone would let two racers read "unused" and both go on.

import { sql } from 'kysely';
import type { Place } from './documents.ts';
import type { Connection } from './engine.ts';
import { type SingleUse, type Spent, type Transaction, UniqueConflict } from './store.ts';
import { hashText, jsonText } from './text.ts';

type SingleUses = Pick<Transaction, 'keep' | 'spend' | 'claim' | 'count'>;

/** Single-use things and counters of one tenant, each spent by one conditional write on this connection. */
export function singleUsesOf({ tenant }: Place, { run }: Connection): SingleUses {
  const where = ({ kind, key }: SingleUse) =>
    sql`tenant = ${tenant} and kind = ${kind} and key_hash = ${hashText(key)}`;

  async function put({ kind, key }: SingleUse, value: string, expiresAt: number, spentAt: number | null) {
    const rows = await run(sql`insert into single_use (tenant, kind, key_hash, value, expires_at, spent_at)
      values (${tenant}, ${kind}, ${hashText(key)}, ${value}, ${expiresAt}, ${spentAt})
      on conflict (tenant, kind, key_hash) do nothing returning kind`);
    return rows.length === 1;
  }

  return {
    async keep(thing, value, expiresAt) {
      const kept = await put(thing, jsonText(value, `the value of a ${thing.kind}`), expiresAt, null);
      if (!kept) throw new UniqueConflict('single_use', ['kind', 'key']);
    },

    async spend<T extends object>(thing: SingleUse, now: number): Promise<Spent<T>> {
      const [won] = await run(sql<{ value: string }>`update single_use set spent_at = ${now}
        where ${where(thing)} and spent_at is null and expires_at > ${now} returning value`);
      if (won) return { kind: 'won', value: JSON.parse(won.value) };
      const [found] = await run(sql<{ value: string; spent_at: number | null }>`select value, spent_at
        from single_use where ${where(thing)}`);
      if (!found) return { kind: 'unknown' };
      if (found.spent_at !== null) return { kind: 'spent', value: JSON.parse(found.value), at: found.spent_at };
      // Ended for good: a clock that is set back later must not bring it back to life.
      await run(sql`update single_use set expires_at = 0 where ${where(thing)}`);
      return { kind: 'expired' };
    },

    /** Does not look at the time: a name stays used until its row is pruned, long after its end. */
    async claim(thing, expiresAt) {
      return put(thing, '{}', expiresAt, 0);
    },

    async count(name, limit, now, expiresAt) {
      const hash = hashText(name);
      const [counted] =
        limit < 1
          ? []
          : await run(sql<{ value: number }>`insert into counters (tenant, name_hash, value, expires_at)
              values (${tenant}, ${hash}, 1, ${expiresAt})
              on conflict (tenant, name_hash) do update set
                value = case when counters.expires_at <= ${now} then 1 else counters.value + 1 end,
                expires_at = case when counters.expires_at <= ${now} then excluded.expires_at else counters.expires_at end
              where counters.expires_at <= ${now} or counters.value < ${limit}
              returning value`);
      if (counted) return { added: true, count: counted.value };
      const [full] = await run(sql<{ value: number }>`select value from counters
        where tenant = ${tenant} and name_hash = ${hash} and expires_at > ${now}`);
      return { added: false, count: full?.value ?? 0 };
    },
  };
}
