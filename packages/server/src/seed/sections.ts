// How each section of a tenant file becomes calls of the Management API: found by its name, created or brought in line.

import type { Call, Reply } from './trusted.ts';

/** A value of the file that the Management API refuses. `field` as in `scopes[0].value`; empty for the entry itself. */
export class Wrong extends Error {
  override readonly name = 'Wrong';
  readonly field: string;
  constructor(field: string, message: string) {
    super(message);
    this.field = field;
  }
}

export type Entry = Record<string, unknown>;

/** Turns a refused reply into the field that it is about. */
export function done(reply: Reply): Reply {
  if (reply.status < 400) return reply;
  const message = String(reply.body?.message ?? `the Management API answered ${reply.status}`);
  const field =
    /on property ([^\s(]+)/.exec(message)?.[1] ??
    /(?:not allowed|required property): ([^'\s]+)/.exec(message)?.[1] ??
    '';
  throw new Wrong(field.replace(/[.']+$/, ''), message);
}

/** A member that must be a text. @throws Wrong */
export function text(entry: Entry, member: string): string {
  const value = entry[member];
  if (typeof value !== 'string' || value === '') throw new Wrong(member, `${member} is missing or not a text`);
  return value;
}

/** Whether what is stored already has every wanted member, lists in any order (auth0-deploy-cli compares so too). */
export function same(wanted: unknown, stored: unknown): boolean {
  if (Array.isArray(wanted)) {
    if (!Array.isArray(stored) || wanted.length !== stored.length) return false;
    const rest = [...stored];
    return wanted.every((item) => {
      const index = rest.findIndex((other) => same(item, other));
      if (index >= 0) rest.splice(index, 1);
      return index >= 0;
    });
  }
  if (typeof wanted === 'object' && wanted !== null) {
    if (typeof stored !== 'object' || stored === null) return false;
    return Object.entries(wanted).every(([name, value]) => same(value, (stored as Entry)[name]));
  }
  return wanted === stored || (wanted === null && stored === undefined);
}

/** PATCHes what differs; `false` when nothing does. */
export async function bringInLine(call: Call, path: string, stored: Entry, wanted: Entry): Promise<boolean> {
  const patch = Object.fromEntries(Object.entries(wanted).filter(([name, value]) => !same(value, stored[name])));
  if (Object.keys(patch).length === 0) return false;
  done(await call('PATCH', path, patch));
  return true;
}

/** The entry without these members. */
export function without(entry: Entry, ...members: string[]): Entry {
  return Object.fromEntries(Object.entries(entry).filter(([name]) => !members.includes(name)));
}

/** `tenant`: the settings. */
export async function applyTenant(call: Call, entry: Entry): Promise<boolean> {
  const { body } = done(await call('GET', '/tenants/settings'));
  return bringInLine(call, '/tenants/settings', body, entry);
}

/** `resourceServers`: found by identifier. */
export async function applyResourceServer(call: Call, entry: Entry): Promise<boolean> {
  const path = `/resource-servers/${encodeURIComponent(text(entry, 'identifier'))}`;
  const found = await call('GET', path);
  if (found.status === 404) {
    done(await call('POST', '/resource-servers', entry));
    return true;
  }
  return bringInLine(call, path, done(found).body, without(entry, 'identifier', 'id', 'is_system'));
}

/** The client of this name or id. */
export async function findClient(call: Call, name: string): Promise<Entry | undefined> {
  for (let page = 0; ; page++) {
    const { body } = done(await call('GET', `/clients?page=${page}&per_page=100`));
    const clients = body as Entry[];
    const found = clients.find((client) => client.name === name || client.client_id === name);
    if (found || clients.length === 0) return found;
  }
}

/** `clients`: found by name. `client_id` and `client_secret` may be given at creation (our addition), so that tests can know them. */
export async function applyClient(call: Call, entry: Entry): Promise<boolean> {
  const found = await findClient(call, typeof entry.client_id === 'string' ? entry.client_id : text(entry, 'name'));
  if (!found) {
    done(await call('POST', '/clients', entry));
    return true;
  }
  return bringInLine(
    call,
    `/clients/${encodeURIComponent(String(found.client_id))}`,
    found,
    without(entry, 'client_id', 'is_first_party'),
  );
}

/** `clientGrants`: `client_id` names a client by its name or its id. */
export async function applyClientGrant(call: Call, entry: Entry): Promise<boolean> {
  const named = text(entry, 'client_id');
  const client = await findClient(call, named);
  if (!client) throw new Wrong('client_id', `no client is called "${named}"`);
  const clientId = String(client.client_id);
  const audience = text(entry, 'audience');
  const subject = typeof entry.subject_type === 'string' ? entry.subject_type : 'client';
  const query = new URLSearchParams({ client_id: clientId, audience, subject_type: subject });
  const { body } = done(await call('GET', `/client-grants?${query}`));
  const [grant] = body as Entry[];
  if (!grant) {
    done(await call('POST', '/client-grants', { ...entry, client_id: clientId }));
    return true;
  }
  return bringInLine(
    call,
    `/client-grants/${grant.id}`,
    grant,
    without(entry, 'client_id', 'audience', 'subject_type', 'id'),
  );
}
