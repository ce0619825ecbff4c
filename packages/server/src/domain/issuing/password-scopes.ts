// What a password grant asks for (auth0-behaviour §13.2, SCO-8): unlike every other flow, it gets all that it does not ask for.
// Pure. The waterfall of `user-scopes.ts` then takes away what the client or the user may not have.

import { isIdentityScope } from '../../oauth/claims.ts';
import type { TraceEntry } from '../logs/event.ts';
import type { ApiFacts } from './api-facts.ts';

const standardScopes = ['openid', 'profile', 'email', 'address', 'phone'];

/**
 * The scopes that the request stands for, and why they are more than it names. No scope of an API: all of them (PW-4). Nothing,
 * or of OpenID Connect's scopes only `openid`: all the standard ones (PW-5). `requested`: without duplicates.
 */
export function passwordScopes(
  requested: readonly string[],
  api: Pick<ApiFacts, 'identifier' | 'scopes'> | undefined,
): { readonly scopes: readonly string[]; readonly trace: readonly TraceEntry[] } {
  const identity = requested.filter((scope) => isIdentityScope(scope) && scope !== 'offline_access');
  const apiScopes = requested.filter((scope) => !isIdentityScope(scope));
  const trace: TraceEntry[] = [];
  const more: string[] = [];
  if (requested.length === 0 || (identity.length === 1 && identity[0] === 'openid')) {
    more.push(...standardScopes);
    const which = requested.length === 0 ? 'names no scope' : 'names openid and no other scope of OpenID Connect';
    trace.push({
      rule: 'standard_scopes',
      because: `the request ${which}: a password grant then asks for all of them`,
    });
  }
  if (api && apiScopes.length === 0) {
    more.push(...api.scopes);
    const because = `the request names no scope of ${api.identifier}: a password grant then asks for all of them`;
    trace.push({ rule: 'all_api_scopes', because });
  }
  return { scopes: [...new Set([...requested, ...more])], trace };
}
