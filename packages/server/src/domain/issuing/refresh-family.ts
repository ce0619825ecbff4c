// A family of refresh tokens: what one login bought at one client, however often its token was exchanged since. One row
// holds all that is needed to judge any member: the current one, the one before, and by its proof every older one.

import type { Table } from '../../schema/table.ts';

/** Why access ended before its time; where Auth0 has a name for it, that name (auth0-behaviour §31.4). */
export type EndReason =
  | 'rp-logout'
  | 'password-changed'
  | 'email-identifier-changed'
  | 'account-deleted'
  | 'account-deactivated'
  | 'session-revoked'
  /** The client gave the token back (RFC 7009). */
  | 'token-revoked'
  /** A member came back that had been replaced. */
  | 'token-reused'
  /** The code that began the family came back. */
  | 'code-replayed'
  /** The user's consent was deleted. */
  | 'grant-deleted'
  /** The client has as many as it may have; the oldest went. */
  | 'too-many'
  /** The client rotates now, and this one did not (RT-21). */
  | 'rotation-began'
  /** An administrator did it. */
  | 'administrator';

/** Who used a family, first and last. */
export interface Device {
  readonly initial_ip: string;
  readonly initial_user_agent: string;
  readonly last_ip: string;
  readonly last_user_agent: string;
}

/** A family that is alive. Times as `Date.toISOString` writes them; hashes are base64url SHA-256. */
export interface RefreshFamily {
  /** Also the `family` of every access token that it brought. */
  readonly id: string;
  readonly user_id: string;
  readonly client_id: string;
  /** User and client as one lookup: an engine without statistics may take the wrong one of two. */
  readonly holder: string;
  /** The session of the login, which may have ended since: these tokens outlive it. */
  readonly session_id?: string;
  /** Identifier of the API as stored; absent for /userinfo. */
  readonly audience?: string;
  /** Bound to the host: another domain of the tenant does not take it. */
  readonly issuer: string;
  /** What was granted at the login. Narrowing at an exchange does not change it. */
  readonly scopes: readonly string[];
  readonly proof_hash: string;
  /** The number and the hash of the one member that is good. */
  readonly counter: number;
  readonly current_hash: string;
  readonly rotating: boolean;
  /** The member before, as long as its successor was not used. */
  readonly previous?: {
    readonly hash: string;
    readonly replaced_at: string;
    /** The current member, encrypted under this one. */
    readonly successor: string;
  };
  readonly created_at: string;
  readonly last_exchanged_at?: string;
  /** The absolute end, fixed with the first token (RT-6); absent: none. */
  readonly expires_at?: string;
  /** The end unless it is exchanged before (RT-7); absent: none. */
  readonly idle_expires_at?: string;
  /** The nearer of both, or the end of time: when the row may be forgotten. */
  readonly ends_at: string;
  /** For the `auth_time` of ID tokens, in seconds; only where the login was asked for it. */
  readonly auth_time?: number;
  readonly device: Device;
  readonly refresh_token_metadata?: Readonly<Record<string, string>>;
}

/** What remains of a family that was revoked: enough to know its members again, and nothing of its user. */
export interface EndedFamily {
  readonly id: string;
  readonly client_id: string;
  readonly proof_hash: string;
  readonly counter: number;
  readonly at: string;
  readonly why: EndReason;
  /** When it may be forgotten. */
  readonly ends_at: string;
}

/** See `holder`. */
export function holderOf(userId: string, clientId: string): string {
  return `${userId} ${clientId}`;
}

export const refreshFamilies: Table<RefreshFamily> = {
  name: 'refresh_families',
  id: 'id',
  columns: ['holder', 'user_id', 'client_id', 'session_id', 'audience', 'ends_at'],
  unique: [],
  secrets: [],
  watched: false,
  expires: 'ends_at',
};

export const endedFamilies: Table<EndedFamily> = {
  name: 'ended_families',
  id: 'id',
  columns: ['ends_at'],
  unique: [],
  secrets: [],
  watched: false,
  expires: 'ends_at',
};
