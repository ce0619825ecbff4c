// The users of the tenant: searched by the API, since there may be millions; and the way to a new one.

import { useNavigate, useSearch } from '@tanstack/react-router';
import { users as declared } from 'countersign/resources';
import { Search } from 'lucide-react';
import { useState } from 'react';
import type { Connection, User } from '../../api/kinds.ts';
import { useAll, useChange, useGet } from '../../api/queries.ts';
import { ChoiceField, TextField } from '../../forms/controls.tsx';
import { problemOf } from '../../forms/declared.ts';
import { Button } from '../../parts/button.tsx';
import { DialogForm } from '../../parts/form.tsx';
import { ListPage } from '../../parts/list-page.tsx';
import { Badge, Face, Time } from '../../parts/text.tsx';
import { useCan } from '../../session/session.ts';
import { passwordRule, weakPassword } from './passwords.tsx';
import { queryOf } from './query.ts';

/** The list. */
export function UserList() {
  const { q = '', page = 0 } = useSearch({ strict: false }) as { q?: string; page?: number };
  const navigate = useNavigate();
  const size = 50;
  const query = /^[\w.]+:/.test(q) ? q : queryOf(q);
  const users = useGet<{ readonly users: readonly User[]; readonly total: number }>(
    `/users?${new URLSearchParams({ search_engine: 'v3', include_totals: 'true', per_page: String(size), page: String(page), ...(query ? { q: query } : {}) })}`,
    { keep: true },
  );
  const go = (search: { q?: string; page?: number }) => void navigate({ to: '/users', search: search as never });
  const total = users.data?.total ?? 0;
  return (
    <ListPage
      title="Users"
      about="People who sign in."
      from={{ data: users.data?.users, error: users.error }}
      create={{ label: 'Create user', needs: 'create:users', dialog: (close) => <CreateUser onClose={close} /> }}
      idOf={({ user_id }) => String(user_id)}
      linkOf={({ user_id }) => ({ to: '/users/$id/profile', params: { id: String(user_id) } })}
      columns={[
        {
          label: 'Name',
          cell: (user) => (
            <span className="flex items-center gap-3">
              <Face name={user.name ?? user.email ?? '?'} />
              <span className="min-w-0 break-words">{user.name ?? user.email ?? user.username ?? user.user_id}</span>
              {user.blocked ? <Badge tone="danger">Blocked</Badge> : null}
            </span>
          ),
        },
        { label: 'E-mail', cell: ({ email }) => <span className="break-all text-muted">{email}</span> },
        {
          label: 'Logins',
          minor: true,
          cell: ({ logins_count }) => <span className="tabular-nums">{logins_count ?? 0}</span>,
        },
        {
          label: 'Last login',
          cell: ({ last_login }) => (
            <span className="text-muted">
              <Time at={last_login} />
            </span>
          ),
        },
      ]}
      empty={
        q
          ? { title: 'Nobody was found', about: `Nobody matches “${q}”.`, uncreated: true }
          : {
              title: 'No users yet',
              about: 'People appear here when they sign up on the login page, or when you make them.',
            }
      }
      above={
        <form
          className="flex gap-2 border-b border-line p-3"
          onSubmit={(event) => {
            event.preventDefault();
            go({ q: String(new FormData(event.currentTarget).get('q') ?? '') });
          }}
        >
          <div className="relative max-w-md flex-1">
            <Search className="pointer-events-none absolute top-2.5 left-3 size-4 text-faint" aria-hidden="true" />
            <input
              key={q}
              name="q"
              type="search"
              className="field pl-9!"
              aria-label="Find users"
              placeholder="An address, a name, or a query such as blocked:true"
              defaultValue={q}
            />
          </div>
          <Button type="submit">Find</Button>
        </form>
      }
      below={
        total > size ? (
          <div className="flex items-center justify-between border-t border-line px-4 py-2.5 text-muted">
            <span className="tabular-nums">
              {page * size + 1} to {Math.min(total, (page + 1) * size)} of {total}
            </span>
            <span className="flex gap-2">
              <Button disabled={page === 0} onClick={() => go({ ...(q ? { q } : {}), page: page - 1 })}>
                Previous
              </Button>
              <Button disabled={(page + 1) * size >= total} onClick={() => go({ ...(q ? { q } : {}), page: page + 1 })}>
                Next
              </Button>
            </span>
          </div>
        ) : null
      }
    />
  );
}

function CreateUser({ onClose }: { readonly onClose: () => void }) {
  const can = useCan();
  const navigate = useNavigate();
  const create = useChange<User>('/users');
  const connections = useAll<Connection>(can('read:connections') ? '/connections?fields=id,name' : undefined);
  const [connection, setConnection] = useState('');
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [tried, setTried] = useState(false);
  const names = (connections.data ?? []).map(({ name }) => name);
  const where = connection || names[0] || 'Username-Password-Authentication';
  const weak = weakPassword(create.error);
  const wrong = {
    email:
      email === ''
        ? 'This is needed.'
        : problemOf(declared, 'email', email) && 'An e-mail address, such as name@example.com.',
    password: password === '' ? 'This is needed.' : undefined,
  };
  return (
    <DialogForm
      title="Create user"
      action="Create user"
      busy={create.isPending}
      error={weak ? undefined : create.error}
      onClose={onClose}
      onSubmit={() => {
        setTried(true);
        if (wrong.email || wrong.password) return;
        create.mutate(
          { method: 'POST', path: '/users', body: { connection: where, email, password } },
          {
            onSuccess: ({ user_id }) => {
              onClose();
              void navigate({ to: '/users/$id/profile', params: { id: String(user_id) } });
            },
          },
        );
      }}
    >
      {names.length > 1 ? (
        <ChoiceField
          label="Database"
          value={where}
          onChange={setConnection}
          options={names.map((name) => ({ value: name, label: name }))}
        />
      ) : null}
      <TextField
        label="E-mail"
        type="email"
        required
        autoFocus
        value={email}
        onChange={setEmail}
        problem={tried ? wrong.email : undefined}
      />
      <TextField
        label="Password"
        type="password"
        autoComplete="new-password"
        required
        value={password}
        onChange={setPassword}
        problem={(tried ? wrong.password : undefined) ?? weak}
        about={passwordRule}
      />
    </DialogForm>
  );
}
