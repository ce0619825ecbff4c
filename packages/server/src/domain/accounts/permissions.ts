// What a user may do at an API: permissions held directly, and those of the user's roles (auth0-behaviour §24.1).

import type { Reads } from '../../storage/store.ts';
import { rolePermissions, userPermissions, userRoles } from './user.ts';

/**
 * The union of the user's direct permissions at this API (identifier as stored) and those of the user's roles. Read from the
 * store each time, so that a role taken away counts at the next token. Does not check that the API still defines them.
 * @throws StoreUnavailable
 */
export async function permissionsOf(
  reads: Pick<Reads, 'all'>,
  userId: string,
  api: string,
): Promise<ReadonlySet<string>> {
  const direct = await reads.all(userPermissions, { user_id: userId, resource_server_identifier: api });
  const roles = await reads.all(userRoles, { user_id: userId });
  const through =
    roles.length === 0
      ? []
      : await reads.all(rolePermissions, {
          role_id: roles.map(({ role_id }) => role_id),
          resource_server_identifier: api,
        });
  return new Set([...direct, ...through].map(({ permission_name }) => permission_name));
}
