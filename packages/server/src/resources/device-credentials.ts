// Device credentials (auth0-behaviour §12.10): public keys of devices, kept for whoever asks for them, and refresh tokens by
// their older address.

import { collection } from '../schema/collection.ts';
import { type Entity, fixed, fixedOptional, made, madeSometimes } from '../schema/field.ts';
import { oneOf, text } from '../schema/types.ts';

const fields = {
  id: made(text(64), 'Id of the credential'),
  device_name: fixed(text(255, 1), 'Name of the device for people; of a refresh token the user agent'),
  device_id: fixed(text(255, 1), 'Id of the device; refresh tokens have none'),
  type: fixed(oneOf(['public_key']), '`public_key`; answers have `refresh_token` and `rotating_refresh_token` too'),
  value: { ...fixed(text(10_000, 1), 'The key in base64'), hidden: true },
  client_id: fixedOptional(text(64, 1), 'Client that it is for'),
  user_id: madeSometimes(text(300), 'User whose device it is', { lookup: 'index' }),
};

export type DeviceCredential = Entity<typeof fields>;

export const deviceCredentials = collection({
  name: 'device_credentials',
  path: 'device-credentials',
  noun: { one: 'device credential', a: 'a device credential' },
  about: 'Public keys of devices, and refresh tokens',
  fields,
  id: 'id',
  ids: { prefix: 'dcr_', alphabet: 'base62', length: 16 },
  scopes: {
    read: ['read:device_credentials'],
    create: ['create:current_user_device_credentials'],
    remove: ['delete:device_credentials', 'delete:current_user_device_credentials'],
  },
  list: 'paged',
  filters: [],
  removingNothing: 204,
  uniqueTogether: [],
  errors: {
    missing: { errorCode: 'inexistent_device_credential', message: 'The device credential does not exist.' },
    conflict: { message: 'The device credential already exists.' },
  },
  defaults: () => ({}),
  check: () => [],
});
