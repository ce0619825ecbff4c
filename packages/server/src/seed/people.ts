// The sections of a tenant file that are about people: databases of users, roles, and (our addition) users themselves.

import { canonicalIdentifier, identifierKinds } from '../domain/accounts/identifiers.ts';
import { defaultConnectionName } from '../resources/index.ts';
import { bringInLine, done, type Entry, findClient, same, text, Wrong, without } from './sections.ts';
import type { Call } from './trusted.ts';

/** A list of texts. @throws Wrong */
function texts(entry: Entry, member: string): string[] | undefined {
  const value = entry[member];
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value)) throw new Wrong(member, `${member} must be a list`);
  return value.map((item, index) => {
    if (typeof item !== 'string' || item === '') throw new Wrong(`${member}[${index}]`, 'must be a text');
    return item;
  });
}

/** `databases`: found by name. `enabled_clients` names clients by their names or ids; a list replaces the one that is there. */
export async function applyDatabase(call: Call, entry: Entry): Promise<boolean> {
  const name = text(entry, 'name');
  if (entry.strategy !== undefined && entry.strategy !== 'auth0') {
    throw new Wrong('strategy', 'a database has the strategy auth0');
  }
  const named = texts(entry, 'enabled_clients');
  const enabled: string[] = [];
  for (const [index, one] of (named ?? []).entries()) {
    const client = await findClient(call, one);
    if (!client) throw new Wrong(`enabled_clients[${index}]`, `no client is called "${one}"`);
    enabled.push(String(client.client_id));
  }
  const wanted = { ...without(entry, 'id'), strategy: 'auth0', ...(named ? { enabled_clients: enabled } : {}) };
  const [found] = done(await call('GET', `/connections?${new URLSearchParams({ name })}`)).body as Entry[];
  if (!found) {
    done(await call('POST', '/connections', wanted));
    return true;
  }
  if (found.strategy !== 'auth0') throw new Wrong('name', `the connection "${name}" is no database`);
  return bringInLine(call, `/connections/${found.id}`, found, without(wanted, 'name', 'strategy'));
}

async function findRole(call: Call, name: string): Promise<Entry | undefined> {
  for (let page = 0; ; page++) {
    const roles = done(await call('GET', `/roles?page=${page}&per_page=100`)).body as Entry[];
    const found = roles.find((role) => role.name === name);
    if (found || roles.length === 0) return found;
  }
}

interface Permission {
  readonly resource_server_identifier: string;
  readonly permission_name: string;
}

interface Held extends Permission {
  /** Of a user's: directly, or through which roles. */
  readonly sources?: readonly { readonly source_type: string }[];
}

function permissionsIn(entry: Entry): Permission[] | undefined {
  const value = entry.permissions;
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value)) throw new Wrong('permissions', 'permissions must be a list');
  return value.map((item, index) => {
    const named = (member: string) => {
      const given = (item as Entry | null)?.[member];
      if (typeof given === 'string' && given !== '') return given;
      throw new Wrong(`permissions[${index}]`, `${member} is missing or not a text`);
    };
    return {
      resource_server_identifier: named('resource_server_identifier'),
      permission_name: named('permission_name'),
    };
  });
}

/** Gives and takes permissions until the owner has those of the file. `path`: `/roles/ID` or `/users/ID`. */
async function alignPermissions(call: Call, path: string, entry: Entry): Promise<boolean> {
  const wanted = permissionsIn(entry);
  if (!wanted) return false;
  const held: Permission[] = [];
  for (let page = 0; ; page++) {
    const part = done(await call('GET', `${path}/permissions?page=${page}&per_page=100`)).body as Held[];
    if (part.length === 0) break;
    for (const { resource_server_identifier, permission_name, sources } of part) {
      // What a user has through a role is not the user's to lose.
      if (sources && !sources.some(({ source_type }) => source_type === 'DIRECT')) continue;
      held.push({ resource_server_identifier, permission_name });
    }
  }
  const missing = wanted.filter((one) => !held.some((other) => same(one, other)));
  const surplus = held.filter((one) => !wanted.some((other) => same(one, other)));
  if (missing.length > 0) done(await call('POST', `${path}/permissions`, { permissions: missing }));
  if (surplus.length > 0) done(await call('DELETE', `${path}/permissions`, { permissions: surplus }));
  return missing.length + surplus.length > 0;
}

/** `roles`: found by name. `permissions`, if given, replace those that are there. */
export async function applyRole(call: Call, entry: Entry): Promise<boolean> {
  const wanted = without(entry, 'id', 'permissions');
  permissionsIn(entry);
  const found = await findRole(call, text(entry, 'name'));
  const role = found ?? (done(await call('POST', '/roles', wanted)).body as Entry);
  const path = `/roles/${role.id}`;
  const changed = found ? await bringInLine(call, path, found, wanted) : true;
  return (await alignPermissions(call, path, entry)) || changed;
}

/** The user of the connection who has the first identifier of the entry. @throws Wrong if it has none */
async function findUser(call: Call, entry: Entry, connection: string): Promise<Entry | undefined> {
  const kind = identifierKinds.find((one) => entry[one] !== undefined);
  if (!kind) throw new Wrong('', 'a user needs an email, a username or a phone_number');
  const value = canonicalIdentifier(kind, text(entry, kind));
  if (value === undefined) throw new Wrong(kind, 'cannot name a user');
  const query = new URLSearchParams({ q: `${kind}:"${value}"`, connection, search_engine: 'v3' });
  const users = done(await call('GET', `/users?${query}`)).body as Entry[];
  return users.find((user) => user[kind] === value);
}

/**
 * `users` (our addition): found by e-mail address, username or phone number in their connection. `roles` by name and
 * `permissions`, if given, replace those that are held. A password counts at creation only: one that its user changed since
 * must not come back with the next start.
 */
export async function applyUser(call: Call, entry: Entry): Promise<boolean> {
  const connection = entry.connection === undefined ? defaultConnectionName : text(entry, 'connection');
  const roleIds: string[] = [];
  const named = texts(entry, 'roles');
  for (const [index, name] of (named ?? []).entries()) {
    const role = await findRole(call, name);
    if (!role) throw new Wrong(`roles[${index}]`, `no role is called "${name}"`);
    roleIds.push(String(role.id));
  }
  permissionsIn(entry);
  const found = await findUser(call, entry, connection);
  const draft = { ...without(entry, 'roles', 'permissions'), connection };
  const user = found ?? (done(await call('POST', '/users', draft)).body as Entry);
  const path = `/users/${encodeURIComponent(String(user.user_id))}`;
  let changed = !found;
  if (found) {
    const { email, username, phone_number, ...profile } = without(
      draft,
      'connection',
      'password',
      'password_hash',
      'custom_password_hash',
      'user_id',
    );
    const identifiers = Object.fromEntries(
      Object.entries({ email, username, phone_number }).flatMap(([kind, value]) => {
        if (typeof value !== 'string') return [];
        const known = identifierKinds.find((one) => one === kind);
        return known ? [[kind, canonicalIdentifier(known, value) ?? value]] : [];
      }),
    );
    changed = await bringInLine(call, path, found, { ...profile, ...identifiers });
  }
  if (named) changed = (await alignRoles(call, path, roleIds)) || changed;
  return (await alignPermissions(call, path, entry)) || changed;
}

async function alignRoles(call: Call, path: string, wanted: readonly string[]): Promise<boolean> {
  const roles = done(await call('GET', `${path}/roles?per_page=100`)).body as Entry[];
  const held = roles.map(({ id }) => String(id));
  const missing = wanted.filter((id) => !held.includes(id));
  const surplus = held.filter((id) => !wanted.includes(id));
  if (missing.length > 0) done(await call('POST', `${path}/roles`, { roles: missing }));
  if (surplus.length > 0) done(await call('DELETE', `${path}/roles`, { roles: surplus }));
  return missing.length + surplus.length > 0;
}
