// Organizations, social logins on devices, and add-ons of a client.

import { z } from 'zod';
import { optional } from '../../schema/field.ts';
import { distinct, flag, freeObject, idOf, list, oneOf, text } from '../../schema/types.ts';

const enabled = z.strictObject({ enabled: flag.optional() });

const addons = [
  'aws',
  'azure_blob',
  'azure_sb',
  'box',
  'cloudbees',
  'concur',
  'dropbox',
  'echosign',
  'egnyte',
  'firebase',
  'layer',
  'mscrm',
  'newrelic',
  'oag',
  'office365',
  'rms',
  'salesforce',
  'salesforce_api',
  'salesforce_sandbox_api',
  'samlp',
  'sap_api',
  'sentry',
  'sharepoint',
  'slack',
  'springcm',
  'sso_integration',
  'wams',
  'wsfed',
  'zendesk',
  'zoom',
] as const;

const connectionProfile = idOf('cop_', 22);
const userAttributeProfile = idOf('uap_', 22);

export const integrationFields = {
  organization_usage: optional(oneOf(['deny', 'allow', 'require']), 'Whether users log in through organizations', {
    nullRemoves: true,
  }),
  organization_require_behavior: optional(
    oneOf(['no_prompt', 'pre_login_prompt', 'post_login_prompt']),
    'When users are asked for their organization',
    { nullRemoves: true },
  ),
  organization_discovery_methods: optional(
    distinct(oneOf(['email', 'organization_name']), 2, 1),
    'How the organization is found before the login',
    { nullRemoves: true },
  ),
  default_organization: optional(
    z.strictObject({ organization_id: idOf('org_', 16), flows: distinct(oneOf(['client_credentials']), 1, 1) }),
    'Organization of machine tokens when none is named and the client grant requires one',
    { nullRemoves: true },
  ),
  my_organization_configuration: optional(
    z.strictObject({
      connection_profile_id: connectionProfile.optional(),
      user_attribute_profile_id: userAttributeProfile.optional(),
      allowed_strategies: distinct(
        oneOf(['pingfederate', 'adfs', 'waad', 'google-apps', 'okta', 'oidc', 'samlp']),
        7,
      ).optional(),
      connection_deletion_behavior: oneOf(['allow', 'allow_if_empty']).optional(),
      invitation_landing_client_id: text(64, 1).optional(),
    }),
    'What administrators of an organization may set up themselves',
    { nullRemoves: true },
  ),
  express_configuration: optional(
    z.strictObject({
      initiate_login_uri_template: text(2048, 1),
      user_attribute_profile_id: userAttributeProfile,
      connection_profile_id: connectionProfile,
      enable_client: flag,
      enable_organization: flag,
      linked_clients: list(z.strictObject({ client_id: text(64, 1) }), 10).optional(),
      okta_oin_client_id: text(64, 1),
      admin_login_domain: text(255, 1),
      oin_submission_id: text(64).optional(),
    }),
    'Set-up of single sign-on from a catalogue',
    { nullRemoves: true },
  ),
  native_social_login: optional(
    z.strictObject({ apple: enabled.optional(), facebook: enabled.optional(), google: enabled.optional() }),
    'Social logins that a native application does by itself',
    { merged: true, nullRemoves: true },
  ),
  fedcm_login: optional(
    z.strictObject({ google: z.strictObject({ is_enabled: flag.optional() }).optional() }),
    'Social logins by the browser (FedCM)',
    { nullRemoves: true },
  ),
  mobile: optional(
    z.strictObject({
      android: z
        .strictObject({
          app_package_name: text(255).optional(),
          sha256_cert_fingerprints: list(text(255), 20).optional(),
        })
        .optional(),
      ios: z.strictObject({ team_id: text(64).optional(), app_bundle_identifier: text(255).optional() }).optional(),
    }),
    'Applications on devices that links may open',
    { merged: true, nullRemoves: true },
  ),
  addons: optional(
    z.strictObject(Object.fromEntries(addons.map((name) => [name, freeObject.optional()]))),
    'Settings of add-ons',
    { merged: true, nullRemoves: true },
  ),
};
