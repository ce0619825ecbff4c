// ID tokens (OpenID Connect Core §2, auth0-behaviour §21): who signed in, for the client alone. Their claims, in the order
// seen on the wire, and their algorithm. Pure, but for the signature.

import { hash } from 'node:crypto';
import type { ApiAlgorithm, AsymmetricAlgorithm } from '../../oauth/algorithms.ts';
import { profileClaims } from '../../oauth/claims.ts';
import type { User } from '../accounts/user.ts';
import { type ClientFacts, isStrict } from '../clients/facts.ts';
import type { UserAuthorization } from './user-authorization.ts';

/** `front`: through the browser (implicit, hybrid); `back`: from the token endpoint. */
export type Channel = 'front' | 'back';

/** What an ID token says besides who the user is. */
export interface IdTokenAbout {
  /** The session, if there is one. */
  readonly sid?: string | undefined;
  readonly nonce?: string | undefined;
  /** When the user proved who it is, in seconds; only where the request asked for it (`max_age`, `prompt=login`). */
  readonly authTime?: number | undefined;
  /** What came along; their hashes tie them to the ID token. */
  readonly accessToken?: string | undefined;
  readonly code?: string | undefined;
}

/**
 * The algorithm of a client's ID tokens. HS256 needs a secret that both sides have and that no browser sees: public clients,
 * clients that prove themselves otherwise, and the front channel get RS256 (ALG-2, ALG-3). A confidential client that chose
 * none has HS256, and in the `oidc` dialect RS256 (OpenID Connect Registration §2).
 */
export function idTokenAlgorithm(client: ClientFacts, channel: Channel, dialect: 'auth0' | 'oidc'): ApiAlgorithm {
  const { kind } = client.method;
  if (kind === 'none' || isStrict(client)) return 'RS256';
  const chosen = client.idToken.algorithm ?? (kind === 'secret' && dialect === 'auth0' ? 'HS256' : 'RS256');
  return chosen === 'HS256' && (kind !== 'secret' || channel === 'front') ? 'RS256' : chosen;
}

/** The left half of a hash (OpenID Connect Core §3.3.2.11): SHA-256, and SHA-512 for EdDSA, whose own hash that is. */
export function halfHash(value: string, algorithm: ApiAlgorithm): string {
  const digest = hash(algorithm === 'EdDSA' ? 'sha512' : 'sha256', value, 'buffer');
  return digest.subarray(0, digest.length / 2).toString('base64url');
}

/** The claims, profile first, then the protocol's. `now` in ms. */
export function idTokenClaims(
  authorization: UserAuthorization,
  client: ClientFacts,
  user: User,
  about: IdTokenAbout,
  algorithm: ApiAlgorithm,
  now: number,
): Record<string, unknown> {
  const iat = Math.floor(now / 1000);
  const { sid, nonce, authTime, accessToken, code } = about;
  return {
    ...profileClaims(user, authorization.scopes, authorization.dialect === 'oidc'),
    iss: authorization.issuer,
    aud: client.clientId,
    sub: authorization.subject,
    iat,
    exp: iat + client.idToken.lifetime,
    ...(authTime === undefined ? {} : { auth_time: authTime }),
    ...(sid === undefined ? {} : { sid }),
    ...(nonce === undefined ? {} : { nonce }),
    ...(accessToken === undefined ? {} : { at_hash: halfHash(accessToken, algorithm) }),
    ...(code === undefined ? {} : { c_hash: halfHash(code, algorithm) }),
  };
}

/** Whether a tenant's key pair signs it. */
export function isAsymmetric(algorithm: ApiAlgorithm): algorithm is AsymmetricAlgorithm {
  return algorithm !== 'HS256';
}
