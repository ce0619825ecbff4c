// The JSON Web Key Set of a tenant (RFC 7517) with the members that Auth0 publishes (auth0-behaviour §3.2).

import { createPublicKey } from 'node:crypto';
import { type KeyRow, published } from './ring.ts';

/** Public members only, each named: a private member can't slip through (security case KEY-03). */
interface PublicJwk {
  readonly kty?: string;
  readonly n?: string;
  readonly e?: string;
  readonly crv?: string;
  readonly x?: string;
  readonly y?: string;
}

/** The key set as JSON text. `withAlg` false leaves `alg` out (tenant flag `remove_alg_from_jwks`). */
export function jwks(rows: readonly KeyRow[], withAlg: boolean): string {
  const keys = published(rows).map((row) => {
    const { kty, n, e, crv, x, y } = createPublicKey(row.public_key).export({ format: 'jwk' }) as PublicJwk;
    return {
      ...(withAlg ? { alg: row.alg } : {}),
      kty,
      use: 'sig',
      ...(kty === 'RSA' ? { n, e } : { crv, x, ...(y === undefined ? {} : { y }) }),
      kid: row.kid,
      x5t: row.x5t,
      x5c: [row.cert.replace(/-----[^-]+-----|\s/g, '')],
    };
  });
  return JSON.stringify({ keys });
}
