// Sessions: browsers in which users proved who they are (auth0-behaviour §33.4).

import { z } from 'zod';
import { collection } from '../schema/collection.ts';
import { made, madeSometimes, optional } from '../schema/field.ts';
import { list, text } from '../schema/types.ts';

const time = text(40);

/** What Auth0 says of metadata beyond its bounds (SES-13). */
export const metadataTooBig = 'Metadata must not exceed 25 entries. Each key and value must be ≤ 255 characters.';

export const sessions = collection({
  name: 'sessions',
  path: 'sessions',
  noun: { one: 'session', a: 'a session' },
  about: 'Browsers in which users are logged in',
  fields: {
    id: made(text(64), 'The `sid` of tokens'),
    user_id: made(text(300), 'User who is logged in'),
    created_at: made(time, 'When it began'),
    updated_at: made(time, 'When it was last used or changed'),
    authenticated_at: made(time, 'When the user last proved who it is'),
    last_interacted_at: made(time, 'When a client last used it'),
    idle_expires_at: made(time, 'When it ends unless it is used'),
    expires_at: made(time, 'When it ends at the latest'),
    device: made(
      z.strictObject({
        initial_ip: text(64),
        initial_user_agent: text(2000),
        last_ip: text(64),
        last_user_agent: text(2000),
      }),
      'Browser that it began in and was last used from',
    ),
    clients: made(list(z.strictObject({ client_id: text(64) }), 10_000), 'Clients that used it'),
    authentication: made(
      z.strictObject({ methods: list(z.strictObject({ name: text(64), timestamp: time }), 100) }),
      'How the user proved who it is',
    ),
    cookie: made(z.strictObject({ mode: text(20) }), 'Whether it outlives the browser'),
    session_metadata: optional(z.record(text(255), text(255)), 'Up to 25 names and values of your own', {
      nullRemoves: true,
    }),
    connection: madeSometimes(text(128), 'Ours: connection by which the user logged in'),
  },
  id: 'id',
  ids: { prefix: '', alphabet: 'base62', length: 32 },
  scopes: { read: ['read:sessions'], update: ['update:sessions'], remove: ['delete:sessions'] },
  list: 'paged',
  filters: [],
  removingNothing: 204,
  uniqueTogether: [],
  errors: {
    missing: { errorCode: 'inexistent_session', message: 'The session does not exist.' },
    conflict: { message: 'The session already exists.' },
  },
  defaults: () => ({}),
  check: () => [],
});
