// Users and what belongs to them, as stored. The Management API declares the wire form in `resources/users.ts`.

import type { Table } from '../../schema/table.ts';

export interface UserIdentity {
  readonly connection: string;
  readonly provider: string;
  /** The part of `user_id` after `provider|`. */
  readonly user_id: string;
  readonly isSocial: boolean;
}

/** A user's row (auth0-behaviour §2.6), members as on the wire; `connection` is that of the first identity. */
export interface User {
  /** `auth0|` + 24 hexadecimal digits, or what its creator chose. */
  readonly user_id: string;
  readonly connection: string;
  /** Lower case in a database connection. */
  readonly email?: string;
  readonly email_verified?: boolean;
  readonly username?: string;
  readonly phone_number?: string;
  readonly phone_verified?: boolean;
  readonly name?: string;
  readonly given_name?: string;
  readonly family_name?: string;
  readonly nickname?: string;
  readonly picture?: string;
  readonly created_at: string;
  readonly updated_at: string;
  readonly last_login?: string;
  readonly last_ip?: string;
  readonly logins_count?: number;
  readonly last_password_reset?: string;
  readonly blocked?: boolean;
  readonly identities: readonly UserIdentity[];
  readonly user_metadata?: Readonly<Record<string, unknown>>;
  readonly app_metadata?: Readonly<Record<string, unknown>>;
}

export const users: Table<User> = {
  name: 'users',
  id: 'user_id',
  columns: ['email', 'username', 'phone_number', 'name', 'connection'],
  unique: [],
  secrets: [],
  // A login writes here; nodes never keep users in memory.
  watched: false,
};

/** An e-mail address, username or phone number that names one user of one connection. Its insertion is the claim on it. */
export interface Identifier {
  /** `CONNECTION email VALUE`, `CONNECTION username VALUE`, `CONNECTION phone VALUE`; the value in lower case. */
  readonly id: string;
  readonly user_id: string;
}

export const identifiers: Table<Identifier> = {
  name: 'identifiers',
  id: 'id',
  columns: ['user_id'],
  unique: [],
  secrets: [],
  watched: false,
};

export interface Password {
  readonly user_id: string;
  /** PHC string (argon2id) or a bcrypt hash that was imported. */
  readonly hash: string;
  /** Hashes of earlier passwords, the newest first, where the connection keeps a history. */
  readonly history: readonly string[];
  readonly changed_at: string;
}

export const passwords: Table<Password> = {
  name: 'passwords',
  id: 'user_id',
  columns: [],
  unique: [],
  secrets: [],
  watched: false,
};

/** A permission: a scope of an API (identifier as stored), held directly. */
export interface UserPermission {
  /** `USER API PERMISSION` */
  readonly id: string;
  readonly user_id: string;
  readonly resource_server_identifier: string;
  readonly permission_name: string;
}

export const userPermissions: Table<UserPermission> = {
  name: 'user_permissions',
  id: 'id',
  columns: ['user_id', 'resource_server_identifier', 'permission_name'],
  unique: [],
  secrets: [],
  watched: false,
};

export interface UserRole {
  /** `USER ROLE` */
  readonly id: string;
  readonly user_id: string;
  readonly role_id: string;
}

export const userRoles: Table<UserRole> = {
  name: 'user_roles',
  id: 'id',
  columns: ['user_id', 'role_id'],
  unique: [],
  secrets: [],
  watched: false,
};

export interface RolePermission {
  /** `ROLE API PERMISSION` */
  readonly id: string;
  readonly role_id: string;
  readonly resource_server_identifier: string;
  readonly permission_name: string;
}

export const rolePermissions: Table<RolePermission> = {
  name: 'role_permissions',
  id: 'id',
  columns: ['role_id', 'resource_server_identifier', 'permission_name'],
  unique: [],
  secrets: [],
  watched: false,
};
