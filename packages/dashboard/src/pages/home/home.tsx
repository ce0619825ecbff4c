// The first page: what to do next on a fresh tenant, and what happened lately, as the server counts it.

import type { EventStats } from 'countersign/resources';
import { useState } from 'react';
import type { Api, Client } from '../../api/kinds.ts';
import { useAll, useGet } from '../../api/queries.ts';
import { ButtonLink } from '../../parts/button.tsx';
import { Empty, Failure, Loading, Page, Section } from '../../parts/layout.tsx';
import { useCan } from '../../session/session.ts';
import { places } from '../../shell/places.ts';
import { apiList } from '../apis/list.tsx';
import { clientList } from '../applications/kinds.ts';
import { Chart } from './chart.tsx';
import { Checklist } from './checklist.tsx';
import { mostSeries, type Panel, panels, seriesIn } from './panels.ts';
import { barsOf, type Range, ranges } from './ranges.ts';

const refreshMs = 30_000;

/** Home. */
export function Home() {
  const can = useCan();
  const mayAnything = places.some(({ needs }) => needs.length > 0 && can(...needs));
  return (
    <Page title="Home">
      <Checklist />
      {can('read:stats') ? (
        <Activity />
      ) : (
        <Empty
          title={mayAnything ? 'Welcome' : 'This account may do nothing here'}
          {...(can('read:logs') ? { action: <ButtonLink to="/logs">See the log</ButtonLink> } : {})}
        >
          {mayAnything
            ? 'What you may do is in the navigation. The charts of this page need read:stats.'
            : 'It holds no permission of the Management API. Ask an administrator for a role that has some, or sign out and come back as somebody else. On a new server the first administrator is made with the link that its start prints.'}
        </Empty>
      )}
    </Page>
  );
}

function Activity() {
  const can = useCan();
  const [chosen, setChosen] = useState(1);
  const range = ranges[chosen] ?? (ranges[0] as Range);
  const apis = useAll<Api>(can('read:resource_servers') ? apiList : undefined);
  const clients = useAll<Client>(can('read:clients') ? clientList : undefined);
  const names = new Map([
    ...(apis.data ?? []).map(({ identifier, name }) => [identifier, name ?? identifier] as const),
    ...(clients.data ?? []).map(({ client_id, name }) => [client_id, name ?? client_id] as const),
  ]);
  const edges = barsOf(range, new Date());
  return (
    <>
      <div className="mb-4 flex flex-wrap items-center justify-between gap-3">
        <h2 className="text-base font-semibold tracking-tight">Activity</h2>
        <fieldset className="flex rounded-lg border border-line bg-surface p-0.5">
          <legend className="sr-only">Time</legend>
          {ranges.map(({ label }, index) => (
            <button
              key={label}
              type="button"
              aria-pressed={index === chosen}
              className={`rounded-md px-3 py-1 font-medium ${index === chosen ? 'bg-tint text-link' : 'text-muted hover:text-ink'}`}
              onClick={() => setChosen(index)}
            >
              {label}
            </button>
          ))}
        </fieldset>
      </div>
      <div className="grid gap-x-5 lg:grid-cols-2">
        {panels.map((panel) => (
          <Counts key={`${panel.title} ${range.label}`} panel={panel} range={range} edges={edges} names={names} />
        ))}
      </div>
    </>
  );
}

function Counts({
  panel,
  range,
  edges,
  names,
}: {
  readonly panel: Panel;
  readonly range: Range;
  readonly edges: readonly number[];
  readonly names: ReadonlyMap<string, string>;
}) {
  const can = useCan();
  const { title, none, by, types } = panel;
  const query = new URLSearchParams({
    by,
    interval: range.interval,
    limit: String(mostSeries),
    from: new Date(edges[0] ?? 0).toISOString(),
    ...(types ? { type: types.join(',') } : {}),
  });
  const counts = useGet<EventStats>(`/stats/events?${query}`, { every: refreshMs, keep: true });
  const links = can('read:logs');
  const series = counts.data
    ? seriesIn(panel, counts.data, edges, names).map(({ search, ...one }) =>
        links && search ? { ...one, search } : one,
      )
    : [];
  return (
    <Section title={title}>
      {counts.error ? (
        <Failure error={counts.error} />
      ) : !counts.data ? (
        <Loading />
      ) : series.length === 0 ? (
        <p className="py-8 text-center text-muted">{`${none.slice(0, -1)} ${range.words}.`}</p>
      ) : (
        <Chart title={title} range={range} edges={edges} series={series} search={links ? panel.search : undefined} />
      )}
    </Section>
  );
}
