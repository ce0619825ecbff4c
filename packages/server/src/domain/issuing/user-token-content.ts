// What the tokens of a user will say, before anything is signed: whether the access token is opaque or a JWT, and the claims of
// both tokens. Pure, so that a dry run tells exactly what would be issued. `user-tokens.ts` signs it.

import type { TenantId } from '../../schema/brand.ts';
import type { User } from '../accounts/user.ts';
import type { ClientFacts } from '../clients/facts.ts';
import type { IssuedToken } from './access-token.ts';
import type { Authorization } from './authorization.ts';
import { type Channel, type IdTokenAbout, idTokenAlgorithm, idTokenClaims, isAsymmetric } from './id-token.ts';
import type { UserAuthorization } from './user-authorization.ts';
import type { IssuedRow } from './user-tables.ts';

export interface Minting {
  readonly tenant: TenantId;
  readonly client: ClientFacts;
  readonly user: User;
  readonly authorization: UserAuthorization;
  /** `gty`, which the grants name that need no browser. */
  readonly grantType?: Authorization['grantType'];
  readonly channel: Channel;
  readonly wants: { readonly accessToken: boolean; readonly idToken: boolean };
  /** Seconds of an opaque token: 86400, and 7200 in the implicit flow (auth0-behaviour §20.6). */
  readonly opaqueLifetime: number;
  /** What is issued together and revoked together. */
  readonly family: string;
  readonly about: Omit<IdTokenAbout, 'accessToken'>;
}

/** An access token as it is going to be. */
export type AccessTokenContent =
  /** Known by its row alone. Seconds. */
  | { readonly format: 'opaque'; readonly expiresIn: number }
  /** `kept`: an endpoint of ours accepts it, so it has a row by which it can be revoked. */
  | { readonly format: 'JWT'; readonly authorization: Authorization; readonly kept: boolean };

/** What the access token will be. Decides nothing: what may be issued was decided before. */
export function accessTokenContent({ authorization, grantType, channel, opaqueLifetime }: Minting): AccessTokenContent {
  const { target } = authorization;
  if (target.kind === 'userinfo') return { format: 'opaque', expiresIn: opaqueLifetime };
  const { api, audience } = target;
  const userinfo = isAsymmetric(api.algorithm) && authorization.scopes.includes('openid');
  // A JWT that no endpoint of ours accepts cannot be called back: its API looks at the signature alone.
  const kept = (userinfo || api.system) && !api.encryption;
  return {
    format: 'JWT',
    kept,
    authorization: {
      api,
      audience,
      ...(userinfo ? { userinfo } : {}),
      ...(kept ? { distinct: true } : {}),
      issuer: authorization.issuer,
      clientId: authorization.clientId,
      subject: authorization.subject,
      scopes: authorization.scopes,
      ...(grantType ? { grantType } : {}),
      ...(authorization.permissions ? { permissions: authorization.permissions } : {}),
      lifetime: channel === 'front' ? api.lifetimeForWeb : api.lifetime,
      trace: [],
    },
  };
}

/** The row that an issued token is known by. `now` in ms. */
export function issuedRow(
  { authorization, family, about }: Minting,
  { digest, expiresIn }: Pick<IssuedToken, 'digest' | 'expiresIn'>,
  opaque: boolean,
  now: number,
): IssuedRow {
  return {
    id: digest,
    family,
    user_id: authorization.subject,
    client_id: authorization.clientId,
    ...(about.sid === undefined ? {} : { session_id: about.sid }),
    issuer: authorization.issuer,
    scopes: authorization.scopes,
    opaque,
    expires_at: new Date((Math.floor(now / 1000) + expiresIn) * 1000).toISOString(),
  };
}

/** The ID token's algorithm and claims. `accessToken`: the one that comes along, for its hash. `now` in ms. */
export function idTokenContent(minting: Minting, accessToken: string | undefined, now: number) {
  const { client, user, authorization, channel, about } = minting;
  const algorithm = idTokenAlgorithm(client, channel, authorization.dialect);
  return {
    algorithm,
    claims: idTokenClaims(authorization, client, user, { ...about, accessToken }, algorithm, now),
  };
}
