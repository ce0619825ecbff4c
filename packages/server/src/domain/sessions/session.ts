// A session: a browser in which a user proved who it is (auth0-behaviour §33). The cookie carries a random handle;
// the store knows only its hash. `sid` in tokens is the session's id.

import { hash } from 'node:crypto';
import type { Table } from '../../schema/table.ts';

/** Times as `Date.toISOString` writes them. Members are Auth0's where Auth0 shows them (§33.4). */
export interface Session {
  /** `sid`. */
  readonly id: string;
  /** SHA-256 (base64url) of the cookie's value. */
  readonly handle_hash: string;
  readonly user_id: string;
  readonly connection: string;
  readonly created_at: string;
  readonly updated_at: string;
  readonly authenticated_at: string;
  readonly last_interacted_at: string;
  readonly idle_expires_at: string;
  /** The absolute end. */
  readonly expires_at: string;
  /** Whether the cookie outlives the browser. */
  readonly persistent: boolean;
  /** Those that were used in it, with the issuer of what they got: it is told to them when the session ends. */
  readonly clients: readonly { readonly client_id: string; readonly issuer?: string }[];
  readonly methods: readonly { readonly name: string; readonly timestamp: string }[];
  readonly device: {
    readonly initial_ip: string;
    readonly initial_user_agent: string;
    readonly last_ip: string;
    readonly last_user_agent: string;
  };
  readonly session_metadata?: Readonly<Record<string, string>>;
}

export const sessions: Table<Session> = {
  name: 'sessions',
  id: 'id',
  columns: ['handle_hash', 'user_id', 'expires_at'],
  unique: [['handle_hash']],
  secrets: [],
  watched: false,
  expires: 'expires_at',
};

/** What the store knows of a cookie's value. */
export function handleDigest(handle: string): string {
  return hash('sha256', handle, 'base64url');
}
