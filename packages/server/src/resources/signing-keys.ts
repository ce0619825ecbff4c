// Signing keys: made by the server, listed, rotated and revoked by operators. Declared so that they are documented; no field is ever written.

import { collection } from '../schema/collection.ts';
import { made, madeSometimes } from '../schema/field.ts';
import { flag, text } from '../schema/types.ts';

export const signingKeys = collection({
  name: 'signing_keys',
  path: 'keys/signing',
  noun: { one: 'signing key', a: 'a signing key' },
  about: 'Keys that sign tokens',
  fields: {
    kid: made(text(64), 'Id of the key, as in token headers'),
    alg: madeSometimes(text(16), 'Ours: algorithm that the key signs with'),
    cert: made(text(16_384), 'Certificate, as PEM'),
    pkcs7: madeSometimes(text(16_384), 'Certificate, as PKCS #7 PEM'),
    current: made(flag, 'Whether it signs now'),
    next: made(flag, 'Whether it signs after the next rotation'),
    previous: made(flag, 'Whether it signed before the last rotation'),
    current_since: madeSometimes(text(40), 'Since when it signs'),
    current_until: madeSometimes(text(40), 'Until when it signed'),
    fingerprint: made(text(128), 'SHA-1 of the certificate, for comparison by people'),
    thumbprint: made(text(128), 'SHA-1 of the certificate, hexadecimal'),
    revoked: made(flag, 'Whether its tokens are refused'),
    revoked_at: madeSometimes(text(40), 'When it was revoked'),
  },
  id: 'kid',
  ids: { prefix: '', alphabet: 'base62', length: 21 },
  scopes: { read: ['read:signing_keys'] },
  list: 'bare',
  filters: [],
  removingNothing: 404,
  uniqueTogether: [],
  errors: {
    missing: { message: 'The signing key does not exist' },
    conflict: { message: 'The signing key already exists' },
  },
  defaults: () => ({}),
  check: () => [],
});
