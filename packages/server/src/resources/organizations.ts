// Organizations: the customers of a tenant. This is the record; members, connections and logins by organization build on it.

import { z } from 'zod';
import { collection } from '../schema/collection.ts';
import { defaulted, type Entity, made, optional, required } from '../schema/field.ts';
import { displayName, flag, oneOf, text, webUrl, whole } from '../schema/types.ts';

const colour = text(7).regex(/^#(?:[0-9a-fA-F]{3}){1,2}$/);
const most = 2_147_483_647;

// A name that begins like an id would be taken for one, by us and by the libraries that check `org_id` and `org_name`.
const fields = {
  id: made(text(20), 'Id of the organization'),
  name: required(text(50, 1).regex(/^(?!org_)[a-z0-9][a-z0-9_-]*$/), 'Unique name, for addresses and tokens', {
    lookup: 'unique',
  }),
  display_name: optional(displayName(255), 'Name for people'),
  branding: optional(
    z.strictObject({
      logo_url: webUrl.optional(),
      colors: z.strictObject({ primary: colour.optional(), page_background: colour.optional() }).optional(),
    }),
    'Look of the login pages for its members; kept, and used once people can log in',
    { nullRemoves: true },
  ),
  metadata: optional(
    z
      .record(z.string().max(255), text(255))
      .refine((value) => Object.keys(value).length <= 25, { error: 'Too many properties defined, maximum 25' }),
    'Up to 25 names and values of your own',
    { nullRemoves: true },
  ),
  token_quota: optional(
    z.strictObject({
      client_credentials: z.strictObject({
        enforce: flag.optional(),
        per_hour: whole(1, most).optional(),
        per_day: whole(1, most).optional(),
      }),
    }),
    'How many machine tokens may be made for it, by all clients together; windows begin at full hours and days (UTC)',
    { nullRemoves: true },
  ),
  third_party_client_access: defaulted(
    oneOf(['allow', 'block']),
    'Whether clients of others may log its members in; kept, and used once people can log in. Machines need an association',
  ),
  is_app_entitlement_active: defaulted(
    flag,
    'Whether members may use only the clients that it was given; kept, and used once people can log in',
  ),
};

export type Organization = Entity<typeof fields>;

export const organizations = collection({
  name: 'organizations',
  path: 'organizations',
  noun: { one: 'organization', a: 'an organization' },
  about: 'Customers of the tenant',
  fields,
  id: 'id',
  ids: { prefix: 'org_', alphabet: 'base62', length: 16 },
  scopes: {
    read: ['read:organizations', 'read:organizations_summary'],
    create: ['create:organizations', 'create:organization_connections'],
    update: ['update:organizations'],
    remove: ['delete:organizations'],
  },
  list: 'paged',
  filters: [],
  removingNothing: 404,
  uniqueTogether: [],
  errors: {
    missing: { message: 'No organization found by that id or name' },
    conflict: { errorCode: 'organization_conflict', message: 'An organization with this name already exists.' },
  },
  defaults: (draft) => ({
    third_party_client_access: draft.third_party_client_access ?? 'block',
    is_app_entitlement_active: draft.is_app_entitlement_active ?? false,
  }),
  check: () => [],
});
