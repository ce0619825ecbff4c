// What issuing to users keeps: consent that was given, and tokens that may have to be refused before they end.

import type { Table } from '../../schema/table.ts';

/** A stored consent (auth0-behaviour §2.5): what a user let a client do at one API. Members as on the wire. */
export interface UserGrant {
  readonly id: string;
  readonly clientID: string;
  readonly user_id: string;
  /** Identifier of the API as stored; `/userinfo` of whatever host is stored as `urn:countersign:userinfo`. */
  readonly audience: string;
  readonly scope: readonly string[];
}

export const userGrants: Table<UserGrant> = {
  name: 'grants',
  id: 'id',
  columns: ['user_id', 'clientID', 'audience'],
  unique: [['user_id', 'clientID', 'audience']],
  secrets: [],
  watched: false,
};

/** A token for a user: an opaque one, which is known by this row only, or a JWT that /userinfo may be asked with. */
export interface IssuedRow {
  /** SHA-256 (base64url) of the token. */
  readonly id: string;
  /** What was bought together: revoked together when its code is replayed. */
  readonly family: string;
  readonly user_id: string;
  readonly client_id: string;
  readonly session_id?: string;
  readonly issuer: string;
  readonly scopes: readonly string[];
  readonly opaque: boolean;
  readonly revoked?: boolean;
  readonly expires_at: string;
}

export const issuedTokens: Table<IssuedRow> = {
  name: 'issued_tokens',
  id: 'id',
  columns: ['family', 'user_id', 'expires_at'],
  unique: [],
  secrets: [],
  watched: false,
  expires: 'expires_at',
};
