// A page that lists things of one kind, and the way to a new one.

import { Plus } from 'lucide-react';
import type { ReactNode } from 'react';
import { useCan } from '../session/session.ts';
import { useCreating } from '../shell/creating.ts';
import { Button } from './button.tsx';
import { Empty, Page, Read } from './layout.tsx';
import { Table, type TableProps } from './table.tsx';

export interface ListPageProps<T> extends Omit<TableProps<T>, 'label' | 'rows' | 'empty'> {
  readonly title: string;
  readonly about: ReactNode;
  readonly from: { readonly data: readonly T[] | undefined; readonly error: unknown };
  /** The button for a new one, for whoever may make one, and the dialog that it opens. */
  readonly create: {
    readonly label: string;
    readonly needs: string;
    readonly dialog: (close: () => void) => ReactNode;
  };
  readonly empty: { readonly title: string; readonly about: ReactNode; readonly uncreated?: boolean };
  /** Inside of the frame, above and below the rows. */
  readonly above?: ReactNode;
  readonly below?: ReactNode;
}

/** The page. Without rows it says what they would be, and has the button once more. */
export function ListPage<T>({ title, about, from, create, empty, above, below, ...table }: ListPageProps<T>) {
  const can = useCan();
  const [creating, setCreating] = useCreating();
  const button = can(create.needs) ? (
    <Button kind="primary" onClick={() => setCreating(true)}>
      <Plus className="size-4" aria-hidden="true" />
      {create.label}
    </Button>
  ) : null;
  return (
    <Page title={title} about={about} actions={button}>
      <div className="card overflow-hidden">
        {above}
        <Read from={from}>
          {(rows) => (
            <>
              <Table
                {...table}
                label={title}
                rows={rows}
                empty={
                  <Empty title={empty.title} action={empty.uncreated ? null : button}>
                    {empty.about}
                  </Empty>
                }
              />
              {below}
            </>
          )}
        </Read>
      </div>
      {creating ? create.dialog(() => setCreating(false)) : null}
    </Page>
  );
}
