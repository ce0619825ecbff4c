// The check of the access token at the Management API, by the same library that we hand to everyone's APIs.
// Only tokens for this host's `/api/v2/` pass; refusals are answered as Auth0 does and logged with their cause.

import { createHash } from 'node:crypto';
import { type Api, createApi, type Refusal } from '@countersign/api';
import { findUser } from '../../domain/accounts/find.ts';
import { permissionsOf } from '../../domain/accounts/permissions.ts';
import type { User } from '../../domain/accounts/user.ts';
import { addressesAt } from '../../domain/clients/at-host.ts';
import { findIssued } from '../../domain/issuing/issued.ts';
import { nodeSkewSeconds } from '../../domain/issuing/skew.ts';
import { MANAGEMENT_API, managementIdentifier } from '../../domain/tenants/system-apis.ts';
import { type Client, clients, currentUserScopes } from '../../resources/index.ts';
import type { AnyOf } from '../../schema/collection.ts';
import { tableOf } from '../../schema/collection.ts';
import { allowedOrigin, isAllowedOrigin } from '../../web/cors.ts';
import type { Ask } from '../../web/exchange.ts';
import type { Caller, ManagementDeps } from './context.ts';
import { lacksScope, type Refused, refused } from './problem.ts';

const clientTable = tableOf(clients);
const mostApis = 1000;
const tokenEnded = 'Bearer error="invalid_token", error_description="The token was revoked, or its user is gone"';
const clientGone = 'Bearer error="invalid_token", error_description="The client of the token does not exist"';

export type Guard = (ask: Ask, needs: readonly AnyOf[]) => Promise<Caller | Refused>;

/** Makes the guard of all operations. `needs`: of each set of scopes, the token must hold one. */
export function createGuard(deps: ManagementDeps): Guard {
  const apis = new Map<string, Api>();
  const apiOf = (ask: Ask): Api => {
    const name = JSON.stringify([ask.tenant, ask.issuer]);
    const known = apis.get(name);
    if (known) return known;
    if (apis.size >= mostApis) apis.clear();
    const made = createApi({
      issuer: ask.issuer,
      audience: managementIdentifier(ask.host),
      algorithms: ['RS256'],
      keys: async ({ alg, kid }) => {
        const found = kid === undefined ? undefined : await deps.keyring.verification(ask.tenant, kid);
        return found?.alg === alg ? found.key : undefined;
      },
      now: deps.now,
      clockToleranceSeconds: nodeSkewSeconds,
      // The issuer is this very server and its keys come from its own store: nothing is fetched.
      dangerouslyAllowHttpIssuer: true,
    });
    apis.set(name, made);
    return made;
  };

  return async (ask, needs) => {
    if (ask.repeated.has('authorization')) return refused(400, 'Bad HTTP authentication header format', 'Bearer');
    const verdict = await apiOf(ask).check({
      headers: ask.headers,
      method: ask.method,
      url: `${ask.path}?${ask.query}`,
    });
    if (verdict.kind === 'refused') {
      recordRefusal(deps, ask, verdict.refusal);
      return answerOf(verdict.refusal);
    }
    const { token } = verdict;
    const clientId = token.clientId ?? '';
    const client = await deps.database.store(ask.tenant).get(clientTable, clientId);
    if (!client || client.global) {
      recordCause(deps, ask, 'Invalid token', {
        code: 'client_gone',
        message: `the client ${clientId} of this token does not exist any more`,
        fix: 'Get a token with a client that exists.',
        client_id: clientId,
      });
      return {
        ...refused(401, 'Invalid token'),
        headers: { 'www-authenticate': clientGone },
      };
    }
    const machine = token.subject === `${clientId}@clients`;
    const scopes = machine ? token.scopes : await scopesOfUser(deps, ask, token.subject, token.scopes);
    const lacking = needs.find((anyOf) => !anyOf.some((scope) => scopes.has(scope)));
    const user = machine || lacking ? undefined : await userOfToken(deps, ask, token.subject);
    if (typeof user === 'string') {
      const fix = 'Let the user sign in again.';
      recordCause(deps, ask, 'Invalid token', { code: 'token_ended', message: user, fix, client_id: clientId });
      return { ...refused(401, 'Invalid token'), headers: { 'www-authenticate': tokenEnded } };
    }
    const origin = originOf(ask, client);
    if (lacking) {
      const refusal = lacksScope(lacking);
      recordCause(deps, ask, refusal.message, {
        code: 'insufficient_scope',
        message: `the token of client ${clientId} lacks ${lacking.join(' or ')}; it has ${[...scopes].join(' ') || 'no scope'}`,
        fix: machine
          ? `Add one of ${lacking.join(', ')} to the client grant for ${managementIdentifier(ask.host)} and get a new token.`
          : `Give the user a role with one of ${lacking.join(', ')} at ${managementIdentifier(ask.host)}, and let the user sign in again.`,
        client_id: clientId,
        client_name: client.name,
        ...(machine ? {} : { user_id: token.subject }),
      });
      return { ...refusal, headers: { ...refusal.headers, ...(origin === undefined ? {} : allowedOrigin(origin)) } };
    }
    return {
      clientId,
      clientName: client.name,
      scopes,
      ...(user === undefined ? {} : { userId: user.user_id, user }),
      ...(origin === undefined ? {} : { origin }),
    };
  };
}

/**
 * Of the scopes in a user's token those that count: what every user may do to the own profile, and what the user holds here now.
 * A role that was taken away counts at once, and not only with the next token.
 */
async function scopesOfUser(
  deps: ManagementDeps,
  ask: Ask,
  userId: string,
  inToken: ReadonlySet<string>,
): Promise<ReadonlySet<string>> {
  const own = [...inToken].filter((scope) => currentUserScopes.has(scope));
  if (own.length === inToken.size) return new Set(own);
  const held = await permissionsOf(deps.database.store(ask.tenant), userId, MANAGEMENT_API);
  return new Set([...inToken].filter((scope) => currentUserScopes.has(scope) || held.has(scope)));
}

/** The user of a token, or why it is good no more, though its signature is: a JWT lives until its end, its user and its code may not. */
async function userOfToken(deps: ManagementDeps, ask: Ask, userId: string): Promise<User | string> {
  const store = deps.database.store(ask.tenant);
  const bearer = bearerOf(ask);
  const row = bearer === undefined ? undefined : await findIssued(store, bearer);
  if (!row || row.user_id !== userId) return 'the token is none that was issued to a user here';
  if (row.revoked) return 'the token was revoked: its authorization code was presented twice';
  const user = await findUser(store, userId);
  if (!user) return `the user ${userId} of this token does not exist any more`;
  return user.blocked === true ? `the user ${userId} of this token is blocked` : user;
}

function bearerOf(ask: Ask): string | undefined {
  return /^bearer +(\S+)$/i.exec(ask.headers.authorization ?? '')?.[1];
}

/** The origin of the page that asks, if the client of the token registered it. */
function originOf(ask: Ask, client: Client): string | undefined {
  const { origin } = ask.headers;
  if (origin === undefined || ask.repeated.has('origin')) return undefined;
  const { callbacks = [], allowed_origins = [] } = client;
  const [back, allowed] = [addressesAt(callbacks, ask.host), addressesAt(allowed_origins, ask.host)];
  return isAllowedOrigin(origin, back, allowed) ? origin : undefined;
}

/** Auth0's texts by the library's causes (auth0-behaviour §37.3). */
function messageOf(refusal: Refusal): string {
  switch (refusal.cause.code) {
    case 'expired':
      return 'Expired token received for JSON Web Token validation';
    case 'bad_signature':
      return 'Invalid signature received for JSON Web Token validation';
    // Tokens are not looked for in the query; the log says so.
    case 'token_in_query':
      return 'Missing authentication';
    default:
      return refusal.error === 'unauthorized' ? 'Missing authentication' : 'Invalid token';
  }
}

function answerOf(refusal: Refusal): Refused {
  const headers = refusal.challenge === undefined ? {} : { 'www-authenticate': refusal.challenge };
  switch (refusal.status) {
    case 503:
      return {
        ...refused(503, refusal.description),
        headers: { 'retry-after': String(refusal.retryAfterSeconds ?? 2) },
      };
    case 400:
      if (refusal.cause.code === 'token_in_query') return { ...refused(401, messageOf(refusal)), headers };
      return { ...refused(400, 'Bad HTTP authentication header format', 'Bearer'), headers };
    case 403:
      return { ...refused(403, refusal.description, 'insufficient_scope'), headers };
    case 401:
      return { ...refused(401, messageOf(refusal)), headers };
  }
}

function recordRefusal(deps: ManagementDeps, ask: Ask, refusal: Refusal): void {
  const { code, message, fix, evidence } = refusal.cause;
  recordCause(deps, ask, refusal.status === 401 ? messageOf(refusal) : refusal.description, {
    code,
    message,
    fix,
    evidence,
  });
}

interface Reason {
  readonly code: string;
  readonly message: string;
  readonly fix: string;
  readonly evidence?: object;
  readonly client_id?: string;
  readonly client_name?: string;
  readonly user_id?: string;
}

/** A `fapi` event that says why; the token itself only as its SHA-256. */
function recordCause(deps: ManagementDeps, ask: Ask, description: string, reason: Reason): void {
  const token = bearerOf(ask);
  const { client_id, client_name, user_id, ...cause } = reason;
  deps.record({
    tenant: ask.tenant,
    type: 'fapi',
    description,
    client_id,
    client_name,
    user_id,
    ip: ask.ip,
    user_agent: ask.headers['user-agent'],
    hostname: ask.host,
    audience: managementIdentifier(ask.host),
    details: {
      request: { method: ask.method.toLowerCase(), path: ask.path },
      cause,
      ...(token === undefined ? {} : { token_sha256: createHash('sha256').update(token).digest('hex') }),
    },
  });
}
