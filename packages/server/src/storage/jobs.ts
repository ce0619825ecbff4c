// Jobs of all tenants: due, taken under a lease, finished or put off. A job is taken by one conditional write that moves
// its due time to the end of the lease: nobody else sees it until then, and if nobody finishes it, it is simply due again.

import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import type { TenantId } from '../schema/brand.ts';
import type { Connection, Engine } from './engine.ts';
import type { JobQueue, LeasedJob, NewJob, Sealer } from './store.ts';
import { keyText } from './text.ts';

interface StoredJob {
  readonly tenant: TenantId;
  readonly id: string;
  readonly payload: string;
  readonly attempts: number;
}

/** Where a payload is kept; part of what is authenticated. */
const place = (tenant: string, id: string) => JSON.stringify([tenant, 'jobs', id, 'payload']);

/** Adds a job to the transaction of this connection; `false` if one of this id waits already, which stays as it is. */
export async function addJob(sealer: Sealer, tenant: string, { run }: Connection, job: NewJob): Promise<boolean> {
  const payload = sealer.seal(JSON.stringify(job.payload), place(tenant, job.id));
  const added = await run(sql`insert into jobs (tenant, id, kind, payload, due_at, attempts)
    values (${tenant}, ${keyText(job.id, 'job.id')}, ${keyText(job.kind, 'job.kind')}, ${payload}, ${job.dueAt}, 0)
    on conflict (tenant, id) do nothing returning id`);
  return added.length === 1;
}

/** The queue over an open engine, without `onEnqueued`, which is the database's. */
export function jobQueueOf(engine: Engine, sealer: Sealer): Omit<JobQueue, 'onEnqueued'> {
  const held = ({ tenant, id, lease }: LeasedJob) => sql`tenant = ${tenant} and id = ${id} and lease = ${lease}`;

  function opened({ tenant, id, payload }: StoredJob): object | undefined {
    try {
      return JSON.parse(sealer.open(payload, place(tenant, id)));
    } catch {
      return undefined;
    }
  }

  return {
    async due(kinds, now) {
      if (!kinds.length) return [];
      const each = kinds.map(
        (kind) =>
          sql`select ${kind} as kind where exists (select 1 from jobs where kind = ${kind} and due_at <= ${now})`,
      );
      const rows = await engine.reader.run(sql<{ kind: string }>`${sql.join(each, sql` union all `)}`);
      return rows.map(({ kind }) => kind);
    },

    async lease({ kind, limit, now, until }) {
      const lease = randomBytes(12).toString('base64url');
      const rows = await engine.write(({ run }) =>
        run(sql<StoredJob>`with due as (
            select tenant, id from jobs where kind = ${kind} and due_at <= ${now}
            order by due_at limit ${limit} ${engine.forUpdateOfFree}
          )
          update jobs set due_at = ${until}, lease = ${lease}, attempts = attempts + 1 from due
          where jobs.tenant = due.tenant and jobs.id = due.id and jobs.due_at <= ${now}
          returning jobs.tenant as tenant, jobs.id as id, jobs.payload as payload, jobs.attempts as attempts`),
      );
      return rows.map((row) => {
        const { tenant, id, attempts } = row;
        return { tenant, id, kind, payload: opened(row), attempt: attempts, lease, until };
      });
    },

    async finish(job) {
      const gone = await engine.write(({ run }) => run(sql`delete from jobs where ${held(job)} returning id`));
      return gone.length === 1;
    },

    async putOff(job, dueAt, counted) {
      const attempts = counted ? job.attempt : job.attempt - 1;
      const changed = await engine.write(({ run }) =>
        run(sql`update jobs set due_at = ${dueAt}, lease = null, attempts = ${attempts}
          where ${held(job)} returning id`),
      );
      return changed.length === 1;
    },
  };
}
