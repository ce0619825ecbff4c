// One Api object stands for one API (audience) and the issuers it trusts.

import type { Algorithm } from './algorithms.ts';
import type { Incoming } from './bearer.ts';
import type { KeySource } from './keys.ts';
import type { Refusal } from './refusal.ts';
import type { Requirement } from './scopes.ts';
import type { VerifiedToken } from './token.ts';

export type Verdict =
  | { readonly kind: 'accepted'; readonly token: VerifiedToken }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/** What is known about the refused call; never the token. */
export interface RefusalContext {
  readonly method: string | undefined;
  /** Without its query. */
  readonly path: string | undefined;
}

export interface ApiOptions {
  /** Whose tokens are accepted: the exact `iss`, usually with a trailing slash (`https://tenant.example.com/`). */
  readonly issuer: string | readonly string[];
  /** This API's identifier: one of these must be in `aud`, exactly. Never a client id. */
  readonly audience: string | readonly string[];
  /** Pinned here, never taken from the token. Default `['RS256']`, or `['HS256']` with `secret`. */
  readonly algorithms?: readonly Algorithm[];
  /** Where to get keys instead of discovery at the issuer. */
  readonly keys?: KeySource;
  /** The JWK Set's address, instead of discovery. Only with one issuer. */
  readonly jwksUri?: string;
  /** The API's signing secret, for HS256/384/512 only; text counts as UTF-8. Whoever holds it can make tokens. */
  readonly secret?: string | Uint8Array;
  /** Which kind of access token: `rfc9068` (typ `at+jwt`), `auth0` (typ `JWT`, with `azp`), or `any` of them (default). */
  readonly dialect?: 'any' | 'auth0' | 'rfc9068';
  /** Allowed difference of clocks. Default 5, at most 300. */
  readonly clockToleranceSeconds?: number;
  /** Default 16384. Longer tokens are refused unread. */
  readonly maxTokenBytes?: number;
  /**
   * Let a permission in the `permissions` claim satisfy a needed *scope*. Default false: under role-based access control `permissions` lists all that
   * the user may do, also what the client never asked for and the user never agreed to. Only for APIs whose clients are all your own.
   */
  readonly permissionsCountAsScopes?: boolean;
  /** Address of this API's metadata (RFC 9728); added to each challenge, as MCP clients expect it. */
  readonly resourceMetadata?: string;
  /** `realm` of the challenge. */
  readonly realm?: string;
  /** Accept the token as `access_token` in a form body too (RFC 6750 §2.2), when `Incoming.form` is given. */
  readonly allowTokenInForm?: boolean;
  /** Milliseconds since 1970; for tests. Default `Date.now`. */
  readonly now?: () => number;
  /** For tests and proxies. Default the global `fetch`. */
  readonly fetch?: typeof fetch;
  /** Called with each refusal, for the developer's log (`explainRefusal` makes two lines of it). What it throws is ignored. */
  readonly onRefusal?: (refusal: Refusal, context: RefusalContext) => void;
  /** Accept the token as `?access_token=` too (RFC 6750 §2.3): it then stands in logs, histories and Referer headers. */
  readonly dangerouslyAllowTokenInQuery?: boolean;
  /** Talk to issuers over http that are not on this machine: whoever is on the wire can then make tokens. */
  readonly dangerouslyAllowHttpIssuer?: boolean;
  /** Accept tokens bound to a key (`cnf`: DPoP, mTLS) without the proof. Only if the proof is checked elsewhere. */
  readonly dangerouslyIgnoreTokenBinding?: boolean;
}

/** Cheap: creating one does no I/O and starts no timer, so a server can make one for each tenant host. */
export interface Api {
  readonly issuers: readonly string[];
  readonly audiences: readonly string[];
  /** Checks a token that you have at hand. Never rejects on account of the token; a malformed requirement is a TypeError. */
  verify(token: string, requirement?: Requirement): Promise<Verdict>;
  /** Finds the token in a request, then as `verify`. Calls `onRefusal`. */
  check(incoming: Incoming, requirement?: Requirement): Promise<Verdict>;
}
