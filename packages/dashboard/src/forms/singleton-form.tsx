// The form of a declared singleton: read, shown, changed by PATCH.

import { useChange, useGet } from '../api/queries.ts';
import { Read } from '../parts/layout.tsx';
import { sayDone } from '../parts/toast.tsx';
import { useCan } from '../session/session.ts';
import type { Declared, Entity } from './declared.ts';
import { type FormGroup, RecordForm } from './record-form.tsx';

interface DeclaredSingleton extends Declared {
  readonly path: string;
  readonly scopes: { readonly update: readonly string[] };
  readonly check: (entity: never) => readonly { readonly path: string; readonly message: string }[];
}

/** Shows these groups of its fields. */
export function SingletonForm({
  declared,
  groups,
}: {
  readonly declared: DeclaredSingleton;
  readonly groups: readonly FormGroup[];
}) {
  const can = useCan();
  const path = `/${declared.path}`;
  const entity = useGet<Entity>(path);
  const change = useChange(path);
  return (
    <Read from={entity}>
      {(value) => (
        <RecordForm
          declared={declared}
          entity={value}
          groups={groups}
          readOnly={!can(...declared.scopes.update)}
          check={(after) => declared.check(after as never)}
          onSave={async (patch) => {
            await change.mutateAsync({ method: 'PATCH', path, body: patch });
            sayDone('Saved. It holds on every node within a second.');
          }}
        />
      )}
    </Read>
  );
}
