// The success bodies of the token endpoint (RFC 6749 §5.1), members in Auth0's order.

import type { IssuedToken } from '../../domain/issuing/access-token.ts';
import type { Authorization } from '../../domain/issuing/authorization.ts';
import type { Minted } from '../../domain/issuing/user-tokens.ts';

/** A machine's token; `scope` only when there is one (TOK-6). */
export function machineTokenBody(
  { scopes }: Pick<Authorization, 'scopes'>,
  issued: Omit<IssuedToken, 'digest'>,
): object {
  return {
    access_token: issued.token,
    ...(scopes.length > 0 ? { scope: scopes.join(' ') } : {}),
    expires_in: issued.expiresIn,
    token_type: 'Bearer',
  };
}

/** A user's tokens; `scope` only when it is not what was asked for (TOK-6). */
export function userTokensBody(
  { accessToken, idToken }: Omit<Minted, 'rows'>,
  refreshToken: string | undefined,
  scope: string | undefined,
): object {
  return {
    access_token: accessToken?.token,
    ...(refreshToken === undefined ? {} : { refresh_token: refreshToken }),
    ...(idToken ? { id_token: idToken.token } : {}),
    ...(scope === undefined ? {} : { scope }),
    expires_in: accessToken?.expiresIn,
    token_type: 'Bearer',
  };
}
