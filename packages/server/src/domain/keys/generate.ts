// Makes the key pairs of a ring, each with a certificate for the `x5c` of the key set.
// Generation is slow (RSA) and runs before any transaction; a key that lost a race is thrown away.

import { generateKeyPair, type KeyObject, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import type { AsymmetricAlgorithm } from '../../oauth/algorithms.ts';
import type { KeyRow, KeyState } from './ring.ts';

const generate = promisify(generateKeyPair) as (
  type: string,
  options?: object,
) => Promise<{ publicKey: KeyObject; privateKey: KeyObject }>;

const parameters: Readonly<Record<AsymmetricAlgorithm, readonly [type: string, options?: object]>> = {
  RS256: ['rsa', { modulusLength: 2048 }],
  PS256: ['rsa', { modulusLength: 2048 }],
  ES256: ['ec', { namedCurve: 'P-256' }],
  EdDSA: ['ed25519'],
};

const tenYears = 10 * 365.25 * 86_400_000;

/** A fresh key of a ring. `subject` names the certificate and is checked by nobody. `publishedAt` in ms. */
export async function generateKey(
  alg: AsymmetricAlgorithm,
  state: KeyState,
  subject: string,
  now: number,
  publishedAt: number,
): Promise<KeyRow> {
  const { publicKey, privateKey } = await generate(...parameters[alg]);
  const { selfSigned } = await import('./certificate.ts');
  const certificate = await selfSigned({
    subject: `CN=${subject}`,
    privateKey,
    notBefore: new Date(now),
    notAfter: new Date(now + tenYears),
  });
  return {
    kid: randomBytes(16).toString('base64url'),
    alg,
    state,
    private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    public_key: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    cert: certificate.pem,
    pkcs7: certificate.pkcs7Pem,
    fingerprint: certificate.fingerprint,
    thumbprint: certificate.thumbprint,
    x5t: certificate.x5t,
    published_at: new Date(publishedAt).toISOString(),
    ...(state === 'current' ? { current_since: new Date(now).toISOString() } : {}),
  };
}
