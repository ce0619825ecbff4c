// The log of the tenant: live, filtered by what the address says, so that a view can be shared.

import { useNavigate, useSearch } from '@tanstack/react-router';
import { Pause, Play } from 'lucide-react';
import { useState } from 'react';
import type { Client, LogRecord } from '../../api/kinds.ts';
import { useAll, useGet } from '../../api/queries.ts';
import { Button } from '../../parts/button.tsx';
import { Empty, Page, Read } from '../../parts/layout.tsx';
import { Table } from '../../parts/table.tsx';
import { Badge, Time } from '../../parts/text.tsx';
import { useCan } from '../../session/session.ts';
import { clientList } from '../applications/kinds.ts';
import { groups, reasonsOf, titleOf, toneOf } from './words.ts';

interface Filter {
  readonly kind?: string;
  readonly client?: string;
  readonly user?: string;
  readonly text?: string;
  readonly since?: string;
  /** A span between two instants (ISO 8601), the second excluded: what a bar of a chart stands for. */
  readonly from?: string;
  readonly to?: string;
}

const liveEveryMs = 3000;
const spans: readonly (readonly [label: string, value: string, hours: number])[] = [
  ['Any time', '', 0],
  ['Last hour', '1h', 1],
  ['Last 24 hours', '24h', 24],
  ['Last 7 days', '7d', 168],
];

/** The search of the API for a filter. Quotes end a text there, so they are left out. */
function queryOf({ kind, client, user, text, since, from, to }: Filter): string {
  const group = groups.find(({ value }) => value === kind);
  const hours = spans.find(([, value]) => value === since)?.[2] ?? 0;
  const quoted = (value: string) => `"${value.replace(/["\\]/g, ' ').trim()}"`;
  const terms = [
    group ? `type:(${group.types.join(' OR ')})` : kind ? `type:${quoted(kind)}` : '',
    client ? `client_id:${quoted(client)}` : '',
    user ? `user_id:${quoted(user)}` : '',
    // To the minute: a query that changes every second could not be kept.
    hours > 0
      ? `date:[${new Date(Math.floor((Date.now() - hours * 3_600_000) / 60_000) * 60_000).toISOString()} TO *]`
      : '',
    instant(from) && instant(to) ? `date:[${instant(from)} TO ${instant(to)}}` : '',
    ...(text ?? '').split(/\s+/).filter(Boolean).map(quoted),
  ];
  return terms.filter(Boolean).join(' AND ');
}

/** An instant of the address as the API reads it; anybody can write an address. */
function instant(text: string | undefined): string | undefined {
  const at = new Date(text ?? '');
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}

const moments = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

/** The list. */
export function Logs() {
  const can = useCan();
  const filter = useSearch({ strict: false }) as Filter;
  const navigate = useNavigate();
  const [live, setLive] = useState(true);
  const q = queryOf(filter);
  const path = `/logs?${new URLSearchParams({ per_page: '100', sort: 'date:-1', ...(q ? { q } : {}) })}`;
  const logs = useGet<readonly LogRecord[]>(path, { keep: true, ...(live ? { every: liveEveryMs } : {}) });
  const clients = useAll<Client>(can('read:clients') ? clientList : undefined);
  const set = (change: Filter) => {
    const next = Object.fromEntries(Object.entries({ ...filter, ...change }).filter(([, value]) => value));
    void navigate({ to: '/logs', search: next as never, replace: true });
  };
  return (
    <Page
      title="Logs"
      about="What was asked, what was decided, and why."
      actions={
        <Button onClick={() => setLive(!live)} aria-pressed={live}>
          {live ? <Pause className="size-4" aria-hidden="true" /> : <Play className="size-4" aria-hidden="true" />}
          {live ? 'Live' : 'Paused'}
        </Button>
      }
    >
      <div className="card overflow-hidden">
        <div className="grid gap-3 border-b border-line p-3 sm:grid-cols-2 lg:grid-cols-[1fr_1fr_1fr_1.5fr]">
          <Pick
            label="Events"
            value={filter.kind ?? ''}
            onChange={(kind) => set({ kind })}
            options={[
              ['All events', ''],
              ...groups.map(({ label, value }) => [label, value] as const),
              ...(filter.kind && !groups.some(({ value }) => value === filter.kind)
                ? [[titleOf({ type: filter.kind }), filter.kind] as const]
                : []),
            ]}
          />
          <Pick
            label="Application"
            value={filter.client ?? ''}
            onChange={(client) => set({ client })}
            options={[
              ['All applications', ''],
              ...(clients.data ?? []).map(({ name, client_id }) => [name, client_id] as const),
            ]}
          />
          <Pick
            label="Time"
            value={filter.since ?? ''}
            onChange={(since) => set({ since, from: '', to: '' })}
            options={spans.map(([label, value]) => [label, value] as const)}
          />
          <form
            onSubmit={(event) => {
              event.preventDefault();
              set({ text: String(new FormData(event.currentTarget).get('text') ?? '') });
            }}
          >
            <input
              key={filter.text ?? ''}
              name="text"
              type="search"
              className="field"
              aria-label="Words in the record"
              placeholder="Words: an address, a user, an API"
              defaultValue={filter.text ?? ''}
            />
          </form>
        </div>
        {instant(filter.from) && instant(filter.to) ? (
          <p className="flex flex-wrap items-center gap-2 border-b border-line px-4 py-2 text-muted">
            {moments.formatRange(new Date(filter.from ?? ''), new Date(filter.to ?? ''))}
            <Button kind="quiet" onClick={() => set({ from: '', to: '' })}>
              Any time
            </Button>
          </p>
        ) : null}
        {filter.user ? (
          <p className="flex flex-wrap items-center gap-2 border-b border-line px-4 py-2 text-muted">
            Of user {filter.user}
            <Button kind="quiet" onClick={() => set({ user: '' })}>
              Show all
            </Button>
          </p>
        ) : null}
        <Read from={logs}>{(rows) => <LogTable rows={rows} />}</Read>
      </div>
    </Page>
  );
}

function Pick({
  label,
  value,
  options,
  onChange,
}: {
  readonly label: string;
  readonly value: string;
  readonly options: readonly (readonly [string, string])[];
  readonly onChange: (value: string) => void;
}) {
  return (
    <select className="field" aria-label={label} value={value} onChange={(event) => onChange(event.target.value)}>
      {options.map(([name, one]) => (
        <option key={one} value={one}>
          {name}
        </option>
      ))}
    </select>
  );
}

/** Events in rows, the reason of each in a line. */
export function LogTable({ rows }: { readonly rows: readonly LogRecord[] }) {
  return (
    <Table
      label="Events"
      rows={rows}
      idOf={({ log_id }) => log_id}
      linkOf={({ log_id }) => ({ to: '/logs/$id', params: { id: log_id } })}
      columns={[
        {
          label: 'Event',
          cell: (record) => (
            <span className="block min-w-0">
              <span className="flex flex-wrap items-center gap-2">
                <Badge tone={toneOf(record)}>{record.type}</Badge>
                {titleOf(record)}
              </span>
              <span className="mt-0.5 line-clamp-2 font-normal break-words text-muted">
                {reasonsOf(record).cause ?? record.description}
              </span>
            </span>
          ),
        },
        {
          label: 'Application',
          cell: ({ client_name, client_id }) => (
            <span className="break-words text-muted">{client_name || client_id || ''}</span>
          ),
        },
        {
          label: 'User',
          minor: true,
          cell: ({ user_name, user_id }) => (
            <span className="break-words text-muted">{user_name || user_id || ''}</span>
          ),
        },
        {
          label: 'When',
          cell: ({ date }) => (
            <span className="text-muted">
              <Time at={date} />
            </span>
          ),
        },
      ]}
      empty={
        <Empty title="No events">
          Everything that is asked of this server, and why it was granted or refused, appears here within a second.
        </Empty>
      }
    />
  );
}
