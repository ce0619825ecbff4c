// Roles, permissions and log of a user.

import { useState } from 'react';
import type { LogRecord, Role, User } from '../../api/kinds.ts';
import { useAll, useChange, useGet } from '../../api/queries.ts';
import { useRankOfHolder } from '../../api/rank.ts';
import { path } from '../../api/request.ts';
import { ChoiceField } from '../../forms/controls.tsx';
import { Button } from '../../parts/button.tsx';
import { Problem } from '../../parts/form.tsx';
import { Read, Section } from '../../parts/layout.tsx';
import { Rows } from '../../parts/rows.tsx';
import { sayDone, sayFailed } from '../../parts/toast.tsx';
import { useCan } from '../../session/session.ts';
import { LogTable } from '../logs/list.tsx';
import { PermissionList } from '../permissions/permission-list.tsx';
import { UserPage } from './user-page.tsx';

/** The tab Roles. */
export function UserRoles() {
  return <UserPage>{(user, owner, may) => <Roles user={user} owner={owner} free={may} />}</UserPage>;
}

interface OfUser {
  readonly user: User;
  readonly owner: string;
  /** The user does not outrank who looks. */
  readonly free: boolean;
}

function Roles({ user, owner, free }: OfUser) {
  const can = useCan();
  const held = useAll<Role>(`${owner}/roles`);
  const all = useAll<Role>('/roles');
  const change = useChange(owner, '/roles');
  const may = can('update:users', 'create:role_members');
  const mayTake = free && can('update:users', 'delete:role_members');
  const others = (all.data ?? []).filter(
    ({ id, type }) => type !== 'organization' && !held.data?.some((role) => role.id === id),
  );
  const give = (id: string, said: string, undoing = false) =>
    change.mutate(
      { method: 'POST', path: `${owner}/roles`, body: { roles: [id] } },
      { onSuccess: () => sayDone(said), ...(undoing ? { onError: sayFailed } : {}) },
    );
  const take = ({ id, name }: Role) =>
    change.mutate(
      { method: 'DELETE', path: `${owner}/roles`, body: { roles: [id] } },
      {
        onSuccess: () =>
          sayDone(`${name} was taken from ${user.name ?? 'the user'}.`, () => give(id, `${name} is back.`, true)),
      },
    );
  return (
    <>
      <Section title="Roles" about="What the user may do at APIs that enforce permissions, by the job." flush>
        <Problem error={change.error} className="px-5 pt-2" />
        <Read from={held}>
          {(rows) => (
            <Rows
              rows={rows.map((role) => ({
                id: role.id,
                title: <span className="font-medium">{role.name}</span>,
                detail: role.description,
                actions: mayTake ? <Button onClick={() => take(role)}>Take role</Button> : null,
              }))}
              empty={{
                title: 'No roles',
                about: 'The user holds no role, and so only what was given directly.',
              }}
            />
          )}
        </Read>
      </Section>
      {may && others.length > 0 ? (
        <GiveRole
          roles={others}
          busy={change.isPending}
          onGive={(id) => give(id, 'The role was given. The next token has it.')}
        />
      ) : null}
    </>
  );
}

/** Chooses a role. One that holds more at the Management API than whoever gives it cannot be given. */
function GiveRole({
  roles,
  busy,
  onGive,
}: {
  readonly roles: readonly Role[];
  readonly busy: boolean;
  readonly onGive: (id: string) => void;
}) {
  const [chosen, setChosen] = useState('');
  const role = roles.find(({ id }) => id === chosen);
  const { may, because } = useRankOfHolder(role && path`/roles/${role.id}`);
  return (
    <Section title="Give a role">
      <form
        className="flex flex-wrap items-end gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          if (role && may) onGive(role.id);
          setChosen('');
        }}
      >
        <div className="min-w-56 flex-1 sm:max-w-sm">
          <ChoiceField
            label="Role to give"
            value={role?.id ?? ''}
            onChange={setChosen}
            options={[
              { value: '', label: 'Choose a role' },
              ...roles.map(({ id, name }) => ({ value: id, label: name })),
            ]}
          />
        </div>
        <Button type="submit" kind="primary" busy={busy} disabled={!role || !may}>
          Give role
        </Button>
      </form>
      {because ? <p className="mt-3 text-warn">You cannot give this role: it {because}.</p> : null}
    </Section>
  );
}

/** The tab Permissions. */
export function UserPermissions() {
  const can = useCan();
  return (
    <UserPage>
      {(_user, owner, may) => (
        <PermissionList
          owner={owner}
          about="What the user may do at APIs that enforce permissions, directly and by roles."
          mayAdd={can('update:users')}
          mayTake={() => may && can('update:users')}
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
