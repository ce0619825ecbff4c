// Refresh tokens as administrators see them (auth0-behaviour §12.10): one for each login at a client, however often it rotated.

import { z } from 'zod';
import { collection } from '../schema/collection.ts';
import { made, madeSometimes, optional } from '../schema/field.ts';
import { flag, list, text } from '../schema/types.ts';

const time = text(40);
const timeOrNone = z.nullable(time);

export const refreshTokens = collection({
  name: 'refresh_tokens',
  path: 'refresh-tokens',
  noun: { one: 'refresh token', a: 'a refresh token' },
  about: 'Clients that go on without their users',
  fields: {
    id: made(text(64), 'Id of its family: the log has it as `familyId`'),
    user_id: made(text(300), 'User for whom it is'),
    client_id: made(text(64), 'Client that has it'),
    session_id: made(z.nullable(text(64)), 'Session that it began in, which may have ended'),
    rotating: made(flag, 'Whether each exchange brings a new one'),
    resource_servers: made(
      list(z.strictObject({ audience: text(600), scopes: text(300_000) }), 1),
      'API that it is for, and what was granted there',
    ),
    created_at: made(time, 'When it began'),
    last_exchanged_at: made(timeOrNone, 'When it was last exchanged'),
    idle_expires_at: made(timeOrNone, 'When it ends unless it is exchanged'),
    expires_at: made(timeOrNone, 'When it ends at the latest'),
    device: madeSometimes(
      z.strictObject({
        initial_ip: text(600),
        initial_user_agent: text(2000),
        last_ip: text(600),
        last_user_agent: text(2000),
      }),
      'Where it was first and last used',
    ),
    refresh_token_metadata: optional(z.record(text(255), text(255)), 'Up to 25 names and values of your own', {
      nullRemoves: true,
    }),
  },
  id: 'id',
  ids: { prefix: '', alphabet: 'hex', length: 32 },
  scopes: { read: ['read:refresh_tokens'], update: ['update:refresh_tokens'], remove: ['delete:refresh_tokens'] },
  list: 'paged',
  filters: [],
  removingNothing: 204,
  uniqueTogether: [],
  errors: {
    missing: { errorCode: 'inexistent_refresh_token', message: 'The refresh token does not exist.' },
    conflict: { message: 'The refresh token already exists.' },
  },
  defaults: () => ({}),
  check: () => [],
});
