// User attribute profiles: how attributes of identity providers and SCIM become attributes of users.

import { z } from 'zod';
import { collection } from '../schema/collection.ts';
import { defaulted, type Entity, made, required } from '../schema/field.ts';
import { displayName, flag, list, oneOf, text } from '../schema/types.ts';

const mapping = text(255, 1);
const saml = list(mapping, 10);
const strategies = ['pingfederate', 'ad', 'adfs', 'waad', 'google-apps', 'okta', 'oidc', 'samlp'] as const;
const perStrategy = <T extends z.ZodType>(override: T) =>
  z.strictObject(Object.fromEntries(strategies.map((name) => [name, override.optional()])));

const oidcMapping = z.strictObject({ mapping, display_name: text(255).optional() });
const idOverride = z.strictObject({
  oidc_mapping: mapping.optional(),
  saml_mapping: saml.optional(),
  scim_mapping: mapping.optional(),
});
const attributeOverride = z.strictObject({
  oidc_mapping: oidcMapping.optional(),
  saml_mapping: saml.optional(),
  scim_mapping: mapping.optional(),
});

const attribute = z.strictObject({
  label: displayName(255),
  description: text(255),
  profile_required: flag,
  auth0_mapping: mapping,
  oidc_mapping: oidcMapping.optional(),
  saml_mapping: saml.optional(),
  scim_mapping: mapping.optional(),
  strategy_overrides: perStrategy(attributeOverride).optional(),
});

const fields = {
  id: made(text(26), 'Id of the profile'),
  name: required(displayName(128), 'Name for people'),
  user_id: defaulted(
    z.strictObject({
      oidc_mapping: oneOf(['sub']).optional(),
      saml_mapping: saml.optional(),
      scim_mapping: mapping.optional(),
      strategy_overrides: perStrategy(idOverride).optional(),
    }),
    'Where the id of a user comes from',
    { merged: true },
  ),
  user_attributes: required(
    z
      .record(z.string().min(1).max(255), attribute)
      .refine((value) => Object.keys(value).length <= 64, { error: 'Too many properties defined, maximum 64' }),
    'Attributes by name; a PATCH replaces them all',
  ),
};

export type UserAttributeProfile = Entity<typeof fields>;

const claims = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/';
const userId: UserAttributeProfile['user_id'] = {
  oidc_mapping: 'sub',
  saml_mapping: [`${claims}nameidentifier`, `${claims}upn`, `${claims}name`],
  scim_mapping: 'externalId',
};

export const userAttributeProfiles = collection({
  name: 'user_attribute_profiles',
  path: 'user-attribute-profiles',
  noun: { one: 'user attribute profile', a: 'a user attribute profile' },
  about:
    'How attributes of identity providers become attributes of users. Kept as configuration: nothing reads it before there are users',
  fields,
  id: 'id',
  ids: { prefix: 'uap_', alphabet: 'base62', length: 22 },
  scopes: {
    read: ['read:user_attribute_profiles'],
    create: ['create:user_attribute_profiles'],
    update: ['update:user_attribute_profiles'],
    remove: ['delete:user_attribute_profiles'],
  },
  list: 'paged',
  filters: [],
  removingNothing: 404,
  uniqueTogether: [],
  errors: {
    missing: { message: 'User attribute profile not found.' },
    conflict: { message: 'The user attribute profile already exists.' },
  },
  defaults: (draft) => ({ user_id: draft.user_id ?? userId }),
  check: () => [],
});

/** Profiles to begin with, answered by `/user-attribute-profiles/templates`. */
export const userAttributeProfileTemplates = [
  {
    id: 'generic',
    display_name: 'Generic',
    template: {
      name: 'Generic',
      user_id: userId,
      user_attributes: {
        email: {
          label: 'Email',
          description: 'Email address',
          profile_required: true,
          auth0_mapping: 'email',
          oidc_mapping: { mapping: 'email' },
          saml_mapping: [`${claims}emailaddress`],
          scim_mapping: 'emails[primary eq true].value',
        },
        name: {
          label: 'Name',
          description: 'Full name',
          profile_required: false,
          auth0_mapping: 'name',
          oidc_mapping: { mapping: 'name' },
          scim_mapping: 'displayName',
        },
      },
    },
  },
];
