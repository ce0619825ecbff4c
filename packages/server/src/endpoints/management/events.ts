// The tenant log event of a write (auth0-behaviour §40.1): who asked for what, with every secret masked.

import { endedFamilyEvents } from '../../domain/issuing/refresh-events.ts';
import type { EndReason, RefreshFamily } from '../../domain/issuing/refresh-family.ts';
import type { LogEvent } from '../../domain/logs/event.ts';
import { managementIdentifier } from '../../domain/tenants/system-apis.ts';
import type { Ask } from '../../web/exchange.ts';
import type { Caller, ManagementDeps } from './context.ts';

/** Members whose values are credentials or key material, wherever they stand. */
const secretNames = /secret|passw|token$|key$|^pem$|private_?key|^pkcs7$|^cert$|credential_value/i;
/** Free objects that hold credentials of other systems under names that nobody can list: masked whole. */
const secretObjects: ReadonlySet<string> = new Set([
  'addons',
  'configuration',
  'credentials',
  'custom_password_hash',
  'gateway_authentication',
]);
const mask = '*****';
const mostItems = 100;
const mostText = 2000;
const mostName = 255;
/** Of one body, in characters: any user may write something, and each write leaves an event. */
const mostInAll = 50_000;

/** A copy fit for a log: secrets masked, long texts and lists cut, and so is the whole. Bodies are at most 20 levels deep when they get here. */
export function masked(value: unknown): unknown {
  return copied(value, { left: mostInAll });
}

function copied(value: unknown, budget: { left: number }): unknown {
  budget.left -= 8;
  if (typeof value === 'string') {
    const text = value.length > mostText ? `${value.slice(0, mostText)}... (${value.length} characters)` : value;
    budget.left -= text.length;
    return text;
  }
  if (Array.isArray(value)) {
    const items: unknown[] = [];
    for (const item of value.slice(0, mostItems)) if (budget.left > 0) items.push(copied(item, budget));
    return items;
  }
  if (typeof value !== 'object' || value === null) return value;
  const members: [string, unknown][] = [];
  for (const [name, member] of Object.entries(value)) {
    if (budget.left <= 0) {
      members.push(['...', `${Object.keys(value).length - members.length} more`]);
      break;
    }
    const shown = name.slice(0, mostName);
    budget.left -= shown.length;
    const hides =
      secretObjects.has(name) || (secretNames.test(name) && (typeof member === 'string' || typeof member === 'number'));
    members.push([shown, hides ? mask : copied(member, budget)]);
  }
  return Object.fromEntries(members);
}

/** Who asked, if it was a user: the event then shows in the user's own log too. */
function userOf({ user }: Caller): Pick<LogEvent, 'user_id' | 'user_name'> {
  return user ? { user_id: user.user_id, user_name: user.email ?? user.username ?? user.phone_number } : {};
}

/** What every event of a call says: of which tenant, by whom, from where, at which API. */
export function whoAndWhere(ask: Ask, caller: Caller): Omit<LogEvent, 'type' | 'description' | 'details'> {
  return {
    tenant: ask.tenant,
    client_id: caller.clientId,
    client_name: caller.clientName,
    ...userOf(caller),
    ip: ask.ip,
    user_agent: ask.headers['user-agent'],
    hostname: ask.host,
    audience: managementIdentifier(ask.host),
  };
}

function authOf({ user }: Caller): object {
  return user ? { user_id: user.user_id, name: user.name, email: user.email } : {};
}

/** Records a write that was committed. `body` and `answer` as they travelled. */
export function recordWrite(
  deps: ManagementDeps,
  ask: Ask,
  caller: Caller,
  description: string,
  body: unknown,
  answer: { readonly status: number; readonly body: unknown },
): void {
  deps.record({
    type: 'sapi',
    description,
    ...whoAndWhere(ask, caller),
    details: {
      request: {
        method: ask.method.toLowerCase(),
        path: ask.path,
        query: {},
        userAgent: (ask.headers['user-agent'] ?? '').slice(0, 500),
        body: masked(body),
        channel: 'api',
        ip: ask.ip,
        auth: { user: authOf(caller), strategy: 'jwt', credentials: { scopes: [...caller.scopes] } },
      },
      response: { statusCode: answer.status, body: masked(answer.body) },
    },
  });
}

/** Records the families of refresh tokens that ended with a write, one event each. */
export function recordEndedFamilies(
  deps: ManagementDeps,
  ask: Ask,
  caller: Caller,
  families: readonly RefreshFamily[],
  why: EndReason,
): void {
  const { tenant, ip, headers, host: hostname } = ask;
  const at = { tenant, why, ip, user_agent: headers['user-agent'], hostname, by: caller.clientId };
  for (const event of endedFamilyEvents(families, at)) deps.record(event);
}

/** Records a read that showed secrets (LOG-1): of other reads, those by people leave an event, see `user-reads.ts`. */
export function recordSecretRead(deps: ManagementDeps, ask: Ask, caller: Caller, description: string): void {
  deps.record({
    type: 'mgmt_api_read',
    description,
    ...whoAndWhere(ask, caller),
    details: {
      request: {
        method: ask.method.toLowerCase(),
        path: ask.path,
        channel: 'api',
        ip: ask.ip,
        auth: { user: authOf(caller), strategy: 'jwt', credentials: { scopes: [...caller.scopes] } },
      },
      response: { statusCode: 200 },
    },
  });
}

/** Records a call that was let in and then refused for what it wanted to change. */
export function recordForbidden(deps: ManagementDeps, ask: Ask, caller: Caller, message: string): void {
  deps.record({
    type: 'fapi',
    description: message,
    ...whoAndWhere(ask, caller),
    details: {
      request: { method: ask.method.toLowerCase(), path: ask.path },
      cause: {
        code: 'forbidden',
        message,
        fix: 'Use a token with the scope that the message names, or leave that member out.',
      },
    },
  });
}
