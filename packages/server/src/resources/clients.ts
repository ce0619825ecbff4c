// Clients: applications that ask for tokens.

import { collection } from '../schema/collection.ts';
import type { Draft, Entity, Fields } from '../schema/field.ts';
import { authenticationFields } from './clients/authentication.ts';
import { clientDefaults, clientProblems } from './clients/defaults.ts';
import { identityFields } from './clients/identity.ts';
import { integrationFields } from './clients/integrations.ts';
import { tokenFields } from './clients/tokens.ts';

const fields = shownByDefaultTo(
  ['read:clients', 'read:client_keys'],
  ['client_id', 'app_type', 'name', 'description'],
  {
    ...identityFields,
    ...authenticationFields,
    ...tokenFields,
    ...integrationFields,
  },
);

export type Client = Entity<typeof fields>;
export type ClientDraft = Draft<typeof fields>;

/** Every scope of a read shows the fields in `toAll`; the others need one of `scopes`. */
function shownByDefaultTo<F extends Fields>(
  scopes: readonly string[],
  toAll: readonly (keyof F & string)[],
  all: F,
): F {
  const shown = Object.entries(all).map(([name, field]) => [
    name,
    toAll.includes(name) || field.shownTo ? field : { ...field, shownTo: scopes },
  ]);
  return Object.fromEntries(shown) as F;
}

export const clients = collection({
  name: 'clients',
  path: 'clients',
  noun: { one: 'client', a: 'a client' },
  about: 'Applications that ask for tokens',
  fields,
  id: 'client_id',
  ids: { prefix: '', alphabet: 'base62', length: 32 },
  scopes: {
    read: ['read:clients', 'read:client_keys', 'read:client_credentials', 'read:client_summary'],
    create: ['create:clients'],
    update: [
      'update:clients',
      'update:client_keys',
      'update:client_credentials',
      'update:client_token_vault_privileged_access',
    ],
    remove: ['delete:clients'],
  },
  list: 'paged',
  filters: [
    {
      param: 'is_global',
      field: 'global',
      type: 'boolean',
      about: 'The record that stands for all clients, or all others',
    },
    { param: 'is_first_party', field: 'is_first_party', type: 'boolean', about: 'Own clients, or those of others' },
    { param: 'app_type', field: 'app_type', type: 'list', about: 'Kinds of application, separated by commas' },
    { param: 'external_client_id', field: 'external_client_id', type: 'text', about: 'Address of a metadata document' },
  ],
  removingNothing: 204,
  uniqueTogether: [],
  errors: {
    missing: { errorCode: 'inexistent_client', message: 'The client does not exist' },
    conflict: { errorCode: 'client_conflict', message: 'The client already exists' },
  },
  defaults: clientDefaults,
  check: clientProblems,
});
