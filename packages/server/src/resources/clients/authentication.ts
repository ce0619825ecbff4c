// How a client proves who it is, and which keys of its own it uses.

import { z } from 'zod';
import { assertionAlgorithms } from '../../oauth/algorithms.ts';
import { defaulted, optional } from '../../schema/field.ts';
import { displayName, flag, instant, list, oneOf, text, webUrl } from '../../schema/types.ts';

/** A credential that exists already, by its id; or, at creation only, a new one with its key. */
const credential = z.strictObject({
  id: text(64, 1).optional(),
  credential_type: oneOf(['public_key', 'cert_subject_dn', 'x509_cert']).optional(),
  name: displayName(128).optional(),
  pem: text(8192, 1).optional(),
  alg: oneOf(assertionAlgorithms).optional(),
  subject_dn: text(256, 1).optional(),
  parse_expiry_from_cert: flag.optional(),
  expires_at: instant.optional(),
});
export type CredentialReference = z.infer<typeof credential>;

const credentials = z.strictObject({ credentials: list(credential, 2) });

export const authenticationFields = {
  client_secret: optional(text(1024, 16), 'Secret of a confidential client, made if none is given', {
    secret: true,
    shownTo: ['read:client_keys'],
  }),
  token_endpoint_auth_method: optional(
    oneOf(['none', 'client_secret_post', 'client_secret_basic']),
    'How it authenticates with its secret; `none` for public clients',
    { nullRemoves: true },
  ),
  client_authentication_methods: optional(
    z.strictObject({
      private_key_jwt: credentials.optional(),
      tls_client_auth: credentials.optional(),
      self_signed_tls_client_auth: credentials.optional(),
    }),
    'How it authenticates with keys, instead of a secret',
    { nullRemoves: true, shownTo: ['read:clients', 'read:client_keys', 'read:client_credentials'] },
  ),
  jwks_uri: optional(webUrl, 'Where the keys of the client can be fetched', { nullRemoves: true }),
  signed_request_object: optional(
    z.strictObject({ required: flag.optional(), credentials: list(credential, 2).optional() }),
    'Whether authorization requests are signed (RFC 9101), and by which keys',
    { nullRemoves: true },
  ),
  require_proof_of_possession: optional(flag, 'Whether its tokens must be bound to a key', { nullRemoves: true }),
  require_pushed_authorization_requests: optional(flag, 'Whether authorization requests must be pushed (RFC 9126)'),
  par_request_expiry: optional(z.int().min(10).max(600), 'Seconds for which a pushed request is kept', {
    nullRemoves: true,
  }),
  compliance_level: optional(
    oneOf(['none', 'fapi1_adv_pkj_par', 'fapi1_adv_mtls_par', 'fapi2_sp_pkj_mtls', 'fapi2_sp_mtls_mtls']),
    'Security profile that it is held to',
    { nullRemoves: true },
  ),
  is_token_endpoint_ip_header_trusted: defaulted(flag, 'Whether its `auth0-forwarded-for` header is believed'),
  cross_origin_authentication: defaulted(flag, 'Whether it may collect passwords on its own pages'),
  cross_origin_auth: { ...optional(flag, 'The same by its old name'), computed: true },
  token_vault_privileged_access: optional(
    z.strictObject({
      credentials: list(credential, 2).optional(),
      ip_allowlist: list(text(64, 1), 100).optional(),
      grants: list(
        z.strictObject({ connection: text(128, 1), scopes: list(text(280, 1), 100).optional() }),
        100,
      ).optional(),
    }),
    'Access to tokens of identity providers without the user',
    { nullRemoves: true },
  ),
  encryption_key: optional(
    z.strictObject({ pub: text(8192).optional(), cert: text(8192).optional(), subject: text(1024).optional() }),
    'Public key for what is encrypted to the client',
    { nullRemoves: true, merged: true },
  ),
};
