// Tallies and buckets: counters that limit what may be tried. Each decision is one conditional write, so that of any number
// of racers on any nodes no more get through than the limit says.

import { sql } from 'kysely';
import type { Place } from './documents.ts';
import type { Connection } from './engine.ts';
import type { Bucket, Counted, Drawn, Limits, Reads } from './store.ts';
import { hashText, jsonText, keyText } from './text.ts';

/** How long after a success the earlier failures of a tally still count, in ms. */
export const TALLY_FORGIVEN_MS = 5_000;

/** Requests wait their turn with the time at which they came, and nodes' clocks differ: ahead by less is not set back. */
const patienceMs = 60_000;

/** What a tally of this row is worth: nothing once it ended or was forgiven. A forgiveness far ahead means a clock set back. */
const over = (now: number) => sql<boolean>`(tallies.ends_at <= ${now} or (tallies.forgiven_at is not null
  and (tallies.forgiven_at <= ${now} or tallies.forgiven_at > ${now + TALLY_FORGIVEN_MS + patienceMs})))`;

/** Buckets are kept among the counters: `expires_at` is when the bucket is full again, and then its row may be pruned. */
const bucketHash = (name: string) => hashText(`bucket ${name}`);

/** How a bucket stands that is full again at `fullAt` (ms); one that is empty beyond empty counts as empty. Pure. */
function standing({ capacity, everyMs }: Bucket, fullAt: number, now: number): Drawn {
  const full = Math.min(Math.max(fullAt, now), now + capacity * everyMs);
  const left = Math.floor((now + capacity * everyMs - full) / everyMs);
  return { drawn: left >= 1, left, fullAt: full, nextAt: full - (capacity - 1) * everyMs };
}

/** What may be looked up without taking anything. */
export function limitReadsOf({ tenant }: Place, { run }: Connection): Pick<Reads, 'tallies' | 'bucket'> {
  return {
    async tallies<About extends object>(subject: string, now: number) {
      const rows = await run(sql<{ about: string; value: number; ends_at: number }>`select about, value, ends_at
        from tallies where tenant = ${tenant} and subject = ${keyText(subject, 'the subject of a tally')}
        and value > 0 and not ${over(now)} order by ends_at, name_hash`);
      return rows.map(({ about, value, ends_at }): Counted<About> => {
        return { about: JSON.parse(about), count: value, endsAt: ends_at };
      });
    },

    async bucket(bucket, now) {
      const [row] = await run(sql<{ expires_at: number }>`select expires_at from counters
        where tenant = ${tenant} and name_hash = ${bucketHash(bucket.name)}`);
      return standing(bucket, row?.expires_at ?? now, now);
    },
  };
}

/** The tallies and buckets of one tenant, written on this connection. */
export function limitsOf(at: Place, connection: Connection): Limits {
  const { tenant } = at;
  const { run } = connection;
  const reads = limitReadsOf(at, connection);
  const named = (name: string) => sql`tenant = ${tenant} and name_hash = ${hashText(name)}`;
  const bucketNamed = (name: string) => sql`tenant = ${tenant} and name_hash = ${bucketHash(name)}`;

  return {
    async tally({ name, subject, about }, limit, now, keptMs) {
      const ends = now + keptMs;
      const [added] =
        limit < 1
          ? []
          : await run(sql<{ value: number }>`insert into tallies
              (tenant, name_hash, subject, about, value, ends_at, forgiven_at)
              values (${tenant}, ${hashText(name)}, ${keyText(subject, 'the subject of a tally')},
                ${jsonText(about, 'what a tally is about')}, 1, ${ends}, null)
              on conflict (tenant, name_hash) do update set
                subject = excluded.subject, about = excluded.about, ends_at = excluded.ends_at,
                value = case when ${over(now)} then 1 else tallies.value + 1 end,
                forgiven_at = case when ${over(now)} then null else tallies.forgiven_at end
              where ${over(now)} or tallies.value < ${limit}
              returning value`);
      if (added) return { added: true, count: added.value };
      // The last addition lies ahead: a clock was set back, and must not make the tally last longer than from now.
      await run(sql`update tallies set ends_at = ${ends} where ${named(name)} and ends_at > ${ends}`);
      const [full] = await run(
        sql<{ value: number }>`select value from tallies where ${named(name)} and not ${over(now)}`,
      );
      return { added: false, count: full?.value ?? 0 };
    },

    async untally(name) {
      await run(sql`update tallies set value = value - 1 where ${named(name)} and value > 0`);
    },

    async forgive(name, now) {
      const at = now + TALLY_FORGIVEN_MS;
      await run(sql`update tallies set value = case when value > 0 then value - 1 else 0 end, ends_at = ${at},
        forgiven_at = case when forgiven_at is null then ${at} else forgiven_at end where ${named(name)}`);
    },

    async removeTallies(subject) {
      const removed = await run(sql`delete from tallies
        where tenant = ${tenant} and subject = ${keyText(subject, 'the subject of a tally')} returning value`);
      return removed.length;
    },

    async draw(bucket, now) {
      const { name, capacity, everyMs } = bucket;
      const empty = now + capacity * everyMs;
      const [drawn] =
        capacity < 1
          ? []
          : await run(sql<{ expires_at: number }>`insert into counters (tenant, name_hash, value, expires_at)
              values (${tenant}, ${bucketHash(name)}, 0, ${now + everyMs})
              on conflict (tenant, name_hash) do update set expires_at =
                case when counters.expires_at < ${now} then ${now + everyMs} else counters.expires_at + ${everyMs} end
              where counters.expires_at + ${everyMs} <= ${empty}
              returning expires_at`);
      if (drawn) return { ...standing(bucket, drawn.expires_at, now), drawn: true };
      // More than empty: a clock was set back, or the bucket was larger.
      await run(sql`update counters set expires_at = ${empty} where ${bucketNamed(name)} and expires_at > ${empty}`);
      return { ...(await reads.bucket(bucket, now)), drawn: false };
    },

    async putBack({ name, everyMs }) {
      await run(sql`update counters set expires_at = expires_at - ${everyMs} where ${bucketNamed(name)}`);
    },

    async fill(name) {
      return (await run(sql`delete from counters where ${bucketNamed(name)} returning value`)).length > 0;
    },
  };
}
