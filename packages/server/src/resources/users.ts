// Users: people who log in (auth0-behaviour §2.6). Their routes are written by hand; this says what goes in and out.

import { z } from 'zod';
import { collection } from '../schema/collection.ts';
import { fixedOptional, made, madeSometimes, optional, required } from '../schema/field.ts';
import { emailOrEmpty, flag, freeObject, list, oneOf, text, webUrl, whole } from '../schema/types.ts';

const time = text(40);
const removable = { nullRemoves: true } as const;
const password = text(1000, 1);

const fields = {
  user_id: fixedOptional(
    text(260, 1).regex(/^[\x21-\x7e]+$/),
    'Id; at creation the part after `auth0|`, else one is made',
  ),
  connection: {
    ...required(text(128, 1), 'Name of the database connection; cannot be changed'),
    hidden: true,
  },
  email: optional(emailOrEmpty, 'E-mail address, kept in lower case', removable),
  email_verified: optional(flag, 'Whether the address was proved to be the user’s'),
  username: optional(text(128, 1), 'Name to log in with, kept in lower case', removable),
  phone_number: optional(text(16).regex(/^\+[0-9]{1,15}$/), 'Telephone number (E.164)', removable),
  phone_verified: optional(flag, 'Whether the number was proved to be the user’s'),
  name: optional(text(300, 1), 'Full name; at creation the e-mail address if none is given', removable),
  given_name: optional(text(150, 1), 'Given name', removable),
  family_name: optional(text(150, 1), 'Family name', removable),
  nickname: optional(text(300, 1), 'Short name', removable),
  picture: optional(webUrl, 'Address of a picture', removable),
  blocked: optional(flag, 'Whether the user may not log in'),
  user_metadata: optional(freeObject, 'What users may change themselves; a PATCH changes the members that it names', {
    merged: true,
  }),
  app_metadata: optional(freeObject, 'What only programs change; a PATCH changes the members that it names', {
    merged: true,
  }),
  password: { ...optional(password, 'Password, 1 to 72 bytes'), secret: true, hidden: true },
  password_hash: {
    ...fixedOptional(text(300, 1), 'Ours: instead of the password, a hash of it by bcrypt or argon2'),
    secret: true,
    hidden: true,
  },
  custom_password_hash: {
    ...fixedOptional(
      z.strictObject({
        algorithm: oneOf(['bcrypt', 'argon2']),
        hash: z.strictObject({ value: text(300, 1), encoding: oneOf(['utf8']).optional() }),
      }),
      'Ours: the same as in a user import',
    ),
    secret: true,
    hidden: true,
  },
  verify_email: {
    ...optional(
      flag,
      'Whether a mail asks to confirm the address; at creation it does unless the address counts as confirmed',
    ),
    computed: true,
  },
  verify_phone_number: {
    ...optional(flag, 'Whether a message asks to prove the telephone number; taken, and no message is sent yet'),
    computed: true,
  },
  client_id: { ...optional(text(64), 'Client that a mail about the change names'), computed: true },
  identities: made(
    list(z.strictObject({ connection: text(128), provider: text(64), user_id: text(260), isSocial: flag }), 100),
    'Accounts that log in as this user',
  ),
  created_at: made(time, 'When it was created'),
  updated_at: made(time, 'When it was last changed, or the user logged in'),
  last_login: madeSometimes(time, 'When the user last logged in'),
  last_ip: madeSometimes(text(64), 'Address from which the user last logged in'),
  logins_count: madeSometimes(whole(0, Number.MAX_SAFE_INTEGER), 'How often the user logged in'),
  last_password_reset: madeSometimes(time, 'When the password was last changed'),
};

export const users = collection({
  name: 'users',
  path: 'users',
  noun: { one: 'user', a: 'a user' },
  about: 'People who log in',
  fields,
  id: 'user_id',
  ids: { prefix: 'auth0|', alphabet: 'hex', length: 24 },
  scopes: {
    read: ['read:users', 'read:user_idp_tokens'],
    create: ['create:users'],
    update: ['update:users', 'update:users_app_metadata', 'update:current_user_metadata'],
    remove: ['delete:users'],
  },
  list: 'paged',
  filters: [
    {
      param: 'q',
      field: 'email',
      type: 'text',
      about: 'Conditions in a subset of the Lucene syntax, such as `email:"a@b.example" AND blocked:false`',
    },
    { param: 'search_engine', field: 'email', type: 'text', about: '`v3`; there is no other' },
    { param: 'sort', field: 'email', type: 'text', about: 'Order: a field, and `:1` or `:-1`' },
    { param: 'connection', field: 'connection', type: 'text', about: 'Users of this connection' },
    { param: 'primary_order', field: 'email', type: 'boolean', about: 'Taken; the order is always the exact one' },
  ],
  removingNothing: 204,
  uniqueTogether: [],
  errors: {
    missing: { errorCode: 'inexistent_user', message: 'The user does not exist.' },
    conflict: { errorCode: 'auth0_idp_error', message: 'The user already exists.' },
  },
  defaults: () => ({}),
  check: () => [],
});
