// Roles, permissions and log of a user.

import { useState } from 'react';
import type { LogRecord, Role, User } from '../../api/kinds.ts';
import { useAll, useChange, useGet } from '../../api/queries.ts';
import { Button } from '../../parts/button.tsx';
import { Empty, Read, Section } from '../../parts/layout.tsx';
import { Table } from '../../parts/table.tsx';
import { sayDone, sayFailed } from '../../parts/toast.tsx';
import { useCan } from '../../session/session.ts';
import { LogTable } from '../logs/list.tsx';
import { PermissionList } from '../permissions/permission-list.tsx';
import { UserPage } from './user-page.tsx';

/** The tab Roles. */
export function UserRoles() {
  return <UserPage>{(user, owner) => <Roles user={user} owner={owner} />}</UserPage>;
}

function Roles({ user, owner }: { readonly user: User; readonly owner: string }) {
  const can = useCan();
  const held = useAll<Role>(`${owner}/roles`);
  const all = useAll<Role>('/roles');
  const change = useChange(owner, '/roles');
  const [chosen, setChosen] = useState('');
  const may = can('update:users', 'create:role_members');
  const free = (all.data ?? []).filter(
    ({ id, type }) => type !== 'organization' && !held.data?.some((role) => role.id === id),
  );
  const give = (id: string, said: string) =>
    change.mutate(
      { method: 'POST', path: `${owner}/roles`, body: { roles: [id] } },
      { onSuccess: () => sayDone(said), onError: sayFailed },
    );
  const take = ({ id, name }: Role) =>
    change.mutate(
      { method: 'DELETE', path: `${owner}/roles`, body: { roles: [id] } },
      {
        onSuccess: () =>
          sayDone(`${name} was taken from ${user.name ?? 'the user'}.`, () => give(id, `${name} is back.`)),
        onError: sayFailed,
      },
    );
  return (
    <Section
      title="Roles"
      about="What the user may do at APIs that enforce permissions, by the job."
      flush
      actions={
        may && free.length > 0 ? (
          <form
            className="flex gap-2"
            onSubmit={(event) => {
              event.preventDefault();
              const id = chosen || free[0]?.id;
              if (id) give(id, 'The role was given. The next token has it.');
              setChosen('');
            }}
          >
            <select
              className="field"
              aria-label="Role to give"
              value={chosen || free[0]?.id}
              onChange={(event) => setChosen(event.target.value)}
            >
              {free.map(({ id, name }) => (
                <option key={id} value={id}>
                  {name}
                </option>
              ))}
            </select>
            <Button type="submit" kind="primary" busy={change.isPending}>
              Give role
            </Button>
          </form>
        ) : null
      }
    >
      <Read from={held}>
        {(rows) => (
          <Table
            label="Roles"
            rows={rows}
            idOf={({ id }) => id}
            columns={[
              { label: 'Role', cell: ({ name }) => <span className="font-medium">{name}</span> },
              { label: 'Description', cell: ({ description }) => <span className="text-muted">{description}</span> },
              {
                label: 'Actions',
                unlabelled: true,
                cell: (role) =>
                  can('update:users', 'delete:role_members') ? (
                    <Button onClick={() => take(role)}>Take role</Button>
                  ) : null,
              },
            ]}
            empty={<Empty title="No roles">The user holds no role, and so only what was given directly.</Empty>}
          />
        )}
      </Read>
    </Section>
  );
}

/** The tab Permissions. */
export function UserPermissions() {
  const can = useCan();
  return (
    <UserPage>
      {(_user, owner) => (
        <PermissionList
          owner={owner}
          about="What the user may do at APIs that enforce permissions, directly and by roles."
          mayChange={can('update:users')}
        />
      )}
    </UserPage>
  );
}

/** The tab Logs. */
export function UserLogs() {
  return <UserPage>{(_user, owner) => <Events owner={owner} />}</UserPage>;
}

function Events({ owner }: { readonly owner: string }) {
  const logs = useGet<readonly LogRecord[]>(`${owner}/logs?per_page=100&sort=date:-1`, { every: 5000 });
  return (
    <div className="card overflow-hidden">
      <Read from={logs}>{(rows) => <LogTable rows={rows} />}</Read>
    </div>
  );
}
