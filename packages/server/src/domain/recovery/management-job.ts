// Jobs of the Management API as their callers see them: `GET /api/v2/jobs/{id}`. The work itself is a job of `domain/jobs`; this
// is its receipt, kept for a week.

import type { Table } from '../../schema/table.ts';
import type { Transaction } from '../../storage/store.ts';

export interface ManagementJob {
  /** `job_` and 16 letters and digits. */
  readonly id: string;
  readonly type: 'verification_email';
  readonly status: 'pending' | 'completed' | 'failed';
  readonly created_at: string;
  readonly expires_at: string;
}

export const managementJobs: Table<ManagementJob> = {
  name: 'management_jobs',
  id: 'id',
  columns: ['expires_at'],
  unique: [],
  secrets: [],
  watched: false,
  expires: 'expires_at',
};

const keptMs = 7 * 86_400_000;

/** Writes down that a job was taken on. `now` in ms. */
export async function beginJob(tx: Transaction, id: string, now: number): Promise<ManagementJob> {
  const job: ManagementJob = {
    id,
    type: 'verification_email',
    status: 'pending',
    created_at: new Date(now).toISOString(),
    expires_at: new Date(now + keptMs).toISOString(),
  };
  await tx.insert(managementJobs, job);
  return job;
}

/** Writes down how it ended. `now` in ms: the receipt is kept for a week from then. */
export async function finishJob(
  tx: Transaction,
  id: string,
  status: 'completed' | 'failed',
  now: number,
): Promise<void> {
  const job = await tx.lock(managementJobs, id);
  if (job) await tx.replace(managementJobs, { ...job, status, expires_at: new Date(now + keptMs).toISOString() });
}
