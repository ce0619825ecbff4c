// The tables of accounts, for the list that the database is opened with.

import { identifiers, passwords, rolePermissions, userPermissions, userRoles, users } from './user.ts';

export const accountTables = [users, identifiers, passwords, userPermissions, userRoles, rolePermissions] as const;
