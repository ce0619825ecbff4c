// How often endpoints may be asked (auth0-behaviour §38.4): one table. What protects the whole tenant is counted in memory, by each
// node for itself, since a write for each token would cost more than the token; what protects an account or a mailbox is
// counted in the database (`kept`), for all nodes. Every row can be given other numbers.

import type { Rate } from './protection.ts';

export interface EndpointRate extends Rate {
  readonly name: string;
  /** Whose requests count together. */
  readonly key: 'tenant' | 'access token' | 'user and address' | 'e-mail address and address';
  /** Whoever likes is answered there, so one network gets half of it at most. */
  readonly open?: boolean;
  /** In the database; else in the memory of each node. */
  readonly kept: boolean;
  readonly about: string;
  /** Whether a route counts: the first row that says so counts it. A row without it is asked by its endpoint. */
  readonly covers?: (method: string, path: string) => boolean;
}

const second = 1_000;
const minute = 60_000;
const startsWith =
  (...prefixes: readonly string[]) =>
  (_method: string, path: string) =>
    prefixes.some((prefix) => path === prefix || path.startsWith(`${prefix}/`));

/**
 * The rows. Auth0's smallest plan has 30 tokens a second, 2 calls of the Management API a second and 300 requests a minute in all,
 * which would stop a company at work: ours are what one node serves without pain.
 */
export const endpointRates: readonly EndpointRate[] = [
  row('token', 'tenant', 1_000, 500, second, 'POST /oauth/token', startsWith('/oauth/token')),
  row('userinfo', 'access token', 60, 60, minute, '/userinfo', startsWith('/userinfo')),
  { ...row('jwks', 'tenant', 1_000, 500, second, '/.well-known/*', startsWith('/.well-known')), open: true },
  {
    ...row(
      'management',
      'tenant',
      200,
      100,
      second,
      '/api/v2/*',
      // Its own description needs no token: it is a page like others.
      (method, path) => startsWith('/api/v2')(method, path) && path !== '/api/v2/openapi.json',
    ),
    // Every user may call it for the own profile.
    open: true,
  },
  {
    ...row(
      'authentication',
      'tenant',
      1_000,
      500,
      second,
      'Pages, /authorize, logout, sign-up, revocation, introspection',
      () => true,
    ),
    open: true,
  },
  {
    ...row('login', 'user and address', 20, 10, minute, 'Logins of one user from one address, right or wrong'),
    kept: true,
  },
  {
    ...row('reset', 'e-mail address and address', 10, 1, minute, 'Requests for a mail with a link'),
    kept: true,
  },
];

function row(
  name: string,
  key: EndpointRate['key'],
  capacity: number,
  count: number,
  per: number,
  about: string,
  covers?: EndpointRate['covers'],
): EndpointRate {
  return { name, key, capacity, everyMs: per / count, kept: false, about, ...(covers ? { covers } : {}) };
}

const units: Readonly<Record<string, number>> = { s: second, min: minute, h: 3_600_000 };

/** `NAME=COUNT/s`, or with a burst of its own `NAME=BURST:COUNT/min`: the row with other numbers; a string is what is wrong. Pure. */
export function readRate(text: string): EndpointRate | string {
  const [, name, burst, count, unit] = /^([a-z]+)=(?:(\d{1,7}):)?(\d{1,7})\/(s|min|h)$/.exec(text) ?? [];
  const found = endpointRates.find((one) => one.name === name);
  const per = unit === undefined ? undefined : units[unit];
  if (!found || per === undefined || Number(count) < 1 || burst === '0')
    return `must be like token=30/s or userinfo=10:5/min, for one of ${endpointRates.map((one) => one.name).join(', ')}`;
  // Whole milliseconds: the database counts in them.
  const everyMs = found.kept ? Math.ceil(per / Number(count)) : per / Number(count);
  return { ...found, capacity: Number(burst ?? count), everyMs };
}

/** The table with these rows in place of their namesakes. Pure. */
export function ratesWith(changed: readonly EndpointRate[]): readonly EndpointRate[] {
  return endpointRates.map((one) => changed.findLast(({ name }) => name === one.name) ?? one);
}

/** The row of this name, if it is in force. Pure. */
export function rateNamed(rates: readonly EndpointRate[], name: string): Rate | undefined {
  const found = rates.find((one) => one.name === name);
  return found && { capacity: found.capacity, everyMs: found.everyMs };
}
