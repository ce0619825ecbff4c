// Bars over time, one on the other: a legend with the sums, an axis in the reader's own time, and the same numbers as a table.
// The drawing is for eyes and pointers only; legend and table have every number and link of it.

import { Link } from '@tanstack/react-router';
import { niceMost, type Range, ticksOf } from './ranges.ts';

export interface Series {
  readonly label: string;
  /** A colour of the theme. */
  readonly colour: string;
  readonly values: readonly number[];
  readonly total: number;
  /** Its events in the log, of any time. */
  readonly search?: LogSearch;
}
/** The filter of the log that a part of a chart leads to; none for who may not read it. */
export type LogSearch = Readonly<Record<string, string>>;

const numbers = new Intl.NumberFormat();
const short = new Intl.NumberFormat(undefined, { notation: 'compact' });

/** The chart. `edges` are the beginnings of the bars and the end of the last, in ms; `search` finds all of it in the log. */
export function Chart({
  title,
  range,
  edges,
  series,
  search,
}: {
  readonly title: string;
  readonly range: Range;
  readonly edges: readonly number[];
  readonly series: readonly Series[];
  readonly search: LogSearch | undefined;
}) {
  const axis = new Intl.DateTimeFormat(undefined, range.axis);
  const full = new Intl.DateTimeFormat(undefined, range.full);
  const starts = edges.slice(0, -1);
  const sums = starts.map((_, bar) => series.reduce((sum, { values }) => sum + (values[bar] ?? 0), 0));
  const most = niceMost(Math.max(1, ...sums));
  const labelled = ticksOf(range, starts);
  const during = (bar: number): LogSearch | undefined =>
    search && { ...search, from: iso(edges[bar]), to: iso(edges[bar + 1]) };
  return (
    <figure>
      <div className="relative h-44" aria-hidden="true">
        {[1, 0.5, 0].map((part) => (
          <div
            key={part}
            className="absolute inset-x-0 border-t border-line"
            style={{ bottom: `calc(1.5rem + (100% - 2.5rem) * ${part})` }}
          >
            {part > 0 ? (
              <span className="absolute bottom-0 left-0 text-xs text-faint">{short.format(most * part)}</span>
            ) : null}
          </div>
        ))}
        <div className="absolute inset-x-0 top-4 bottom-0 flex pl-8">
          {starts.map((start, bar) => (
            <Bar
              key={start}
              name={[full.format(start), ...parts(series, bar)].join('\n')}
              search={(sums[bar] ?? 0) > 0 ? during(bar) : undefined}
            >
              <div className="mx-[10%] flex h-[calc(100%-1.5rem)] flex-col-reverse">
                {series.map(({ label, colour, values }) => (
                  <div
                    key={label}
                    className="w-full last:rounded-t-sm"
                    style={{
                      background: colour,
                      height: `${(100 * (values[bar] ?? 0)) / most}%`,
                      minHeight: (values[bar] ?? 0) > 0 ? 1 : 0,
                    }}
                  />
                ))}
              </div>
              {labelled.has(bar) ? (
                <span
                  className={`absolute bottom-0 text-xs whitespace-nowrap text-faint ${bar > starts.length - 3 ? 'right-0' : 'left-1/2 -translate-x-1/2'}`}
                >
                  {axis.format(start)}
                </span>
              ) : null}
            </Bar>
          ))}
        </div>
      </div>
      <figcaption className="sr-only">{`${title}, ${range.words}`}</figcaption>
      <ul className="mt-3">
        {series.map(({ label, colour, total, search: found }) => (
          <li key={label} className="flex items-center gap-2 text-[0.8125rem] leading-6">
            <span aria-hidden="true" className="size-2.5 shrink-0 rounded-sm" style={{ background: colour }} />
            <span className="min-w-0 flex-1 truncate" title={label}>
              {found ? (
                <Link
                  to="/logs"
                  search={{ ...found, from: iso(edges[0]), to: iso(edges.at(-1)) } as never}
                  className="inline-block max-w-full truncate align-bottom leading-6 underline decoration-edge/60 underline-offset-2 hover:text-link"
                >
                  {label}
                </Link>
              ) : (
                label
              )}
            </span>
            <span className="font-medium tabular-nums">{numbers.format(total)}</span>
          </li>
        ))}
      </ul>
      <Numbers title={title} series={series} names={starts.map((start) => full.format(start))} during={during} />
    </figure>
  );
}

function iso(ms = 0): string {
  return new Date(ms).toISOString();
}

function parts(series: readonly Series[], bar: number): string[] {
  return series.flatMap(({ label, values }) => {
    const value = values[bar] ?? 0;
    return value > 0 ? [`${label}: ${numbers.format(value)}`] : [];
  });
}

/** A bar; where something happened, a way to its events for a pointer. */
function Bar({
  name,
  search,
  children,
}: {
  readonly name: string;
  readonly search: LogSearch | undefined;
  readonly children: React.ReactNode;
}) {
  const look = 'relative block h-full min-w-0 flex-1';
  return search ? (
    <Link to="/logs" search={search as never} tabIndex={-1} title={name} className={`${look} hover:bg-hover`}>
      {children}
    </Link>
  ) : (
    <div title={name} className={look}>
      {children}
    </div>
  );
}

function Numbers({
  title,
  series,
  names,
  during,
}: {
  readonly title: string;
  readonly series: readonly Series[];
  readonly names: readonly string[];
  readonly during: (bar: number) => LogSearch | undefined;
}) {
  return (
    <details className="mt-3">
      <summary className="w-fit rounded text-[0.8125rem] text-muted hover:text-ink">As a table</summary>
      {/* biome-ignore lint/a11y/useSemanticElements: a section would be one more landmark of the page */}
      <div
        role="group"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what can be scrolled must be reachable by keyboard
        tabIndex={0}
        aria-label={`${title}, as a table`}
        className="mt-2 max-h-72 overflow-auto rounded-lg border border-line"
      >
        <table className="w-full text-[0.8125rem]">
          <thead>
            <tr className="border-b border-line text-left text-muted">
              <th scope="col" className="px-3 py-1.5 font-medium">
                From
              </th>
              {series.map(({ label }) => (
                <th key={label} scope="col" className="px-3 py-1.5 text-right font-medium">
                  {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {names.map((name, bar) => {
              const found = series.some(({ values }) => (values[bar] ?? 0) > 0) ? during(bar) : undefined;
              return (
                // biome-ignore lint/suspicious/noArrayIndexKey: two bars may have one name, when clocks go back
                <tr key={bar} className="border-b border-line last:border-0">
                  <th scope="row" className="px-3 py-1 text-left font-normal whitespace-nowrap text-muted">
                    {found ? (
                      <Link
                        to="/logs"
                        search={found as never}
                        className="inline-block leading-6 text-link hover:underline"
                      >
                        {name}
                      </Link>
                    ) : (
                      name
                    )}
                  </th>
                  {series.map(({ label, values }) => (
                    <td key={label} className="px-3 py-1 text-right tabular-nums">
                      {numbers.format(values[bar] ?? 0)}
                    </td>
                  ))}
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </details>
  );
}
