// What the tests of this package share: keys, tokens of any shape, and an issuer that counts what it is asked.

import { constants, createHmac, generateKeyPairSync, type KeyObject, sign as signBytes } from 'node:crypto';
import { createServer, type RequestListener } from 'node:http';
import { type Api, type ApiOptions, createApi, keysFromSet, type Refusal, type Requirement } from '../src/index.ts';

export const issuer = 'https://tenant.example.com/';
export const audience = 'https://api.example.com/';
/** The instant of all tests that have a clock, in seconds. */
export const instant = 1_800_000_000;

export const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
export const otherRsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
export const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
export const ed = generateKeyPairSync('ed25519');
export const secret = 'a-signing-secret-of-32-or-more-bytes';

export function jwk(key: KeyObject, members: Record<string, unknown> = {}): Record<string, unknown> {
  return { ...key.export({ format: 'jwk' }), ...members };
}

export const jwks = {
  keys: [
    jwk(rsa.publicKey, { kid: 'rsa', alg: 'RS256', use: 'sig' }),
    jwk(ec.publicKey, { kid: 'ec', use: 'sig' }),
    jwk(ed.publicKey, { kid: 'ed' }),
  ],
};

export const base64url = (value: string | Buffer): string => Buffer.from(value).toString('base64url');
export const json = (value: unknown): string => base64url(JSON.stringify(value));

type Json = Record<string, unknown>;

/** Signs anything: the header decides nothing but how the signature is made. */
export function signRaw(
  header: string,
  payload: string,
  key: KeyObject | string = rsa.privateKey,
  alg = 'RS256',
): string {
  const signed = `${header}.${payload}`;
  return `${signed}.${base64url(signatureOf(Buffer.from(signed), key, alg))}`;
}

function signatureOf(signed: Buffer, key: KeyObject | string, alg: string): Buffer {
  const digest = `sha${alg.slice(2)}`;
  if (typeof key === 'string') return createHmac(digest, key).update(signed).digest();
  if (key.type === 'secret') return createHmac(digest, key).update(signed).digest();
  if (alg.startsWith('PS')) {
    return signBytes(digest, signed, {
      key,
      padding: constants.RSA_PKCS1_PSS_PADDING,
      saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
    });
  }
  if (alg.startsWith('ES')) return signBytes(digest, signed, { key, dsaEncoding: 'ieee-p1363' });
  return signBytes(alg.startsWith('Ed') ? null : digest, signed, key);
}

export const goodHeader: Json = { alg: 'RS256', typ: 'JWT', kid: 'rsa' };

/** An access token in the Auth0 dialect, as a user gets it. `undefined` leaves a claim out. */
export const goodClaims: Json = {
  iss: issuer,
  sub: 'auth0|123',
  aud: [audience, `${issuer}userinfo`],
  iat: instant - 10,
  exp: instant + 3600,
  scope: 'openid profile read:patients',
  azp: 'CLIENT1',
};

/** RFC 9068 form of the same. */
export const rfc9068Header: Json = { ...goodHeader, typ: 'at+jwt' };
export const rfc9068Claims: Json = { ...goodClaims, azp: undefined, client_id: 'CLIENT1', jti: 'j1' };

export const idTokenClaims: Json = {
  iss: issuer,
  sub: 'auth0|123',
  aud: 'CLIENT1',
  iat: instant - 10,
  exp: instant + 3600,
  nonce: 'n',
  sid: 's',
  name: 'Ada',
  email: 'ada@example.com',
};

export function tokenOf(
  claims: Json = {},
  header: Json = {},
  key: KeyObject | string = rsa.privateKey,
  alg = 'RS256',
): string {
  return signRaw(json({ ...goodHeader, ...header }), json({ ...goodClaims, ...claims }), key, alg);
}

/** An Api whose clock stands still and, unless it has a secret or a fetch of its own, whose keys are at hand. */
export function apiWith(options: Partial<ApiOptions> = {}): Api {
  const hasOwnKeys = options.secret !== undefined || options.fetch !== undefined;
  return createApi({
    issuer,
    audience,
    ...(hasOwnKeys ? {} : { keys: keysFromSet(jwks) }),
    now: () => instant * 1000,
    ...options,
  });
}

/** Verifies and gives the refusal; fails if the token is accepted. */
export async function refusalFor(api: Api, token: string, requirement?: Requirement): Promise<Refusal> {
  const verdict = await api.verify(token, requirement);
  if (verdict.kind === 'accepted') throw new Error('the token was accepted');
  return verdict.refusal;
}

export interface Listening {
  readonly port: number;
  readonly origin: string;
  close(): Promise<void>;
}

export async function listen(listener: RequestListener): Promise<Listening> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    origin: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
