// What every grant ends in: one decided content of tokens, with the trace that led to it.
// From here on nothing is judged any more; `access-token.ts` writes it down and signs it.

import type { TraceEntry } from '../logs/event.ts';
import type { ApiFacts } from './api-facts.ts';
import type { OrganizationFacts } from './organizations.ts';

/** A decision that says yes. Times in seconds. */
export interface Authorization {
  readonly api: ApiFacts;
  /** `aud` as it goes on the wire. */
  readonly audience: string;
  /** A user's token that is good at /userinfo too: `aud` then has both, the API first. */
  readonly userinfo?: true;
  /** No other token may have the same bytes: this one can be revoked by its hash. */
  readonly distinct?: true;
  readonly issuer: string;
  readonly clientId: string;
  /** `CID@clients`, or a user's id. */
  readonly subject: string;
  readonly scopes: readonly string[];
  /** The RBAC `permissions` claim; absent unless the dialect asks for it. */
  readonly permissions?: readonly string[];
  /** `gty`, in the Auth0 dialects only. */
  readonly grantType?: 'client-credentials' | 'password' | 'refresh_token';
  /** The organization that the token is for: `org_id`, and `org_name` if the tenant lets tokens carry names. */
  readonly organization?: OrganizationFacts & { readonly nameInToken: boolean };
  readonly lifetime: number;
  readonly trace: readonly TraceEntry[];
}
