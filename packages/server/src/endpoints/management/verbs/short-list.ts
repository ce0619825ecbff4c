// Lists that are short enough to be read whole: filtered and paged in memory, with the parameters that every list has.

import { type Answer, type Ask, json } from '../../../web/exchange.ts';
import {
  fieldParameters,
  type Paging,
  pageOf,
  pagingParameters,
  pick,
  readPaging,
  readWanted,
  type Wanted,
} from '../paging.ts';
import { type Refused, uncached } from '../problem.ts';
import { isRefused, type Query, readQuery } from '../query.ts';

/** Which part of a list is asked for, and which members. `filters`: further parameters. */
export function readListQuery(
  ask: Ask,
  filters: readonly string[],
): { readonly query: Query; readonly paging: Paging; readonly wanted: Wanted | undefined } | Refused {
  const query = readQuery(ask.query, [...pagingParameters, ...fieldParameters, ...filters]);
  if (isRefused(query)) return query;
  const paging = readPaging(query);
  if (isRefused(paging)) return paging;
  const wanted = readWanted(query);
  return isRefused(wanted) ? wanted : { query, paging, wanted };
}

/** A part of a short list, wrapped as `name` where totals or a checkpoint are asked for. `filters`: members found by equality. */
export function listed(ask: Ask, name: string, rows: readonly object[], filters: readonly string[]): Answer | Refused {
  const read = readListQuery(ask, filters);
  if (isRefused(read)) return read;
  const { query, paging, wanted } = read;
  const found = rows.filter((row) =>
    filters.every(
      (filter) => !query.one.has(filter) || (row as Record<string, unknown>)[filter] === query.one.get(filter),
    ),
  );
  const part = pageOf(found, paging);
  if (isRefused(part)) return part;
  const shown = part.rows.map((row) => pick(row, wanted));
  return json(200, part.around ? { ...part.around, [name]: shown } : shown, uncached);
}
