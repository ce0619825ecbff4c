// Whether a token may read its user's profile (OpenID Connect Core §5.3, auth0-behaviour §29), and what it reads. Pure.
// The signature of a JWT was checked before; its verdict comes in as a fact.

import type { User } from '../../domain/accounts/user.ts';
import type { ClientFacts } from '../../domain/clients/facts.ts';
import type { IssuedRow } from '../../domain/issuing/user-tables.ts';
import { profileClaims } from '../../oauth/claims.ts';

export interface Presented {
  /** What was kept when the token was issued; `undefined` for everything else. */
  readonly row: IssuedRow | undefined;
  /** Of a JWT: why it is none of ours, or not for /userinfo. Opaque tokens have none. */
  readonly fault: string | undefined;
  readonly user: User | undefined;
  readonly client: ClientFacts | undefined;
}

export type Judgement =
  | { readonly kind: 'profile'; readonly claims: Record<string, unknown> }
  | {
      readonly kind: 'refused';
      readonly error: 'invalid_token' | 'insufficient_scope';
      /** For whoever holds the token: nothing about anybody else. ASCII without quotes, since it stands in a header. */
      readonly description: string;
    };

const refused = (description: string, error: 'invalid_token' | 'insufficient_scope' = 'invalid_token'): Judgement => ({
  kind: 'refused',
  error,
  description,
});

/** The profile, or why not. `issuer`: of the host that is asked; `now` in ms; `timeAsNumber`: see `profileClaims`. */
export function judge(
  { row, fault, user, client }: Presented,
  issuer: string,
  now: number,
  timeAsNumber: boolean,
): Judgement {
  if (fault !== undefined) return refused(fault);
  if (!row) return refused('The token is unknown: it is not an access token of a user for this endpoint');
  if (row.issuer !== issuer) return refused('The token was issued by another domain');
  if (row.revoked) return refused('The token was revoked');
  if (Date.parse(row.expires_at) <= now) return refused('The token has expired');
  if (!row.scopes.includes('openid'))
    return refused('The token was issued without the scope openid', 'insufficient_scope');
  if (!client) return refused('The client of the token does not exist');
  if (!user) return refused('The user of the token does not exist');
  if (user.blocked === true) return refused('The user of the token is blocked');
  return { kind: 'profile', claims: { sub: user.user_id, ...profileClaims(user, row.scopes, timeAsNumber) } };
}
