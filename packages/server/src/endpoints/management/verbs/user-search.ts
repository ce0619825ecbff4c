// Lists of users: searched by `q`, ordered, paged; by e-mail address; and the log of one user.
// Columns answer what they can for any number of users. What they cannot is looked at row by row, up to a bound.

import { canonicalEmail } from '../../../domain/accounts/identifiers.ts';
import { type User, users as userTable } from '../../../domain/accounts/user.ts';
import { opened } from '../../../domain/logs/record.ts';
import { users } from '../../../resources/index.ts';
import { isSound } from '../../../schema/json.ts';
import type { Store, Where } from '../../../storage/store.ts';
import { json, type Route } from '../../../web/exchange.ts';
import { type Act, type Machinery, operation } from '../operation.ts';
import { fieldParameters, type Paging, pick, readWanted } from '../paging.ts';
import { type Refused, refused, uncached } from '../problem.ts';
import { badQuery, flagIn, isRefused, type Query, readQuery } from '../query.ts';
import { matches, order, planOf, valuesOf } from '../user-match.ts';
import { isSearchable, readUserQuery, type Test } from '../user-query.ts';
import { readListQuery } from './short-list.ts';
import { inexistentUser } from './user-roles.ts';
import { shownUser } from './user-views.ts';

/** As Auth0 pages its users and its log: what lies deeper is reached by a narrower search or by `from`. */
const deepestRow = 1000;
/** Users that one search may look at row by row. */
const mostLookedAt = 10_000;
/** Users held in memory at once while it does. */
const portion = 200;

interface Search {
  readonly where: Where<User>;
  readonly rest: Test;
  readonly sort: { readonly field: string; readonly descending: boolean };
}

/** `GET /api/v2/users`, `/users-by-email` and `/users/{id}/logs`. */
export function userSearchRoutes(machinery: Machinery): Route[] {
  const { deps } = machinery;

  const list: Act = async (ask) => {
    const read = readListQuery(ask, ['q', 'search_engine', 'sort', 'connection', 'primary_order']);
    if (isRefused(read)) return read;
    const { query, paging, wanted } = read;
    const search = searchOf(query);
    if (isRefused(search)) return search;
    const deep = tooDeep(paging);
    if (deep) return deep;
    const store = deps.database.store(ask.tenant);
    const shown = (rows: readonly User[]) => rows.map((user) => pick(shownUser(user), wanted));
    const byColumns = search.rest.kind === 'all' && search.sort.field === 'created_at';
    if (paging.kind === 'checkpoint') {
      if (!byColumns || search.sort.descending)
        return badQuery('Checkpoints go with searches by columns only, in the order of creation', 'take');
      const after = paging.from === undefined ? {} : { after: paging.from };
      const found = await store.checkpoint(userTable, { where: search.where, limit: paging.take, ...after });
      if (!found) return badQuery('Not a checkpoint of this list', 'from');
      const next = found.next === undefined ? {} : { next: found.next };
      return json(200, { users: shown(found.rows), ...next }, uncached);
    }
    const { offset, limit } = paging;
    const found = byColumns ? await ordered(store, search, offset, limit) : await looked(store, search, offset, limit);
    if (isRefused(found)) return found;
    const rows = shown(found.rows);
    const around = { start: offset, limit, length: rows.length, total: found.total };
    return json(200, paging.totals ? { ...around, users: rows } : rows, uncached);
  };

  const byEmail: Act = async (ask) => {
    const query = readQuery(ask.query, ['email', ...fieldParameters]);
    if (isRefused(query)) return query;
    const wanted = readWanted(query);
    if (isRefused(wanted)) return wanted;
    const given = query.one.get('email');
    if (!given) return badQuery('Missing required property: email');
    const email = canonicalEmail(given);
    if (email === undefined) return badQuery(`Object didn't pass validation for format email`, 'email');
    const found = await deps.database.store(ask.tenant).all(userTable, { email });
    return json(
      200,
      found.map((user) => pick(shownUser(user), wanted)),
      uncached,
    );
  };

  const logsOf: Act = async (ask) => {
    const read = readListQuery(ask, ['sort']);
    if (isRefused(read)) return read;
    const { query, paging, wanted } = read;
    if (paging.kind === 'checkpoint') return badQuery('The log of a user is paged by page and per_page', 'take');
    const deep = tooDeep(paging);
    if (deep) return deep;
    const sort = query.one.get('sort') ?? 'date:-1';
    if (sort !== 'date:-1' && sort !== 'date:1') return badQuery('Events are sorted by date:1 or date:-1', 'sort');
    const store = deps.database.store(ask.tenant);
    const user = ask.params.id ?? '';
    if (!isSound(user) || !(await store.get(userTable, user))) return inexistentUser;
    const { offset, limit } = paging;
    const { records, total } = await store.logs.page({
      filter: { equals: [{ column: 'user_id', anyOf: [user] }] },
      newestFirst: sort === 'date:-1',
      offset,
      limit,
    });
    const logs = records.map((text) => pick(opened(text), wanted));
    const around = { start: offset, limit, length: logs.length, total };
    return json(200, paging.totals ? { ...around, logs } : logs, uncached);
  };

  const family = 'management' as const;
  return [
    { method: 'GET', path: '/api/v2/users', handle: operation(machinery, [users.scopes.read], list), family },
    {
      method: 'GET',
      path: '/api/v2/users-by-email',
      handle: operation(machinery, [['read:users']], byEmail),
      family,
    },
    {
      method: 'GET',
      path: '/api/v2/users/:id/logs',
      handle: operation(machinery, [['read:logs', 'read:logs_users']], logsOf),
      family,
    },
  ];
}

function tooDeep(paging: Paging): Refused | undefined {
  if (paging.kind === 'checkpoint' || paging.offset + paging.limit <= deepestRow) return undefined;
  return refused(
    400,
    `You can only page through the first ${deepestRow} records; narrow the search, or use from and take`,
    'invalid_paging',
  );
}

/** What a query asks for, with what columns can answer of it. */
function searchOf(query: Query): Search | Refused {
  const engine = query.one.get('search_engine');
  if (engine !== undefined && engine !== 'v3') return badQuery('The search engine is v3', 'search_engine');
  const exactOrder = flagIn(query, 'primary_order');
  if (isRefused(exactOrder)) return exactOrder;
  const sort = /^([\w.]+):(1|-1)$/.exec(query.one.get('sort') ?? 'created_at:1');
  if (!sort || !isSearchable(sort[1] ?? '')) return badQuery('Users are sorted by field:1 or field:-1', 'sort');
  const read = readUserQuery(query.one.get('q') ?? '');
  if (read.kind === 'invalid') return badQuery(read.message, 'q');
  const { columns, rest } = planOf(read.test);
  const connection = query.one.get('connection');
  if (connection !== undefined && 'connection' in columns)
    return badQuery('Name the connection once: here or in q', 'connection');
  return {
    where: connection === undefined ? columns : { ...columns, connection },
    rest,
    sort: { field: sort[1] ?? '', descending: sort[2] === '-1' },
  };
}

/** A page of what columns answer; the newest first is the order of creation read from its end. */
async function ordered(store: Store, { where, sort }: Search, offset: number, limit: number) {
  if (!sort.descending) return store.page(userTable, { where, offset, limit });
  const { total } = await store.page(userTable, { where, offset: 0, limit: 0 });
  const end = Math.max(0, total - offset);
  const start = Math.max(0, end - limit);
  const { rows } = await store.page(userTable, { where, offset: start, limit: end - start });
  return { rows: rows.toReversed(), total };
}

/** A page of what needs a look at each row. Reads twice, so that only ids and keys of many users are ever in memory. */
async function looked(
  store: Store,
  { where, rest, sort }: Search,
  offset: number,
  limit: number,
): Promise<{ readonly rows: readonly User[]; readonly total: number } | Refused> {
  const { total: many } = await store.page(userTable, { where, offset: 0, limit: 1 });
  if (many > mostLookedAt) {
    return badQuery(
      `This search would look at ${many} users one by one, more than ${mostLookedAt}; add a condition on email, username, ` +
        'phone_number, name, user_id or identities.connection, and sort by created_at:1',
      'q',
    );
  }
  const found: { readonly id: string; readonly key: string | number }[] = [];
  let after: string | undefined;
  do {
    const read = await store.checkpoint(userTable, {
      where,
      limit: portion,
      ...(after === undefined ? {} : { after }),
    });
    for (const user of read?.rows ?? []) {
      if (matches(rest, user)) found.push({ id: user.user_id, key: keyOf(user, sort.field) });
    }
    after = read?.next;
  } while (after !== undefined);
  // Equal keys stay in the order of creation, whose own key is the same.
  if (sort.field !== 'created_at') found.sort((a, b) => orderOf(a.key, b.key));
  const sorted = sort.descending ? found.toReversed() : found;
  const ids = sorted.slice(offset, offset + limit).map(({ id }) => id);
  const rows = ids.length === 0 ? [] : await store.all(userTable, { user_id: ids });
  const byId = new Map(rows.map((user) => [user.user_id, user]));
  return { rows: ids.flatMap((id) => byId.get(id) ?? []), total: found.length };
}

function keyOf(user: User, field: string): string | number {
  const [first = ''] = valuesOf(user, field);
  return typeof first === 'number' ? first : String(first).toLowerCase();
}

function orderOf(a: string | number, b: string | number): number {
  return typeof a === typeof b ? order(a, b) : typeof a === 'number' ? -1 : 1;
}
