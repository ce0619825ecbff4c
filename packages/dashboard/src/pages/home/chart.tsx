// Bars over time, one on the other, with a legend that says the sums. The same numbers are there as a table.

import { useId } from 'react';
import type { Series } from './counts.ts';

const height = 120;
const width = 480;
/** In the units of the drawing, which a phone shows at half the size. */
const lettering = 'text-[18px] sm:text-[12px]';

/** The chart; `labelOf` names a bucket. */
export function Chart({
  title,
  series,
  labelOf,
}: {
  readonly title: string;
  readonly series: readonly Series[];
  readonly labelOf: (bucket: number) => string;
}) {
  const id = useId();
  const buckets = series[0]?.values.length ?? 0;
  const sums = Array.from({ length: buckets }, (_, bucket) =>
    series.reduce((sum, { values }) => sum + (values[bucket] ?? 0), 0),
  );
  const most = niceMost(Math.max(1, ...sums));
  const step = width / Math.max(1, buckets);
  const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);
  return (
    <figure>
      <svg viewBox={`0 0 ${width} ${height + 20}`} className="w-full" role="img" aria-labelledby={id}>
        <title
          id={id}
        >{`${title}: ${series.map(({ label, values }) => `${label} ${total(values)}`).join(', ')}`}</title>
        {[0, 0.5, 1].map((part) => (
          <g key={part}>
            <line
              x1="0"
              x2={width}
              y1={height - part * (height - 12)}
              y2={height - part * (height - 12)}
              stroke="var(--line)"
              strokeWidth="1"
            />
            {part > 0 ? (
              <text x="0" y={height - part * (height - 12) - 3} className={lettering} fill="var(--faint)">
                {most * part}
              </text>
            ) : null}
          </g>
        ))}
        {Array.from({ length: buckets }, (_, bucket) => {
          let below = 0;
          return series.map(({ label, colour, values }) => {
            const value = values[bucket] ?? 0;
            const tall = (value / most) * (height - 12);
            const y = height - below - tall;
            below += tall;
            return value > 0 ? (
              <rect
                key={`${label} ${labelOf(bucket)}`}
                x={bucket * step + step * 0.15}
                y={y}
                width={step * 0.7}
                height={Math.max(1, tall)}
                rx="1.5"
                fill={colour}
              >
                <title>{`${labelOf(bucket)}: ${label} ${value}`}</title>
              </rect>
            ) : null;
          });
        })}
        {[0, Math.floor(buckets / 2), buckets - 1].map((bucket, index) => (
          <text
            key={bucket}
            x={bucket * step + step / 2}
            y={height + 16}
            className={lettering}
            fill="var(--faint)"
            textAnchor={index === 0 ? 'start' : index === 2 ? 'end' : 'middle'}
          >
            {labelOf(bucket)}
          </text>
        ))}
      </svg>
      <figcaption className="mt-2 flex flex-wrap gap-x-4 gap-y-1">
        {series.map(({ label, colour, values }) => (
          <span key={label} className="flex items-center gap-1.5 text-[0.8125rem]">
            <span aria-hidden="true" className="size-2.5 rounded-sm" style={{ background: colour }} />
            <span className="text-muted">{label}</span>
            <span className="font-medium tabular-nums">{total(values)}</span>
          </span>
        ))}
      </figcaption>
    </figure>
  );
}

/** A round number above: 7 is 10, 34 is 40. Even, so that its half is whole. */
function niceMost(most: number): number {
  const size = 10 ** Math.floor(Math.log10(most));
  const step = [1, 2, 4, 6, 8, 10].find((factor) => factor * size >= most) ?? 10;
  return Math.max(2, step * size);
}
