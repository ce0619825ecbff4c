// The log of the tenant: live, filtered by what the address says, so that a view can be shared.

import { useNavigate, useSearch } from '@tanstack/react-router';
import { Pause, Play } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import type { Api, Client, LogRecord } from '../../api/kinds.ts';
import { useAll, useGet } from '../../api/queries.ts';
import { Button } from '../../parts/button.tsx';
import { Empty, Page, Read } from '../../parts/layout.tsx';
import { Table } from '../../parts/table.tsx';
import { Badge, Time } from '../../parts/text.tsx';
import { useCan } from '../../session/session.ts';
import { apiList } from '../apis/list.tsx';
import { clientList } from '../applications/kinds.ts';
import { betweenOf, type Filter, queryOf, spans } from './filter.ts';
import { groups, reasonsOf, titleOf, toneOf } from './words.ts';

const liveEveryMs = 3000;
/** How many events one page of the list has: the most that the API gives at once. */
const pageSize = 100;

const moments = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

/** The list. */
export function Logs() {
  const can = useCan();
  const filter = useSearch({ strict: false }) as Filter;
  const navigate = useNavigate();
  const [live, setLive] = useState(true);
  const q = queryOf(filter, Date.now());
  const between = betweenOf(filter);
  const path = `/logs?${new URLSearchParams({ per_page: String(pageSize), sort: 'date:-1', ...(q ? { q } : {}) })}`;
  // Nothing is added among older events.
  const following = live && !filter.before;
  const logs = useGet<readonly LogRecord[]>(path, { keep: true, ...(following ? { every: liveEveryMs } : {}) });
  const apis = useAll<Api>(can('read:resource_servers') ? apiList : undefined);
  const clients = useAll<Client>(can('read:clients') ? clientList : undefined);
  const go = (next: Filter, replace: boolean) => {
    const search = Object.fromEntries(Object.entries(next).filter(([, value]) => value));
    void navigate({ to: '/logs', search: search as never, replace });
  };
  const set = (change: Filter) => go({ ...filter, before: '', ...change }, true);
  const known = (apis.data ?? []).map(({ name, identifier }) => [String(name), String(identifier)] as const);
  return (
    <Page
      title="Logs"
      about="What was asked, what was decided, and why."
      actions={
        filter.before ? undefined : (
          <Button onClick={() => setLive(!live)} aria-pressed={live}>
            {live ? <Pause className="size-4" aria-hidden="true" /> : <Play className="size-4" aria-hidden="true" />}
            {live ? 'Live' : 'Paused'}
          </Button>
        )
      }
    >
      <div className="card overflow-hidden">
        <div className="grid gap-3 border-b border-line p-3 sm:grid-cols-2 lg:grid-cols-[1fr_1fr_1fr_1fr_1.3fr]">
          <Pick
            label="Events"
            value={filter.kind ?? ''}
            onChange={(kind) => set({ kind })}
            options={[
              ['All but reads', ''],
              ['All events', 'all'],
              ...groups.map(({ label, value }) => [label, value] as const),
              ...(filter.kind && filter.kind !== 'all' && !groups.some(({ value }) => value === filter.kind)
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
            label="API"
            value={filter.api ?? ''}
            onChange={(api) => set({ api })}
            options={[
              ['All APIs', ''],
              ...known,
              // One that is gone, or that this person may not list, still says what the list is filtered by.
              ...(filter.api && !known.some(([, identifier]) => identifier === filter.api)
                ? [[filter.api, filter.api] as const]
                : []),
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
              placeholder="Words: an address, a user"
              defaultValue={filter.text ?? ''}
            />
          </form>
        </div>
        {between ? (
          <p className="flex flex-wrap items-center gap-2 border-b border-line px-4 py-2 text-muted">
            {moments.formatRange(...between)}
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
        <Read from={logs}>
          {(rows) => (
            <>
              <LogTable
                rows={rows}
                {...(Object.keys(filter).length > 0
                  ? {
                      empty: (
                        <Empty title="No such events">
                          {filter.before ? 'There is nothing older.' : 'Nothing in the log matches this filter.'}
                        </Empty>
                      ),
                    }
                  : {})}
              />
              {filter.before || rows.length === pageSize ? (
                <nav
                  aria-label="Pages of the log"
                  className="flex justify-end gap-2 border-t border-line px-4 py-2.5 text-muted"
                >
                  {filter.before ? <Button onClick={() => go({ ...filter, before: '' }, false)}>Newest</Button> : null}
                  <Button
                    disabled={rows.length < pageSize || logs.isPlaceholderData}
                    onClick={() => go({ ...filter, before: rows.at(-1)?.log_id ?? '' }, false)}
                  >
                    Older
                  </Button>
                </nav>
              ) : null}
            </>
          )}
        </Read>
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
export function LogTable({ rows, empty }: { readonly rows: readonly LogRecord[]; readonly empty?: ReactNode }) {
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
        empty ?? (
          <Empty title="No events">
            Everything that is asked of this server, and why it was granted or refused, appears here within a second.
          </Empty>
        )
      }
    />
  );
}
