// What every operation of the Management API gets: the tools that the server hands in, and the facts of one request.

import type { KeyObject } from 'node:crypto';
import type { LogEvent } from '../../domain/logs/event.ts';
import type { TenantHost, TenantId } from '../../schema/brand.ts';
import type { Store } from '../../storage/store.ts';
import type { Ask } from '../../web/exchange.ts';

/** A signing key as operators see it; `domain/keys` keeps it with its private part. */
export interface ListedKey {
  readonly kid: string;
  readonly alg: string;
  readonly state: 'next' | 'current' | 'previous' | 'revoked';
  readonly cert: string;
  readonly pkcs7: string;
  readonly fingerprint: string;
  readonly thumbprint: string;
  readonly current_since?: string;
  readonly current_until?: string;
  readonly revoked_at?: string;
}

export interface KeyOperations {
  /** Every published key of every ring and the last revoked ones. */
  readonly list: (tenant: TenantId) => Promise<readonly ListedKey[]>;
  /** Rotates every ring; the key that signs RS256 now. */
  readonly rotate: (
    tenant: TenantId,
  ) => Promise<{ readonly kind: 'rotated'; readonly current: ListedKey } | { readonly kind: 'too_soon'; readonly seconds: number }>;
  readonly revoke: (
    tenant: TenantId,
    kid: string,
  ) => Promise<
    { readonly kind: 'revoked'; readonly key: ListedKey } | { readonly kind: 'missing' } | { readonly kind: 'not_previous' }
  >;
}

export interface ManagementDeps {
  readonly store: (tenant: TenantId) => Store;
  /** ms */
  readonly now: () => number;
  /** Takes a tenant log event; never waits, never fails. */
  readonly record: (event: LogEvent) => void;
  /** The published key of this id; the same object each time. */
  readonly verificationKey: (tenant: TenantId, kid: string) => Promise<{ readonly alg: string; readonly key: KeyObject } | undefined>;
  readonly keys: KeyOperations;
}

/** Who asks, once the token is verified and its client found. */
export interface Caller {
  readonly clientId: string;
  readonly clientName: string;
  readonly scopes: ReadonlySet<string>;
}

/** The facts of one request that decisions use. */
export interface At {
  readonly tenant: TenantId;
  readonly host: TenantHost;
  /** ms */
  readonly now: number;
  readonly caller: Caller;
}

export function at(ask: Ask, caller: Caller, now: number): At {
  return { tenant: ask.tenant, host: ask.host, now, caller };
}
