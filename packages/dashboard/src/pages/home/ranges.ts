// The spans of time that Home shows, in bars that begin when a person's clock says so. Pure.

export interface Range {
  readonly label: string;
  /** As it stands in a sentence: `in the last hour`. */
  readonly words: string;
  /** The step that the server counts in. */
  readonly interval: 'five_minutes' | 'hour';
  /** Bars of the chart, and how their beginnings are named on its axis and in full. */
  readonly bars: number;
  readonly startOf: (now: Date, index: number) => Date;
  readonly axis: Intl.DateTimeFormatOptions;
  readonly full: Intl.DateTimeFormatOptions;
  /** Bars that may have a label on the axis, all unless said otherwise, and every how many of them has one. */
  readonly isTick?: (start: Date) => boolean;
  readonly every: number;
}

const minute: Intl.DateTimeFormatOptions = { hour: 'numeric', minute: '2-digit' };
const date: Intl.DateTimeFormatOptions = { month: 'short', day: 'numeric' };

/** From the shortest. The last bar is the one that is now. */
export const ranges: readonly Range[] = [
  {
    label: 'Hour',
    words: 'in the last hour',
    interval: 'five_minutes',
    bars: 12,
    startOf: (now, index) => new Date(Math.floor(now.getTime() / 300_000 + index - 11) * 300_000),
    axis: minute,
    full: minute,
    every: 3,
  },
  {
    label: 'Day',
    words: 'in the last 24 hours',
    interval: 'hour',
    bars: 24,
    startOf: (now, index) => new Date(Math.floor(now.getTime() / 3_600_000 + index - 23) * 3_600_000),
    axis: { hour: 'numeric' },
    full: { weekday: 'short', ...minute },
    every: 6,
  },
  {
    label: '7 days',
    words: 'in the last 7 days',
    interval: 'hour',
    bars: 28,
    // By the calendar, so that a day of 23 or 25 hours is one day.
    startOf: (now, index) =>
      new Date(now.getFullYear(), now.getMonth(), now.getDate(), (Math.floor(now.getHours() / 6) + index - 27) * 6),
    axis: { weekday: 'short', day: 'numeric' },
    full: { weekday: 'short', ...date, ...minute },
    isTick: (start) => start.getHours() === 0,
    every: 2,
  },
  {
    label: '30 days',
    words: 'in the last 30 days',
    interval: 'hour',
    bars: 30,
    startOf: (now, index) => new Date(now.getFullYear(), now.getMonth(), now.getDate() + index - 29),
    axis: date,
    full: { weekday: 'short', ...date },
    every: 7,
  },
];

/** Beginnings of the bars, and the end of the last (ms). */
export function barsOf({ bars, startOf }: Range, now: Date): readonly number[] {
  return Array.from({ length: bars + 1 }, (_, index) => startOf(now, index).getTime());
}

/** The bars that have a label: counted from now, which is where people look first. */
export function ticksOf({ isTick = () => true, every }: Range, starts: readonly number[]): ReadonlySet<number> {
  const may = starts.flatMap((start, bar) => (isTick(new Date(start)) ? [bar] : []));
  return new Set(may.toReversed().filter((_, index) => index % every === 0));
}

/** Counts of the server's steps, which begin at `from` (ms) and last `step`, by the bar in which each step begins. */
export function inBars(counts: readonly number[], from: number, step: number, edges: readonly number[]): number[] {
  const sums = Array<number>(edges.length - 1).fill(0);
  for (const [index, count] of counts.entries()) {
    const at = from + index * step;
    // What began before the first bar belongs to it: the server rounds down to whole hours.
    const bar = Math.max(
      0,
      edges.findLastIndex((edge) => edge <= at),
    );
    sums[Math.min(bar, sums.length - 1)] = (sums[Math.min(bar, sums.length - 1)] ?? 0) + count;
  }
  return sums;
}

/** A round number that is not below `most`: 7 gives 8, 34 gives 40. Even, so that its half is whole. */
export function niceMost(most: number): number {
  const size = 10 ** Math.floor(Math.log10(Math.max(1, most)));
  const factor = [1, 2, 4, 6, 8, 10].find((one) => one * size >= most) ?? 10;
  return Math.max(2, factor * size);
}
