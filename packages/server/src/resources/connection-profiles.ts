// Connection profiles: what connections look like that administrators of an organization set up themselves.

import { z } from 'zod';
import { collection } from '../schema/collection.ts';
import { type Entity, made, optional, required } from '../schema/field.ts';
import { displayName, distinct, freeObject, oneOf, text } from '../schema/types.ts';

const membership = oneOf(['none', 'optional', 'required']);
const features = distinct(oneOf(['scim', 'universal_logout']), 2);
const strategies = ['pingfederate', 'ad', 'adfs', 'waad', 'google-apps', 'okta', 'oidc', 'samlp'] as const;
const override = z.strictObject({ enabled_features: features.optional(), connection_config: freeObject.optional() });

const fields = {
  id: made(text(26), 'Id of the profile'),
  name: required(displayName(50), 'Name for people'),
  organization: optional(
    z.strictObject({ show_as_button: membership.optional(), assign_membership_on_login: membership.optional() }),
    'How the connection belongs to its organization',
    { nullRemoves: true },
  ),
  connection_name_prefix_template: optional(text(100), 'Beginning of the names of connections', { nullRemoves: true }),
  enabled_features: optional(features, 'What is switched on', { nullRemoves: true }),
  connection_config: optional(freeObject, 'Settings of each connection', { nullRemoves: true }),
  strategy_overrides: optional(
    z.strictObject(Object.fromEntries(strategies.map((name) => [name, override.optional()]))),
    'What is different for a kind of connection',
    { nullRemoves: true },
  ),
};

export type ConnectionProfile = Entity<typeof fields>;

export const connectionProfiles = collection({
  name: 'connection_profiles',
  path: 'connection-profiles',
  noun: { one: 'connection profile', a: 'a connection profile' },
  about:
    'How administrators of organizations set up connections. Kept as configuration: nothing reads it before there are connections',
  fields,
  id: 'id',
  ids: { prefix: 'cop_', alphabet: 'base62', length: 22 },
  scopes: {
    read: ['read:connection_profiles'],
    create: ['create:connection_profiles'],
    update: ['update:connection_profiles'],
    remove: ['delete:connection_profiles'],
  },
  list: 'paged',
  filters: [],
  removingNothing: 404,
  uniqueTogether: [],
  errors: {
    missing: { message: 'Connection profile not found.' },
    conflict: { message: 'The connection profile already exists.' },
  },
  defaults: () => ({}),
  check: () => [],
});

/** Profiles to begin with, answered by `/connection-profiles/templates`. */
export const connectionProfileTemplates = [
  {
    id: 'generic',
    display_name: 'Generic',
    template: {
      name: 'Generic',
      organization: { show_as_button: 'optional', assign_membership_on_login: 'required' },
      enabled_features: [],
    },
  },
];
