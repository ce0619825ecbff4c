// The log events of the pages that links lead to (auth0-behaviour §40.2). Never a ticket, never a password.

import { nameOf } from '../../domain/accounts/name.ts';
import type { User } from '../../domain/accounts/user.ts';
import type { ClientFacts } from '../../domain/clients/facts.ts';
import { endedFamilyEvents } from '../../domain/issuing/refresh-events.ts';
import type { RefreshFamily } from '../../domain/issuing/refresh-family.ts';
import type { LogEvent } from '../../domain/logs/event.ts';
import type { Ask } from '../../web/exchange.ts';

const descriptions = {
  scp: 'Success Change Password',
  fcp: 'Failed Change Password',
  sv: 'Success Verification Email',
  fv: 'Failed Verification Email',
  fcpr: 'Failed Change Password Request',
} as const;

/** What happened on a page, and why. */
export function recoveryEvent(
  ask: Ask,
  type: keyof typeof descriptions,
  because: string,
  about: { readonly user?: User | undefined; readonly client?: ClientFacts | undefined },
): LogEvent {
  const { user, client } = about;
  const description = descriptions[type];
  return {
    tenant: ask.tenant,
    type,
    description,
    client_id: client?.clientId,
    client_name: client?.name,
    connection: user?.connection,
    user_id: user?.user_id,
    user_name: user && nameOf(user),
    ip: ask.ip,
    user_agent: ask.headers['user-agent'],
    hostname: ask.host,
    details: {
      ...(type.startsWith('f') ? { error: { message: description, because } } : { because }),
      request_id: ask.id,
    },
  };
}

/** The refresh tokens that ended with a new password (`srrt`). */
export function endedEvents(ask: Ask, families: readonly RefreshFamily[]): LogEvent[] {
  const { tenant, ip, headers, host: hostname } = ask;
  return endedFamilyEvents(families, {
    tenant,
    why: 'password-changed',
    ip,
    user_agent: headers['user-agent'],
    hostname,
  });
}
