// What a login or a code exchange ends in for a user: what may be issued, decided before anything is written or signed.

import type { Refusal } from '../../oauth/errors.ts';
import type { TraceEntry } from '../logs/event.ts';
import type { ApiFacts, GrantFacts } from './api-facts.ts';

/** What the access token is for (auth0-behaviour §20.1): an API, or only /userinfo. */
export type UserTarget =
  | { readonly kind: 'userinfo' }
  /** `audience` as on the wire. */
  | { readonly kind: 'api'; readonly audience: string; readonly api: ApiFacts };

/** Whom the user's consent concerns, and what was said before. */
export interface UserFacts {
  /** `undefined`: the API of the request does not exist any more. */
  readonly target: UserTarget | undefined;
  /** The client grant for users; only where the target is an API that needs one, or the Management API. */
  readonly grant: GrantFacts | undefined;
  /** What the user holds at the API, directly and through roles; `undefined` where neither the API enforces it nor it is the Management API. */
  readonly permissions: ReadonlySet<string> | undefined;
  /** Scopes of the stored consent; `undefined` when there is none. */
  readonly consented: ReadonlySet<string> | undefined;
  /** In which form profile claims go out. */
  readonly dialect: 'auth0' | 'oidc';
}

/** A decision that says yes, for a user. */
export interface UserAuthorization {
  readonly issuer: string;
  readonly clientId: string;
  /** `user_id` */
  readonly subject: string;
  readonly target: UserTarget;
  readonly scopes: readonly string[];
  /** All that the user may do at the API, sorted; only in the `_authz` dialects of an API that enforces it. */
  readonly permissions?: readonly string[];
  readonly dialect: 'auth0' | 'oidc';
}

/** Whether the user must be asked, and for what. */
export type Consent =
  | { readonly kind: 'stored' | 'skipped' }
  /** All scopes that the page must name, not only new ones. */
  | { readonly kind: 'needed'; readonly scopes: readonly string[] };

export interface GrantedToUser {
  readonly kind: 'granted';
  /** What the tokens will have, once the consent that is needed was given. */
  readonly scopes: readonly string[];
  readonly consent: Consent;
  readonly authorization: UserAuthorization;
  readonly trace: readonly TraceEntry[];
}

export type UserDecision =
  | GrantedToUser
  | { readonly kind: 'refused'; readonly refusal: Refusal; readonly trace: readonly TraceEntry[] };
