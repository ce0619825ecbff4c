// Permissions as the Management API takes and shows them: a scope of an API, held by a role or directly by a user
// (auth0-behaviour §24). The key is the API's identifier, as stored in the rows and as called at the host on the wire.

import { z } from 'zod';
import { rolePermissions, userPermissions } from '../../../domain/accounts/user.ts';
import { identifierAt, storedIdentifier } from '../../../domain/tenants/system-apis.ts';
import { resourceServers } from '../../../resources/index.ts';
import { tableOf } from '../../../schema/collection.ts';
import { required } from '../../../schema/field.ts';
import { payloadMessage } from '../../../schema/messages.ts';
import { list, text } from '../../../schema/types.ts';
import { readDraft } from '../../../schema/validate.ts';
import type { Reads, Transaction } from '../../../storage/store.ts';
import type { Ask } from '../../../web/exchange.ts';
import { readBody } from '../body.ts';
import type { At } from '../context.ts';
import { badBody, type Refused } from '../problem.ts';
import { isRefused } from '../query.ts';

const apiTable = tableOf(resourceServers);

/** auth0-behaviour RBAC-12: of a role, and directly of a user. */
export const mostPermissions = 1000;

/** A scope of an API, whose identifier is as stored. */
export interface Permission {
  readonly resource_server_identifier: string;
  readonly permission_name: string;
}

/** Where a user has a permission from. */
export interface Source {
  readonly source_id: string;
  readonly source_name: string;
  readonly source_type: 'DIRECT' | 'ROLE';
}

const bodyFields = {
  permissions: required(
    list(
      z.strictObject({ resource_server_identifier: text(600, 1), permission_name: text(280, 1) }),
      mostPermissions,
      1,
    ),
    'Scopes of APIs',
  ),
};

/** The permissions that a body names, each once, with identifiers as stored; they may not exist. */
export function readPermissions(
  ask: Ask,
  here: At,
): { readonly permissions: readonly Permission[]; readonly body: unknown } | Refused {
  const body = readBody(ask);
  if (isRefused(body)) return body;
  const checked = readDraft({ fields: bodyFields }, body.value);
  if (checked.kind === 'invalid') return badBody(checked.message);
  const named = new Map(
    checked.value.permissions.map(({ resource_server_identifier: identifier, permission_name }) => {
      const permission = { resource_server_identifier: storedIdentifier(identifier, here.host), permission_name };
      return [keyOf(permission), permission];
    }),
  );
  return { permissions: [...named.values()], body: body.value };
}

/** `API PERMISSION`; neither holds a blank. */
export function keyOf(permission: Permission): string {
  return `${permission.resource_server_identifier} ${permission.permission_name}`;
}

/** 400 for the first permission that no API defines; the APIs are locked, so that none is undefined meanwhile. */
export async function undefinedPermission(
  tx: Transaction,
  permissions: readonly Permission[],
): Promise<Refused | undefined> {
  const known = new Map<string, ReadonlySet<string>>();
  for (const [index, { resource_server_identifier: identifier, permission_name }] of permissions.entries()) {
    let scopes = known.get(identifier);
    if (!scopes) {
      const found = await tx.find(apiTable, { identifier });
      const api = found && (await tx.lock(apiTable, found.id));
      if (!api)
        return badBody(
          payloadMessage('The resource server does not exist', `permissions[${index}].resource_server_identifier`),
        );
      scopes = new Set((api.scopes ?? []).map(({ value }) => value));
      known.set(identifier, scopes);
    }
    if (!scopes.has(permission_name))
      return badBody(
        payloadMessage('The resource server does not define this scope', `permissions[${index}].permission_name`),
      );
  }
  return undefined;
}

/** Permissions as they travel, ordered by API and name, with what the API says of them. `sourcesOf` for those of users. */
export async function shownPermissions(
  reads: Pick<Reads, 'all'>,
  permissions: readonly Permission[],
  here: At,
  sourcesOf?: (permission: Permission) => readonly Source[],
): Promise<object[]> {
  const identifiers = [...new Set(permissions.map((one) => one.resource_server_identifier))];
  const rows = identifiers.length === 0 ? [] : await reads.all(apiTable, { identifier: identifiers });
  const apis = new Map(
    rows.map((api) => [
      api.identifier,
      { name: api.name ?? api.identifier, scopes: new Map((api.scopes ?? []).map((one) => [one.value, one])) },
    ]),
  );
  return permissions
    .toSorted((a, b) => order(keyOf(a), keyOf(b)))
    .flatMap((permission) => {
      const { resource_server_identifier: identifier, permission_name } = permission;
      const api = apis.get(identifier);
      const scope = api?.scopes.get(permission_name);
      if (!api || !scope) return [];
      return {
        permission_name,
        description: scope.description ?? '',
        resource_server_name: api.name,
        resource_server_identifier: identifierAt(identifier, here.host),
        ...(sourcesOf ? { sources: sourcesOf(permission) } : {}),
      };
    });
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Takes scopes that an API no longer defines from roles and users; all of its scopes if none are named (RBAC-11). */
export async function forgetPermissions(tx: Transaction, identifier: string, names?: readonly string[]): Promise<void> {
  const where = {
    resource_server_identifier: identifier,
    ...(names === undefined ? {} : { permission_name: names }),
  };
  await tx.removeAll(rolePermissions, where);
  await tx.removeAll(userPermissions, where);
}
