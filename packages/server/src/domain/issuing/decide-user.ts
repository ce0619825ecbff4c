// The decision about a user's tokens: may this client have them for this API, which scopes remain, must the user be asked.
// Pure, and asked anew at every step: at /authorize, after each page, and at the code exchange.

import type { AuthorizationRequest } from '../../oauth/authorization-request.ts';
import { refuse } from '../../oauth/errors.ts';
import type { TenantHost } from '../../schema/brand.ts';
import type { User } from '../accounts/user.ts';
import type { ClientFacts } from '../clients/facts.ts';
import type { TraceEntry } from '../logs/event.ts';
import type { ApiFacts } from './api-facts.ts';
import { judgeAccess, judgeUserinfo, unknownApi } from './audience.ts';
import { judgeConsent } from './consent.ts';
import type { GrantedToUser, UserDecision, UserFacts, UserTarget } from './user-authorization.ts';
import { userScopes } from './user-scopes.ts';

export interface UserAsk {
  readonly client: ClientFacts;
  /** `response_type` is there where the answer goes through a browser. */
  readonly request: Pick<AuthorizationRequest, 'scopes' | 'audience' | 'prompt'> &
    Partial<Pick<AuthorizationRequest, 'response_type'>>;
  readonly user: User;
  readonly issuer: string;
  readonly host: TenantHost;
}

/** Decides what the client may have on behalf of the user. Does not ask how the user proved to be who it is. */
export function decideUser(ask: UserAsk, facts: UserFacts): UserDecision {
  const { client, request, user } = ask;
  const { target, grant } = facts;
  const trace: TraceEntry[] = [];
  if (user.blocked === true) {
    const refusal = refuse('user_denied', 'user is blocked', `user ${user.user_id} is blocked`);
    return { kind: 'refused', refusal, trace };
  }
  if (!target) return { kind: 'refused', refusal: unknownApi(request.audience ?? '', [], ask.host), trace };
  trace.push({ rule: 'audience', because: describe(target) });
  const refusal = target.kind === 'userinfo' ? judgeUserinfo(client) : judgeAccess(client, target, grant);
  if (refusal) return { kind: 'refused', refusal, trace };

  const { permissions } = facts;
  const responseTypes = request.response_type;
  const { scopes, trace: drops } = userScopes(request.scopes, { client, target, grant, permissions, responseTypes });
  trace.push(...drops);
  const { consented } = facts;
  const { consent, entry } = judgeConsent({ client, target, scopes, prompt: request.prompt, consented });
  trace.push(entry, {
    rule: 'granted',
    because: scopes.length > 0 ? `granted: ${scopes.join(' ')}` : 'granted without scopes',
  });
  return {
    kind: 'granted',
    scopes,
    consent,
    authorization: {
      issuer: ask.issuer,
      clientId: client.clientId,
      subject: user.user_id,
      target,
      scopes,
      ...(target.kind === 'api' ? permissionsClaim(target.api, permissions) : {}),
      dialect: facts.dialect,
    },
    trace,
  };
}

function describe(target: UserTarget): string {
  return target.kind === 'userinfo'
    ? 'no API is named, so the access token is opaque and good at /userinfo only'
    : `the token is for ${target.audience} (${target.api.name})`;
}

/** All that the user may do at this API, whether requested or not; what the API no longer defines is no permission (§24.1). */
function permissionsClaim(
  api: ApiFacts,
  permissions: ReadonlySet<string> | undefined,
): { readonly permissions?: readonly string[] } {
  if (!permissions || !api.dialect.endsWith('_authz')) return {};
  return { permissions: [...permissions].filter((permission) => api.scopes.has(permission)).toSorted() };
}

/** The decision after the user consented, in this login, to these scopes: settled if they cover what is granted now. Pure. */
export function withConsent(decision: GrantedToUser, given: readonly string[]): GrantedToUser {
  if (decision.consent.kind !== 'needed') return decision;
  const agreed = new Set(given);
  if (!decision.consent.scopes.every((scope) => agreed.has(scope))) return decision;
  const entry = { rule: 'consent', because: 'the user consented in this login' };
  return { ...decision, consent: { kind: 'stored' }, trace: [...decision.trace, entry] };
}
