// The log events of the login pages: who tried, at which client, and why it went as it did. Never a password.

import { nameOf } from '../../domain/accounts/name.ts';
import type { User } from '../../domain/accounts/user.ts';
import type { ClientFacts } from '../../domain/clients/facts.ts';
import type { LogEvent } from '../../domain/logs/event.ts';
import { cut } from '../../domain/logs/record.ts';
import type { PendingAuthorization } from '../../domain/pending/pending.ts';
import type { Ask } from '../../web/exchange.ts';
import type { StepEvent } from './step.ts';

/** A step's event with everything that the endpoint knows. `user`: who it turned out to be. */
export function loginEvent(
  ask: Ask,
  pending: PendingAuthorization,
  client: ClientFacts,
  event: StepEvent,
  user?: User,
): LogEvent {
  const failed = event.type !== 'ss';
  return {
    tenant: ask.tenant,
    type: event.type,
    description: event.description,
    client_id: client.clientId,
    client_name: client.name,
    connection: event.connection,
    user_id: user?.user_id ?? event.user_id,
    user_name: user ? nameOf(user) : event.user_name,
    ip: ask.ip,
    user_agent: ask.headers['user-agent'],
    hostname: ask.host,
    audience: pending.request.audience,
    scope: pending.request.scopes.join(' ') || undefined,
    details: {
      ...(failed ? { error: { message: event.description, type: event.type, because: cut(event.because) } } : {}),
      trace: [{ rule: ask.path.slice('/u/'.length), because: cut(event.because) }],
      request_id: ask.id,
    },
  };
}
