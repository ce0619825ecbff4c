// A list of rows: columns, order by a column, a filter over what is loaded. On a phone each row is a card.

import { Link, type LinkProps } from '@tanstack/react-router';
import { ArrowDown, ArrowUp, Search } from 'lucide-react';
import { type ReactNode, useMemo, useState } from 'react';

export interface Column<T> {
  readonly label: string;
  readonly cell: (row: T) => ReactNode;
  /** By what rows are ordered; a column without it cannot be ordered by. */
  readonly by?: (row: T) => string | number;
  /** Left out on a phone. */
  readonly minor?: boolean;
  /** The label is for screen readers only. */
  readonly unlabelled?: boolean;
}

export interface TableProps<T> {
  /** What the rows are, for screen readers. */
  readonly label: string;
  readonly rows: readonly T[];
  readonly columns: readonly Column<T>[];
  readonly idOf: (row: T) => string;
  /** Where a row leads; its first cell is the link. */
  readonly linkOf?: (row: T) => LinkProps;
  /** Texts of a row that the filter looks in; without it there is none. */
  readonly texts?: (row: T) => readonly (string | undefined)[];
  readonly empty: ReactNode;
  readonly filterLabel?: string;
}

/** Rows that are shown before somebody wants to see all. */
const atFirst = 100;

/** The table. */
export function Table<T>({ label, rows, columns, idOf, linkOf, texts, empty, filterLabel = 'Filter' }: TableProps<T>) {
  const [filter, setFilter] = useState('');
  const [all, setAll] = useState(false);
  const [order, setOrder] = useState<{ readonly column: number; readonly down: boolean }>();
  const shown = useMemo(() => {
    const wanted = filter.trim().toLowerCase();
    const found =
      wanted && texts ? rows.filter((row) => texts(row).some((text) => text?.toLowerCase().includes(wanted))) : rows;
    const by = order && columns[order.column]?.by;
    if (!by) return found;
    const sorted = found.toSorted((a, b) => {
      const [one, other] = [by(a), by(b)];
      return typeof one === 'number' && typeof other === 'number'
        ? one - other
        : String(one).localeCompare(String(other));
    });
    return order.down ? sorted.toReversed() : sorted;
  }, [rows, columns, texts, filter, order]);
  if (rows.length === 0) return <>{empty}</>;
  const first = all ? shown : shown.slice(0, atFirst);
  return (
    <div>
      {texts && rows.length > 5 ? (
        <div className="border-b border-line p-3">
          <label className="relative block max-w-xs">
            <span className="sr-only">{filterLabel}</span>
            <Search className="pointer-events-none absolute top-2.5 left-3 size-4 text-faint" aria-hidden="true" />
            <input
              className="field pl-9!"
              type="search"
              placeholder={filterLabel}
              value={filter}
              onChange={(event) => setFilter(event.target.value)}
            />
          </label>
        </div>
      ) : null}
      <table className="w-full border-collapse text-left" aria-label={label}>
        <thead className="max-sm:sr-only">
          <tr className="border-b border-line text-xs text-muted">
            {columns.map(({ label: name, by, unlabelled }, index) => (
              <th
                key={name}
                scope="col"
                className="px-5 py-2 font-medium"
                aria-sort={order?.column === index ? (order.down ? 'descending' : 'ascending') : undefined}
              >
                {by ? (
                  <button
                    type="button"
                    className="-mx-1 inline-flex items-center gap-1 rounded px-1 hover:text-ink"
                    onClick={() =>
                      setOrder((now) => ({ column: index, down: now?.column === index ? !now.down : false }))
                    }
                  >
                    {name}
                    {order?.column === index ? (
                      order.down ? (
                        <ArrowDown className="size-3" aria-hidden="true" />
                      ) : (
                        <ArrowUp className="size-3" aria-hidden="true" />
                      )
                    ) : null}
                  </button>
                ) : (
                  <span className={unlabelled ? 'sr-only' : ''}>{name}</span>
                )}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {first.map((row) => (
            <tr
              key={idOf(row)}
              className={`relative border-b border-line last:border-0 max-sm:flex max-sm:flex-wrap max-sm:items-center max-sm:gap-x-3 max-sm:gap-y-1 max-sm:px-4 max-sm:py-3 ${linkOf ? 'hover:bg-hover' : ''}`}
            >
              {columns.map(({ label: name, cell, minor }, index) => (
                <td
                  key={name}
                  className={`align-middle max-sm:p-0 sm:px-5 sm:py-2.5 ${index === 0 ? 'max-sm:w-full' : ''} ${minor ? 'max-sm:hidden' : ''}`}
                >
                  {index === 0 && linkOf ? (
                    <Link
                      {...linkOf(row)}
                      className="font-medium after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-link"
                    >
                      {cell(row)}
                    </Link>
                  ) : (
                    cell(row)
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {first.length < shown.length ? (
        <div className="border-t border-line p-3 text-center">
          <button
            type="button"
            className="rounded-lg px-3 py-1.5 font-medium text-link hover:bg-sunken"
            onClick={() => setAll(true)}
          >
            Show all {shown.length}
          </button>
        </div>
      ) : null}
      {shown.length === 0 ? <p className="px-5 py-8 text-center text-muted">Nothing matches “{filter}”.</p> : null}
    </div>
  );
}
