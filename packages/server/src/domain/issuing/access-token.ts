// Writes an authorization down as an access token: the claims of its dialect, signed with the API's algorithm,
// and encrypted for the API if it has a key for that (auth0-behaviour §20).

import { hash, randomBytes } from 'node:crypto';
import { CompactEncrypt } from 'jose';
import type { TenantId } from '../../schema/brand.ts';
import type { Keyring } from '../keys/keyring.ts';
import { isDeterministic, signJwt, signJwtHs256, type TokenType } from '../keys/signature.ts';
import type { TokenEncryption } from './api-facts.ts';
import type { Authorization } from './authorization.ts';

export interface IssuedToken {
  readonly token: string;
  /** Base64url SHA-256 of the token: what logs keep instead of it. */
  readonly digest: string;
  /** Seconds; `exp - iat` (AT-12). */
  readonly expiresIn: number;
}

const isRfc9068 = (authorization: Authorization) => authorization.api.dialect.startsWith('rfc9068');

/**
 * The claims, in the order seen on the wire. The Auth0 dialect names the client `azp` and the grant `gty`; RFC 9068 §2.2
 * has `client_id` and `jti`. Nothing else is ever added (AT-7). `now` in ms; `jti` is used by RFC 9068 only.
 */
export function accessTokenClaims(authorization: Authorization, now: number, jti: string): Record<string, unknown> {
  const iat = Math.floor(now / 1000);
  const { scopes, permissions, organization } = authorization;
  const rfc9068 = isRfc9068(authorization);
  const claims: Record<string, unknown> = {
    iss: authorization.issuer,
    sub: authorization.subject,
    aud: authorization.userinfo ? [authorization.audience, `${authorization.issuer}userinfo`] : authorization.audience,
  };
  if (rfc9068) claims.client_id = authorization.clientId;
  claims.iat = iat;
  claims.exp = iat + authorization.lifetime;
  if (rfc9068) claims.jti = jti;
  if (scopes.length > 0) claims.scope = scopes.join(' ');
  if (organization) claims.org_id = organization.id;
  if (organization?.nameInToken) claims.org_name = organization.name;
  if (!rfc9068 && authorization.grantType) claims.gty = authorization.grantType;
  if (!rfc9068) claims.azp = authorization.clientId;
  if (permissions) claims.permissions = permissions;
  return claims;
}

/** `typ` of the token's header. */
export function accessTokenType(authorization: Authorization): TokenType {
  return isRfc9068(authorization) ? 'at+jwt' : 'JWT';
}

/** Signs (and encrypts) the token of an authorization. `now` in ms. Decides nothing. */
export async function issueAccessToken(
  keyring: Keyring,
  tenant: TenantId,
  authorization: Authorization,
  now: number,
): Promise<IssuedToken> {
  const { api } = authorization;
  const type = accessTokenType(authorization);
  const claims = accessTokenClaims(
    authorization,
    now,
    isRfc9068(authorization) ? randomBytes(16).toString('base64url') : '',
  );
  let token: string;
  if (api.algorithm === 'HS256') {
    if (!api.secret) throw new Error(`API ${api.id} signs with HS256 and has no signing_secret`);
    token = signJwtHs256(api.secret, type, claims);
  } else {
    const blank = authorization.distinct && !isRfc9068(authorization) && isDeterministic(api.algorithm) ? blanks() : '';
    token = await signJwt(await keyring.signing(tenant, api.algorithm), type, claims, blank);
  }
  if (api.encryption) token = await encrypt(token, api.encryption);
  return { token, digest: hash('sha256', token, 'base64url'), expiresIn: authorization.lifetime };
}

/**
 * 64 random bits as white space. Auth0's dialect has no `jti`, so two logins of one user in one second would get the same
 * bytes, and revoking one token would revoke the other; white space makes them two and adds no claim.
 */
function blanks(): string {
  return Array.from(randomBytes(8), (byte) =>
    [byte & 3, (byte >> 2) & 3, (byte >> 4) & 3, byte >> 6].map((two) => ' \t\n\r'[two]).join(''),
  ).join('');
}

/** Nested JWE (auth0-behaviour JWE-1; RFC 7519 §11.2): signed first, then encrypted. */
function encrypt(token: string, { alg, kid, key }: TokenEncryption): Promise<string> {
  return new CompactEncrypt(Buffer.from(token)).setProtectedHeader(encryptionHeader({ alg, kid })).encrypt(key);
}

/** The protected header of an encrypted access token; inside is the signed one. */
export function encryptionHeader({ alg, kid }: Pick<TokenEncryption, 'alg' | 'kid'>) {
  return { alg, enc: 'A256GCM', typ: 'JWT', cty: 'JWT', ...(kid === undefined ? {} : { kid }) };
}
