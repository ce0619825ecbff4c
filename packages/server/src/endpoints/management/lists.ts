// Lists of a collection: filters and both paginations, turned into one read of the store.

import type { Filter } from '../../schema/collection.ts';
import type { Entity, Fields } from '../../schema/field.ts';
import type { Table } from '../../schema/table.ts';
import type { Store, Where } from '../../storage/store.ts';
import type { Ask } from '../../web/exchange.ts';
import type { Offered } from './collection-routes.ts';
import type { At } from './context.ts';
import { fieldParameters, pageOf, pagingParameters, readPaging, readWanted, type Wanted } from './paging.ts';
import type { Refused } from './problem.ts';
import { badQuery, flagIn, isRefused, type Query, readQuery } from './query.ts';

export interface Listed<F extends Fields> {
  readonly rows: readonly Entity<F>[];
  readonly wanted: Wanted | undefined;
  /** The answer's body around the shown rows. */
  readonly wrap: (shown: readonly object[]) => unknown;
}

/** Reads the rows that a list request asks for. `before` is asked once the query is known to be right (a parent's 404). */
export async function listRows<F extends Fields>(
  { declared, verbs }: Offered<F>,
  table: Table<Entity<F>>,
  store: Store,
  ask: Ask,
  here: At,
  before: () => Promise<Refused | undefined>,
): Promise<Listed<F> | Refused> {
  const lists = declared.filters.filter(({ type }) => type === 'list').map(({ param }) => param);
  const others = declared.filters.filter(({ type }) => type !== 'list').map(({ param }) => param);
  const query = readQuery(ask.query, [...pagingParameters, ...fieldParameters, ...others], lists);
  if (isRefused(query)) return query;
  const paging = readPaging(query);
  if (isRefused(paging)) return paging;
  const wanted = readWanted(query);
  if (isRefused(wanted)) return wanted;
  const tests: ((row: object) => boolean)[] = [];
  const conditions: [string, string | readonly string[]][] = [];
  for (const filter of declared.filters) {
    const value = filterValue(filter, query);
    if (isRefused(value)) return value;
    if (value === undefined) continue;
    if (filter.type === 'part' || filter.type === 'equal') {
      tests.push(testOf(filter, String(value)));
      continue;
    }
    const stored = (text: string) => verbs.stored?.(filter.field, text, here) ?? text;
    conditions.push([filter.field, typeof value === 'string' ? stored(value) : value.map(stored)]);
  }
  if (declared.within) conditions.push([declared.within.field, ask.params[declared.within.param] ?? '']);
  const where = Object.fromEntries(conditions) as Where<Entity<F>>;
  const refusal = await before();
  if (refusal) return refusal;

  if (declared.list === 'bare') {
    const all = await store.all(table, where);
    return { rows: declared.newestFirst ? all.toReversed() : all, wanted, wrap: (shown) => shown };
  }
  if (tests.length > 0) {
    const found = (await store.all(table, where)).filter((row) => tests.every((test) => test(row)));
    const part = pageOf(found, paging);
    if (isRefused(part)) return part;
    const { rows, around } = part;
    return { rows, wanted, wrap: (shown) => (around ? { ...around, [declared.name]: shown } : shown) };
  }
  if (paging.kind === 'checkpoint') {
    const after = paging.from === undefined ? {} : { after: paging.from };
    const found = await store.checkpoint(table, { where, limit: paging.take, ...after });
    if (!found) return badQuery('Not a checkpoint of this list', 'from');
    const next = found.next === undefined ? {} : { next: found.next };
    return { rows: found.rows, wanted, wrap: (shown) => ({ [declared.name]: shown, ...next }) };
  }
  const { rows, total } = await store.page(table, { where, offset: paging.offset, limit: paging.limit });
  const around = { total, start: paging.offset, limit: paging.limit };
  return { rows, wanted, wrap: (shown) => (paging.totals ? { ...around, [declared.name]: shown } : shown) };
}

function testOf({ field, type }: Filter, wanted: string): (row: object) => boolean {
  const memberOf = (row: object) => String((row as Record<string, unknown>)[field] ?? '');
  if (type === 'equal') return (row) => memberOf(row) === wanted;
  const part = wanted.toLowerCase();
  return (row) => memberOf(row).toLowerCase().includes(part);
}

function filterValue(filter: Filter, query: Query): string | readonly string[] | undefined | Refused {
  switch (filter.type) {
    case 'text':
    case 'part':
    case 'equal':
      return query.one.get(filter.param);
    case 'boolean': {
      const value = flagIn(query, filter.param);
      return isRefused(value) ? value : value?.toString();
    }
    case 'list': {
      const values = query.many.get(filter.param);
      return values?.flatMap((value) => value.split(',')).filter((value) => value !== '');
    }
  }
}
