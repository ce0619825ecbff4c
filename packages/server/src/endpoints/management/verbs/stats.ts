// The routes of statistics: Auth0's active users and days, and our counts of log events for charts.

import { logins } from '../../../domain/logs/counted.ts';
import { identifierAt, storedIdentifier } from '../../../domain/tenants/system-apis.ts';
import { dailyStats, eventStats } from '../../../resources/index.ts';
import { UNKNOWN } from '../../../storage/event-counts.ts';
import { json, type Route } from '../../../web/exchange.ts';
import { type Act, type Machinery, operation } from '../operation.ts';
import { uncached } from '../problem.ts';
import { isRefused, type Query, readQuery } from '../query.ts';
import { daysOf, readDays, readEvents, seriesOf } from '../stats-query.ts';

const activeForMs = 30 * 86_400_000;
const filters = ['type', 'client_id', 'audience'] as const;

/** `GET /api/v2/stats/...`. `stats-query.ts` says what may be asked. */
export function statsRoutes(machinery: Machinery): Route[] {
  const { deps } = machinery;
  const countsOf = (tenant: Parameters<typeof deps.database.store>[0]) => deps.database.store(tenant).counts;

  const activeUsers: Act = async (ask, { now }) => {
    const query = readQuery(ask.query, []);
    if (isRefused(query)) return query;
    return json(200, await countsOf(ask.tenant).usersSince(now - activeForMs), uncached);
  };

  const daily: Act = async (ask, { now }) => {
    const query = readQuery(ask.query, ['from', 'to']);
    if (isRefused(query)) return query;
    const days = readDays(query, now);
    if (isRefused(days)) return days;
    const rows = await countsOf(ask.tenant).events({ ...days, by: 'type', only: { type: [...logins, 'ss'] } });
    return json(200, daysOf(rows, logins, now), uncached);
  };

  const events: Act = async (ask, { now }) => {
    const query = readQuery(ask.query, ['by', 'interval', 'from', 'to', 'limit'], filters);
    if (isRefused(query)) return query;
    const asked = readEvents(query, now);
    if (isRefused(asked)) return asked;
    const type = listIn(query, 'type');
    const client_id = listIn(query, 'client_id');
    // An identifier may have a comma itself.
    const audience = query.many.get('audience')?.map((identifier) => storedIdentifier(identifier, ask.host));
    const rows = await countsOf(ask.tenant).events({
      since: asked.since,
      until: asked.until,
      by: asked.by,
      only: { ...(type ? { type } : {}), ...(client_id ? { client_id } : {}), ...(audience ? { audience } : {}) },
    });
    const named = (value: string) => (asked.by === 'audience' ? identifierAt(value, ask.host) : value);
    return json(200, seriesOf(rows, asked, { unknown: UNKNOWN, named }), uncached);
  };

  const handle = (act: Act) => operation(machinery, [['read:stats']], act);
  return [
    { method: 'GET', path: '/api/v2/stats/active-users', handle: handle(activeUsers), family: 'management' },
    { method: 'GET', path: `/api/v2/${dailyStats.path}`, handle: handle(daily), family: 'management' },
    { method: 'GET', path: `/api/v2/${eventStats.path}`, handle: handle(events), family: 'management' },
  ];
}

/** The values of a filter, which may come several times or with commas. */
function listIn(query: Query, name: string): string[] | undefined {
  return query.many.get(name)?.flatMap((text) => text.split(',').filter((value) => value !== ''));
}
