// Credentials of a client: public keys and certificates that it authenticates with, two a use so that they can be rotated.

import { assertionAlgorithms } from '../oauth/algorithms.ts';
import { collection } from '../schema/collection.ts';
import { type Entity, fixed, fixedOptional, made, madeSometimes, optional } from '../schema/field.ts';
import { displayName, flag, instant, oneOf, text } from '../schema/types.ts';

export const credentialTypes = ['public_key', 'cert_subject_dn', 'x509_cert'] as const;

const fields = {
  id: made(text(27), 'Id of the credential'),
  client_id: made(text(64), 'Client that it belongs to', { lookup: 'index', hidden: true }),
  credential_type: fixed(oneOf(credentialTypes), 'What it is'),
  name: fixedOptional(displayName(128), 'Name for people'),
  pem: fixedOptional(text(8192, 1), 'Public key or certificate, as PEM', { hidden: true }),
  public_key: madeSometimes(text(8192), 'The public key as SPKI PEM', { hidden: true }),
  kid: madeSometimes(text(64), 'Thumbprint of the key (RFC 7638); how client assertions name it', { lookup: 'index' }),
  alg: fixedOptional(oneOf(assertionAlgorithms), 'The one algorithm that assertions may be signed with'),
  subject_dn: fixedOptional(text(256, 1), 'Subject of the certificate, one attribute a line'),
  thumbprint_sha256: madeSometimes(text(64), 'SHA-256 of the certificate, base64url'),
  parse_expiry_from_cert: fixedOptional(flag, 'Take `expires_at` from the certificate', { hidden: true }),
  created_at: made(text(40), 'When it was created'),
  updated_at: made(text(40), 'When it was changed'),
  expires_at: optional(instant, 'When it stops working; never if absent', { nullRemoves: true }),
};

export type ClientCredential = Entity<typeof fields>;

export const clientCredentials = collection({
  name: 'client_credentials',
  path: 'clients/:client_id/credentials',
  noun: { one: 'client credential', a: 'a client credential' },
  about: 'Public keys and certificates that a client authenticates with',
  fields,
  id: 'id',
  ids: { prefix: 'cred_', alphabet: 'base62', length: 22 },
  scopes: {
    read: ['read:client_credentials'],
    create: ['create:client_credentials'],
    update: ['update:client_credentials'],
    remove: ['delete:client_credentials'],
  },
  list: 'bare',
  newestFirst: true,
  within: { collection: 'clients', param: 'client_id', field: 'client_id' },
  filters: [],
  removingNothing: 204,
  uniqueTogether: [],
  errors: {
    missing: { errorCode: 'inexistent_client_credential', message: 'The credential does not exist' },
    conflict: { errorCode: 'client_credential_conflict', message: 'A credential with the same key already exists' },
  },
  defaults: () => ({}),
  check: () => [],
});
