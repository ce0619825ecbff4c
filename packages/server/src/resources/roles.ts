// Roles: named sets of permissions, which may span APIs (auth0-behaviour §24.1).

import { collection } from '../schema/collection.ts';
import { type Entity, fixedDefaulted, fixedOptional, made, optional, required } from '../schema/field.ts';
import { displayName, oneOf, text } from '../schema/types.ts';

const fields = {
  id: made(text(20), 'Id of the role'),
  name: required(displayName(255), 'Unique name', { lookup: 'unique' }),
  description: optional(text(255), 'What its holders do', { nullRemoves: true }),
  type: fixedDefaulted(
    oneOf(['tenant', 'organization']),
    'Whether it is held in the whole tenant or as a member of an organization; the latter is kept, and given with membership',
  ),
  owner_id: fixedOptional(text(20), 'Organization that it belongs to, for the type `organization`'),
};

export type Role = Entity<typeof fields>;

export const roles = collection({
  name: 'roles',
  path: 'roles',
  noun: { one: 'role', a: 'a role' },
  about: 'Named sets of permissions',
  fields,
  id: 'id',
  ids: { prefix: 'rol_', alphabet: 'base62', length: 16 },
  scopes: { read: ['read:roles'], create: ['create:roles'], update: ['update:roles'], remove: ['delete:roles'] },
  list: 'paged',
  filters: [
    { param: 'name_filter', field: 'name', type: 'part', about: 'Text that the name holds, in any case' },
    { param: 'type', field: 'type', type: 'equal', about: '`tenant` or `organization`' },
    { param: 'owner_id', field: 'owner_id', type: 'equal', about: 'Organization that they belong to' },
  ],
  removingNothing: 404,
  statuses: { created: 200, removed: 200 },
  uniqueTogether: [],
  errors: {
    missing: { message: 'The role does not exist.' },
    conflict: { errorCode: 'role_conflict', message: 'A role with this name already exists.' },
  },
  defaults: (draft) => ({ type: draft.type ?? 'tenant' }),
  check: ({ type, owner_id }) => {
    if (type === 'organization' && owner_id === undefined)
      return [{ path: '', message: "Payload validation error: 'Missing required property: owner_id'." }];
    if (type === 'tenant' && owner_id !== undefined)
      return [{ path: 'owner_id', message: 'Only roles of the type organization belong to one' }];
    return [];
  },
});
