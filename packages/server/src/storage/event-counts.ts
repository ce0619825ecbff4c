// Counts of log events as the rest of the house sees them: how often what happened, in steps of time, by what people ask about.
// They are written with the events in one transaction, and outlive them.

import type { StoredLog } from './store.ts';

/** What an event is counted by. A member is '' where the event has none. */
export const countedMembers = ['type', 'client_id', 'audience', 'connection', 'cause'] as const;
export type CountedMember = (typeof countedMembers)[number];

/** Counted for every name that is none of the tenant's, and for causes beyond `MOST_FAILURES`: strangers invent names for nothing. */
export const UNKNOWN = '*';

/** The steps of time, in ms: a row counts what happened from its start on for so long. */
export const FIVE_MINUTES = 300_000;
export const HOUR = 3_600_000;
export const DAY = 86_400_000;

/** How far back each step reaches, in ms; what is older is added up in the next longer one, and after the last it goes. */
export const FIVE_MINUTES_KEPT = 26 * HOUR;
export const HOURS_KEPT = 32 * DAY;
export const DAYS_KEPT = 400 * DAY;
/** How long it is known when a user logged in last, in ms. */
export const LOGINS_KEPT = 31 * DAY;

/** Rows with a cause that a tenant gets in five minutes: the product of clients, APIs and causes must not fill the table. */
export const MOST_FAILURES = 500;

export interface EventCount extends Readonly<Record<CountedMember, string>> {
  readonly tenant: string;
  /** ms, a multiple of five minutes */
  readonly start: number;
  readonly n: number;
}

export interface LastLogin {
  readonly tenant: string;
  readonly user_id: string;
  /** ms */
  readonly at: number;
}

/** So many events with this value, from `start` on for `span` (both ms). */
export interface Tallied {
  readonly start: number;
  readonly span: number;
  readonly value: string;
  readonly count: number;
}

export interface CountReads {
  /**
   * Counts whose start is from `since` on and before `until` (ms), by one member, in order of time. A step of time that is over for
   * long is longer: compare `span`. `only`: values of members that count; an empty list finds nothing.
   */
  events(query: {
    readonly since: number;
    readonly until: number;
    readonly by: CountedMember;
    readonly only?: { readonly [M in CountedMember]?: readonly string[] };
  }): Promise<readonly Tallied[]>;
  /** Users whose last login is not older than `since` (ms), which `LOGINS_KEPT` limits. Users who were deleted meanwhile count. */
  usersSince(since: number): Promise<number>;
}

/** The events of a batch by what they are counted by. `nameOf` says what a name counts as. Pure. */
export function countsOf(
  events: readonly StoredLog[],
  nameOf: (tenant: string, member: CountedMember, name: string | undefined) => string,
): EventCount[] {
  // First as they came, with one look-up for each event: this runs for every token.
  const raw = new Map<string, { readonly event: StoredLog; readonly start: number; n: number }>();
  for (const event of events) {
    const start = event.date - (event.date % FIVE_MINUTES);
    const key = `${start}\0${event.tenant}\0${event.type}\0${event.client_id}\0${event.audience}\0${event.connection}\0${event.cause}`;
    const found = raw.get(key);
    if (found) found.n += 1;
    else raw.set(key, { event, start, n: 1 });
  }
  const counts = new Map<string, EventCount & { n: number }>();
  for (const { event, start, n } of raw.values()) {
    const { tenant, type, cause = '' } = event;
    const client_id = nameOf(tenant, 'client_id', event.client_id);
    const audience = nameOf(tenant, 'audience', event.audience);
    const connection = nameOf(tenant, 'connection', event.connection);
    const count = { tenant, start, type, client_id, audience, connection, cause, n };
    const key = `${start}\0${tenant}\0${keyOf(count)}`;
    const found = counts.get(key);
    if (found) found.n += n;
    else counts.set(key, count);
  }
  return [...counts.values()];
}

/** The same counts with no more rows that have a cause than `most` leaves beside those that `known` (of the same tenant and time) are there already. Pure. */
export function withinMost(counts: readonly EventCount[], known: ReadonlySet<string>, most: number): EventCount[] {
  let room = most - known.size;
  const folded = new Map<string, EventCount & { n: number }>();
  for (const count of counts) {
    const fits = count.cause === '' || known.has(keyOf(count)) || room-- > 0;
    const kept = fits
      ? count
      : { ...count, client_id: UNKNOWN, audience: UNKNOWN, connection: UNKNOWN, cause: UNKNOWN };
    const key = keyOf(kept);
    const found = folded.get(key);
    if (found) found.n += kept.n;
    else folded.set(key, { ...kept });
  }
  return [...folded.values()];
}

/** What a count is about, as one text. */
export function keyOf(count: Readonly<Record<CountedMember, string>>): string {
  return `${count.type}\0${count.client_id}\0${count.audience}\0${count.connection}\0${count.cause}`;
}

/** The last login of each user in a batch. Pure. */
export function lastLoginsOf(events: readonly StoredLog[]): LastLogin[] {
  const last = new Map<string, LastLogin>();
  for (const { tenant, user_id, date, login } of events) {
    if (!login || user_id === undefined) continue;
    const key = `${tenant}\0${user_id}`;
    if ((last.get(key)?.at ?? 0) < date) last.set(key, { tenant, user_id, at: date });
  }
  return [...last.values()];
}
