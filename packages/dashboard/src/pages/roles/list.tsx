// The roles of the tenant, and the way to a new one.

import { useNavigate } from '@tanstack/react-router';
import { administratorRoleId, roles as declared } from 'countersign/resources';
import { useState } from 'react';
import type { Role } from '../../api/kinds.ts';
import { useAll, useChange } from '../../api/queries.ts';
import { TextField } from '../../forms/controls.tsx';
import { problemOf } from '../../forms/declared.ts';
import { DialogForm } from '../../parts/form.tsx';
import { ListPage } from '../../parts/list-page.tsx';
import { Badge } from '../../parts/text.tsx';

/** The list. */
export function RoleList() {
  const roles = useAll<Role>('/roles');
  return (
    <ListPage
      title="Roles"
      about="Named sets of permissions, which may span APIs. Users hold them."
      from={roles}
      create={{ label: 'Create role', needs: 'create:roles', dialog: (close) => <CreateRole onClose={close} /> }}
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
      empty={{ title: 'No roles yet', about: 'Give a role the permissions of a job, and give people the role.' }}
    />
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
    <DialogForm
      title="Create role"
      action="Create role"
      busy={create.isPending}
      error={create.error}
      onClose={onClose}
      onSubmit={() => {
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
      <TextField label="Name" required autoFocus value={name} onChange={setName} problem={tried ? wrong : undefined} />
      <TextField
        label="Description"
        value={description}
        onChange={setDescription}
        problem={problemOf(declared, 'description', description)}
        about={declared.fields.description.about}
      />
    </DialogForm>
  );
}
