// Reads what is asked of the counts of the log, and puts their answers together. Pure; times in ms unless they are on the wire.

import {
  countedBy,
  type DailyStats,
  type EventStats,
  mostStatsSteps,
  type StatsSeries,
  statsIntervals,
  statsSeries,
} from '../../resources/index.ts';
import type { Refused } from './problem.ts';
import { badQuery, isRefused, numberIn, type Query } from './query.ts';

const hour = 3_600_000;
const day = 24 * hour;
/** How far back there are counts: storage keeps shorter steps a little longer than may be asked for. */
const reach = {
  five_minutes: { ms: 300_000, back: day + hour, so: 'five_minutes reach back a day: ask for hour or day' },
  hour: { ms: hour, back: 31 * day, so: 'hour reaches back 31 days: ask for day' },
  day: { ms: day, back: 400 * day, so: 'day reaches back 400 days' },
} as const;

/** From the first (included) to the last (excluded). */
export interface Span {
  readonly since: number;
  readonly until: number;
}

export interface EventsAsked extends Span {
  readonly by: (typeof countedBy)[number];
  readonly interval: (typeof statsIntervals)[number];
  readonly limit: number;
}

/** A row of the store. */
interface Tallied {
  readonly start: number;
  readonly span: number;
  readonly value: string;
  readonly count: number;
}

/** `from` and `to` of `/stats/daily`, both included: everything that is kept unless said otherwise. */
export function readDays(query: Query, now: number): Span | Refused {
  const from = dayIn(query, 'from');
  if (isRefused(from)) return from;
  const to = dayIn(query, 'to');
  if (isRefused(to)) return to;
  if (from !== undefined && to !== undefined && from > to) return badQuery('from must not be after to', 'from');
  // A clock of another node may be ahead over midnight.
  const last = Math.floor(now / day) * day + day;
  const first = last - 402 * day;
  return { since: Math.max(from ?? first, first), until: Math.min(to ?? last, last) + day };
}

function dayIn(query: Query, name: string): number | undefined | Refused {
  const text = query.one.get(name);
  if (text === undefined) return undefined;
  const [, year, month, date] = /^(\d{4})(\d\d)(\d\d)$/.exec(text) ?? [];
  const at = Date.parse(`${year}-${month}-${date}T00:00:00Z`);
  // 20260231 would be the 3rd of March to some.
  if (!Number.isNaN(at) && new Date(at).getUTCDate() === Number(date)) return at;
  return badQuery(`String '${shown(text)}' does not match pattern. Must be a date as YYYYMMDD`, name);
}

/** Texts of callers in messages: printable and short. */
function shown(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, 40);
}

/** The query of `/stats/events`, without what it filters by. */
export function readEvents(query: Query, now: number): EventsAsked | Refused {
  const by = oneIn(query, 'by', countedBy, 'type');
  if (isRefused(by)) return by;
  const interval = oneIn(query, 'interval', statsIntervals, 'hour');
  if (isRefused(interval)) return interval;
  const limit = numberIn(query, 'limit', 2, statsSeries.most, statsSeries.usual);
  if (isRefused(limit)) return limit;
  const { ms, back, so } = reach[interval];
  const to = timeIn(query, 'to') ?? now;
  if (isRefused(to)) return to;
  const from = timeIn(query, 'from') ?? to - day;
  if (isRefused(from)) return from;
  if (from >= to) return badQuery('from must be before to', 'from');
  const since = Math.floor(from / ms) * ms;
  const until = Math.ceil(to / ms) * ms;
  if (since < Math.floor((now - back) / ms) * ms) return badQuery(so, 'from');
  if ((until - since) / ms > mostStatsSteps) return badQuery(`More than ${mostStatsSteps} steps of time`, 'from');
  return { by, interval, limit, since, until };
}

function oneIn<const T extends readonly string[]>(query: Query, name: string, known: T, usual: T[number]) {
  const text = query.one.get(name) ?? usual;
  const found: T[number] | undefined = known.find((one) => one === text);
  return found ?? badQuery(`No enum match for '${shown(text)}', expected one of ${known.join(', ')}`, name);
}

function timeIn(query: Query, name: string): number | undefined | Refused {
  const text = query.one.get(name);
  if (text === undefined) return undefined;
  const sound = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d))?$/.test(text);
  const at = sound ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(at)) return at;
  return badQuery(`String '${shown(text)}' is no date or time such as 2026-01-31 or 2026-01-31T12:00:00Z`, name);
}

/** Logins and sign-ups by day, from the counts by type. Days without any are left out. */
export function daysOf(rows: readonly Tallied[], logins: ReadonlySet<string>, now: number): DailyStats[] {
  const days = Map.groupBy(rows, ({ start }) => Math.floor(start / day) * day);
  return [...days]
    .toSorted(([a], [b]) => a - b)
    .map(([date, those]) => {
      const sum = (is: (type: string) => boolean) =>
        those.reduce((all, { value, count }) => all + (is(value) ? count : 0), 0);
      const last = Math.max(...those.map(({ start, span }) => start + span - 1));
      return {
        date: new Date(date).toISOString(),
        logins: sum((type) => logins.has(type)),
        signups: sum((type) => type === 'ss'),
        leaked_passwords: 0,
        leaked_passwords_signup: 0,
        created_at: new Date(Math.min(...those.map(({ start }) => start))).toISOString(),
        updated_at: new Date(Math.min(last, Math.max(now, date))).toISOString(),
      };
    });
}

/** The series of an answer: the largest, and one of all others. `unknown` is what the store writes for names of strangers. */
export function seriesOf(
  rows: readonly Tallied[],
  { by, interval, limit, since, until }: EventsAsked,
  { unknown, named }: { readonly unknown: string; readonly named: (value: string) => string },
): EventStats {
  const { ms } = reach[interval];
  const steps = (until - since) / ms;
  const countsOf = (those: readonly Tallied[]) => {
    const counts = Array<number>(steps).fill(0);
    for (const { start, count } of those) {
      const step = Math.floor((start - since) / ms);
      counts[step] = (counts[step] ?? 0) + count;
    }
    return { total: counts.reduce((sum, count) => sum + count, 0), counts };
  };
  // What did not fail has no cause.
  const counted = by === 'cause' ? rows.filter(({ value }) => value !== '') : rows;
  const ordered = [...Map.groupBy(counted, ({ value }) => value)]
    .map(([value, those]) => ({ value, those, total: those.reduce((sum, { count }) => sum + count, 0) }))
    .toSorted((a, b) => b.total - a.total || (a.value < b.value ? -1 : 1));
  const largest = ordered.length > limit ? ordered.slice(0, limit - 1) : ordered;
  const rest = ordered.slice(largest.length).flatMap(({ those }) => those);
  const series = largest.map(({ value, those }): StatsSeries => {
    if (value === '') return { kind: 'none', ...countsOf(those) };
    return value === unknown
      ? { kind: 'unknown', ...countsOf(those) }
      : { kind: 'value', value: named(value), ...countsOf(those) };
  });
  if (rest.length > 0) series.push({ kind: 'others', ...countsOf(rest) });
  return {
    from: new Date(since).toISOString(),
    to: new Date(until).toISOString(),
    interval,
    by,
    total: series.reduce((sum, { total }) => sum + total, 0),
    series,
  };
}
