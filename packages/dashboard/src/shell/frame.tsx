// The frame around every page: navigation, search, theme, who is signed in.

import { Link, Outlet, useRouterState } from '@tanstack/react-router';
import { LogOut, Menu as MenuIcon, Monitor, Moon, Search, Sun, X } from 'lucide-react';
import { Suspense, useEffect, useRef, useState } from 'react';
import { useGet } from '../api/queries.ts';
import { IconButton } from '../parts/button.tsx';
import { Loading } from '../parts/layout.tsx';
import { Menu } from '../parts/menu.tsx';
import { Face } from '../parts/text.tsx';
import { useCan, useSession } from '../session/session.ts';
import { leaveToSignOut } from '../session/sign-in.ts';
import { Mark } from './mark.tsx';
import { Palette } from './palette.tsx';
import { places } from './places.ts';
import { type Theme, useTheme } from './theme.ts';

/** The frame; the page of the route stands in it. */
export function Frame() {
  const [open, setOpen] = useState(false);
  const [searching, setSearching] = useState(false);
  const path = useRouterState({ select: ({ location }) => location.pathname });
  const main = useRef<HTMLElement>(null);
  const first = useRef(true);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new page closes the menu and takes the focus
  useEffect(() => {
    setOpen(false);
    if (!first.current) main.current?.focus({ preventScroll: true });
    first.current = false;
  }, [path]);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      setSearching(true);
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
  return (
    <div className="min-h-dvh lg:grid lg:grid-cols-[15rem_minmax(0,1fr)]">
      <a
        href="#main"
        className="sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-50 focus:rounded-lg focus:bg-surface focus:px-3 focus:py-2 focus:shadow-lift"
      >
        Skip to the page
      </a>
      <header className="sticky top-0 z-30 flex h-14 items-center justify-between gap-3 border-b border-line bg-surface px-4 lg:hidden">
        <Link to="/" className="flex items-center gap-2.5 font-semibold">
          <Mark size={26} />
          Countersign
        </Link>
        <div className="flex">
          <IconButton label="Search" onClick={() => setSearching(true)}>
            <Search className="size-5" aria-hidden="true" />
          </IconButton>
          <IconButton label={open ? 'Close menu' : 'Open menu'} aria-expanded={open} onClick={() => setOpen(!open)}>
            {open ? <X className="size-5" aria-hidden="true" /> : <MenuIcon className="size-5" aria-hidden="true" />}
          </IconButton>
        </div>
      </header>
      <aside
        aria-label="Sidebar"
        className={`${open ? 'flex' : 'hidden'} fixed inset-x-0 top-14 bottom-0 z-30 flex-col overflow-y-auto border-r border-line bg-surface p-3 lg:sticky lg:top-0 lg:flex lg:h-dvh`}
      >
        <Tenant />
        <button
          type="button"
          onClick={() => setSearching(true)}
          className="mb-3 hidden w-full items-center gap-2 rounded-lg border border-line bg-ground px-2.5 py-1.5 text-muted hover:border-edge lg:flex"
        >
          <Search className="size-4" aria-hidden="true" />
          Search
          <kbd className="ml-auto rounded border border-line bg-surface px-1 font-sans text-xs text-muted">Ctrl K</kbd>
        </button>
        <Navigation />
        <div className="mt-auto border-t border-line pt-3">
          <Me />
        </div>
      </aside>
      <main id="main" ref={main} tabIndex={-1} className="min-w-0 outline-none">
        <Suspense
          fallback={
            <div className="mx-auto max-w-6xl p-8">
              <Loading />
            </div>
          }
        >
          <Outlet />
        </Suspense>
      </main>
      {searching ? <Palette onClose={() => setSearching(false)} /> : null}
    </div>
  );
}

function Tenant() {
  const can = useCan();
  const settings = useGet<{ friendly_name?: string }>(
    can('read:tenant_settings') ? '/tenants/settings?fields=friendly_name' : undefined,
  );
  return (
    <Link to="/" className="mb-3 hidden items-center gap-2.5 rounded-lg px-2 py-1.5 lg:flex">
      <Mark />
      <span className="min-w-0">
        <span className="block leading-tight font-semibold tracking-tight">Countersign</span>
        <span className="block truncate text-xs text-muted">{settings.data?.friendly_name ?? location.host}</span>
      </span>
    </Link>
  );
}

function Navigation() {
  const can = useCan();
  return (
    <nav aria-label="Main">
      <ul className="space-y-0.5">
        {places
          .filter(({ needs }) => needs.length === 0 || can(...needs))
          .map(({ label, to, icon: Icon }) => (
            <li key={to}>
              <Link
                to={to}
                activeOptions={{ exact: to === '/' }}
                className="flex items-center gap-2.5 rounded-lg px-2.5 py-2 font-medium text-muted hover:bg-sunken hover:text-ink lg:py-1.5"
                activeProps={{ className: 'bg-tint! text-link!', 'aria-current': 'page' }}
              >
                <Icon className="size-4" aria-hidden="true" />
                {label}
              </Link>
            </li>
          ))}
      </ul>
    </nav>
  );
}

const themes: readonly (readonly [Theme, string, React.ReactNode])[] = [
  ['light', 'Light', <Sun key="light" className="size-4" aria-hidden="true" />],
  ['dark', 'Dark', <Moon key="dark" className="size-4" aria-hidden="true" />],
  ['system', 'As the system', <Monitor key="system" className="size-4" aria-hidden="true" />],
];

function Me() {
  const session = useSession();
  const [theme, setTheme] = useTheme();
  if (session.kind !== 'in' && session.kind !== 'ended') return null;
  const { user } = session.signedIn;
  return (
    <Menu
      button={
        <button type="button" className="flex w-full items-center gap-2.5 rounded-lg p-1.5 text-left hover:bg-sunken">
          <Face name={user.name} />
          <span className="min-w-0 flex-1 truncate font-medium">{user.name}</span>
        </button>
      }
      head={
        <>
          <p className="font-medium break-words">{user.name}</p>
          <p className="text-xs break-all text-muted">{user.email ?? user.id}</p>
        </>
      }
      items={[
        ...themes
          .filter(([one]) => one !== theme)
          .map(([one, label, icon]) => ({
            label: `Theme: ${label.toLowerCase()}`,
            icon,
            onSelect: () => setTheme(one),
          })),
        { label: 'Sign out', icon: <LogOut className="size-4" aria-hidden="true" />, onSelect: leaveToSignOut },
      ]}
    />
  );
}
