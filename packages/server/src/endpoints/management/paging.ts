// The two paginations (auth0-behaviour §37.5): pages, wrapped when totals are asked for, and checkpoints.
// `take` wins, since SDKs send `include_totals` everywhere. There is no end of the pages: beyond it they are empty.

import type { Refused } from './problem.ts';
import { badQuery, flagIn, isRefused, numberIn, type Query } from './query.ts';

export const pagingParameters = ['page', 'per_page', 'include_totals', 'from', 'take'] as const;
export const fieldParameters = ['fields', 'include_fields'] as const;

export type Paging =
  | { readonly kind: 'page'; readonly offset: number; readonly limit: number; readonly totals: boolean }
  | { readonly kind: 'checkpoint'; readonly from: string | undefined; readonly take: number };

const mostPages = 1_000_000_000;
const mostRows = 100;

/** Which part of a list is wanted; a refusal for numbers out of bounds. Cursors are judged by the store. */
export function readPaging(query: Query): Paging | Refused {
  const totals = flagIn(query, 'include_totals');
  if (isRefused(totals)) return totals;
  const page = numberIn(query, 'page', 0, mostPages, 0);
  if (isRefused(page)) return page;
  const perPage = numberIn(query, 'per_page', 0, mostRows, 50);
  if (isRefused(perPage)) return perPage;
  const take = numberIn(query, 'take', 1, mostRows, 50);
  if (isRefused(take)) return take;
  const from = query.one.get('from');
  if (query.one.has('take') || from !== undefined) {
    if (from !== undefined && (from === '' || from.length > 200))
      return badQuery('Not a checkpoint of this list', 'from');
    return { kind: 'checkpoint', from, take };
  }
  return { kind: 'page', offset: page * perPage, limit: perPage, totals: totals ?? false };
}

/** The wanted part of rows that are all at hand, and what the answer says around it. Checkpoints count the rows. */
export function pageOf<Row>(
  all: readonly Row[],
  paging: Paging,
): { readonly rows: readonly Row[]; readonly around?: object } | Refused {
  if (paging.kind === 'page') {
    const rows = all.slice(paging.offset, paging.offset + paging.limit);
    return paging.totals
      ? { rows, around: { start: paging.offset, limit: paging.limit, total: all.length } }
      : { rows };
  }
  const from = Number(paging.from ?? 0);
  if (!Number.isSafeInteger(from) || from < 0) return badQuery('Not a checkpoint of this list', 'from');
  const end = from + paging.take;
  return { rows: all.slice(from, end), around: end < all.length ? { next: String(end) } : {} };
}

/** Which members of each answer are wanted. Unknown names are tolerated. */
export interface Wanted {
  readonly names: ReadonlySet<string>;
  readonly include: boolean;
}

/** The meaning of `fields` and `include_fields`; `undefined` if all members are wanted. */
export function readWanted(query: Query): Wanted | undefined | Refused {
  const include = flagIn(query, 'include_fields');
  if (isRefused(include)) return include;
  const fields = query.one.get('fields');
  if (fields === undefined || fields === '') return undefined;
  if (fields.length > 4000) return badQuery(`String is too long (${fields.length} chars), maximum 4000`, 'fields');
  return { names: new Set(fields.split(',').map((name) => name.trim())), include: include ?? true };
}

/** The members of an answer that are wanted; all of them if nothing was said. */
export function pick(answer: object, wanted: Wanted | undefined): object {
  if (!wanted) return answer;
  return Object.fromEntries(Object.entries(answer).filter(([name]) => wanted.names.has(name) === wanted.include));
}
