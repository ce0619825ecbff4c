// Reads the public keys and certificates that clients authenticate with, and refuses keys that are too weak.

import { createHash, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import type { AssertionAlgorithm } from '../../oauth/algorithms.ts';

export interface CredentialKey {
  /** SPKI, PEM */
  readonly publicKey: string;
  /** Thumbprint of the key (RFC 7638), base64url: the `kid` that Auth0 gives, as recorded. */
  readonly kid: string;
  readonly certificate?: CredentialCertificate;
}
export interface CredentialCertificate {
  /** One attribute a line, as in the certificate. */
  readonly subject: string;
  /** SHA-256 of the DER, base64url (RFC 8705 §3.1). */
  readonly thumbprint: string;
  /** ISO 8601 */
  readonly expiresAt: string;
}
export type ReadCredentialKey =
  | { readonly kind: 'key'; readonly key: CredentialKey }
  | { readonly kind: 'unusable'; readonly message: string };

const leastRsaBits = 2048;
const mostRsaBits = 8192;
const curves: Readonly<Record<string, string>> = { prime256v1: 'P-256', secp384r1: 'P-384' };

/** A public key or certificate in PEM. A private key is refused: nobody but the client may have it. */
export function readCredentialKey(pem: string): ReadCredentialKey {
  const unusable = (message: string): ReadCredentialKey => ({ kind: 'unusable', message });
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(pem))
    return unusable('pem holds a private key; send the public key, and replace this key pair');
  let publicKey: KeyObject;
  let certificate: X509Certificate | undefined;
  try {
    certificate = pem.includes('-----BEGIN CERTIFICATE-----') ? new X509Certificate(pem) : undefined;
    publicKey = certificate ? certificate.publicKey : createPublicKey(pem);
  } catch {
    return unusable('pem is not a PEM public key or certificate');
  }
  const weak = weaknessOf(publicKey);
  if (weak) return unusable(weak);
  const spki = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const key = { publicKey: spki, kid: thumbprint(publicKey) };
  if (!certificate) return { kind: 'key', key };
  return {
    kind: 'key',
    key: {
      ...key,
      certificate: {
        subject: certificate.subject,
        thumbprint: createHash('sha256').update(certificate.raw).digest('base64url'),
        expiresAt: new Date(certificate.validTo).toISOString(),
      },
    },
  };
}

/** Whether a key of this kind can sign with the algorithm; `undefined` if it can. */
export function mismatchOf(publicKeyPem: string, alg: AssertionAlgorithm): string | undefined {
  const key = createPublicKey(publicKeyPem);
  const type = key.asymmetricKeyType;
  const curve = curves[key.asymmetricKeyDetails?.namedCurve ?? ''];
  const fits = alg === 'ES256' ? curve === 'P-256' : alg === 'ES384' ? curve === 'P-384' : type === 'rsa';
  return fits ? undefined : `alg ${alg} does not fit this key (${type}${curve ? ` ${curve}` : ''})`;
}

/** The algorithm that a key signs with when none is named. */
export function defaultAlgorithm(publicKeyPem: string): AssertionAlgorithm {
  const key = createPublicKey(publicKeyPem);
  if (key.asymmetricKeyType === 'ec')
    return curves[key.asymmetricKeyDetails?.namedCurve ?? ''] === 'P-384' ? 'ES384' : 'ES256';
  return 'RS256';
}

/** The RFC 7638 thumbprint of a public key: SHA-256 over its required JWK members in order. */
export function thumbprint(key: KeyObject): string {
  const { crv, e, kty, n, x, y } = key.export({ format: 'jwk' });
  const members = Object.fromEntries(
    Object.entries({ crv, e, kty, n, x, y }).filter(([, value]) => value !== undefined),
  );
  return createHash('sha256').update(JSON.stringify(members)).digest('base64url');
}

function weaknessOf(key: KeyObject): string | undefined {
  switch (key.asymmetricKeyType) {
    case 'rsa': {
      const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
      if (bits < leastRsaBits) return `the RSA key has ${bits} bits; at least ${leastRsaBits} are needed`;
      if (bits > mostRsaBits) return `the RSA key has ${bits} bits; at most ${mostRsaBits} are taken`;
      const exponent = key.asymmetricKeyDetails?.publicExponent ?? 0n;
      return exponent < 65_537n ? 'the RSA key has a small public exponent; make one with 65537' : undefined;
    }
    case 'ec':
      return curves[key.asymmetricKeyDetails?.namedCurve ?? ''] ? undefined : 'the EC key must be on P-256 or P-384';
    default:
      return `keys of type ${key.asymmetricKeyType ?? 'secret'} are not supported`;
  }
}
