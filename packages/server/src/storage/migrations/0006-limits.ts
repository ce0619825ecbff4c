// What limits guesses: tallies of failed attempts, found by whom they are about. Buckets live among the counters.

import { sql } from 'kysely';
import type { Migration } from './migration.ts';

export const limits: Migration = {
  version: 6,
  name: 'limits',
  documents: [],
  async up({ run }, text) {
    await run(sql`create table tallies (tenant ${text} not null, name_hash ${text} not null, subject ${text} not null,
      about text not null, value bigint not null, ends_at bigint not null, forgiven_at bigint,
      primary key (tenant, name_hash))`);
    await run(sql`create index tallies_subject_idx on tallies (tenant, subject)`);
    await run(sql`create index tallies_ends_at_idx on tallies (ends_at)`);
  },
};
