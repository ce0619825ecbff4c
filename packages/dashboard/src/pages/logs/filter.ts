// What the log is filtered by, as the address of the page says it, and the search of the API for it.

import { groups, readByUser } from './words.ts';

export interface Filter {
  /** A group of events, or one type. */
  readonly kind?: string;
  readonly client?: string;
  /** An API's identifier. */
  readonly api?: string;
  readonly user?: string;
  readonly text?: string;
  readonly since?: string;
  /** Between two instants (ISO 8601), the second excluded: what a bar of a chart stands for. */
  readonly from?: string;
  readonly to?: string;
  /** The event after which the list goes on, to older ones. */
  readonly before?: string;
}

export const spans: readonly (readonly [label: string, value: string, hours: number])[] = [
  ['Any time', '', 0],
  ['Last hour', '1h', 1],
  ['Last 24 hours', '24h', 24],
  ['Last 7 days', '7d', 168],
  ['Last 30 days', '30d', 720],
];

/** Quotes end a text in the search language, so they are left out. */
const quoted = (value: string) => `"${value.replace(/["\\]/g, ' ').trim()}"`;

/** Of the group or the type that is named; of all; and by default of all but reads. */
function typesOf(kind: string | undefined): string {
  if (!kind) return `NOT type:${readByUser}`;
  if (kind === 'all') return '';
  const group = groups.find(({ value }) => value === kind);
  return group ? `type:(${group.types.join(' OR ')})` : `type:${quoted(kind)}`;
}

/** The time between `from` and `to`, if both are instants: anybody can write an address. */
export function betweenOf({ from, to }: Filter): readonly [Date, Date] | undefined {
  const [start, end] = [new Date(from ?? ''), new Date(to ?? '')];
  return start < end ? [start, end] : undefined;
}

/** The search of the API for a filter, at `now` (ms). */
export function queryOf(filter: Filter, now: number): string {
  const { kind, client, api, user, text, since, before } = filter;
  const between = betweenOf(filter);
  const hours = spans.find(([, value]) => value === since)?.[2] ?? 0;
  const terms = [
    typesOf(kind),
    client ? `client_id:${quoted(client)}` : '',
    api ? `audience:${quoted(api)}` : '',
    user ? `user_id:${quoted(user)}` : '',
    before && /^[0-9A-Za-z_-]+$/.test(before) ? `log_id:<${before}` : '',
    // To the minute: a query that changes every second could not be kept.
    hours > 0 ? `date:[${new Date(Math.floor((now - hours * 3_600_000) / 60_000) * 60_000).toISOString()} TO *]` : '',
    between ? `date:[${between[0].toISOString()} TO ${between[1].toISOString()}}` : '',
    ...(text ?? '').split(/\s+/).filter(Boolean).map(quoted),
  ];
  return terms.filter(Boolean).join(' AND ');
}
