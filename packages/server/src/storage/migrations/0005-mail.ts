// What mail needs: tickets (the secrets of links), operators' templates and provider, the mailbox of development servers.

import { sql } from 'kysely';
import type { Migration } from './migration.ts';

export const mail: Migration = {
  version: 5,
  name: 'mail',
  documents: [
    { name: 'tickets', columns: ['subject', 'user_id', 'expires_at'], unique: [] },
    { name: 'email_templates', columns: [], unique: [] },
    { name: 'email_providers', columns: [], unique: [] },
    { name: 'mailbox_messages', columns: ['to', 'expires_at'], unique: [] },
    { name: 'management_jobs', columns: ['expires_at'], unique: [] },
  ],
  async up({ run }) {
    // A tenant's rows end at any time, and pruning looks through all tenants at once.
    for (const table of ['tickets', 'mailbox_messages', 'management_jobs']) {
      await run(sql`create index ${sql.id(`${table}_end_idx`)} on ${sql.table(table)} (expires_at)`);
    }
  },
};
