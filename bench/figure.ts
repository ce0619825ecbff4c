// What a benchmark answers: figures, each with the target that the project has set itself, if there is one.

/** A measured figure. */
export interface Measured {
  readonly kind: 'measured';
  readonly name: string;
  readonly value: number;
  /** `x`, `ms`, `MB`, `/s`, `%`... */
  readonly unit: string;
  readonly target?: Target;
  /** What else helps to read it: absolute numbers, the spread over the rounds. */
  readonly note?: string;
}

/** A figure that cannot be measured yet; neither met nor missed. */
export interface NotYet {
  readonly kind: 'not_yet';
  readonly name: string;
  readonly because: string;
}

export type Figure = Measured | NotYet;
export type Target = { readonly least: number } | { readonly below: number };

/** Whether the target is met; `undefined` without one. A figure that is no number meets nothing. */
export function isMet(figure: Figure): boolean | undefined {
  if (figure.kind === 'not_yet' || figure.target === undefined) return undefined;
  return 'least' in figure.target ? figure.value >= figure.target.least : figure.value < figure.target.below;
}

/** What every benchmark gets. */
export interface Bench {
  /** How long one measured stretch of load takes. */
  readonly seconds: number;
  /** Tells the person at the terminal what is going on. */
  readonly say: (line: string) => void;
}

export interface Benchmark {
  /** For `--only`. */
  readonly name: string;
  readonly about: string;
  run(bench: Bench): Promise<readonly Figure[]>;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const [low, high] = [sorted[middle - 1], sorted[middle]];
  if (high === undefined) return Number.NaN;
  return sorted.length % 2 === 1 || low === undefined ? high : (low + high) / 2;
}

/** Three significant digits, and thousands in groups. */
export function shown(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value) || 1)));
  return value.toLocaleString('en-US', { maximumFractionDigits: digits, minimumFractionDigits: digits });
}

/** `1.52 to 1.71` */
export function spread(values: readonly number[]): string {
  return `${shown(Math.min(...values))} to ${shown(Math.max(...values))}`;
}
