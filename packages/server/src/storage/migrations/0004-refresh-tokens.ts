// Refresh tokens: one row for each family, which is what one login bought at one client; and keys of devices.

import { sql } from 'kysely';
import type { Migration } from './migration.ts';

export const refreshTokens: Migration = {
  version: 4,
  name: 'refresh-tokens',
  documents: [
    {
      name: 'refresh_families',
      columns: ['holder', 'user_id', 'client_id', 'session_id', 'audience', 'ends_at'],
      unique: [],
    },
    { name: 'ended_families', columns: ['ends_at'], unique: [] },
    { name: 'device_credentials', columns: ['user_id'], unique: [] },
  ],
  async up({ run }) {
    // Rows of all tenants end at any time, and pruning looks through all tenants at once.
    for (const table of ['refresh_families', 'ended_families']) {
      await run(sql`create index ${sql.id(`${table}_end_idx`)} on ${sql.table(table)} (ends_at)`);
    }
  },
};
