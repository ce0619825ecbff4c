// Logins on their way: from /authorize to the response, over any number of pages, nodes and restarts.
// A pending authorization is named by a random handle (its `state` between our own pages) and bound to one browser.

import type { AuthorizationRequest } from '../../oauth/authorization-request.ts';
import type { TenantHost } from '../../schema/brand.ts';
import type { Table } from '../../schema/table.ts';

/** One hour (auth0-behaviour AZ-8). */
export const pendingLifetimeMs = 3_600_000;

export interface PendingAuthorization {
  /** SHA-256 (base64url) of the handle. */
  readonly id: string;
  readonly request: AuthorizationRequest;
  /** Of the /authorize request: everything issued names it. */
  readonly issuer: string;
  readonly host: TenantHost;
  /** SHA-256 (base64url) of the browser cookie that must come with every step. */
  readonly browser: string;
  /** Sent by our own forms and compared in constant time. */
  readonly csrf: string;
  readonly created_at: string;
  readonly expires_at: string;
  /** Who proved to be there, in this login or by a session that existed. */
  readonly login?: {
    readonly user_id: string;
    readonly session_id: string;
    /** When the user last proved it, in ms. */
    readonly authenticated_at: number;
    /** By credentials in this very login, rather than by a session that was there. */
    readonly fresh: boolean;
  };
  /** The user's answer on the consent page, and the scopes that it was about. */
  readonly consent?: {
    readonly given: boolean;
    readonly scopes: readonly string[];
    /** Who answered: it counts for nobody else, whoever logs in in the browser meanwhile. */
    readonly user_id: string;
  };
  /** The user confirmed a callback that cannot be verified (§7.4). */
  readonly confirmed?: boolean;
  /** Who chose to go on with this account on the account page (`prompt=select_account`): a `user_id`. */
  readonly selected?: string;
  /** Some page of ours was shown and answered in this login. */
  readonly interacted?: boolean;
}

export const pendingAuthorizations: Table<PendingAuthorization> = {
  name: 'pending_authorizations',
  id: 'id',
  columns: ['expires_at'],
  unique: [],
  secrets: [],
  watched: false,
  expires: 'expires_at',
};
