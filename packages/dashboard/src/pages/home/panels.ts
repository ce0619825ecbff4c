// What Home counts: the questions to the server, and how the series of an answer are named, coloured and found in the log. Pure.

import { type EventStats, reasons, type StatsSeries } from 'countersign/resources';
import { groups, titleOf } from '../logs/words.ts';
import type { LogSearch, Series } from './chart.tsx';
import { inBars } from './ranges.ts';

export interface Panel {
  readonly title: string;
  /** What it says when there is nothing. */
  readonly none: string;
  readonly by: EventStats['by'];
  /** Types that count; all that failed where there are none. */
  readonly types?: readonly string[];
  /** The log's filter for all of it. */
  readonly search: LogSearch;
  readonly searchOf: (value: string) => LogSearch;
  /** Of events that have no value, or one that is not the tenant's. */
  readonly absent: string;
  readonly stranger: string;
}

const issued = groups.find(({ value }) => value === 'issued')?.types ?? [];
const signIns = groups.find(({ value }) => value === 'sign-ins')?.types ?? [];

export const panels: readonly Panel[] = [
  {
    title: 'Tokens issued, by API',
    none: 'No token was issued.',
    by: 'audience',
    types: issued,
    search: { kind: 'issued' },
    searchOf: (value) => ({ kind: 'issued', api: value }),
    absent: 'Profile only',
    stranger: 'APIs that are gone',
  },
  {
    title: 'Tokens issued, by application',
    none: 'No token was issued.',
    by: 'client_id',
    types: issued,
    search: { kind: 'issued' },
    searchOf: (value) => ({ kind: 'issued', client: value }),
    absent: 'No application',
    stranger: 'Applications that are gone',
  },
  {
    title: 'Logins and sign-ups',
    none: 'Nobody signed in.',
    by: 'type',
    types: signIns,
    search: { kind: 'sign-ins' },
    searchOf: (value) => ({ kind: value }),
    absent: '',
    stranger: '',
  },
  {
    title: 'Failures, by cause',
    none: 'Nothing failed.',
    by: 'cause',
    search: { kind: 'failures' },
    searchOf: (value) => (reasons.has(value) ? { kind: 'failures', text: value } : { kind: value }),
    absent: '',
    stranger: 'Many causes at once',
  },
];

/** Series of a chart: more could not be told apart by their colours. */
export const mostSeries = 5;
const colours = ['var(--chart-1)', 'var(--chart-2)', 'var(--chart-3)', 'var(--chart-4)', 'var(--chart-5)'];
const stepMs = { five_minutes: 300_000, hour: 3_600_000, day: 86_400_000 } as const;

/** The series of an answer, for a chart with these bars. `names` of APIs and applications by what identifies them. */
export function seriesIn(
  panel: Panel,
  answer: EventStats,
  edges: readonly number[],
  names: ReadonlyMap<string, string>,
): Series[] {
  const labels = new Set<string>();
  return answer.series.map((one, index) => {
    const { total, counts } = one;
    const label = labelOf(panel, one, names);
    const value = one.kind === 'value' ? one.value : undefined;
    // Two applications may have one name.
    const distinct = labels.has(label) && value !== undefined ? `${label} (${value})` : label;
    labels.add(label);
    return {
      label: distinct,
      colour: colours[index] ?? 'var(--chart-5)',
      values: inBars(counts, Date.parse(answer.from), stepMs[answer.interval], edges),
      total,
      ...(value === undefined ? {} : { search: panel.searchOf(value) }),
    };
  });
}

function labelOf(
  { by, absent, stranger }: Panel,
  { kind, value = '' }: StatsSeries,
  names: ReadonlyMap<string, string>,
) {
  if (kind === 'others') return 'Others';
  if (kind === 'none') return absent;
  if (kind === 'unknown') return stranger;
  if (by === 'cause') return reasons.get(value)?.title ?? titleOf({ type: value });
  return by === 'type' ? titleOf({ type: value }) : (names.get(value) ?? value);
}
