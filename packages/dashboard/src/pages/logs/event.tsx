// One event of the log: who, what, when, and why it was decided so.

import { Link, useParams } from '@tanstack/react-router';
import { reasonPage } from 'countersign/resources';
import type { LogRecord } from '../../api/kinds.ts';
import { useGet } from '../../api/queries.ts';
import { path } from '../../api/request.ts';
import { Page, Read, Section } from '../../parts/layout.tsx';
import { Badge, Code, CodeBlock, Facts, sentence, Time } from '../../parts/text.tsx';
import { Trace } from './trace.tsx';
import { reasonsOf, titleOf, toneOf } from './words.ts';

/** The page of the event that the address names. */
export function LogEvent() {
  const { id = '' } = useParams({ strict: false });
  const record = useGet<LogRecord>(path`/logs/${id}`);
  return (
    <Page
      title={record.data ? titleOf(record.data) : 'Event'}
      back={{ to: '/logs', label: 'Logs' }}
      about={record.data ? <Time at={record.data.date} full /> : null}
    >
      <Read from={record}>{(one) => <EventDetails record={one} />}</Read>
    </Page>
  );
}

/** What a record says, the reasons first. */
export function EventDetails({ record }: { readonly record: LogRecord }) {
  const { trace, cause, fix, code } = reasonsOf(record);
  const client = record.client_id;
  const rows: (readonly [string, React.ReactNode])[] = [
    [
      'Type',
      <Badge key="type" tone={toneOf(record)}>
        {record.type}
      </Badge>,
    ],
    ...(client
      ? [
          [
            'Application',
            <Link
              key="client"
              to="/applications/$id/settings"
              params={{ id: client }}
              className="text-link hover:underline"
            >
              {record.client_name || client}
            </Link>,
          ] as const,
        ]
      : []),
    ...(record.user_id
      ? [
          [
            'User',
            <Link
              key="user"
              to="/users/$id/profile"
              params={{ id: record.user_id }}
              className="text-link hover:underline"
            >
              {record.user_name || record.user_id}
            </Link>,
          ] as const,
        ]
      : []),
    ...(record.audience ? [['API', <Code key="api">{record.audience}</Code>] as const] : []),
    ...(record.scope ? [['Scope', <Code key="scope">{record.scope}</Code>] as const] : []),
    ...(record.connection ? [['Connection', record.connection] as const] : []),
    ...(record.ip ? [['Address', <Code key="ip">{record.ip}</Code>] as const] : []),
    ...(record.user_agent ? [['Program', record.user_agent] as const] : []),
    ['Event', <Code key="id">{record.log_id}</Code>],
  ];
  return (
    <>
      {record.description || cause ? (
        <Section title="What happened">
          {record.description ? <p className="break-words">{record.description}</p> : null}
          {cause && cause !== record.description ? (
            <p className="mt-2 font-medium break-words">{sentence(cause)}</p>
          ) : null}
          {fix ? <p className="mt-2 break-words text-muted">What to do: {fix}</p> : null}
          {code ? (
            <p className="mt-2">
              <a href={reasonPage(code)} target="_blank" rel="noreferrer" className="font-medium text-link underline">
                What it means, and what to do
              </a>
            </p>
          ) : null}
        </Section>
      ) : null}
      {trace.length > 0 ? (
        <Section title="Why" about="The rules that were applied, in their order.">
          <Trace trace={trace} />
        </Section>
      ) : null}
      <Section title="Who and where">
        <Facts rows={rows} />
      </Section>
      <Section title="The record">
        <CodeBlock label="record" text={JSON.stringify(record, null, 2)} />
      </Section>
    </>
  );
}
