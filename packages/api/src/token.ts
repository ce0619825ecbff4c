// What an API knows about a caller once the token is verified.

import { hasScope } from './scopes.ts';

declare const verified: unique symbol;

/** The claims of a verified access token, as they travel (RFC 9068 §2.2, Auth0 dialect). Only the types of those named here were checked. */
export interface Claims {
  readonly iss: string;
  readonly sub: string;
  readonly aud: string | readonly string[];
  /** Seconds since 1970. */
  readonly exp: number;
  readonly iat?: number;
  readonly nbf?: number;
  readonly permissions?: readonly string[];
  readonly [name: string]: unknown;
}

/**
 * Proof that a token was checked: signature, issuer, audience, time, kind and the requirement of the call.
 * It does *not* say that the account or the client still exists: a JWT lives until `exp`.
 */
export interface VerifiedToken {
  readonly [verified]: true;
  readonly claims: Claims;
  /** `sub`: the user, or the machine itself (`CLIENT_ID@clients` in the Auth0 dialect). */
  readonly subject: string;
  /** The client that got the token: `azp`, else `client_id` (else `cid` or `appid` of other vendors). RFC 9068 tokens of some vendors lack it. */
  readonly clientId: string | undefined;
  readonly issuer: string;
  /** What the client may do: `scope` (or `scp` of other vendors), split. */
  readonly scopes: ReadonlySet<string>;
  /** What the user may do: the `permissions` claim of Auth0's role-based access control. Empty if there is none. */
  readonly permissions: ReadonlySet<string>;
  /** Seconds since 1970. */
  readonly expiresAt: number;
  /** Is this scope granted? Counts `permissions` only if the Api was created with `permissionsCountAsScopes`. */
  has(scope: string): boolean;
}

/** Only for verify.ts, after its last check. */
export function verifiedToken(
  claims: Claims,
  clientId: string | undefined,
  held: { readonly scopes: ReadonlySet<string>; readonly permissions: ReadonlySet<string> },
  permissionsCount: boolean,
): VerifiedToken {
  const token: Omit<VerifiedToken, typeof verified> = {
    claims,
    subject: claims.sub,
    clientId,
    issuer: claims.iss,
    scopes: held.scopes,
    permissions: held.permissions,
    expiresAt: claims.exp,
    has: (scope) => hasScope(held, scope, permissionsCount),
  };
  return token as VerifiedToken;
}
