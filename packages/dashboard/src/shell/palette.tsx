// The command palette (Ctrl-K): places, and the APIs, applications, users and roles whose names hold what is typed.

import { useNavigate } from '@tanstack/react-router';
import { AppWindow, KeyRound, Search, ServerCog, User as UserIcon } from 'lucide-react';
import { type ReactNode, useDeferredValue, useState } from 'react';
import type { Api, Client, Role, User } from '../api/kinds.ts';
import { useAll, useGet } from '../api/queries.ts';
import { apiList } from '../pages/apis/list.tsx';
import { clientList } from '../pages/applications/kinds.ts';
import { queryOf } from '../pages/users/query.ts';
import { Dialog } from '../parts/dialog.tsx';
import { useCan } from '../session/session.ts';
import { places } from './places.ts';

interface Hit {
  readonly key: string;
  readonly label: string;
  readonly detail: string;
  readonly icon: ReactNode;
  readonly to: string;
}

const icon = 'size-4 shrink-0 text-faint';
const most = 12;

/** The palette, open. */
export function Palette({ onClose }: { readonly onClose: () => void }) {
  const [typed, setTyped] = useState('');
  const [at, setAt] = useState(0);
  const navigate = useNavigate();
  const hits = useHits(useDeferredValue(typed.trim().toLowerCase()));
  const chosen = Math.min(at, hits.length - 1);
  const go = (hit: Hit | undefined) => {
    if (!hit) return;
    onClose();
    void navigate({ to: hit.to });
  };
  return (
    <Dialog title="Search" onClose={onClose}>
      <div className="relative">
        <Search className="pointer-events-none absolute top-3 left-3 size-4 text-faint" aria-hidden="true" />
        <input
          role="combobox"
          aria-label="Go to"
          aria-expanded="true"
          aria-controls="palette-hits"
          aria-activedescendant={hits[chosen] ? `palette-${chosen}` : undefined}
          autoFocus
          autoComplete="off"
          spellCheck={false}
          className="field py-2! pl-9!"
          placeholder="An API, an application, a user, a page"
          value={typed}
          onChange={(event) => {
            setTyped(event.target.value);
            setAt(0);
          }}
          onKeyDown={(event) => {
            if (event.key === 'ArrowDown') setAt((now) => Math.min(now + 1, hits.length - 1));
            else if (event.key === 'ArrowUp') setAt((now) => Math.max(now - 1, 0));
            else if (event.key === 'Enter') go(hits[chosen]);
            else return;
            event.preventDefault();
          }}
        />
      </div>
      <div id="palette-hits" role="listbox" aria-label="Found" className="mt-3 max-h-80 overflow-y-auto">
        {hits.map((hit, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are handled by the field, which keeps the focus
          <div
            key={hit.key}
            id={`palette-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === chosen}
            className={`flex cursor-pointer items-center gap-3 rounded-lg px-3 py-2 ${index === chosen ? 'bg-tint' : 'hover:bg-sunken'}`}
            onClick={() => go(hit)}
          >
            {hit.icon}
            <span className="min-w-0 flex-1 truncate font-medium">{hit.label}</span>
            <span className="max-w-1/2 truncate text-xs text-muted">{hit.detail}</span>
          </div>
        ))}
      </div>
      {hits.length === 0 ? <p className="px-3 py-6 text-center text-muted">Nothing is called that.</p> : null}
    </Dialog>
  );
}

function useHits(wanted: string): readonly Hit[] {
  const can = useCan();
  const apis = useAll<Api>(can('read:resource_servers') ? apiList : undefined);
  const clients = useAll<Client>(can('read:clients') ? clientList : undefined);
  const roles = useAll<Role>(can('read:roles') ? '/roles' : undefined);
  const q = queryOf(wanted);
  const query = new URLSearchParams({ q, search_engine: 'v3', per_page: '5' });
  const users = useGet<User[]>(can('read:users') && q !== '' && wanted.length > 1 ? `/users?${query}` : undefined, {
    keep: true,
  });
  const found: Hit[] = places
    .filter(({ needs }) => needs.length === 0 || can(...needs))
    .filter(({ label, words }) => `${label} ${words}`.toLowerCase().includes(wanted))
    .map(({ label, to, icon: Icon }) => ({
      key: to,
      label,
      detail: 'Page',
      to,
      icon: <Icon className={icon} aria-hidden="true" />,
    }));
  if (wanted === '') return found;
  const holds = (...texts: readonly (string | undefined)[]) => texts.some((one) => one?.toLowerCase().includes(wanted));
  const more: Hit[] = [
    ...(apis.data ?? [])
      .filter(({ name, identifier, id }) => holds(name, identifier, id))
      .map(({ id, name, identifier }) => ({
        key: id,
        label: name ?? identifier,
        detail: identifier,
        to: `/apis/${id}/settings`,
        icon: <ServerCog className={icon} aria-hidden="true" />,
      })),
    ...(clients.data ?? [])
      .filter(({ name, client_id }) => holds(name, client_id))
      .map(({ client_id, name }) => ({
        key: client_id,
        label: name,
        detail: client_id,
        to: `/applications/${encodeURIComponent(client_id)}/settings`,
        icon: <AppWindow className={icon} aria-hidden="true" />,
      })),
    ...(users.data ?? []).map((user) => ({
      key: String(user.user_id),
      label: user.name ?? user.email ?? String(user.user_id),
      detail: user.email ?? String(user.user_id),
      to: `/users/${encodeURIComponent(String(user.user_id))}/profile`,
      icon: <UserIcon className={icon} aria-hidden="true" />,
    })),
    ...(roles.data ?? [])
      .filter(({ name }) => holds(name))
      .map(({ id, name, description }) => ({
        key: id,
        label: name,
        detail: description ?? 'Role',
        to: `/roles/${id}/permissions`,
        icon: <KeyRound className={icon} aria-hidden="true" />,
      })),
  ];
  return [...found, ...more].slice(0, most);
}
