// One role: its permissions, who holds it, its name.

import { useNavigate, useParams } from '@tanstack/react-router';
import { administratorRoleId, roles as declared } from 'countersign/resources';
import type { ReactNode } from 'react';
import type { Role, User } from '../../api/kinds.ts';
import { useAll, useChange, useGet } from '../../api/queries.ts';
import { useRankOfHolder } from '../../api/rank.ts';
import { path } from '../../api/request.ts';
import { RecordForm } from '../../forms/record-form.tsx';
import { Deletion } from '../../parts/deletion.tsx';
import { Empty, Page, Read, Section, Tabs } from '../../parts/layout.tsx';
import { Outranked } from '../../parts/outranked.tsx';
import { Table } from '../../parts/table.tsx';
import { Badge, Face } from '../../parts/text.tsx';
import { sayDone } from '../../parts/toast.tsx';
import { useCan } from '../../session/session.ts';
import { audience } from '../../session/sign-in.ts';
import { PermissionList } from '../permissions/permission-list.tsx';

function RolePage({ children }: { readonly children: (role: Role, may: boolean) => ReactNode }) {
  const { id = '' } = useParams({ strict: false });
  const can = useCan();
  const role = useGet<Role>(path`/roles/${id}`);
  const rank = useRankOfHolder(path`/roles/${id}`);
  const tab = (label: string, last: string) => ({ label, to: `/roles/$id/${last}`, params: { id } });
  return (
    <Page
      title={role.data?.name ?? 'Role'}
      back={{ to: '/roles', label: 'Roles' }}
      about={
        <span className="flex flex-wrap items-center gap-2">
          {role.data?.description}
          {id === administratorRoleId ? <Badge tone="accent">Built in</Badge> : null}
        </span>
      }
      tabs={
        <Tabs
          label="Of this role"
          tabs={[
            tab('Permissions', 'permissions'),
            ...(can('read:users') ? [tab('Users', 'users')] : []),
            tab('Settings', 'settings'),
          ]}
        />
      }
    >
      <Outranked rank={rank} what="This role" />
      <Read from={role}>{(one) => children(one, rank.may)}</Read>
    </Page>
  );
}

/** The tab Permissions. */
export function RolePermissions() {
  const can = useCan();
  return (
    <RolePage>
      {({ id }, may) => (
        <PermissionList
          owner={path`/roles/${id}`}
          about="What its holders may do at APIs that enforce permissions."
          mayAdd={can('update:roles')}
          mayTake={(one) =>
            may && can('update:roles') && !(id === administratorRoleId && one.resource_server_identifier === audience)
          }
        />
      )}
    </RolePage>
  );
}

/** The tab Users. */
export function RoleUsers() {
  return <RolePage>{({ id }) => <Holders id={id} />}</RolePage>;
}

function Holders({ id }: { readonly id: string }) {
  const users = useAll<User>(path`/roles/${id}/users`);
  return (
    <Section title="Users who hold it" about="A role is given to a user on the page of the user." flush>
      <Read from={users}>
        {(rows) => (
          <Table
            label="Users"
            rows={rows}
            idOf={({ user_id }) => String(user_id)}
            linkOf={({ user_id }) => ({ to: '/users/$id/roles', params: { id: String(user_id) } })}
            texts={({ name, email }) => [name, email]}
            columns={[
              {
                label: 'Name',
                cell: (user) => (
                  <span className="flex items-center gap-3">
                    <Face name={user.name ?? user.email ?? '?'} />
                    {user.name ?? user.email ?? user.user_id}
                  </span>
                ),
              },
              { label: 'E-mail', cell: ({ email }) => <span className="text-muted">{email}</span> },
            ]}
            empty={<Empty title="Nobody holds this role" />}
          />
        )}
      </Read>
    </Section>
  );
}

/** The tab Settings. */
export function RoleSettings() {
  return <RolePage>{(role, may) => <Settings role={role} free={may} />}</RolePage>;
}

/** `free`: the role does not outrank who looks. */
function Settings({ role, free }: { readonly role: Role; readonly free: boolean }) {
  const can = useCan();
  const navigate = useNavigate();
  const change = useChange('/roles', '/users');
  return (
    <>
      <RecordForm
        key={role.id}
        declared={declared}
        entity={role}
        groups={[{ title: 'General', fields: ['name', 'description'] }]}
        readOnly={!free || !can('update:roles')}
        onSave={async (patch) => {
          await change.mutateAsync({ method: 'PATCH', path: path`/roles/${role.id}`, body: patch });
          sayDone('Saved.');
        }}
      />
      {free && can('delete:roles') && role.id !== administratorRoleId ? (
        <Deletion
          title="Delete this role"
          action="Delete role"
          question={`Delete ${role.name}?`}
          path={path`/roles/${role.id}`}
          old={['/roles', '/users']}
          done={`${role.name} was deleted.`}
          onDone={() => void navigate({ to: '/roles' })}
        >
          <p>Everybody who holds it loses its permissions with the next token.</p>
        </Deletion>
      ) : null}
    </>
  );
}
