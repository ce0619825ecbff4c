// Tenant settings: what holds for the whole issuer.

import { z } from 'zod';
import { singleton } from '../schema/collection.ts';
import { computed, type Entity, optional } from '../schema/field.ts';
import {
  callbackUrl,
  displayName,
  distinct,
  emailOrEmpty,
  flag,
  list,
  number,
  oneOf,
  secureUrlOrEmpty,
  text,
  webUrlOrEmpty,
  whole,
} from '../schema/types.ts';
import { flagsSchema, initialFlags } from './tenant-settings/flags.ts';

/** Hours; fractions are allowed, since lifetimes may be given in minutes (auth0-behaviour TEN-3). */
const hours = number(1 / 60, 8760);
const minutes = whole(1, 525_600);
const colour = text(64).regex(/^#(?:[0-9a-fA-F]{3}){1,2}$/);
const removable = { nullRemoves: true } as const;

const page = z.strictObject({ enabled: flag.optional(), html: text(1_000_000).optional() });
const quota = z.strictObject({
  client_credentials: z.strictObject({
    enforce: flag.optional(),
    per_hour: whole(1, 2_147_483_647).optional(),
    per_day: whole(1, 2_147_483_647).optional(),
  }),
});

const fields = {
  friendly_name: optional(displayName(200), 'Name of the tenant for people'),
  picture_url: optional(webUrlOrEmpty, 'Address of a logo'),
  support_email: optional(emailOrEmpty, 'Where users get help'),
  support_url: optional(webUrlOrEmpty, 'Where users get help'),
  allowed_logout_urls: optional(list(callbackUrl, 100), 'Addresses to return to after a logout that names no client'),
  default_audience: optional(text(600), 'Identifier of the API that a token is for when none is named; empty for none'),
  default_directory: optional(text(128), 'Connection of the `password` grant; empty for none'),
  default_redirection_uri: optional(secureUrlOrEmpty, 'Where a login starts that has expired'),
  enabled_locales: optional(
    distinct(text(35, 2).regex(/^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$/), 100, 1),
    'Languages of the pages, the first is the default',
  ),
  session_lifetime: optional(hours, 'Hours after which a session ends'),
  session_lifetime_in_minutes: { ...optional(minutes, 'The same in minutes; answered in hours'), computed: true },
  idle_session_lifetime: optional(hours, 'Hours without use after which a session ends'),
  idle_session_lifetime_in_minutes: { ...optional(minutes, 'The same in minutes; answered in hours'), computed: true },
  ephemeral_session_lifetime: optional(hours, 'Hours after which a session ends that ends with the browser'),
  ephemeral_session_lifetime_in_minutes: {
    ...optional(minutes, 'The same in minutes; answered in hours'),
    computed: true,
  },
  idle_ephemeral_session_lifetime: optional(hours, 'Hours without use after which such a session ends'),
  idle_ephemeral_session_lifetime_in_minutes: {
    ...optional(minutes, 'The same in minutes; answered in hours'),
    computed: true,
  },
  session_cookie: optional(
    z.strictObject({ mode: oneOf(['persistent', 'non-persistent']) }),
    'Whether sessions outlive the browser',
    removable,
  ),
  sessions: optional(
    z.strictObject({ oidc_logout_prompt_enabled: flag.optional() }),
    'Whether a logout is confirmed',
    removable,
  ),
  oidc_logout: optional(
    z.strictObject({ rp_logout_end_session_endpoint_discovery: flag.optional() }),
    'Whether discovery names the logout endpoint',
    { merged: true },
  ),
  change_password: optional(page, 'Page on which passwords are changed', removable),
  guardian_mfa_page: optional(page, 'Page of the second factor', removable),
  error_page: optional(
    z.strictObject({ html: text(1_000_000).optional(), url: webUrlOrEmpty.optional(), show_log_link: flag.optional() }),
    'Page of errors that cannot be redirected',
    removable,
  ),
  universal_login: optional(
    z.strictObject({
      colors: z
        .strictObject({
          primary: colour.optional(),
          page_background: z.union([colour, z.record(text(32), text(64))]).optional(),
        })
        .optional(),
      passwordless: z.strictObject({ allow_magiclink_verify_without_session: flag.optional() }).optional(),
      identifier_first: flag.optional(),
      webauthn_platform_first_factor: flag.optional(),
    }),
    'Look of the login pages',
    removable,
  ),
  flags: optional(flagsSchema, 'Switches', { merged: true }),
  device_flow: optional(
    z.strictObject({
      charset: oneOf(['base20', 'digits']).optional(),
      mask: text(20, 1)
        .regex(/^[-* ]+$/)
        .optional(),
    }),
    'Form of the codes that users type for a device',
    { ...removable, merged: true },
  ),
  country_codes: optional(
    z.strictObject({ list: distinct(text(2, 2).regex(/^[A-Z]{2}$/), 249, 1), mode: oneOf(['allow', 'deny']) }),
    'Countries of phone numbers',
    removable,
  ),
  acr_values_supported: optional(distinct(text(255, 1), 100), 'Values of `acr_values` that are accepted', removable),
  mtls: optional(z.strictObject({ enable_endpoint_aliases: flag.optional() }), 'Mutual TLS', removable),
  default_token_quota: optional(
    z.strictObject({ clients: quota.optional(), organizations: quota.optional() }),
    'How many machine tokens a client or organization may have',
    removable,
  ),
  resource_parameter_profile: optional(
    oneOf(['audience', 'compatibility']),
    'Whether `resource` (RFC 8707) names the API',
  ),
  allow_organization_name_in_authentication_api: optional(
    flag,
    'Whether organizations may be named by name',
    removable,
  ),
  customize_mfa_in_postlogin_action: optional(flag, 'Whether actions choose the second factor', removable),
  pushed_authorization_requests_supported: optional(
    flag,
    'Whether authorization requests may be pushed (RFC 9126)',
    removable,
  ),
  authorization_response_iss_parameter_supported: optional(
    flag,
    'Whether authorization answers name the issuer (RFC 9207)',
    removable,
  ),
  skip_non_verifiable_callback_uri_confirmation_prompt: optional(
    flag,
    'No question before a code goes to localhost or a custom scheme',
    removable,
  ),
  client_id_metadata_document_supported: optional(flag, 'Whether a client may be named by the address of its metadata'),
  dynamic_client_registration_security_mode: optional(
    oneOf(['strict', 'permissive']),
    'Rules for clients that register themselves',
  ),
  phone_consolidated_experience: optional(flag, 'Whether all messages to phones use one provider'),
  enable_ai_guide: optional(flag, 'Kept for other tools; means nothing here'),
  sandbox_version: optional(oneOf(['12', '16', '18', '22']), 'Runtime that extensions ask for'),
  legacy_sandbox_version: optional(text(8), 'Runtime that legacy extensions ask for'),
  sandbox_versions_available: computed(list(text(8), 10), 'Runtimes that can be asked for'),
  refresh_race_window: optional(
    whole(0, 600),
    'Ours: seconds in which callers who present the same refresh token at once get the same successor, where the client has no leeway; 1 unless set, 0 for never',
    removable,
  ),
  answer_dialect: optional(oneOf(['auth0', 'oidc']), 'Ours: statuses and codes of OAuth answers', removable),
};

export type TenantSettings = Entity<typeof fields>;

export const tenantSettings = singleton({
  name: 'tenant_settings',
  path: 'tenants/settings',
  noun: { one: 'tenant settings', a: 'the tenant settings' },
  about: 'What holds for the whole tenant',
  fields,
  scopes: { read: ['read:tenant_settings'], update: ['update:tenant_settings'] },
  initial: {
    enabled_locales: ['en'],
    flags: initialFlags,
    session_lifetime: 168,
    idle_session_lifetime: 72,
    ephemeral_session_lifetime: 72,
    idle_ephemeral_session_lifetime: 24,
    oidc_logout: { rp_logout_end_session_endpoint_discovery: true },
    sessions: { oidc_logout_prompt_enabled: true },
    allow_organization_name_in_authentication_api: false,
    customize_mfa_in_postlogin_action: false,
    pushed_authorization_requests_supported: false,
    resource_parameter_profile: 'compatibility',
    phone_consolidated_experience: false,
    client_id_metadata_document_supported: false,
    dynamic_client_registration_security_mode: 'strict',
    sandbox_version: '22',
    universal_login: {},
  },
  check: (settings) => {
    const idle = settings.idle_session_lifetime;
    const whole = settings.session_lifetime;
    if (idle !== undefined && whole !== undefined && idle > whole) {
      return [{ path: 'idle_session_lifetime', message: `Must not be greater than session_lifetime (${whole} hours)` }];
    }
    return [];
  },
});
