// Counts of the log: Auth0's logins and sign-ups by day, and, our addition, `GET /api/v2/stats/events`, for charts: how often what
// happened, in steps of time, by one member of the events. What may be asked and what is answered.

import { z } from 'zod';
import type { Declared } from '../schema/collection.ts';
import { type Entity, type Fields, made } from '../schema/field.ts';
import { list, oneOf, text, whole } from '../schema/types.ts';

const count = whole(0, Number.MAX_SAFE_INTEGER);
const time = text(40);

/** Members of log events by which there are counts. */
export const countedBy = ['type', 'client_id', 'audience', 'connection', 'cause'] as const;
/** Steps of time, from the shortest. */
export const statsIntervals = ['five_minutes', 'hour', 'day'] as const;
/** Series of an answer: so many unless said otherwise, and so many at the most. */
export const statsSeries = { usual: 10, most: 100 } as const;
/** Steps of an answer at the most. */
export const mostStatsSteps = 1000;

const day = {
  date: made(time, 'Beginning of the day (UTC)'),
  logins: made(count, 'Logins; silent ones do not count'),
  signups: made(count, 'Sign-ups'),
  leaked_passwords: made(count, 'Always 0: breached passwords are not detected'),
  leaked_passwords_signup: made(count, 'Always 0: breached passwords are not detected'),
  created_at: made(time, 'About when the first of them happened'),
  updated_at: made(time, 'About when the last of them happened'),
} satisfies Fields;

const series = z.strictObject({
  kind: oneOf(['value', 'none', 'unknown', 'others']).meta({
    description:
      '`value`: events with that value. `none`: events without one. `unknown`: names that are none of the tenant’s. `others`: all that come after the largest series',
  }),
  value: text(1000).optional(),
  total: count,
  counts: list(count, mostStatsSteps).meta({ description: 'One a step of time' }),
});

const events = {
  from: made(time, 'Beginning of the first step of time'),
  to: made(time, 'End of the last step of time'),
  interval: made(oneOf(statsIntervals), 'Length of a step'),
  by: made(oneOf(countedBy), 'Member of log events that the series are by'),
  total: made(count, 'All events of all series'),
  series: made(list(series, statsSeries.most), 'The largest first'),
} satisfies Fields;

/** One day of `GET /stats/daily`. */
export const dailyStats: Declared<typeof day> = {
  name: 'daily_stats',
  path: 'stats/daily',
  noun: { one: 'day', a: 'a day' },
  about: 'Logins and sign-ups of a day',
  fields: day,
};
/** What `GET /stats/events` answers. */
export const eventStats: Declared<typeof events> = {
  name: 'event_stats',
  path: 'stats/events',
  noun: { one: 'count of events', a: 'a count of events' },
  about: 'How often what happened. Counted with the log, and kept for 400 days whatever the retention of the log',
  fields: events,
};

export type DailyStats = Entity<typeof day>;
export type EventStats = Entity<typeof events>;
export type StatsSeries = z.infer<typeof series>;
