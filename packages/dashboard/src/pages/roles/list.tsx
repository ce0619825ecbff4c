// The roles of the tenant, and the way to a new one.

import { useNavigate } from '@tanstack/react-router';
import { administratorRoleId, roles as declared } from 'countersign/resources';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import type { Role } from '../../api/kinds.ts';
import { useAll, useChange } from '../../api/queries.ts';
import { TextField } from '../../forms/controls.tsx';
import { problemOf } from '../../forms/declared.ts';
import { Button } from '../../parts/button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { Empty, Page, Read } from '../../parts/layout.tsx';
import { Table } from '../../parts/table.tsx';
import { Badge } from '../../parts/text.tsx';
import { useCan } from '../../session/session.ts';
import { useCreating } from '../../shell/creating.ts';

/** The list. */
export function RoleList() {
  const can = useCan();
  const roles = useAll<Role>('/roles');
  const [creating, setCreating] = useCreating();
  const button = can('create:roles') ? (
    <Button kind="primary" onClick={() => setCreating(true)}>
      <Plus className="size-4" aria-hidden="true" />
      Create role
    </Button>
  ) : null;
  return (
    <Page title="Roles" about="Named sets of permissions, which may span APIs. Users hold them." actions={button}>
      <div className="card overflow-hidden">
        <Read from={roles}>
          {(rows) => (
            <Table
              label="Roles"
              rows={rows}
              idOf={({ id }) => id}
              linkOf={({ id }) => ({ to: '/roles/$id/permissions', params: { id } })}
              texts={({ name, description }) => [name, description]}
              filterLabel="Filter roles"
              columns={[
                {
                  label: 'Name',
                  by: ({ name }) => name,
                  cell: ({ id, name }) => (
                    <span className="flex items-center gap-2">
                      <span className="break-words">{name}</span>
                      {id === administratorRoleId ? <Badge tone="accent">Built in</Badge> : null}
                    </span>
                  ),
                },
                { label: 'Description', cell: ({ description }) => <span className="text-muted">{description}</span> },
              ]}
              empty={
                <Empty title="No roles yet" action={button}>
                  Give a role the permissions of a job, and give people the role.
                </Empty>
              }
            />
          )}
        </Read>
      </div>
      {creating ? <CreateRole onClose={() => setCreating(false)} /> : null}
    </Page>
  );
}

function CreateRole({ onClose }: { readonly onClose: () => void }) {
  const navigate = useNavigate();
  const create = useChange<Role>('/roles');
  const [name, setName] = useState('');
  const [description, setDescription] = useState('');
  const [tried, setTried] = useState(false);
  const wrong = problemOf(declared, 'name', name);
  return (
    <Dialog title="Create role" onClose={onClose}>
      <form
        noValidate
        className="space-y-4"
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          if (wrong) return;
          create.mutate(
            { method: 'POST', path: '/roles', body: { name, ...(description ? { description } : {}) } },
            {
              onSuccess: ({ id }) => {
                onClose();
                void navigate({ to: '/roles/$id/permissions', params: { id } });
              },
            },
          );
        }}
      >
        <TextField
          label="Name"
          required
          autoFocus
          value={name}
          onChange={setName}
          problem={tried ? wrong : undefined}
        />
        <TextField
          label="Description"
          value={description}
          onChange={setDescription}
          problem={problemOf(declared, 'description', description)}
          about={declared.fields.description.about}
        />
        {create.error ? (
          <p role="alert" className="font-medium text-danger">
            {create.error.message}
          </p>
        ) : null}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="primary" busy={create.isPending}>
            Create role
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
