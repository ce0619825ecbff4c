// The first schema: the documents of the first resources, and everything that is not a document.

import { sql } from 'kysely';
import type { Migration } from './migration.ts';

export const foundation: Migration = {
  version: 1,
  name: 'foundation',
  documents: [
    { name: 'resource_servers', columns: ['identifier'], unique: [['identifier']] },
    {
      name: 'clients',
      columns: ['name', 'app_type', 'is_first_party', 'global', 'external_client_id'],
      unique: [],
    },
    { name: 'client_credentials', columns: ['client_id', 'kid'], unique: [] },
    {
      name: 'client_grants',
      columns: ['client_id', 'audience', 'subject_type', 'default_for', 'allow_any_organization'],
      unique: [
        ['client_id', 'audience', 'subject_type'],
        ['default_for', 'audience', 'subject_type'],
      ],
    },
    { name: 'organizations', columns: ['name'], unique: [['name']] },
    { name: 'organization_client_grants', columns: ['organization_id', 'grant_id'], unique: [] },
    { name: 'connection_profiles', columns: [], unique: [] },
    { name: 'user_attribute_profiles', columns: [], unique: [] },
    { name: 'signing_keys', columns: ['alg', 'state'], unique: [] },
  ],
  async up({ run }, text) {
    await run(sql`create table meta (name ${text} primary key not null, value text not null)`);

    await run(sql`create table tenants (id ${text} primary key not null, name text not null)`);
    await run(sql`create table tenant_hosts (host ${text} primary key not null,
      tenant ${text} not null references tenants (id), position bigint not null)`);
    await run(sql`create index tenant_hosts_tenant_idx on tenant_hosts (tenant, position)`);

    await run(sql`create table documents (tenant ${text} not null, name ${text} not null, doc text not null,
      primary key (tenant, name))`);

    // The order of what is committed, one row for each order that is kept: 'changes' counts the announced writes of a
    // tenant; the name of a table that is not watched counts its insertions; 'logs' of the tenant '' all log events.
    await run(sql`create table versions (tenant ${text} not null, name ${text} not null, version bigint not null,
      primary key (tenant, name))`);
    await run(sql`create table changes (tenant ${text} not null, version bigint not null, table_name ${text} not null,
      row_id text not null, at bigint not null, primary key (tenant, version))`);
    await run(sql`create index changes_at_idx on changes (at)`);

    await run(sql`create table single_use (tenant ${text} not null, kind ${text} not null, key_hash ${text} not null,
      value text not null, expires_at bigint not null, spent_at bigint, primary key (tenant, kind, key_hash))`);
    await run(sql`create index single_use_expires_at_idx on single_use (expires_at)`);
    await run(sql`create table counters (tenant ${text} not null, name_hash ${text} not null, value bigint not null,
      expires_at bigint not null, primary key (tenant, name_hash))`);
    await run(sql`create index counters_expires_at_idx on counters (expires_at)`);

    await run(sql`create table logs (tenant ${text} not null, log_id ${text} not null, seq bigint not null,
      date bigint not null, type ${text} not null, client_id ${text}, user_id ${text}, ip ${text}, connection ${text},
      record ${text} not null, primary key (tenant, log_id))`);
    await run(sql`create unique index logs_seq_key on logs (tenant, seq)`);
    await run(sql`create index logs_date_idx on logs (tenant, date)`);
  },
};
