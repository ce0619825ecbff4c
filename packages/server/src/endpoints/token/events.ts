// The log events of the token endpoint: what was issued or refused, to whom, and every reason on the way.
// A token is named by its SHA-256 only; no parameter that may be a secret is copied.

import { nameOf } from '../../domain/accounts/name.ts';
import type { User } from '../../domain/accounts/user.ts';
import type { ClientFacts } from '../../domain/clients/facts.ts';
import type { IssuedToken } from '../../domain/issuing/access-token.ts';
import type { Authorization } from '../../domain/issuing/authorization.ts';
import type { OrganizationFacts } from '../../domain/issuing/organizations.ts';
import type { LoggedIn, PasswordLogin } from '../../domain/issuing/password-login.ts';
import type { Redeemed, Redemption } from '../../domain/issuing/redeem.ts';
import type { Exchanged, RefreshExchange } from '../../domain/issuing/refresh-exchange.ts';
import type { Caller } from '../../domain/issuing/refresh-issue.ts';
import type { LogEvent, TraceEntry } from '../../domain/logs/event.ts';
import { cut } from '../../domain/logs/record.ts';
import { telemetry } from '../../domain/logs/telemetry.ts';
import type { Refusal } from '../../oauth/errors.ts';
import { readAddress } from '../../schema/address.ts';
import type { Ask } from '../../web/exchange.ts';
import { type Params, printable } from '../../web/params.ts';
import type { AnyGrant, Member } from './grant.ts';

/** Where a request came from. `auth0-forwarded-for` counts only if it is an address, and from a confidential client that is trusted with it and has proved who it is (§8.4). */
export function callerOf(ask: Ask, client: ClientFacts | undefined): Caller {
  const trusted = client?.trustsForwardedIp && client.method.kind !== 'none';
  const forwarded = trusted ? ask.headers['auth0-forwarded-for']?.trim() : undefined;
  const known = forwarded !== undefined && readAddress(forwarded) !== undefined;
  return { ip: cut(known ? forwarded : ask.ip), user_agent: cut(ask.headers['user-agent'] ?? '') };
}

function origin(ask: Ask, client: ClientFacts | undefined) {
  return {
    tenant: ask.tenant,
    ip: callerOf(ask, client).ip,
    user_agent: ask.headers['user-agent'],
    hostname: ask.host,
    auth0_client: telemetry(ask.headers['auth0-client']),
  };
}

/** A token was issued (`seccft` and its kin). */
export function issuedEvent(
  ask: Ask,
  client: ClientFacts | undefined,
  grant: AnyGrant,
  authorization: Authorization,
  issued: IssuedToken,
): LogEvent {
  return {
    ...origin(ask, client),
    type: grant.events.success,
    description: grant.about.success,
    client_id: authorization.clientId,
    client_name: client?.name,
    organization_id: authorization.organization?.id,
    organization_name: authorization.organization?.name,
    audience: authorization.audience,
    scope: authorization.scopes.join(' ') || undefined,
    details: {
      trace: authorization.trace.map(shortened),
      token: {
        sha256: issued.digest,
        algorithm: authorization.api.algorithm,
        dialect: authorization.api.dialect,
        expires_in: issued.expiresIn,
      },
      request_id: ask.id,
    },
  };
}

/** A code was exchanged for a user's tokens (`seacft`). */
export function redeemedEvent(
  ask: Ask,
  client: ClientFacts | undefined,
  grant: AnyGrant,
  { user, content, decision }: Redemption,
  { minted: { accessToken, idToken }, refresh }: Redeemed & { readonly kind: 'issued' },
): LogEvent {
  return {
    ...origin(ask, client),
    ...whom(user),
    type: grant.events.success,
    description: grant.about.success,
    client_id: content.client_id,
    client_name: client?.name,
    audience: content.audience,
    scope: decision.scopes.join(' ') || undefined,
    details: {
      trace: decision.trace.map(shortened),
      token: { sha256: accessToken?.digest, format: accessToken?.format, expires_in: accessToken?.expiresIn },
      ...(idToken ? { id_token: { sha256: idToken.digest } } : {}),
      ...(refresh ? { refresh_token: { familyId: refresh.row.id, tokenCounter: refresh.row.counter } } : {}),
      session_id: content.session_id,
      request_id: ask.id,
    },
  };
}

/** A password was exchanged (`sepft`). */
export function loggedInEvent(
  ask: Ask,
  grant: AnyGrant,
  { right: { user }, client, decision }: PasswordLogin,
  { minted: { accessToken, idToken }, refresh }: LoggedIn & { readonly kind: 'issued' },
): LogEvent {
  const { target } = decision.authorization;
  return {
    ...origin(ask, client),
    ...whom(user),
    type: grant.events.success,
    description: grant.about.success,
    client_id: client.clientId,
    client_name: client.name,
    audience: target.kind === 'api' ? target.audience : undefined,
    scope: decision.scopes.join(' ') || undefined,
    details: {
      trace: decision.trace.map(shortened),
      token: { sha256: accessToken?.digest, format: accessToken?.format, expires_in: accessToken?.expiresIn },
      ...(idToken ? { id_token: { sha256: idToken.digest } } : {}),
      ...(refresh ? { refresh_token: { familyId: refresh.row.id, tokenCounter: refresh.row.counter } } : {}),
      request_id: ask.id,
    },
  };
}

/** A refresh token was exchanged (`sertft`). */
export function refreshedEvent(
  ask: Ask,
  client: ClientFacts,
  grant: AnyGrant,
  { token, family, user, decision }: RefreshExchange,
  { minted: { accessToken, idToken }, counter, repeated }: Exchanged & { readonly kind: 'issued' },
): LogEvent {
  const { target } = decision.authorization;
  return {
    ...origin(ask, client),
    ...whom(user),
    type: grant.events.success,
    description: grant.about.success,
    client_id: client.clientId,
    client_name: client.name,
    audience: target.kind === 'api' ? target.audience : undefined,
    scope: decision.scopes.join(' ') || undefined,
    details: {
      trace: decision.trace.map(shortened),
      token: { sha256: accessToken?.digest, format: accessToken?.format, expires_in: accessToken?.expiresIn },
      ...(idToken ? { id_token: { sha256: idToken.digest } } : {}),
      refresh_token: {
        familyId: family.id,
        tokenCounter: token.counter,
        latestCounter: counter,
        ...(repeated ? { repeated } : {}),
      },
      session_id: family.session_id,
      request_id: ask.id,
    },
  };
}

/** What the log says of a refused refresh token; of one that came back, also who exchanged its family last (LOG-3). */
function memberDetails(member: Member | undefined, reused: boolean): object {
  if (!member) return {};
  const { id: familyId, counter: tokenCounter, family } = member;
  const numbers = { familyId, tokenCounter, ...(family ? { latestCounter: family.counter } : {}) };
  if (!reused || !family) return { refresh_token: numbers };
  const { last_ip: ip, last_user_agent: user_agent } = family.device;
  return { ...numbers, last_exchange: { at: family.last_exchanged_at ?? family.created_at, ip, user_agent } };
}

/** Who a user is, to people who read the log. */
function whom(user: User | undefined): Pick<LogEvent, 'user_id' | 'user_name' | 'connection'> {
  if (!user) return {};
  const { user_id, connection } = user;
  return { user_id, user_name: nameOf(user), connection };
}

const mostDropped = 100;

/** A reason may quote what the caller sent, up to 32 kB of it: the log keeps enough to recognise it. */
function shortened(entry: TraceEntry): TraceEntry {
  const { dropped } = entry;
  const long = dropped !== undefined && dropped.length > mostDropped;
  return {
    ...entry,
    because: long
      ? `${cut(entry.because)} (${dropped.length} scopes, the first ${mostDropped} of them here)`
      : cut(entry.because),
    ...(long ? { dropped: dropped.slice(0, mostDropped) } : {}),
  };
}

/** A token was refused (`feccft` and its kin; `f` when the request does not even name a grant). */
export function refusedEvent(
  ask: Ask,
  known: {
    readonly params?: Params;
    readonly grant?: AnyGrant;
    readonly client?: ClientFacts;
    readonly organization?: OrganizationFacts;
    readonly user?: User;
    readonly audience?: string;
    readonly member?: Member;
    readonly reused?: boolean;
    readonly authenticated: boolean;
  },
  refusal: Refusal,
  error: string,
  trace: readonly TraceEntry[],
): LogEvent {
  const { params, grant, client, organization } = known;
  const text = (name: string) => {
    const value = params?.get(name);
    return value === undefined ? undefined : printable(value);
  };
  return {
    ...origin(ask, known.authenticated ? client : undefined),
    ...whom(known.user),
    type: known.reused ? 'ferrt' : (grant?.events.failure ?? 'f'),
    description: refusal.description,
    client_id: client?.clientId ?? text('client_id'),
    client_name: client?.name,
    organization_id: organization?.id,
    organization_name: organization?.name,
    audience: known.audience ?? text('audience') ?? text('resource'),
    scope: text('scope'),
    details: {
      error: {
        message: cut(refusal.description),
        oauthError: error,
        type: refusal.kind,
        because: cut(refusal.because),
      },
      ...memberDetails(known.member, known.reused === true),
      trace: [...trace, { rule: refusal.kind, because: refusal.because }].map(shortened),
      request_id: ask.id,
    },
  };
}

/** A browser origin was refused (`fco`). */
export function originEvent(ask: Ask, client: ClientFacts, refusedOrigin: string): LogEvent {
  return {
    ...origin(ask, undefined),
    type: 'fco',
    description: `Origin ${printable(refusedOrigin)} is not allowed.`,
    client_id: client.clientId,
    client_name: client.name,
    details: {
      error: {
        message: 'origin not allowed',
        because: "the origin is neither in the client's allowed_origins nor that of one of its callbacks",
      },
      request_id: ask.id,
    },
  };
}
