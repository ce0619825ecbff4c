// The head of every page of one API: its name, its identifier, its tabs.

import { useParams } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Api } from '../../api/kinds.ts';
import { useGet } from '../../api/queries.ts';
import { path } from '../../api/request.ts';
import { Page, Read, type Tab, Tabs } from '../../parts/layout.tsx';
import { Badge, Code, CopyButton } from '../../parts/text.tsx';
import { useCan } from '../../session/session.ts';

/** The path of an API without its shared secret. */
export function apiPath(id: string): string {
  return `${path`/resource-servers/${id}`}?fields=signing_secret&include_fields=false`;
}

/** A page of the API that the address names. */
export function ApiPage({ children }: { readonly children: (api: Api) => ReactNode }) {
  const { id = '' } = useParams({ strict: false });
  const can = useCan();
  const api = useGet<Api>(apiPath(id));
  const name = api.data?.name ?? api.data?.identifier ?? 'API';
  const tab = (label: string, last: string): Tab => ({ label, to: `/apis/$id/${last}`, params: { id } });
  return (
    <Page
      title={name}
      back={{ to: '/apis', label: 'APIs' }}
      about={
        api.data ? (
          <span className="flex flex-wrap items-center gap-x-2">
            <span>Identifier</span>
            <Code>{api.data.identifier}</Code>
            <CopyButton text={api.data.identifier} label="Copy identifier" />
            {api.data.is_system ? <Badge tone="accent">System API</Badge> : null}
          </span>
        ) : null
      }
      tabs={
        <Tabs
          label="Of this API"
          tabs={[
            tab('Settings', 'settings'),
            tab('Permissions', 'permissions'),
            ...(can('read:client_grants') && can('read:clients')
              ? [tab('Applications', 'applications'), tab('Test', 'test')]
              : []),
            ...(can('read:token_previews') && can('read:clients') ? [tab('Preview', 'preview')] : []),
            ...(can('read:token_explanations') ? [tab('Explain', 'explain')] : []),
          ]}
        />
      }
    >
      <Read from={api}>{children}</Read>
    </Page>
  );
}
