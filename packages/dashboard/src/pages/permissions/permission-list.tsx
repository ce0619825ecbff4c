// The permissions that a role or a user holds, with where each comes from.

import { Link } from '@tanstack/react-router';
import { Plus, Trash2 } from 'lucide-react';
import { useState } from 'react';
import type { Api, Permission } from '../../api/kinds.ts';
import { useAll, useChange } from '../../api/queries.ts';
import { useGivable } from '../../api/rank.ts';
import { Button, IconButton } from '../../parts/button.tsx';
import { Problem } from '../../parts/form.tsx';
import { Empty, Read, Section } from '../../parts/layout.tsx';
import { Table } from '../../parts/table.tsx';
import { Badge, Code } from '../../parts/text.tsx';
import { sayDone, sayFailed } from '../../parts/toast.tsx';
import { useCan } from '../../session/session.ts';
import { apiList } from '../apis/list.tsx';
import { AddPermissions } from './add-permissions.tsx';

const isDirect = ({ sources }: Permission) => sources?.some(({ source_type }) => source_type === 'DIRECT') ?? true;

/** `owner`: the path of the role or user. `about` says what holding one means. */
export function PermissionList({
  owner,
  about,
  mayAdd,
  mayTake,
}: {
  readonly owner: string;
  readonly about: string;
  readonly mayAdd: boolean;
  readonly mayTake: (permission: Permission) => boolean;
}) {
  const can = useCan();
  const held = useAll<Permission>(`${owner}/permissions`);
  const change = useChange(owner);
  const apis = useAll<Api>(mayAdd && can('read:resource_servers') ? apiList : undefined);
  const givable = useGivable();
  const [adding, setAdding] = useState(false);
  const body = ({ resource_server_identifier, permission_name }: Permission) => ({
    permissions: [{ resource_server_identifier, permission_name }],
  });
  const take = (permission: Permission) =>
    change.mutate(
      { method: 'DELETE', path: `${owner}/permissions`, body: body(permission) },
      {
        onSuccess: () =>
          sayDone(`${permission.permission_name} was taken.`, () =>
            change.mutate(
              { method: 'POST', path: `${owner}/permissions`, body: body(permission) },
              { onError: sayFailed },
            ),
          ),
      },
    );
  const button =
    // Nothing that could be given: no way to.
    apis.data?.some((api) => api.scopes?.some(({ value }) => givable(api, value))) ? (
      <Button kind="primary" onClick={() => setAdding(true)}>
        <Plus className="size-4" aria-hidden="true" />
        Add permissions
      </Button>
    ) : null;
  return (
    <Section title="Permissions" about={about} actions={button} flush>
      <Problem error={change.error} className="px-5 pb-2" />
      <Read from={held}>
        {(rows) => (
          <>
            <Table
              label="Permissions"
              rows={rows}
              idOf={(one) => `${one.resource_server_identifier} ${one.permission_name}`}
              texts={(one) => [one.permission_name, one.description, one.resource_server_name]}
              filterLabel="Filter permissions"
              columns={[
                {
                  label: 'Permission',
                  by: (one) => one.permission_name,
                  cell: (one) => <Code>{one.permission_name}</Code>,
                },
                {
                  label: 'API',
                  by: (one) => one.resource_server_name,
                  cell: (one) => <span className="text-muted">{one.resource_server_name}</span>,
                },
                ...(rows.some(({ sources }) => sources)
                  ? [
                      {
                        label: 'From',
                        cell: (one: Permission) => (
                          <span className="flex flex-wrap gap-1">
                            {one.sources?.map(({ source_type, source_id, source_name }) =>
                              source_type === 'DIRECT' ? (
                                <Badge key="direct">direct</Badge>
                              ) : (
                                <Link key={source_id} to="/roles/$id/permissions" params={{ id: source_id }}>
                                  <Badge tone="accent">{source_name}</Badge>
                                </Link>
                              ),
                            )}
                          </span>
                        ),
                      },
                    ]
                  : [
                      {
                        label: 'Description',
                        minor: true,
                        cell: (one: Permission) => <span className="text-muted">{one.description}</span>,
                      },
                    ]),
                {
                  label: 'Actions',
                  unlabelled: true,
                  cell: (one) =>
                    isDirect(one) && mayTake(one) ? (
                      <IconButton
                        label={`Take ${one.permission_name}`}
                        className="max-sm:-my-2"
                        disabled={change.isPending}
                        onClick={() => take(one)}
                      >
                        <Trash2 className="size-4" aria-hidden="true" />
                      </IconButton>
                    ) : null,
                },
              ]}
              empty={<Empty title="No permissions" action={button} />}
            />
            {adding ? (
              <AddPermissions owner={owner} held={rows.filter(isDirect)} onClose={() => setAdding(false)} />
            ) : null}
          </>
        )}
      </Read>
    </Section>
  );
}
