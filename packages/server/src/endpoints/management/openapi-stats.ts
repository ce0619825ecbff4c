// What the OpenAPI document says of the counts of the log.

import {
  countedBy,
  dailyStats,
  eventStats,
  mostStatsSteps,
  statsIntervals,
  statsSeries,
} from '../../resources/index.ts';
import { operation, pathTemplate, queryParameter, reference, schemaName, schemasOf } from '../../schema/openapi.ts';

const needs = [['read:stats']] as const;
const tag = 'stats';
const date = { type: 'string', pattern: '^\\d{8}$' };
const names = { type: 'array', items: { type: 'string' } };

/** Paths by their templates. */
export const statsPaths = {
  '/stats/active-users': {
    get: operation({
      summary: 'Count the users who logged in during the last 30 days',
      tag,
      needs,
      status: 200,
      answer: { type: 'integer', minimum: 0 },
    }),
  },
  [pathTemplate(dailyStats.path)]: {
    get: operation({
      summary: 'Count logins and sign-ups by day (UTC); days without any are left out',
      tag,
      needs,
      parameters: [
        queryParameter('from', 'First day, as YYYYMMDD', date),
        queryParameter('to', 'Last day, as YYYYMMDD', date),
      ],
      status: 200,
      answer: { type: 'array', items: reference(schemaName(dailyStats.name)) },
    }),
  },
  [pathTemplate(eventStats.path)]: {
    get: operation({
      summary: 'Count log events by one of their members, in steps of time',
      tag,
      needs,
      parameters: [
        queryParameter('by', 'Member that makes the series; `cause` counts failures only', {
          type: 'string',
          enum: countedBy,
          default: 'type',
        }),
        queryParameter('interval', 'Length of a step of time (UTC)', {
          type: 'string',
          enum: statsIntervals,
          default: 'hour',
        }),
        queryParameter(
          'from',
          'Date or time in ISO 8601, rounded down to a step; a day before `to` unless said otherwise',
        ),
        queryParameter(
          'to',
          `The same, rounded up; now unless said otherwise. At most ${mostStatsSteps} steps after it`,
        ),
        queryParameter('type', 'Only events of these types', names),
        queryParameter('client_id', 'Only events of these clients', names),
        queryParameter('audience', 'Only events about these APIs, by their identifiers', names),
        queryParameter('limit', 'Series at the most; what remains is in one of kind `others`', {
          type: 'integer',
          minimum: 2,
          maximum: statsSeries.most,
          default: statsSeries.usual,
        }),
      ],
      status: 200,
      answer: reference(schemaName(eventStats.name)),
    }),
  },
};

/** Schemas of what is answered. */
export const statsSchemas = { ...schemasOf(dailyStats), ...schemasOf(eventStats) };
