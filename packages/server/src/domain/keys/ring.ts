// The rules of a key ring, as pure functions over its rows: which key signs, which are published,
// when the next one may take over. One ring per algorithm: a key never serves two (RFC 8725 §3.1).

import type { AsymmetricAlgorithm } from '../../oauth/algorithms.ts';
import type { Table } from '../../schema/table.ts';

export type KeyState = 'next' | 'current' | 'previous' | 'revoked';

/** A signing key as stored; times are ISO 8601. `private_key` is PKCS#8 PEM, sealed at rest and gone once revoked. */
export interface KeyRow {
  readonly kid: string;
  readonly alg: AsymmetricAlgorithm;
  readonly state: KeyState;
  readonly private_key?: string;
  readonly public_key: string;
  readonly cert: string;
  readonly pkcs7: string;
  readonly fingerprint: string;
  readonly thumbprint: string;
  readonly x5t: string;
  /** When verifiers could first see it; the epoch for the first keys of a ring, which no verifier can have missed. */
  readonly published_at: string;
  readonly current_since?: string;
  readonly current_until?: string;
  readonly revoked_at?: string;
}

export const signingKeys: Table<KeyRow> = {
  name: 'signing_keys',
  id: 'kid',
  columns: ['alg', 'state'],
  unique: [],
  secrets: ['private_key'],
  watched: true,
};

/** Seconds for which a key set may be kept: `max-age` plus `stale-while-revalidate` of the JWKS answer. */
export const jwksMaxAge = 15;
const jwksStale = 15;
export const jwksCacheControl = `public, max-age=${jwksMaxAge}, stale-while-revalidate=${jwksStale}, stale-if-error=86400`;
/** A next key signs only after every cache that may hold an older set has expired (plus a second between nodes). */
export const publishAheadSeconds = jwksMaxAge + jwksStale + 1;
/** Revoked keys that are still listed (auth0-behaviour KEY-2). */
const listedRevoked = 3;

/** Keys that verifiers must know: everything but revoked ones, current first. */
export function published(rows: readonly KeyRow[]): KeyRow[] {
  const order: readonly KeyState[] = ['current', 'next', 'previous'];
  return rows
    .filter((row) => row.state !== 'revoked')
    .toSorted((a, b) => order.indexOf(a.state) - order.indexOf(b.state));
}

/** What operators see: the published keys and the last revoked ones. */
export function listed(rows: readonly KeyRow[]): KeyRow[] {
  const revoked = rows
    .filter((row) => row.state === 'revoked')
    .toSorted((a, b) => (b.revoked_at ?? '').localeCompare(a.revoked_at ?? ''));
  return [...published(rows), ...revoked.slice(0, listedRevoked)];
}

export type Rotation =
  | { readonly kind: 'rotated'; readonly changed: readonly KeyRow[]; readonly current: KeyRow }
  | { readonly kind: 'too_soon'; readonly seconds: number };

/**
 * next -> current, current -> previous, and `fresh` becomes the next. Refused while a verifier may still hold
 * a key set without the next key: tokens signed by it would fail there (incident: Logto, January 2026).
 */
export function rotated(ring: readonly KeyRow[], fresh: KeyRow, now: number): Rotation {
  const next = ring.find((row) => row.state === 'next');
  const current = ring.find((row) => row.state === 'current');
  if (!next || !current) throw new Error(`the ${fresh.alg} key ring has no ${next ? 'current' : 'next'} key`);
  const ready = Date.parse(next.published_at) + publishAheadSeconds * 1000;
  if (now < ready) return { kind: 'too_soon', seconds: Math.ceil((ready - now) / 1000) };
  const at = new Date(now).toISOString();
  const promoted: KeyRow = { ...next, state: 'current', current_since: at };
  return {
    kind: 'rotated',
    current: promoted,
    changed: [{ ...current, state: 'previous', current_until: at }, promoted, fresh],
  };
}

/** A key that may be revoked: only a previous one, so that a usable key is always left. Its private part goes. */
export function revoked(row: KeyRow, now: number): KeyRow | undefined {
  if (row.state !== 'previous') return undefined;
  const { private_key: _gone, ...rest } = row;
  return { ...rest, state: 'revoked', revoked_at: new Date(now).toISOString() };
}
