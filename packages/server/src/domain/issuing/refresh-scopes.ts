// What a refresh asks for: the API and the scopes of the new tokens, out of what the login was granted and what the client's
// policies add (auth0-behaviour RT-11 to RT-13, §12.7). Pure; the waterfall judges afterwards whether the user may have it.

import { isIdentityScope } from '../../oauth/claims.ts';
import type { ClientFacts } from '../clients/facts.ts';
import type { TraceEntry } from '../logs/event.ts';
import type { RefreshFamily } from './refresh-family.ts';
import type { UserFacts } from './user-authorization.ts';

export interface RefreshWish {
  /** `undefined`: all that was granted. */
  readonly scopes: readonly string[] | undefined;
  /** The API that is named, as stored; `undefined`: the one of the login. */
  readonly audience: string | undefined;
}

export interface RefreshTargets {
  /** Of the login. */
  readonly original: UserFacts;
  /** Of another API that the request names and a policy of the client has. */
  readonly other: UserFacts | undefined;
}

export interface RefreshChoice {
  /** Whose tokens these will be. */
  readonly facts: UserFacts;
  /** Another API than that of the login. */
  readonly elsewhere: boolean;
  readonly scopes: readonly string[];
  readonly trace: readonly TraceEntry[];
}

/** The policy that another API may be asked for by, before anything is known of that API. */
export function policyFor(client: ClientFacts, family: RefreshFamily, audience: string | undefined): boolean {
  return (
    audience !== undefined && audience !== family.audience && client.firstParty && client.refresh.policies.has(audience)
  );
}

/** Whether policies count for an API: own clients only, no question to the user, and nothing built in (RT-22). */
function policyScopes(client: ClientFacts, { target }: UserFacts): readonly string[] | undefined {
  if (!client.firstParty || target?.kind !== 'api' || target.api.system || !target.api.skipsConsent) return undefined;
  return client.refresh.policies.get(target.api.identifier);
}

/** What the tokens will be for. A narrower wish narrows these tokens, and not those of later refreshes. */
export function chooseRefresh(
  client: ClientFacts,
  family: RefreshFamily,
  wish: RefreshWish,
  { original, other }: RefreshTargets,
): RefreshChoice {
  const trace: TraceEntry[] = [];
  const more = other && policyScopes(client, other);
  const elsewhere = other !== undefined && more !== undefined;
  if (elsewhere) {
    trace.push({
      rule: 'policy',
      because: `a policy of the client adds the API ${wish.audience} (refresh_token.policies)`,
    });
  } else if (wish.audience !== undefined && wish.audience !== family.audience) {
    trace.push({
      rule: 'policy',
      because: `the request names ${wish.audience}, which no usable policy of the client has: the token is for the API of the login`,
    });
  }
  const whole = elsewhere
    ? [...family.scopes.filter(isIdentityScope), ...more]
    : [...family.scopes, ...(policyScopes(client, original) ?? [])];
  const allowed = new Set(whole);
  const { scopes } = wish;
  const dropped = scopes?.filter((scope) => !allowed.has(scope)) ?? [];
  if (dropped.length > 0)
    trace.push({ rule: 'refresh_token', because: 'the refresh token was not granted it', dropped });
  return {
    facts: elsewhere ? other : original,
    elsewhere,
    scopes: scopes ? scopes.filter((scope) => allowed.has(scope)) : [...allowed],
    trace,
  };
}
