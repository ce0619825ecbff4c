// What people need: accounts and how they prove who they are, what they may do, their sessions, and logins on their way.

import { sql } from 'kysely';
import type { Migration } from './migration.ts';

export const people: Migration = {
  version: 2,
  name: 'people',
  documents: [
    { name: 'connections', columns: ['name', 'strategy'], unique: [['name']] },
    { name: 'users', columns: ['email', 'username', 'phone_number', 'name', 'connection'], unique: [] },
    { name: 'identifiers', columns: ['user_id'], unique: [] },
    { name: 'passwords', columns: [], unique: [] },
    { name: 'roles', columns: ['name'], unique: [['name']] },
    {
      name: 'role_permissions',
      columns: ['role_id', 'resource_server_identifier', 'permission_name'],
      unique: [],
    },
    { name: 'user_roles', columns: ['user_id', 'role_id'], unique: [] },
    {
      name: 'user_permissions',
      columns: ['user_id', 'resource_server_identifier', 'permission_name'],
      unique: [],
    },
    {
      name: 'grants',
      columns: ['user_id', 'clientID', 'audience'],
      unique: [['user_id', 'clientID', 'audience']],
    },
    { name: 'sessions', columns: ['handle_hash', 'user_id', 'expires_at'], unique: [['handle_hash']] },
    { name: 'pending_authorizations', columns: ['expires_at'], unique: [] },
    { name: 'issued_tokens', columns: ['family', 'user_id', 'expires_at'], unique: [] },
  ],
  async up({ run }) {
    // A tenant's rows end at any time, and pruning looks through all tenants at once.
    for (const table of ['sessions', 'pending_authorizations', 'issued_tokens']) {
      const index = sql.id(`${table}_end_idx`);
      await run(sql`create index ${index} on ${sql.table(table)} (expires_at)`);
    }
  },
};
