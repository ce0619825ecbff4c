// What an API knows about a caller once the token is verified. Only verify.ts makes a VerifiedToken.

declare const verified: unique symbol;

/** The claims of a verified access token, as they travel (RFC 9068 §2.2, Auth0 dialect). Unknown members are kept. */
export interface Claims {
  readonly iss: string;
  readonly sub: string;
  readonly aud: string | readonly string[];
  /** Seconds since 1970. */
  readonly exp: number;
  readonly iat?: number;
  readonly nbf?: number;
  readonly jti?: string;
  /** Auth0 dialect: the client that got the token. */
  readonly azp?: string;
  /** RFC 9068: the client that got the token. */
  readonly client_id?: string;
  readonly scope?: string;
  readonly permissions?: readonly string[];
  readonly org_id?: string;
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
  /** The client that got the token: `azp`, else `client_id` (else `cid` or `appid` of other vendors). */
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
