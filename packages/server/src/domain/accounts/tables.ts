// The tables of accounts, for the list that the database is opened with.

import { tickets } from './tickets.ts';
import { identifiers, passwords, rolePermissions, userPermissions, userRoles, users } from './user.ts';

export const accountTables = [
  users,
  identifiers,
  passwords,
  userPermissions,
  userRoles,
  rolePermissions,
  tickets,
] as const;
