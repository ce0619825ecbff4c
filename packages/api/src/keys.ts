// Where keys come from. A key source is a function; the library has three: discovery, a JWK Set at hand, and yours.

import { createSecretKey, KeyObject, type webcrypto } from 'node:crypto';
import { type Algorithm, algorithms, signatureCheckOf } from './algorithms.ts';
import { type Finding, found } from './causes/index.ts';
import { type KeyAnswer, readJwkSet } from './jwk-set.ts';
import { isJsonObject } from './jwt.ts';

/** Which key is wanted. `alg` is already one of the pinned algorithms, `issuer` already one of the configured issuers. */
export interface KeyWanted {
  readonly issuer: string;
  readonly alg: Algorithm;
  /** At most 256 characters, from an unverified header: use it to look up only, never as a path, URL or query text. */
  readonly kid: string | undefined;
}

export type VerificationKey = KeyObject | webcrypto.CryptoKey | Uint8Array;

/**
 * Finds the key for a token. `undefined`: there is no such key (401). Throwing: the keys cannot be had now (503, with Retry-After).
 * Return the same object for the same key each time: what is known about it is remembered by identity.
 */
export type KeySource = (wanted: KeyWanted) => VerificationKey | undefined | Promise<VerificationKey | undefined>;

/** `unavailable`: nothing can be said about the token now. */
export type KeyFound =
  | KeyAnswer
  | { readonly kind: 'unavailable'; readonly finding: Finding; readonly retryAfterSeconds: number };

/** What the verification asks: as a key source, but saying why there is no key. Never throws. */
export type KeyFinder = (wanted: KeyWanted) => KeyFound | Promise<KeyFound>;

/** Sources of our own, which can say more than "no key". */
const finders = new WeakMap<KeySource, KeyFinder>();

/**
 * Keys of a JWK Set at hand (RFC 7517 §5), read once. Broken, private, small or foreign keys in it are left out; a token that names one is told so.
 * Throws a TypeError if it is no JWK Set.
 */
export function keysFromSet(set: { readonly keys: readonly unknown[] }): KeySource {
  if (!isJsonObject(set) || !Array.isArray(set.keys))
    throw new TypeError('keysFromSet takes a JWK Set: { keys: [...] }');
  const jwks = readJwkSet(set.keys);
  const source: KeySource = (wanted) => {
    const answer = jwks.find(wanted.kid, wanted.alg);
    return answer.kind === 'key' ? answer.key : undefined;
  };
  finders.set(source, (wanted) => jwks.find(wanted.kid, wanted.alg));
  return source;
}

/** What the source returns is checked for the algorithm before it is used; what it throws means that nothing can be said. */
export function finderOf(source: KeySource): KeyFinder {
  return finders.get(source) ?? ((wanted) => ask(source, wanted));
}

function ask(source: KeySource, wanted: KeyWanted): KeyFound | Promise<KeyFound> {
  try {
    const key = source(wanted);
    return isThenable(key)
      ? Promise.resolve(key)
          .then((settled) => answerOf(settled, wanted.alg))
          .catch(unavailable)
      : answerOf(key, wanted.alg);
  } catch (error) {
    return unavailable(error);
  }
}

const isThenable = (value: object | undefined): value is Promise<VerificationKey | undefined> =>
  value !== undefined && 'then' in value;

function unavailable(error: unknown): KeyFound {
  const problem = error instanceof Error ? error.message : 'the key source failed';
  return { kind: 'unavailable', finding: found('keys_unavailable', { problem }), retryAfterSeconds: 5 };
}

function answerOf(key: VerificationKey | undefined, alg: Algorithm): KeyFound {
  if (key === undefined) return { kind: 'unknown', kids: [] };
  const problem = key instanceof KeyObject || key instanceof Uint8Array ? undefined : misuse(key, alg);
  const check = problem ?? signatureCheckOf(alg, keyObjectOf(key));
  return typeof check === 'string' ? { kind: 'unfit', problem: check } : { kind: 'key', key: keyObjectOf(key), check };
}

const keyObjects = new WeakMap<object, KeyObject>();

function keyObjectOf(key: VerificationKey): KeyObject {
  if (key instanceof KeyObject) return key;
  let made = keyObjects.get(key);
  if (made === undefined) {
    made = key instanceof Uint8Array ? createSecretKey(key) : KeyObject.from(key);
    keyObjects.set(key, made);
  }
  return made;
}

/** WebCrypto keys are made for one algorithm and one use; a KeyObject no longer knows which. */
function misuse(key: webcrypto.CryptoKey, alg: Algorithm): string | undefined {
  if (!key.usages.includes('verify')) return 'it is a CryptoKey without the usage verify';
  const facts = algorithms[alg];
  const name = { hmac: 'HMAC', rsa: 'RSASSA-PKCS1-v1_5', 'rsa-pss': 'RSA-PSS', ec: 'ECDSA', ed25519: 'Ed25519' }[
    facts.family
  ];
  if (key.algorithm.name !== name) return `it is a CryptoKey for ${key.algorithm.name}`;
  const hash = 'hash' in key.algorithm && isJsonObject(key.algorithm.hash) ? key.algorithm.hash.name : undefined;
  const digest = 'digest' in facts ? facts.digest.replace('sha', 'SHA-') : undefined;
  return hash === undefined || hash === digest ? undefined : `it is a CryptoKey for ${String(hash)}`;
}
