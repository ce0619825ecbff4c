// A short list inside of a section: what each is, a line about it, and what can be done with it.

import type { ReactNode } from 'react';
import { Empty } from './layout.tsx';

export interface Row {
  readonly id: string;
  readonly title: ReactNode;
  readonly detail?: ReactNode;
  readonly actions?: ReactNode;
}

/** The list; `empty` is what it says without rows. */
export function Rows({
  rows,
  empty,
}: {
  readonly rows: readonly Row[];
  readonly empty: { readonly title: string; readonly about?: ReactNode };
}) {
  if (rows.length === 0) return <Empty title={empty.title}>{empty.about}</Empty>;
  return (
    <ul className="mt-2">
      {rows.map(({ id, title, detail, actions }) => (
        <li key={id} className="flex flex-wrap items-center gap-x-4 gap-y-1 border-t border-line px-5 py-3">
          <div className="min-w-0 flex-1">
            <div className="break-words">{title}</div>
            {detail ? <div className="text-xs break-words text-muted">{detail}</div> : null}
          </div>
          {actions}
        </li>
      ))}
    </ul>
  );
}
