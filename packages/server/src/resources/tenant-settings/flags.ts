// The switches of a tenant. All are booleans; those that we do not know are refused.

import { z } from 'zod';
import { flag } from '../../schema/types.ts';

const names = [
  'allow_changing_enable_sso',
  'allow_legacy_delegation_grant_types',
  'allow_legacy_ro_grant_types',
  'allow_legacy_tokeninfo_endpoint',
  'allow_other_legacy_grant_types',
  'cannot_change_enforce_client_authentication_on_passwordless_start',
  'change_pwd_flow_v1',
  'custom_domains_provisioning',
  'dashboard_insights_view',
  'dashboard_log_streams_next',
  'disable_clickjack_protection_headers',
  'disable_fields_map_fix',
  'disable_impersonation',
  'disable_management_api_sms_obfuscation',
  'enable_adfs_waad_email_verification',
  'enable_apis_section',
  'enable_client_connections',
  'enable_custom_domain_in_emails',
  'enable_dynamic_client_registration',
  'enable_idtoken_api2',
  'enable_legacy_logs_search_v2',
  'enable_legacy_profile',
  'enable_pipeline2',
  'enable_public_signup_user_exists_error',
  'enable_sso',
  'enforce_client_authentication_on_passwordless_start',
  'genai_trial',
  'improved_signup_bot_detection_in_classic',
  'mfa_show_factor_list_on_enrollment',
  'new_universal_login_experience_enabled',
  'no_disclose_enterprise_connections',
  'remove_alg_from_jwks',
  'revoke_refresh_token_grant',
  'trust_azure_adfs_email_verified_connection_property',
  'universal_login',
  'use_scope_descriptions_for_consent',
] as const;

export type FlagName = (typeof names)[number];

export const flagsSchema = z.strictObject(
  Object.fromEntries(names.map((name) => [name, flag.optional()])) as Record<FlagName, z.ZodOptional<typeof flag>>,
);

/** A fresh tenant's, as recorded. */
export const initialFlags: Partial<Record<FlagName, boolean>> = {
  allow_changing_enable_sso: false,
  cannot_change_enforce_client_authentication_on_passwordless_start: true,
  disable_clickjack_protection_headers: false,
  disable_impersonation: true,
  enable_custom_domain_in_emails: false,
  enable_legacy_logs_search_v2: false,
  // Recorded as true; but whoever signs up must not learn who has an account here, unless the tenant wants it.
  enable_public_signup_user_exists_error: false,
  enable_sso: true,
  enforce_client_authentication_on_passwordless_start: true,
  new_universal_login_experience_enabled: true,
  remove_alg_from_jwks: false,
  revoke_refresh_token_grant: false,
  universal_login: true,
  use_scope_descriptions_for_consent: false,
};
