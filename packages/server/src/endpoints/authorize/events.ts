// The log events of logins (auth0-behaviour §40.2): `s` and `f` with pages, `ssa` and `fsa` without. Tokens are named by
// their SHA-256, codes not at all; of the request only what names things is copied.

import { nameOf } from '../../domain/accounts/name.ts';
import type { User } from '../../domain/accounts/user.ts';
import type { ClientFacts } from '../../domain/clients/facts.ts';
import type { IssuedFacts } from '../../domain/issuing/authorization-response.ts';
import type { LogEvent, TraceEntry } from '../../domain/logs/event.ts';
import { cut } from '../../domain/logs/record.ts';
import { telemetry } from '../../domain/logs/telemetry.ts';
import type { Session } from '../../domain/sessions/session.ts';
import type { AuthorizationRefusal } from '../../oauth/authorization-error.ts';
import type { AuthorizationRequest } from '../../oauth/authorization-request.ts';
import type { Ask } from '../../web/exchange.ts';

const mostDropped = 100;

function origin(ask: Ask) {
  return {
    tenant: ask.tenant,
    ip: ask.ip,
    user_agent: ask.headers['user-agent'],
    hostname: ask.host,
    auth0_client: telemetry(ask.headers['auth0-client']),
  };
}

/** A reason may quote what the caller sent: the log keeps enough to recognise it. */
function shortened(entry: TraceEntry): TraceEntry {
  const { dropped } = entry;
  return {
    ...entry,
    because: cut(entry.because),
    ...(dropped ? { dropped: dropped.slice(0, mostDropped).map(cut) } : {}),
  };
}

/** A code or tokens were issued. */
export function issuedEvent(
  ask: Ask,
  client: ClientFacts,
  request: AuthorizationRequest,
  who: { readonly user: User; readonly session: Session },
  facts: IssuedFacts,
): LogEvent {
  const silent = request.prompt.includes('none');
  return {
    ...origin(ask),
    type: silent ? 'ssa' : 's',
    description: silent ? 'Successful silent authentication' : 'Successful login',
    client_id: client.clientId,
    client_name: client.name,
    user_id: who.user.user_id,
    user_name: nameOf(who.user),
    connection: who.session.connection,
    audience: facts.audience,
    scope: facts.scope,
    details: {
      response_type: request.response_type.join(' '),
      response_mode: request.response_mode,
      session_id: who.session.id,
      trace: facts.trace.map(shortened),
      issued: facts.issued,
      request_id: ask.id,
    },
  };
}

/** A request was refused, with everything that was known by then. */
export function refusedEvent(
  ask: Ask,
  known: {
    readonly clientId?: string | undefined;
    readonly client?: ClientFacts | undefined;
    readonly request?: AuthorizationRequest | undefined;
    readonly user?: User | undefined;
    readonly silent?: boolean;
    readonly audience?: string | undefined;
    readonly scope?: string | undefined;
  },
  refusal: AuthorizationRefusal,
  trace: readonly TraceEntry[] = [],
): LogEvent {
  const { client, request, user } = known;
  const silent = known.silent ?? request?.prompt.includes('none') ?? false;
  return {
    ...origin(ask),
    type: silent ? 'fsa' : 'f',
    description: refusal.description,
    client_id: client?.clientId ?? known.clientId,
    client_name: client?.name,
    user_id: user?.user_id,
    user_name: user && nameOf(user),
    connection: request?.connection,
    audience: request?.audience ?? known.audience,
    scope: request?.scopes.join(' ') ?? known.scope,
    details: {
      error: {
        message: cut(refusal.description),
        oauthError: refusal.error,
        type: 'request-error',
        because: cut(refusal.because),
      },
      trace: trace.map(shortened),
      request_id: ask.id,
    },
  };
}
