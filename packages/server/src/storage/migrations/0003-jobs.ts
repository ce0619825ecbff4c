// Work that is done after a commit, by whichever node takes it first.

import { sql } from 'kysely';
import type { Migration } from './migration.ts';

export const jobs: Migration = {
  version: 3,
  name: 'jobs',
  documents: [],
  async up({ run }, text) {
    // `due_at` is when anybody may take the job: a node that takes it moves that to the end of its lease.
    await run(sql`create table jobs (tenant ${text} not null, id ${text} not null, kind ${text} not null,
      payload text not null, due_at bigint not null, attempts bigint not null, lease text,
      primary key (tenant, id))`);
    await run(sql`create index jobs_due_idx on jobs (kind, due_at)`);
  },
};
