// Client grants: which client may have tokens for which API, with which scopes.

import { collection, type Problem } from '../schema/collection.ts';
import { type Entity, fixed, fixedDefaulted, fixedOptional, made, optional } from '../schema/field.ts';
import { distinct, flag, oneOf, text } from '../schema/types.ts';

const fields = {
  id: made(text(20), 'Id of the grant'),
  client_id: fixedOptional(text(64, 1), 'Client that may have tokens', { lookup: 'index' }),
  default_for: fixedOptional(
    oneOf(['third_party_clients']),
    'Clients without a grant of their own for which it counts',
    {
      lookup: 'index',
    },
  ),
  audience: fixed(text(600, 1), 'Identifier of the API', { lookup: 'index' }),
  scope: optional(distinct(text(280, 1), 1000), 'Scopes that tokens may have'),
  subject_type: fixedDefaulted(
    oneOf(['client', 'user']),
    'Whether machines get tokens as themselves, or clients on behalf of users',
    {
      lookup: 'index',
    },
  ),
  allow_all_scopes: optional(flag, 'Every scope of the API, also those added later', { nullRemoves: true }),
  authorization_details_types: optional(
    distinct(text(255, 1), 100),
    'Types of authorization details that may be asked for',
  ),
  organization_usage: optional(
    oneOf(['deny', 'allow', 'require']),
    'Whether an organization may, must or must not be named',
    {
      nullRemoves: true,
    },
  ),
  allow_any_organization: optional(flag, 'Every organization, without an association', {
    nullRemoves: true,
    lookup: 'index',
  }),
};

export type ClientGrant = Entity<typeof fields>;

export const clientGrants = collection({
  name: 'client_grants',
  path: 'client-grants',
  noun: { one: 'client grant', a: 'a client grant' },
  about: 'Which client may have tokens for which API',
  fields,
  id: 'id',
  ids: { prefix: 'cgr_', alphabet: 'base62', length: 16 },
  scopes: {
    read: ['read:client_grants'],
    create: ['create:client_grants'],
    update: ['update:client_grants'],
    remove: ['delete:client_grants'],
  },
  list: 'paged',
  filters: [
    { param: 'client_id', field: 'client_id', type: 'text', about: 'Grants of this client' },
    { param: 'audience', field: 'audience', type: 'text', about: 'Grants for this API' },
    { param: 'subject_type', field: 'subject_type', type: 'text', about: '`client` or `user`' },
    { param: 'default_for', field: 'default_for', type: 'text', about: '`third_party_clients`' },
    {
      param: 'allow_any_organization',
      field: 'allow_any_organization',
      type: 'boolean',
      about: 'Grants for every organization',
    },
  ],
  removingNothing: 204,
  uniqueTogether: [
    ['client_id', 'audience', 'subject_type'],
    ['default_for', 'audience', 'subject_type'],
  ],
  errors: {
    missing: { errorCode: 'inexistent_client_grant', message: 'The grant does not exist.' },
    conflict: {
      errorCode: 'client_grant_conflict',
      message: 'A client grant with the same client_id (or default_for), audience and subject_type already exists',
    },
  },
  defaults: (draft) => ({
    subject_type: draft.subject_type ?? 'client',
    ...(draft.scope || draft.allow_all_scopes ? {} : { scope: [] }),
  }),
  check: (grant) => {
    const problems: Problem[] = [];
    const say = (path: string, message: string) => problems.push({ path, message });
    // auth0-behaviour CG-1, CG-5, §27.1
    if ((grant.client_id === undefined) === (grant.default_for === undefined)) {
      say('', 'Exactly one of client_id and default_for must be given');
    }
    if (grant.allow_all_scopes && grant.scope && grant.scope.length > 0) {
      say('', 'scope must be left out when allow_all_scopes is true');
    }
    if (grant.authorization_details_types && grant.subject_type !== 'user') {
      say('', 'authorization_details_types is only allowed for subject_type user');
    }
    if (grant.subject_type === 'user' && (grant.organization_usage !== undefined || grant.allow_any_organization)) {
      say('', 'organization_usage and allow_any_organization are only allowed for subject_type client');
    }
    if (grant.allow_any_organization && (grant.organization_usage ?? 'deny') === 'deny') {
      say('', 'allow_any_organization needs organization_usage allow or require');
    }
    if (grant.default_for && grant.allow_any_organization) {
      say('', 'Third-party clients cannot be allowed any organization');
    }
    return problems;
  },
});
