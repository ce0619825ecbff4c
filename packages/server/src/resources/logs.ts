// Tenant log events: what happened, to whom, and why. Read only.

import { collection } from '../schema/collection.ts';
import { made, madeSometimes } from '../schema/field.ts';
import { flag, freeObject, text } from '../schema/types.ts';

const any = text(100_000);

/** Whether events of this type say that something failed or was refused. */
export function isFailure(type: string): boolean {
  return /^(f|limit_)/.test(type) || type.endsWith('_failed');
}

export const logs = collection({
  name: 'logs',
  path: 'logs',
  noun: { one: 'log event', a: 'a log event' },
  about: 'What happened in the tenant',
  fields: {
    _id: made(text(64), 'The same as log_id'),
    log_id: made(text(64), 'Id of the event; greater is newer'),
    date: made(text(40), 'When it happened'),
    type: made(text(64), 'Code of the kind of event'),
    description: madeSometimes(any, 'What happened, in words'),
    connection: madeSometimes(any, 'Name of the connection'),
    connection_id: madeSometimes(any, 'Id of the connection'),
    organization_id: madeSometimes(any, 'Id of the organization'),
    organization_name: madeSometimes(any, 'Name of the organization'),
    client_id: madeSometimes(any, 'Client that asked'),
    client_name: madeSometimes(any, 'Its name'),
    ip: madeSometimes(any, 'Address that the request came from'),
    hostname: madeSometimes(any, 'Host that was asked'),
    user_id: madeSometimes(any, 'User concerned'),
    user_name: madeSometimes(any, 'Name of the user'),
    user_agent: madeSometimes(any, 'Browser or program'),
    audience: madeSometimes(any, 'API concerned'),
    scope: madeSometimes(any, 'Scopes concerned'),
    strategy: madeSometimes(any, 'Strategy of the connection'),
    strategy_type: madeSometimes(any, 'Kind of strategy'),
    isMobile: madeSometimes(flag, 'Whether it was a telephone'),
    location_info: madeSometimes(freeObject, 'Place of the address'),
    details: madeSometimes(freeObject, 'Everything else, with the reasons of a decision'),
    auth0_client: madeSometimes(freeObject, 'Library that asked'),
  },
  id: 'log_id',
  ids: { prefix: '', alphabet: 'base62', length: 56 },
  scopes: { read: ['read:logs', 'read:logs_users'] },
  list: 'paged',
  filters: [],
  removingNothing: 404,
  uniqueTogether: [],
  errors: {
    missing: { message: 'The log event does not exist.' },
    conflict: { message: 'The log event already exists.' },
  },
  defaults: () => ({}),
  check: () => [],
});
