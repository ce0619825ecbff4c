// Signs JWTs on the hot path: the header is encoded once per key, a slow signature (RSA) runs off the main thread on a
// cached KeyObject, so that one process keeps both cores busy. Nothing here decides what a token says.

import { constants, createHmac, type KeyObject, type SignKeyObjectInput, sign } from 'node:crypto';
import type { AsymmetricAlgorithm } from '../../oauth/algorithms.ts';

/** The media types of our JWTs: Auth0's own profile, RFC 9068 §2.1, and OpenID Connect Back-Channel Logout 1.0 §2.4. */
export type TokenType = 'JWT' | 'at+jwt' | 'logout+jwt';

interface Method {
  readonly digest: string | null;
  /** A signature that costs less than handing it to another thread is made right here. */
  readonly here: boolean;
  readonly options: Omit<SignKeyObjectInput, 'key'>;
}

/** RFC 7518 §3.3-3.5: PS256 salts with as many bytes as its hash; ES256 is r||s, not DER. RFC 8037 §3.1: no prehash. */
const methods: Readonly<Record<AsymmetricAlgorithm, Method>> = {
  RS256: { digest: 'sha256', here: false, options: {} },
  PS256: { digest: 'sha256', here: false, options: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 } },
  ES256: { digest: 'sha256', here: true, options: { dsaEncoding: 'ieee-p1363' } },
  EdDSA: { digest: null, here: true, options: {} },
};

/** A key that signs now. `headers` holds the encoded protected header by token type. */
export interface SigningKey {
  readonly kid: string;
  readonly alg: AsymmetricAlgorithm;
  readonly input: SignKeyObjectInput;
  readonly headers: Readonly<Record<TokenType, string>>;
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** The protected header of a JWT of ours. A shared secret has no `kid` (auth0-behaviour ALG-5). */
export function jwtHeader(alg: AsymmetricAlgorithm | 'HS256', typ: TokenType, kid: string | undefined): object {
  return { alg, typ, ...(kid === undefined ? {} : { kid }) };
}

/** Prepares a private key for signing; done once per key, not per token. */
export function signingKey(kid: string, alg: AsymmetricAlgorithm, privateKey: KeyObject): SigningKey {
  const header = (typ: TokenType) => encoded(jwtHeader(alg, typ, kid));
  return {
    kid,
    alg,
    input: { key: privateKey, ...methods[alg].options },
    headers: { JWT: header('JWT'), 'at+jwt': header('at+jwt'), 'logout+jwt': header('logout+jwt') },
  };
}

/** Whether the same claims always give the same bytes. */
export function isDeterministic(alg: AsymmetricAlgorithm): boolean {
  return alg === 'RS256' || alg === 'EdDSA';
}

/**
 * A compact JWS (RFC 7515 §7.1) of these claims. `blank` is white space that goes in before the closing brace, where it means
 * nothing (RFC 8259 §2). Rejects only if the key is broken.
 */
export function signJwt(key: SigningKey, type: TokenType, claims: object, blank = ''): Promise<string> {
  const payload =
    blank === ''
      ? encoded(claims)
      : Buffer.from(`${JSON.stringify(claims).slice(0, -1)}${blank}}`).toString('base64url');
  const signed = `${key.headers[type]}.${payload}`;
  const { digest, here } = methods[key.alg];
  return new Promise((resolve, reject) => {
    if (here) return resolve(`${signed}.${sign(digest, Buffer.from(signed), key.input).toString('base64url')}`);
    sign(digest, Buffer.from(signed), key.input, (error, signature) => {
      if (error) reject(error);
      else resolve(`${signed}.${signature.toString('base64url')}`);
    });
  });
}

/** The same with a shared secret, an API's or a client's: the header has no `kid` (auth0-behaviour ALG-5). */
export function signJwtHs256(secret: string | Buffer, type: TokenType, claims: object): string {
  const signed = `${encoded(jwtHeader('HS256', type, undefined))}.${encoded(claims)}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}
