// What the log says in numbers: events of a span in equal buckets of time, and by whom. Pure.

import type { LogRecord } from '../../api/kinds.ts';
import { hasFailed, titleOf } from '../logs/words.ts';

export interface Series {
  readonly label: string;
  /** A colour of the theme. */
  readonly colour: string;
  readonly values: readonly number[];
}
export interface Counts {
  /** ms, the beginning of each bucket. */
  readonly starts: readonly number[];
  readonly bucketMs: number;
  readonly tokens: readonly Series[];
  readonly logins: readonly Series[];
  readonly causes: readonly Series[];
  readonly byClient: readonly (readonly [name: string, count: number])[];
}

const issued = new Set(['seccft', 'seacft', 'sertft', 'sepft']);
const colours = ['var(--chart-1)', 'var(--chart-2)', 'var(--chart-3)', 'var(--chart-4)', 'var(--chart-5)'];
const mostSeries = 5;

type Row = Pick<LogRecord, 'type' | 'date' | 'audience' | 'client_name' | 'client_id'>;

/** Counts the rows in `buckets` parts of the time from `since` to `now` (ms). `names` of APIs by their identifiers. */
export function count(
  rows: readonly Row[],
  since: number,
  now: number,
  buckets: number,
  names: ReadonlyMap<string, string>,
): Counts {
  const bucketMs = (now - since) / buckets;
  const indexOf = ({ date }: Row) =>
    Math.min(buckets - 1, Math.max(0, Math.floor((Date.parse(date) - since) / bucketMs)));
  const tokens = rows.filter(({ type }) => issued.has(type));
  const failures = rows.filter(hasFailed);
  const seriesBy = (some: readonly Row[], nameOf: (row: Row) => string): Series[] => {
    const order = [...Map.groupBy(some, nameOf)].toSorted(([, a], [, b]) => b.length - a.length);
    const shown = order.slice(0, order.length > mostSeries ? mostSeries - 1 : mostSeries);
    const rest = order.slice(shown.length).flatMap(([, those]) => those);
    return [...shown, ...(rest.length > 0 ? [['Others', rest] as const] : [])].map(([label, those], index) => {
      const values = Array<number>(buckets).fill(0);
      for (const row of those) values[indexOf(row)] = (values[indexOf(row)] ?? 0) + 1;
      return { label, colour: colours[index] ?? 'var(--chart-5)', values };
    });
  };
  const logins = rows.filter(({ type }) => ['s', 'ss', 'f', 'fp', 'fu'].includes(type));
  const byClient = [...Map.groupBy(tokens, ({ client_name, client_id }) => client_name || client_id || 'unknown')]
    .map(([name, those]) => [name, those.length] as const)
    .toSorted(([, a], [, b]) => b - a);
  return {
    starts: Array.from({ length: buckets }, (_, index) => since + index * bucketMs),
    bucketMs,
    tokens: seriesBy(tokens, ({ audience }) => (audience ? (names.get(audience) ?? audience) : 'Profile only')),
    logins: seriesBy(logins, ({ type }) => (type === 's' ? 'Logins' : type === 'ss' ? 'Sign-ups' : 'Failed logins')),
    causes: seriesBy(failures, titleOf),
    byClient: byClient.slice(0, 6),
  };
}
