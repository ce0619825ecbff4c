// Where keys come from. A key source is a function; the library has three: discovery, a JWK Set in memory, and yours.

import type { KeyObject, webcrypto } from 'node:crypto';
import type { Algorithm } from './algorithms.ts';

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
