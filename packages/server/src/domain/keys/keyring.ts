// The keys of all tenants, ready for use: parsed once, kept in memory, forgotten when a ring changes.

import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import type { AsymmetricAlgorithm } from '../../oauth/algorithms.ts';
import type { TenantId } from '../../schema/brand.ts';
import type { Database } from '../../storage/store.ts';
import type { Snapshot } from '../tenants/snapshot.ts';
import { jwks } from './jwks.ts';
import { type KeyRow, published, signingKeys } from './ring.ts';
import { type SigningKey, signingKey } from './signature.ts';

/** A key that verifies tokens of ours: any published one, with the one algorithm that it may be used with. */
export interface VerificationKey {
  readonly alg: AsymmetricAlgorithm;
  readonly key: KeyObject;
}

interface Prepared {
  readonly rows: readonly KeyRow[];
  readonly signing: ReadonlyMap<AsymmetricAlgorithm, SigningKey>;
  readonly verification: ReadonlyMap<string, VerificationKey>;
}

export interface Keyring {
  /** The current key of an algorithm. Rejects if the tenant has no ring for it (`ensureRing` makes one). */
  signing(tenant: TenantId, alg: AsymmetricAlgorithm): Promise<SigningKey>;
  /** A published key by its `kid`; `undefined` for unknown, revoked and other tenants' keys. */
  verification(tenant: TenantId, kid: string): Promise<VerificationKey | undefined>;
  /** The key set as JSON text; served from memory while the database is away. */
  jwks(tenant: TenantId, withAlg: boolean): Promise<string>;
  /** The algorithms for which the tenant has a ring, RS256 first. */
  algorithms(tenant: TenantId): Promise<readonly AsymmetricAlgorithm[]>;
}

function prepare(rows: readonly KeyRow[]): Prepared {
  const signing = new Map<AsymmetricAlgorithm, SigningKey>();
  const verification = new Map<string, VerificationKey>();
  for (const row of published(rows)) {
    verification.set(row.kid, { alg: row.alg, key: createPublicKey(row.public_key) });
    if (row.state === 'current' && row.private_key !== undefined) {
      signing.set(row.alg, signingKey(row.kid, row.alg, createPrivateKey(row.private_key)));
    }
  }
  return { rows, signing, verification };
}

/** Opens the keyring over a database; it forgets a tenant's keys when the snapshot hears of a change. */
export function createKeyring(database: Database, snapshot: Snapshot): Keyring {
  const sets = new WeakMap<Prepared, Map<boolean, string>>();
  const prepared = async (tenant: TenantId, evenStale = false): Promise<Prepared> => {
    const found = await snapshot.get(tenant, 'keys', '', { evenStale, lasting: true }, async () => {
      const rows = await database.store(tenant).all(signingKeys);
      return { value: prepare(rows), from: ['signing_keys/*'] };
    });
    return found as Prepared;
  };
  return {
    async signing(tenant, alg) {
      const key = (await prepared(tenant)).signing.get(alg);
      if (key) return key;
      // Another node may have made the ring a moment ago, with the first API of this algorithm, and we have not heard of it yet.
      const fresh = prepare(await database.store(tenant).all(signingKeys, { alg })).signing.get(alg);
      if (!fresh) throw new Error(`tenant ${tenant} has no ${alg} key`);
      return fresh;
    },
    async verification(tenant, kid) {
      return (await prepared(tenant)).verification.get(kid);
    },
    async jwks(tenant, withAlg) {
      const keys = await prepared(tenant, true);
      const texts = sets.get(keys) ?? new Map<boolean, string>();
      sets.set(keys, texts);
      const text = texts.get(withAlg) ?? jwks(keys.rows, withAlg);
      texts.set(withAlg, text);
      return text;
    },
    async algorithms(tenant) {
      const present = new Set((await prepared(tenant, true)).rows.map((row) => row.alg));
      return (['RS256', 'PS256', 'ES256', 'EdDSA'] as const).filter((alg) => present.has(alg));
    },
  };
}
