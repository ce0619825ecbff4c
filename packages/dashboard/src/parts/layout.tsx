// The frame of a page: its head, tabs, cards, and what is shown while there is nothing to show.

import { Link, type LinkProps, useLocation } from '@tanstack/react-router';
import { ChevronLeft } from 'lucide-react';
import { type ReactNode, useEffect, useRef } from 'react';
import { ApiError } from '../api/request.ts';

export interface PageProps {
  readonly title: string;
  /** One line below the title. */
  readonly about?: ReactNode;
  readonly actions?: ReactNode;
  readonly back?: LinkProps & { readonly label: string };
  readonly tabs?: ReactNode;
  readonly children: ReactNode;
}

/** A page with its title, which is also the title of the window. */
export function Page({ title, about, actions, back, tabs, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · Countersign`;
  }, [title]);
  return (
    <div className="mx-auto w-full max-w-6xl px-4 py-6 sm:px-8 sm:py-8">
      {back ? (
        <Link {...back} className="-ml-1 mb-2 inline-flex items-center gap-1 rounded-md text-muted hover:text-ink">
          <ChevronLeft className="size-4" aria-hidden="true" />
          {back.label}
        </Link>
      ) : null}
      <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <div className="min-w-0">
          <h1 className="text-2xl leading-tight font-semibold tracking-tight break-words">{title}</h1>
          {about ? <div className="mt-1 max-w-2xl text-muted">{about}</div> : null}
        </div>
        {actions ? <div className="flex flex-wrap gap-2">{actions}</div> : null}
      </div>
      {tabs}
      <div className="mt-6">{children}</div>
    </div>
  );
}

export interface Tab {
  readonly label: string;
  readonly to: string;
  readonly params?: Record<string, string>;
}

/** The tabs of a page: links, so that each has its own address. */
export function Tabs({ label, tabs }: { readonly label: string; readonly tabs: readonly Tab[] }) {
  const bar = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  // On a phone the bar is longer than the screen: the tab that is open comes into sight.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the page decides which tab is open
  useEffect(() => {
    const open = bar.current?.querySelector<HTMLElement>('[aria-current=page]');
    if (bar.current && open)
      bar.current.scrollLeft = open.offsetLeft + open.offsetWidth / 2 - bar.current.clientWidth / 2;
  }, [pathname]);
  return (
    <nav ref={bar} aria-label={label} className="relative mt-5 -mb-px overflow-x-auto border-b border-line">
      <ul className="flex gap-1">
        {tabs.map(({ label: name, to, params }) => (
          <li key={to}>
            <Link
              {...({ to, params } as LinkProps)}
              className="block border-b-2 border-transparent px-3 py-2 font-medium whitespace-nowrap text-muted -outline-offset-2 hover:text-ink"
              activeProps={{ className: 'border-link! text-ink!', 'aria-current': 'page' }}
            >
              {name}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}

/** A titled part of a page. */
export function Section({
  title,
  about,
  actions,
  children,
  flush = false,
}: {
  readonly title: string;
  readonly about?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
  /** The content brings its own edges: a table. */
  readonly flush?: boolean;
}) {
  return (
    <section className="card mb-5 overflow-hidden">
      <div className="flex flex-wrap items-start justify-between gap-3 px-5 pt-4 pb-1">
        <div className="min-w-0">
          <h2 className="text-base font-semibold tracking-tight">{title}</h2>
          {about ? <div className="mt-0.5 max-w-2xl text-muted">{about}</div> : null}
        </div>
        {actions}
      </div>
      <div className={flush ? 'pt-2' : 'px-5 pt-3 pb-5'}>{children}</div>
    </section>
  );
}

/** What a list says before there is anything in it: what it is for, and how to begin. */
export function Empty({
  title,
  children,
  action,
}: {
  readonly title: string;
  readonly children?: ReactNode;
  readonly action?: ReactNode;
}) {
  return (
    <div className="px-6 py-12 text-center">
      <p className="text-base font-semibold">{title}</p>
      {children ? <div className="mx-auto mt-1 max-w-md text-muted">{children}</div> : null}
      {action ? <div className="mt-4 flex justify-center gap-2">{action}</div> : null}
    </div>
  );
}

/** What could not be read, and why. */
export function Failure({ error }: { readonly error: unknown }) {
  const lacking = error instanceof ApiError && error.status === 403;
  return (
    <div role="alert" className="rounded-xl border border-danger-line bg-danger-tint px-4 py-3">
      <p className="font-semibold text-danger">{lacking ? 'You may not see this' : 'This could not be read'}</p>
      <p className="mt-0.5">{error instanceof Error ? error.message : String(error)}</p>
    </div>
  );
}

/** The place of something that is on its way. */
export function Loading({ rows = 4 }: { readonly rows?: number }) {
  return (
    <div role="status" aria-label="Loading" className="space-y-3">
      {Array.from({ length: rows }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are all alike
        <div key={index} className="skeleton h-9" />
      ))}
    </div>
  );
}

/** What a read came to: its rows, or that it waits, or why it failed. */
export function Read<T>({
  from,
  children,
}: {
  readonly from: { readonly data: T | undefined; readonly error: unknown };
  readonly children: (data: T) => ReactNode;
}) {
  if (from.data !== undefined) return children(from.data);
  return from.error ? <Failure error={from.error} /> : <Loading />;
}
