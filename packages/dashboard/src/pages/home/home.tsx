// The first page: what to do next on a fresh tenant, and what happened lately, counted from the log.

import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { Api, LogRecord } from '../../api/kinds.ts';
import { useAll } from '../../api/queries.ts';
import { call } from '../../api/request.ts';
import { Empty, Failure, Loading, Page, Section } from '../../parts/layout.tsx';
import { useCan } from '../../session/session.ts';
import { apiList } from '../apis/list.tsx';
import { Chart } from './chart.tsx';
import { Checklist } from './checklist.tsx';
import { count } from './counts.ts';

const spans = [
  { label: 'Hour', hours: 1, buckets: 30 },
  { label: 'Day', hours: 24, buckets: 24 },
  { label: 'Week', hours: 168, buckets: 28 },
] as const;
type Span = (typeof spans)[number];

/** As deep as the log can be paged. */
const mostPages = 10;

/** Home. */
export function Home() {
  const can = useCan();
  return (
    <Page title="Home">
      <Checklist />
      {can('read:logs') ? (
        <Activity />
      ) : (
        <Empty title="Welcome">What you may do is in the navigation. The charts of this page need read:logs.</Empty>
      )}
    </Page>
  );
}

function Activity() {
  const can = useCan();
  const [span, setSpan] = useState<Span>(spans[1]);
  const apis = useAll<Api>(can('read:resource_servers') ? apiList : undefined);
  const events = useQuery({
    queryKey: ['api', '/logs', 'activity', span.hours],
    queryFn: () => recent(span),
    refetchInterval: 30_000,
  });
  const names = new Map((apis.data ?? []).map(({ identifier, name }) => [identifier, name ?? identifier] as const));
  const times = new Intl.DateTimeFormat(
    undefined,
    span.hours > 24 ? { weekday: 'short', hour: 'numeric' } : { hour: 'numeric', minute: '2-digit' },
  );
  if (events.error) return <Failure error={events.error} />;
  if (!events.data) return <Loading />;
  const { rows, since, now, cut } = events.data;
  const counts = count(rows, since, now, span.buckets, names);
  const labelOf = (bucket: number) => times.format(counts.starts[bucket]);
  return (
    <>
      <div className="mb-4 flex flex-wrap items-center justify-between gap-3">
        <h2 className="text-base font-semibold tracking-tight">Activity</h2>
        <fieldset className="flex rounded-lg border border-line bg-surface p-0.5">
          <legend className="sr-only">Time</legend>
          {spans.map((one) => (
            <button
              key={one.label}
              type="button"
              aria-pressed={one === span}
              className={`rounded-md px-3 py-1 font-medium ${one === span ? 'bg-tint text-link' : 'text-muted hover:text-ink'}`}
              onClick={() => setSpan(one)}
            >
              {one.label}
            </button>
          ))}
        </fieldset>
      </div>
      {cut ? (
        <p className="mb-4 text-muted">
          There was more than the newest {rows.length} events, which are what is counted here.
        </p>
      ) : null}
      <div className="grid gap-x-5 lg:grid-cols-2">
        <Panel title="Tokens issued, by API" none="No token was issued." series={counts.tokens} labelOf={labelOf} />
        <Panel title="Logins" none="Nobody signed in." series={counts.logins} labelOf={labelOf} />
        <Panel
          title="Failures, by cause"
          none="Nothing failed."
          series={counts.causes}
          labelOf={labelOf}
          kind="failures"
        />
        <Section title="Tokens issued, by application">
          {counts.byClient.length === 0 ? (
            <p className="py-8 text-center text-muted">No token was issued.</p>
          ) : (
            <ul className="space-y-2.5">
              {counts.byClient.map(([name, value]) => (
                <li key={name}>
                  <div className="flex justify-between gap-4">
                    <span className="min-w-0 truncate">{name}</span>
                    <span className="font-medium tabular-nums">{value}</span>
                  </div>
                  <div aria-hidden="true" className="mt-1 h-1.5 overflow-hidden rounded-full bg-sunken">
                    <div
                      className="h-full rounded-full bg-accent"
                      style={{ width: `${(100 * value) / (counts.byClient[0]?.[1] ?? 1)}%` }}
                    />
                  </div>
                </li>
              ))}
            </ul>
          )}
        </Section>
      </div>
    </>
  );
}

function Panel({
  title,
  none,
  series,
  labelOf,
  kind,
}: {
  readonly title: string;
  readonly none: string;
  readonly series: Parameters<typeof Chart>[0]['series'];
  readonly labelOf: (bucket: number) => string;
  readonly kind?: string;
}) {
  return (
    <Section
      title={title}
      actions={
        kind && series.length > 0 ? (
          <Link to="/logs" search={{ kind } as never} className="text-link hover:underline">
            See them
          </Link>
        ) : null
      }
    >
      {series.length === 0 ? (
        <p className="py-8 text-center text-muted">{none}</p>
      ) : (
        <Chart title={title} series={series} labelOf={labelOf} />
      )}
    </Section>
  );
}

/** The events of a span, newest first, as far back as the log can be paged. */
async function recent({ hours }: Span) {
  const now = Date.now();
  const since = now - hours * 3_600_000;
  const query = {
    q: `date:[${new Date(since).toISOString()} TO *]`,
    sort: 'date:-1',
    per_page: '100',
    fields: 'type,date,audience,client_name,client_id',
  };
  const rows: LogRecord[] = [];
  let cut = false;
  for (let page = 0; page < mostPages; page += 1) {
    const part = await call<LogRecord[]>('GET', `/logs?${new URLSearchParams({ ...query, page: String(page) })}`);
    rows.push(...part);
    if (part.length < 100) return { rows, since, now, cut };
    cut = page === mostPages - 1;
  }
  return { rows, since, now, cut };
}
