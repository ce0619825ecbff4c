// The scope waterfall of user flows (auth0-behaviour §23.3): requested, defined, allowed to the client, held by the user.
// Pure. What is dropped is dropped silently for the client and with its reason in the trace; nothing is ever added.

import type { ResponseType } from '../../oauth/authorization-request.ts';
import { identityScopes, isIdentityScope, singleClaimScopes } from '../../oauth/claims.ts';
import { currentUserScopes } from '../../resources/index.ts';
import { type ClientFacts, isStrict } from '../clients/facts.ts';
import type { TraceEntry } from '../logs/event.ts';
import { MANAGEMENT_API } from '../tenants/system-apis.ts';
import type { GrantFacts } from './api-facts.ts';
import { needsGrant } from './audience.ts';
import { offlineProblem } from './offline.ts';
import type { UserTarget } from './user-authorization.ts';

export interface ScopeFacts {
  readonly client: ClientFacts;
  readonly target: UserTarget;
  readonly grant: GrantFacts | undefined;
  readonly permissions: ReadonlySet<string> | undefined;
  /** See `OfflineFacts`. */
  readonly responseTypes?: readonly ResponseType[] | undefined;
}

/** One rule: which of the scopes that are left stay, and why the others don't. */
interface Rule {
  readonly rule: string;
  readonly because: string;
  readonly keeps: (scope: string) => boolean;
}

/** The scopes that are granted, in the order in which they were requested, and one trace entry for each rule that dropped some. */
export function userScopes(
  requested: readonly string[],
  facts: ScopeFacts,
): { readonly scopes: readonly string[]; readonly trace: readonly TraceEntry[] } {
  const trace: TraceEntry[] = [];
  let scopes = [...new Set(requested)];
  for (const { rule, because, keeps } of rulesFor(facts)) {
    const dropped = scopes.filter((scope) => !keeps(scope));
    if (dropped.length === 0) continue;
    scopes = scopes.filter(keeps);
    trace.push({ rule, because, dropped });
  }
  return { scopes, trace };
}

function rulesFor({ client, target, grant, permissions, responseTypes }: ScopeFacts): Rule[] {
  const offline = offlineProblem({ client, target, responseTypes });
  const api = target.kind === 'api' ? target.api : undefined;
  const isApiScope = (scope: string) => !isIdentityScope(scope);
  const rules: Rule[] = [
    ...(offline === undefined
      ? []
      : [{ rule: 'offline_access', because: offline, keeps: (scope: string) => scope !== 'offline_access' }]),
    {
      rule: 'api_scopes',
      because: api
        ? `neither OpenID Connect nor the API ${api.identifier} defines it`
        : 'OpenID Connect does not define it, and the request names no API that could',
      keeps: (scope) => identityScopes.has(scope) || api?.scopes.has(scope) === true,
    },
  ];
  if (isStrict(client)) {
    rules.push({
      rule: 'third_party',
      because: 'a third-party client in strict mode gets no ID token and no profile (third_party_security_mode)',
      keeps: (scope) => isApiScope(scope) || scope === 'offline_access',
    });
  } else if (!client.firstParty) {
    rules.push({
      rule: 'third_party',
      because: 'scopes that name single claims are for first-party clients; ask for profile or email',
      keeps: (scope) => !singleClaimScopes.has(scope),
    });
  }
  if (!api) return rules;
  if (api.identifier === MANAGEMENT_API) rules.push(managementRule(client, grant, permissions));
  // Of a first-party client at the Management API the grant only opens the rule above: what every user may do needs none.
  const limits = api.identifier !== MANAGEMENT_API || needsGrant(client, api);
  if (grant && !grant.allScopes && limits) {
    const given = new Set(grant.scopes);
    rules.push({
      rule: 'client_grant',
      because: `client grant ${grant.id} (subject_type user) does not give it to this client`,
      keeps: (scope) => !isApiScope(scope) || given.has(scope),
    });
  }
  if (permissions && (api.enforcePolicies || api.identifier !== MANAGEMENT_API)) {
    rules.push({
      rule: 'permissions',
      because: 'the API enforces permissions (enforce_policies), and the user holds it neither directly nor by a role',
      keeps: (scope) => !isApiScope(scope) || permissions.has(scope),
    });
  }
  return rules;
}

/**
 * Auth0's rule (MA-5): a user's token has the current_user scopes and no other. Ours beside it: an administrator, who holds a
 * permission at the Management API directly or by a role, gets it as a scope in a first-party client that a client grant
 * (subject_type user) lets have it. Without such a grant, as every client is at first, Auth0's rule is all there is.
 */
function managementRule(
  client: ClientFacts,
  grant: GrantFacts | undefined,
  permissions: ReadonlySet<string> | undefined,
): Rule {
  const rule = 'management_api';
  const everybodys = (scope: string) => isIdentityScope(scope) || currentUserScopes.has(scope);
  if (!client.firstParty || !grant) {
    return {
      rule,
      because: "a user's token may only have the current_user scopes of the Management API; machines get the others",
      keeps: everybodys,
    };
  }
  const given = new Set(grant.scopes);
  return {
    rule,
    because: `the user does not hold it at the Management API, directly or by a role, or client grant ${grant.id} does not give it to this client`,
    keeps: (scope) => everybodys(scope) || (permissions?.has(scope) === true && (grant.allScopes || given.has(scope))),
  };
}
