// The head of every page of one application: its name, its client id, its tabs.

import { useParams } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Client } from '../../api/kinds.ts';
import { useGet } from '../../api/queries.ts';
import { useRankOfClient } from '../../api/rank.ts';
import { path } from '../../api/request.ts';
import { Page, Read, type Tab, Tabs } from '../../parts/layout.tsx';
import { Outranked } from '../../parts/outranked.tsx';
import { Badge, Code, CopyButton } from '../../parts/text.tsx';
import { useCan } from '../../session/session.ts';
import { isBuiltIn, kindOf } from './kinds.ts';

/** A page of the application that the address names, read without its secret. `may`: nothing that it may do forbids to change it. */
export function ApplicationPage({ children }: { readonly children: (client: Client, may: boolean) => ReactNode }) {
  const { id = '' } = useParams({ strict: false });
  const can = useCan();
  const client = useGet<Client>(`${path`/clients/${id}`}?fields=client_secret,signing_keys&include_fields=false`);
  const rank = useRankOfClient(id, can('read:client_grants'));
  const tab = (label: string, last: string): Tab => ({ label, to: `/applications/$id/${last}`, params: { id } });
  const signsIn = client.data?.grant_types?.some((grant) => grant !== 'client_credentials') ?? false;
  return (
    <Page
      title={client.data?.name ?? 'Application'}
      back={{ to: '/applications', label: 'Applications' }}
      about={
        client.data ? (
          <span className="flex flex-wrap items-center gap-x-2">
            <span>{kindOf(client.data)}</span>
            <Code>{client.data.client_id}</Code>
            <CopyButton text={client.data.client_id} label="Copy client ID" />
            {isBuiltIn(id) ? <Badge tone="accent">Built in</Badge> : null}
          </span>
        ) : null
      }
      tabs={
        <Tabs
          label="Of this application"
          tabs={[
            tab('Quick start', 'quickstart'),
            tab('Settings', 'settings'),
            tab('Credentials', 'credentials'),
            ...(signsIn && can('read:connections') ? [tab('Connections', 'connections')] : []),
            ...(can('read:client_grants') && can('read:resource_servers') ? [tab('APIs', 'apis')] : []),
          ]}
        />
      }
    >
      <Outranked rank={rank} what="This application" />
      <Read from={client}>{(one) => children(one, rank.may)}</Read>
    </Page>
  );
}
