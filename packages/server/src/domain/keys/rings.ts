// Changes to the key rings of a tenant, each in one transaction under one lock, so that two nodes which boot
// or rotate at once end with one set. Whoever loses the race throws the fresh keys away.

import type { AsymmetricAlgorithm } from '../../oauth/algorithms.ts';
import type { Store } from '../../storage/store.ts';
import { generateKey } from './generate.ts';
import { type KeyRow, type Rotation, revoked, rotated, signingKeys } from './ring.ts';

/** The document whose lock serialises ring changes of a tenant. */
const lock = 'key_rings';

/**
 * Makes the ring of an algorithm if the tenant has none: a current key and a published next one.
 * `subject` is the certificates' common name; `now` in ms. Does nothing if the ring exists.
 */
export async function ensureRing(store: Store, alg: AsymmetricAlgorithm, subject: string, now: number): Promise<void> {
  if ((await store.all(signingKeys, { alg })).length > 0) return;
  // Published "always": nobody can hold an older key set of a ring that did not exist.
  const fresh = await Promise.all([
    generateKey(alg, 'current', subject, now, 0),
    generateKey(alg, 'next', subject, now, 0),
  ]);
  await store.transact(async (tx) => {
    await tx.lockDocument(lock);
    if ((await tx.all(signingKeys, { alg })).length > 0) return;
    for (const row of fresh) await tx.insert(signingKeys, row);
  });
}

/**
 * Rotates every ring of the tenant at once. The result names the new current RS256 key,
 * or says how many seconds are left until verifiers surely know the next key.
 */
export async function rotateRings(store: Store, subject: string, now: number): Promise<Rotation> {
  const algorithms = [...new Set((await store.all(signingKeys)).map((row) => row.alg))];
  const fresh = await Promise.all(algorithms.map((alg) => generateKey(alg, 'next', subject, now, now)));
  return store.transact(async (tx) => {
    await tx.lockDocument(lock);
    const rows = await tx.all(signingKeys);
    const rotations = fresh.map((key) => rotated(ringOf(rows, key.alg), key, now));
    const late = rotations.find((rotation) => rotation.kind === 'too_soon');
    if (late) return late;
    let answer: Rotation | undefined;
    for (const rotation of rotations) {
      if (rotation.kind !== 'rotated') continue;
      if (answer === undefined || rotation.current.alg === 'RS256') answer = rotation;
      for (const row of rotation.changed) if (!(await tx.replace(signingKeys, row))) await tx.insert(signingKeys, row);
    }
    if (answer === undefined) throw new Error('this tenant has no key ring');
    return answer;
  });
}

export type Revocation =
  | { readonly kind: 'revoked'; readonly row: KeyRow }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'not_previous'; readonly state: KeyRow['state'] };

/** Revokes a previous key: from now on no node publishes it and no token signed by it is accepted. */
export function revokeKey(store: Store, kid: string, now: number): Promise<Revocation> {
  return store.transact(async (tx) => {
    await tx.lockDocument(lock);
    const row = await tx.lock(signingKeys, kid);
    if (!row) return { kind: 'unknown' };
    const gone = revoked(row, now);
    if (!gone) return { kind: 'not_previous', state: row.state };
    await tx.replace(signingKeys, gone);
    return { kind: 'revoked', row: gone };
  });
}

function ringOf(rows: readonly KeyRow[], alg: AsymmetricAlgorithm): KeyRow[] {
  return rows.filter((row) => row.alg === alg);
}
