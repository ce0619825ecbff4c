// The routes of the tenant log: search, read on from an event, one event.

import { opened } from '../../../domain/logs/record.ts';
import { logs } from '../../../resources/index.ts';
import type { LogFilter } from '../../../storage/store.ts';
import { type Answer, json, type Route } from '../../../web/exchange.ts';
import { readLogQuery } from '../log-query.ts';
import { type Act, type Machinery, operation } from '../operation.ts';
import { fieldParameters, pagingParameters, pick, readPaging, readWanted, type Wanted } from '../paging.ts';
import { type Refused, refused, uncached } from '../problem.ts';
import { badQuery, isRefused, type Query, readQuery } from '../query.ts';

/** As Auth0 pages its log: what lies deeper is reached by dates or by `from`. */
const deepestRow = 1000;

const eventId = /^[0-9A-Za-z_-]{1,128}$/;

/** `GET /api/v2/logs` and `/logs/{id}`. `log-query.ts` says what `q` understands. */
export function logRoutes(machinery: Machinery): Route[] {
  const { deps } = machinery;
  const missing = refused(404, logs.errors.missing.message);

  const list: Act = async (ask) => {
    const query = readQuery(ask.query, [...pagingParameters, ...fieldParameters, 'q', 'search', 'sort']);
    if (isRefused(query)) return query;
    const wanted = readWanted(query);
    if (isRefused(wanted)) return wanted;
    const paging = readPaging(query);
    if (isRefused(paging)) return paging;
    const reads = deps.database.store(ask.tenant).logs;
    if (paging.kind === 'checkpoint') {
      if (paging.from !== undefined && !eventId.test(paging.from)) return badQuery('Not the id of a log event', 'from');
      const after = paging.from === undefined ? {} : { logId: paging.from };
      return records(await reads.after({ ...after, limit: paging.take }), wanted, undefined);
    }
    if (paging.offset + paging.limit > deepestRow) {
      return refused(
        400,
        `You can only page through the first ${deepestRow} records; narrow the dates in q, or use from and take`,
        'invalid_paging',
      );
    }
    const newestFirst = sortOf(query);
    if (isRefused(newestFirst)) return newestFirst;
    const filter = filterOf(query);
    if (isRefused(filter)) return filter;
    const { offset, limit } = paging;
    if (!paging.totals && offset === 0) {
      return records(await reads.first({ ...filter, newestFirst, limit }), wanted, undefined);
    }
    const { records: found, total } = await reads.page({ ...filter, newestFirst, offset, limit });
    const around = paging.totals ? { start: offset, limit, length: found.length, total } : undefined;
    return records(found, wanted, around);
  };

  const read: Act = async (ask) => {
    const query = readQuery(ask.query, [...fieldParameters]);
    if (isRefused(query)) return query;
    const id = ask.params.id ?? '';
    const record = eventId.test(id) ? await deps.database.store(ask.tenant).logs.get(id) : undefined;
    return record === undefined ? missing : json(200, opened(record), uncached);
  };

  const handle = (act: Act) => operation(machinery, [logs.scopes.read], act);
  return [
    { method: 'GET', path: '/api/v2/logs', handle: handle(list), family: 'management' },
    { method: 'GET', path: '/api/v2/logs/:id', handle: handle(read), family: 'management' },
  ];
}

function sortOf(query: Query): boolean | Refused {
  const sort = query.one.get('sort') ?? 'date:-1';
  if (sort === 'date:-1') return true;
  return sort === 'date:1' ? false : badQuery('Events are sorted by date:1 or date:-1', 'sort');
}

function filterOf(query: Query): { readonly filter: LogFilter } | Refused {
  const text = [query.one.get('q'), query.one.get('search')].filter((part) => part).join(' ');
  const read = readLogQuery(text);
  return read.kind === 'invalid' ? badQuery(read.message, 'q') : { filter: read.filter };
}

/** Ids stay in every answer, as recorded. */
function records(found: readonly string[], wanted: Wanted | undefined, around: object | undefined): Answer {
  const list = found.map((text) => {
    const record = opened(text);
    return wanted ? { ...pick(record, wanted), _id: record._id, log_id: record.log_id } : record;
  });
  return json(200, around ? { ...around, logs: list } : list, uncached);
}
