// A JWK Set (RFC 7517 §5) as this library sees it: the keys that may verify, and for each other key why it may not.

import { createPublicKey, type KeyObject } from 'node:crypto';
import { type Algorithm, minimumRsaBits, type SignatureCheck, signatureCheckOf } from './algorithms.ts';
import { isJsonObject, type JsonObject } from './jwt.ts';

/** What a look-up gave. The kinds besides `key` are what a refusal explains. */
export type KeyAnswer =
  | { readonly kind: 'key'; readonly key: KeyObject; readonly check: SignatureCheck }
  /** `kids`: those that would have been found. */
  | { readonly kind: 'unknown'; readonly kids: readonly string[] }
  | { readonly kind: 'ambiguous'; readonly keys: number }
  | { readonly kind: 'unfit'; readonly problem: string }
  | { readonly kind: 'unusable'; readonly problem: string };

interface PublishedKey {
  readonly kid: string | undefined;
  /** The JWK's own `alg`: then the key serves this algorithm only (RFC 8725 §3.1, "one key, one algorithm"). */
  readonly alg: string | undefined;
  readonly key: KeyObject | undefined;
  /** Why it may not be used at all. */
  readonly problem: string | undefined;
}

export interface JwkSet {
  find(kid: string | undefined, alg: Algorithm): KeyAnswer;
}

/** Sets larger than this are cut: nobody rotates through that many, and each costs memory. */
const mostKeys = 100;

/** Reads a JWK Set. Keys that are broken, private, symmetric, small, for encryption, or of an unknown type do not spoil the others. */
export function readJwkSet(keys: readonly unknown[]): JwkSet {
  const published = keys.slice(0, mostKeys).map(readJwk);
  const byKid = Map.groupBy(published, (key) => key.kid);
  const usableKids = published.filter((key) => key.key !== undefined).map((key) => key.kid ?? '(without kid)');
  return {
    find(kid, alg) {
      if (kid === undefined) return onlyFit(published, alg, usableKids);
      const named = byKid.get(kid);
      if (named === undefined) return { kind: 'unknown', kids: usableKids };
      let answer: KeyAnswer | undefined;
      for (const candidate of named) {
        answer = answerFor(candidate, alg);
        if (answer.kind === 'key') break;
      }
      return answer ?? { kind: 'unknown', kids: usableKids };
    },
  };
}

/** A token without `kid` is accepted if one key only can have signed it (RFC 7515 §4.1.4 leaves `kid` optional). */
function onlyFit(published: readonly PublishedKey[], alg: Algorithm, kids: readonly string[]): KeyAnswer {
  const fit = published.map((candidate) => answerFor(candidate, alg)).filter((answer) => answer.kind === 'key');
  const [only] = fit;
  if (only === undefined) return { kind: 'unknown', kids };
  return fit.length === 1 ? only : { kind: 'ambiguous', keys: fit.length };
}

function answerFor(candidate: PublishedKey, alg: Algorithm): KeyAnswer {
  if (candidate.key === undefined) return { kind: 'unusable', problem: candidate.problem ?? 'it cannot be read' };
  if (candidate.alg !== undefined && sameName(candidate.alg) !== sameName(alg)) {
    return { kind: 'unfit', problem: `it is published for ${candidate.alg}` };
  }
  const check = signatureCheckOf(alg, candidate.key);
  return typeof check === 'string' ? { kind: 'unfit', problem: check } : { kind: 'key', key: candidate.key, check };
}

/** `EdDSA` in old sets and `Ed25519` (RFC 9864) are one algorithm here, since only Ed25519 keys are read. */
const sameName = (alg: string): string => (alg === 'EdDSA' ? 'Ed25519' : alg);

const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

function readJwk(jwk: unknown): PublishedKey {
  if (!isJsonObject(jwk)) return { kid: undefined, alg: undefined, key: undefined, problem: 'it is not an object' };
  const kid = typeof jwk.kid === 'string' ? jwk.kid : undefined;
  const alg = typeof jwk.alg === 'string' ? jwk.alg : undefined;
  const problem = problemOf(jwk);
  if (problem !== undefined) return { kid, alg, key: undefined, problem };
  try {
    const key = createPublicKey({ key: { ...jwk }, format: 'jwk' });
    const bits = key.asymmetricKeyDetails?.modulusLength ?? minimumRsaBits;
    if (bits < minimumRsaBits)
      return { kid, alg, key: undefined, problem: `it has ${bits} bits, and RSA needs ${minimumRsaBits}` };
    return { kid, alg, key, problem: undefined };
  } catch {
    return { kid, alg, key: undefined, problem: 'its numbers make no key' };
  }
}

function problemOf(jwk: JsonObject): string | undefined {
  if (jwk.kty === 'oct') return 'it is a shared secret, and nobody may publish one';
  if (jwk.kty !== 'RSA' && jwk.kty !== 'EC' && jwk.kty !== 'OKP') return 'its kty is not known here';
  const exposed = privateMembers.find((member) => jwk[member] !== undefined);
  if (exposed !== undefined) return `its private part (${exposed}) is published, so anybody can sign with it`;
  if (jwk.use !== undefined && jwk.use !== 'sig') return 'its use is not sig';
  if (jwk.key_ops !== undefined && !(Array.isArray(jwk.key_ops) && jwk.key_ops.includes('verify')))
    return 'its key_ops lack verify';
  return undefined;
}
