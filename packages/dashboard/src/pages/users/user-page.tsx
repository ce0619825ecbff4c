// The head of every page of one user: name, address, tabs.

import { useParams } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { User } from '../../api/kinds.ts';
import { useGet } from '../../api/queries.ts';
import { useRankOfHolder } from '../../api/rank.ts';
import { path } from '../../api/request.ts';
import { Page, Read, type Tab, Tabs } from '../../parts/layout.tsx';
import { Outranked } from '../../parts/outranked.tsx';
import { Badge, Code, CopyButton } from '../../parts/text.tsx';
import { useCan } from '../../session/session.ts';

/** A page of the user that the address names. `may`: nothing that the user holds forbids to change it. */
export function UserPage({ children }: { readonly children: (user: User, owner: string, may: boolean) => ReactNode }) {
  const { id = '' } = useParams({ strict: false });
  const can = useCan();
  const owner = path`/users/${id}`;
  const user = useGet<User>(owner);
  const rank = useRankOfHolder(owner);
  const tab = (label: string, last: string): Tab => ({ label, to: `/users/$id/${last}`, params: { id } });
  return (
    <Page
      title={user.data?.name ?? user.data?.email ?? 'User'}
      back={{ to: '/users', label: 'Users' }}
      about={
        user.data ? (
          <span className="flex flex-wrap items-center gap-x-2">
            <Code>{id}</Code>
            <CopyButton text={id} label="Copy user ID" />
            {user.data.blocked ? <Badge tone="danger">Blocked</Badge> : null}
          </span>
        ) : null
      }
      tabs={
        <Tabs
          label="Of this user"
          tabs={[
            tab('Profile', 'profile'),
            ...(can('read:roles') ? [tab('Roles', 'roles')] : []),
            tab('Permissions', 'permissions'),
            ...(can('read:sessions', 'read:refresh_tokens', 'read:grants')
              ? [tab('Sessions and consents', 'access')]
              : []),
            ...(can('read:logs') || can('read:logs_users') ? [tab('Logs', 'logs')] : []),
          ]}
        />
      }
    >
      <Outranked rank={rank} what="This user" />
      <Read from={user}>{(one) => children(one, owner, rank.may)}</Read>
    </Page>
  );
}
