// Which grants a client may use and what its tokens are like.

import { z } from 'zod';
import { defaulted, optional } from '../../schema/field.ts';
import { distinct, flag, freeObject, list, oneOf, text, webUrl, whole } from '../../schema/types.ts';

/** auth0-behaviour §26.3; the legacy grants are kept in records and work nowhere. */
export const grantTypes = [
  'authorization_code',
  'implicit',
  'refresh_token',
  'client_credentials',
  'password',
  'urn:ietf:params:oauth:grant-type:device_code',
  'http://auth0.com/oauth/grant-type/password-realm',
  'http://auth0.com/oauth/grant-type/passwordless/otp',
  'http://auth0.com/oauth/grant-type/mfa-oob',
  'http://auth0.com/oauth/grant-type/mfa-otp',
  'http://auth0.com/oauth/grant-type/mfa-recovery-code',
  'urn:openid:params:grant-type:ciba',
  'urn:ietf:params:oauth:grant-type:token-exchange',
  'urn:ietf:params:oauth:grant-type:jwt-bearer',
  'urn:okta:params:oauth:grant-type:webauthn',
  'urn:auth0:params:oauth:grant-type:token-exchange:federated-connection-access-token',
  'http://auth0.com/oauth/legacy/grant-type/ro',
  'http://auth0.com/oauth/legacy/grant-type/ro/jwt-bearer',
  'http://auth0.com/oauth/legacy/grant-type/delegation/refresh_token',
  'http://auth0.com/oauth/legacy/grant-type/delegation/id_token',
  'http://auth0.com/oauth/legacy/grant-type/access_token',
] as const;

const lifetime = whole(1, 31_557_600);

const logoutInitiators = [
  'rp-logout',
  'idp-logout',
  'password-changed',
  'session-expired',
  'session-revoked',
  'account-deleted',
  'email-identifier-changed',
  'mfa-phone-unenrolled',
  'account-deactivated',
] as const;

const quota = z.strictObject({
  enforce: flag.optional(),
  per_hour: whole(1, 2_147_483_647).optional(),
  per_day: whole(1, 2_147_483_647).optional(),
});

export const tokenFields = {
  grant_types: defaulted(distinct(oneOf(grantTypes), 50), 'Grants that it may use at the token endpoint'),
  jwt_configuration: defaulted(
    z.strictObject({
      alg: oneOf(['HS256', 'RS256', 'PS256', 'ES256', 'EdDSA']).optional(),
      lifetime_in_seconds: whole(1, 31_557_600).optional(),
      secret_encoded: flag.optional(),
      scopes: freeObject.optional(),
    }),
    'Its ID tokens: algorithm and lifetime',
    { merged: true },
  ),
  refresh_token: defaulted(
    z.strictObject({
      rotation_type: oneOf(['rotating', 'non-rotating']).optional(),
      expiration_type: oneOf(['expiring', 'non-expiring']).optional(),
      leeway: whole(0, 31_557_600).optional(),
      token_lifetime: lifetime.optional(),
      infinite_token_lifetime: flag.optional(),
      idle_token_lifetime: lifetime.optional(),
      infinite_idle_token_lifetime: flag.optional(),
      policies: list(z.strictObject({ audience: text(600, 1), scope: distinct(text(280, 1), 1000) }), 100).optional(),
    }),
    'Its refresh tokens: rotation and lifetimes in seconds',
    { merged: true },
  ),
  token_exchange: optional(
    z.strictObject({
      allow_any_profile_of_type: distinct(
        oneOf(['custom_authentication', 'on_behalf_of_token_exchange']),
        10,
      ).optional(),
    }),
    'Token exchange profiles that it may use',
    { nullRemoves: true },
  ),
  token_quota: optional(z.strictObject({ client_credentials: quota }), 'How many tokens it may have as itself', {
    nullRemoves: true,
  }),
  session_transfer: optional(
    z.strictObject({
      can_create_session_transfer_token: flag.optional(),
      allowed_authentication_methods: distinct(oneOf(['cookie', 'query']), 2).optional(),
      enforce_device_binding: oneOf(['none', 'ip', 'asn']).optional(),
      allow_refresh_token: flag.optional(),
      enforce_online_refresh_tokens: flag.optional(),
      enforce_cascade_revocation: flag.optional(),
      delegation: freeObject.optional(),
    }),
    'Handing a session of a native application to the browser',
    { nullRemoves: true },
  ),
  async_approval_notification_channels: optional(
    distinct(oneOf(['guardian-push', 'email']), 2, 1),
    'How users are asked by back-channel authentication',
    { nullRemoves: true },
  ),
  sso: optional(flag, 'Legacy: whether it asks for single sign-on'),
  sso_disabled: defaulted(flag, 'Whether existing sessions are ignored'),
  oidc_logout: optional(
    z.strictObject({
      backchannel_logout_urls: list(webUrl, 10).optional(),
      backchannel_logout_initiators: z
        .strictObject({
          mode: oneOf(['custom', 'all']).optional(),
          selected_initiators: distinct(oneOf(logoutInitiators), 10).optional(),
        })
        .optional(),
      backchannel_logout_session_metadata: z.strictObject({ include: flag.optional() }).optional(),
    }),
    'Back-channel logout',
    { nullRemoves: true },
  ),
  oidc_backchannel_logout: {
    ...optional(
      z.strictObject({ backchannel_logout_urls: list(webUrl, 10).optional() }),
      'The addresses of `oidc_logout`, by its old name',
      {
        nullRemoves: true,
      },
    ),
    computed: true,
  },
  skip_non_verifiable_callback_uri_confirmation_prompt: optional(
    flag,
    'No question before a code goes to localhost or a custom scheme; overrides the tenant',
    { nullRemoves: true },
  ),
  answer_dialect: optional(
    oneOf(['auth0', 'oidc']),
    'Ours: statuses and codes of OAuth answers; overrides the tenant',
    { nullRemoves: true },
  ),
};
