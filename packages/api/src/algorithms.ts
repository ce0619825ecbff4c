// The signature algorithms an API can pin (RFC 7518 §3, RFC 8037, RFC 9864), and how each checks a signature.
// node:crypto, synchronously: an RSA-2048 check takes 30 us that way, and three times as long through WebCrypto's thread hop.

import { constants, createHmac, type KeyObject, timingSafeEqual, verify } from 'node:crypto';

export type SymmetricAlgorithm = 'HS256' | 'HS384' | 'HS512';
export type AsymmetricAlgorithm =
  | 'RS256'
  | 'RS384'
  | 'RS512'
  | 'PS256'
  | 'PS384'
  | 'PS512'
  | 'ES256'
  | 'ES384'
  | 'ES512'
  | 'EdDSA'
  | 'Ed25519';
export type Algorithm = AsymmetricAlgorithm | SymmetricAlgorithm;

type Digest = 'sha256' | 'sha384' | 'sha512';

type AlgorithmFacts =
  | { readonly family: 'hmac'; readonly digest: Digest; readonly bytes: number }
  | { readonly family: 'rsa'; readonly digest: Digest }
  | { readonly family: 'rsa-pss'; readonly digest: Digest; readonly saltLength: number }
  | {
      readonly family: 'ec';
      readonly digest: Digest;
      readonly curve: string;
      readonly crv: string;
      readonly bytes: number;
    }
  | { readonly family: 'ed25519' };

/** Everything that differs between the algorithms. `crv` is the JWK's name of the curve, `curve` is OpenSSL's. */
export const algorithms: Readonly<Record<Algorithm, AlgorithmFacts>> = {
  RS256: { family: 'rsa', digest: 'sha256' },
  RS384: { family: 'rsa', digest: 'sha384' },
  RS512: { family: 'rsa', digest: 'sha512' },
  PS256: { family: 'rsa-pss', digest: 'sha256', saltLength: 32 },
  PS384: { family: 'rsa-pss', digest: 'sha384', saltLength: 48 },
  PS512: { family: 'rsa-pss', digest: 'sha512', saltLength: 64 },
  ES256: { family: 'ec', digest: 'sha256', curve: 'prime256v1', crv: 'P-256', bytes: 64 },
  ES384: { family: 'ec', digest: 'sha384', curve: 'secp384r1', crv: 'P-384', bytes: 96 },
  ES512: { family: 'ec', digest: 'sha512', curve: 'secp521r1', crv: 'P-521', bytes: 132 },
  EdDSA: { family: 'ed25519' },
  Ed25519: { family: 'ed25519' },
  HS256: { family: 'hmac', digest: 'sha256', bytes: 32 },
  HS384: { family: 'hmac', digest: 'sha384', bytes: 48 },
  HS512: { family: 'hmac', digest: 'sha512', bytes: 64 },
};

/** Is this one of the names of the table, in exactly this spelling? */
export function isAlgorithm(value: unknown): value is Algorithm {
  return typeof value === 'string' && Object.hasOwn(algorithms, value);
}

/** Does this algorithm use a shared secret? */
export function isSymmetric(alg: Algorithm): alg is SymmetricAlgorithm {
  return algorithms[alg].family === 'hmac';
}

/** Says whether `signature` was made over `signed` with the key that the check was made for. */
export type SignatureCheck = (signed: Buffer, signature: Buffer) => boolean;

/** The smallest RSA key that is accepted (RFC 7518 §3.3). */
export const minimumRsaBits = 2048;

/**
 * Why `key` must not be used with `alg`, or undefined if it may. This is what stops algorithm confusion: a public key is never an HMAC
 * secret, whatever a token's header says (RFC 8725 §3.1).
 */
function unfitness(alg: Algorithm, key: KeyObject): string | undefined {
  const facts = algorithms[alg];
  if (facts.family === 'hmac') {
    if (key.type !== 'secret') return `${alg} needs a shared secret, and this is a ${key.type} key`;
    const bytes = key.symmetricKeySize ?? 0;
    return bytes < facts.bytes
      ? `${alg} needs a secret of at least ${facts.bytes} bytes, and this has ${bytes}`
      : undefined;
  }
  if (key.type !== 'public') return `${alg} needs a public key, and this is a ${key.type} key`;
  const type = key.asymmetricKeyType;
  switch (facts.family) {
    case 'rsa':
    case 'rsa-pss': {
      if (type !== 'rsa' && !(facts.family === 'rsa-pss' && type === 'rsa-pss'))
        return `${alg} needs an RSA key, and this is ${type}`;
      const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
      return bits < minimumRsaBits
        ? `an RSA key needs at least ${minimumRsaBits} bits, and this has ${bits}`
        : undefined;
    }
    case 'ec': {
      const curve = key.asymmetricKeyDetails?.namedCurve;
      return type === 'ec' && curve === facts.curve
        ? undefined
        : `${alg} needs a key on ${facts.crv}, and this is ${curve ?? type}`;
    }
    case 'ed25519':
      return type === 'ed25519' ? undefined : `${alg} needs an Ed25519 key, and this is ${type}`;
  }
}

const known = new WeakMap<KeyObject, Map<Algorithm, SignatureCheck | string>>();

/** The check of this key under this algorithm, or why there is none (see `unfitness`). Remembered for as long as the key object lives. */
export function signatureCheckOf(alg: Algorithm, key: KeyObject): SignatureCheck | string {
  let checks = known.get(key);
  if (checks === undefined) {
    checks = new Map();
    known.set(key, checks);
  }
  let check = checks.get(alg);
  if (check === undefined) {
    check = unfitness(alg, key) ?? signatureCheck(alg, key);
    checks.set(alg, check);
  }
  return check;
}

/** Does not look at whether the key fits. */
function signatureCheck(alg: Algorithm, key: KeyObject): SignatureCheck {
  const facts = algorithms[alg];
  switch (facts.family) {
    case 'hmac':
      return (signed, signature) => {
        const expected = createHmac(facts.digest, key).update(signed).digest();
        return expected.length === signature.length && timingSafeEqual(expected, signature);
      };
    case 'rsa':
      return (signed, signature) => verify(facts.digest, signed, key, signature);
    case 'rsa-pss': {
      const input = { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: facts.saltLength };
      return (signed, signature) => verify(facts.digest, signed, input, signature);
    }
    case 'ec': {
      const input = { key, dsaEncoding: 'ieee-p1363' as const };
      return (signed, signature) => signature.length === facts.bytes && verify(facts.digest, signed, input, signature);
    }
    case 'ed25519':
      return (signed, signature) => verify(null, signed, key, signature);
  }
}
