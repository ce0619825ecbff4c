// The log events of revocation: which family a client gave back, or why nothing was revoked. Never the token.

import type { ClientFacts } from '../../domain/clients/facts.ts';
import type { PresentedOutcome } from '../../domain/issuing/refresh-revoke.ts';
import type { LogEvent } from '../../domain/logs/event.ts';
import { cut } from '../../domain/logs/record.ts';
import { telemetry } from '../../domain/logs/telemetry.ts';
import type { Refusal } from '../../oauth/errors.ts';
import type { Ask } from '../../web/exchange.ts';
import { printable } from '../../web/params.ts';

function origin(ask: Ask, client: ClientFacts | undefined) {
  return {
    tenant: ask.tenant,
    ip: ask.ip,
    user_agent: ask.headers['user-agent'],
    hostname: ask.host,
    auth0_client: telemetry(ask.headers['auth0-client']),
    client_id: client?.clientId,
    client_name: client?.name,
  };
}

/** A token was given back (`srrt`), or one that was none of this client's living ones (`w`): the client hears 200 either way. */
export function revokedEvent(ask: Ask, client: ClientFacts, outcome: PresentedOutcome): LogEvent {
  if (outcome.kind === 'nothing') {
    return {
      ...origin(ask, client),
      type: 'w',
      description: 'A refresh token was to be revoked, and nothing was',
      details: {
        because: outcome.because,
        ...(outcome.familyId === undefined ? {} : { refresh_token: { familyId: outcome.familyId } }),
        request_id: ask.id,
      },
    };
  }
  const { family, tokenCounter, others } = outcome;
  return {
    ...origin(ask, client),
    type: 'srrt',
    description: 'Successfully revoked a Refresh Token',
    user_id: family.user_id,
    details: {
      refresh_token: { familyId: family.id, tokenCounter, latestCounter: family.counter },
      ...(others === undefined ? {} : { grant_deleted: true, other_families: others.map(({ id }) => id) }),
      session_id: family.session_id,
      request_id: ask.id,
    },
  };
}

/** A request was refused (`f`). */
export function refusedEvent(ask: Ask, client: ClientFacts | undefined, refusal: Refusal, error: string): LogEvent {
  return {
    ...origin(ask, client),
    type: 'f',
    description: refusal.description,
    details: {
      error: {
        message: cut(refusal.description),
        oauthError: error,
        type: refusal.kind,
        because: cut(refusal.because),
      },
      request: { method: 'post', path: ask.path },
      request_id: ask.id,
    },
  };
}

/** A browser origin was refused (`fco`). */
export function originEvent(ask: Ask, client: ClientFacts, refusedOrigin: string): LogEvent {
  return {
    ...origin(ask, client),
    type: 'fco',
    description: `Origin ${printable(refusedOrigin)} is not allowed.`,
    details: {
      error: {
        message: 'origin not allowed',
        because: "the origin is neither in the client's allowed_origins nor that of one of its callbacks",
      },
      request_id: ask.id,
    },
  };
}
