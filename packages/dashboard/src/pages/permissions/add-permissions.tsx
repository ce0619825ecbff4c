// A dialog that gives permissions of an API, to a role or to a user.

import { useState } from 'react';
import type { Api, Permission } from '../../api/kinds.ts';
import { useAll, useChange } from '../../api/queries.ts';
import { useGivable } from '../../api/rank.ts';
import { ChoiceField } from '../../forms/controls.tsx';
import { Button } from '../../parts/button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { Problem } from '../../parts/form.tsx';
import { Read } from '../../parts/layout.tsx';
import { sayDone } from '../../parts/toast.tsx';
import { apiList } from '../apis/list.tsx';

/** `owner`: the path of the role or user; its permissions are below it. */
export function AddPermissions({
  owner,
  held,
  onClose,
}: {
  readonly owner: string;
  readonly held: readonly Permission[];
  readonly onClose: () => void;
}) {
  const apis = useAll<Api>(apiList);
  const change = useChange(owner);
  const givable = useGivable();
  const [chosen, setChosen] = useState('');
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set());
  const [filter, setFilter] = useState('');
  return (
    <Dialog title="Add permissions" wide onClose={onClose}>
      <Read from={apis}>
        {(all) => {
          const own = all
            .map((api) => ({ ...api, scopes: (api.scopes ?? []).filter(({ value }) => givable(api, value)) }))
            .filter(({ scopes }) => scopes.length > 0)
            .toSorted((a, b) => Number(a.is_system ?? false) - Number(b.is_system ?? false));
          const api = own.find(({ id }) => id === chosen) ?? own[0];
          if (!api) return <p className="text-muted">No API has permissions that you could give.</p>;
          const has = new Set(
            held.filter((one) => one.resource_server_identifier === api.identifier).map((one) => one.permission_name),
          );
          const shown = api.scopes.filter(({ value, description }) =>
            `${value} ${description ?? ''}`.toLowerCase().includes(filter.toLowerCase()),
          );
          const give = () =>
            change.mutate(
              {
                method: 'POST',
                path: `${owner}/permissions`,
                body: {
                  permissions: [...ticked].map((permission_name) => ({
                    resource_server_identifier: api.identifier,
                    permission_name,
                  })),
                },
              },
              {
                onSuccess: () => {
                  sayDone(
                    `${ticked.size} ${ticked.size === 1 ? 'permission was' : 'permissions were'} added. The next token has them.`,
                  );
                  onClose();
                },
              },
            );
          return (
            <div className="space-y-4">
              <div className="grid gap-3 sm:grid-cols-2">
                <ChoiceField
                  label="API"
                  value={api.id}
                  onChange={(id) => {
                    setChosen(id);
                    setTicked(new Set());
                  }}
                  options={own.map(({ id, name, identifier }) => ({ value: id, label: name ?? identifier }))}
                />
                {api.scopes.length > 12 ? (
                  <div className="self-end">
                    <input
                      type="search"
                      className="field"
                      aria-label="Filter permissions"
                      placeholder="Filter"
                      value={filter}
                      onChange={(event) => setFilter(event.target.value)}
                    />
                  </div>
                ) : null}
              </div>
              {api.enforce_policies || api.is_system ? null : (
                <p className="rounded-lg bg-warn-tint px-3 py-2 text-warn">
                  This API does not enforce permissions of users yet (RBAC, in its settings): until then every user may
                  have all of its scopes.
                </p>
              )}
              <fieldset className="grid max-h-80 gap-x-6 gap-y-2 overflow-y-auto sm:grid-cols-2">
                <legend className="sr-only">Permissions</legend>
                {shown.map(({ value, description }) => (
                  <label key={value} className="flex items-start gap-2.5">
                    <input
                      type="checkbox"
                      className="mt-0.5 size-4"
                      disabled={has.has(value)}
                      checked={has.has(value) || ticked.has(value)}
                      onChange={(event) => {
                        const next = new Set(ticked);
                        if (event.target.checked) next.add(value);
                        else next.delete(value);
                        setTicked(next);
                      }}
                    />
                    <span className="min-w-0">
                      <span className="font-mono text-[0.8125rem] break-all">{value}</span>
                      {description ? <span className="block text-xs text-muted">{description}</span> : null}
                    </span>
                  </label>
                ))}
              </fieldset>
              <Problem error={change.error} />
              <div className="flex justify-end gap-2">
                <Button onClick={onClose}>Cancel</Button>
                <Button kind="primary" busy={change.isPending} disabled={ticked.size === 0} onClick={give}>
                  Add permissions
                </Button>
              </div>
            </div>
          );
        }}
      </Read>
    </Dialog>
  );
}
