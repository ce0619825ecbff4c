// The applications of the tenant, and the way to a new one.

import { useNavigate } from '@tanstack/react-router';
import { clients as declared } from 'countersign/resources';
import { useId, useState } from 'react';
import type { Client } from '../../api/kinds.ts';
import { useAll, useChange } from '../../api/queries.ts';
import { TextField } from '../../forms/controls.tsx';
import { problemOf } from '../../forms/declared.ts';
import { DialogForm } from '../../parts/form.tsx';
import { ListPage } from '../../parts/list-page.tsx';
import { Badge, Code, Face } from '../../parts/text.tsx';
import { clientList, isBuiltIn, kindOf, kinds } from './kinds.ts';

/** The list. */
export function Applications() {
  const clients = useAll<Client>(clientList);
  return (
    <ListPage
      title="Applications"
      about="What asks for tokens: apps that sign people in, and machines that act as themselves."
      from={clients}
      create={{
        label: 'Create application',
        needs: 'create:clients',
        dialog: (close) => <CreateApplication onClose={close} />,
      }}
      idOf={({ client_id }) => client_id}
      linkOf={({ client_id }) => ({ to: '/applications/$id/quickstart', params: { id: client_id } })}
      texts={({ name, client_id, description }) => [name, client_id, description]}
      filterLabel="Filter applications"
      columns={[
        {
          label: 'Name',
          by: ({ name }) => name,
          cell: ({ name, client_id, is_first_party }) => (
            <span className="flex items-center gap-3">
              <Face square name={name} />
              <span className="min-w-0 break-words">{name}</span>
              {isBuiltIn(client_id) ? <Badge tone="accent">Built in</Badge> : null}
              {is_first_party === false ? <Badge tone="warn">Third party</Badge> : null}
            </span>
          ),
        },
        { label: 'Kind', by: kindOf, cell: (client) => <span className="text-muted">{kindOf(client)}</span> },
        { label: 'Client ID', minor: true, cell: ({ client_id }) => <Code>{client_id}</Code> },
      ]}
      empty={{
        title: 'No applications yet',
        about:
          'An application signs people in, or calls an API as itself. It asks for tokens, and an API accepts them.',
      }}
    />
  );
}

function CreateApplication({ onClose }: { readonly onClose: () => void }) {
  const navigate = useNavigate();
  const group = useId();
  const create = useChange<Client>('/clients', '/connections');
  const [name, setName] = useState('');
  const [type, setType] = useState<string>('spa');
  const [tried, setTried] = useState(false);
  const wrong = problemOf(declared, 'name', name);
  return (
    <DialogForm
      title="Create application"
      action="Create application"
      wide
      busy={create.isPending}
      error={create.error}
      onClose={onClose}
      onSubmit={() => {
        setTried(true);
        const kind = kinds.find((one) => one.type === type);
        if (wrong || !kind) return;
        create.mutate(
          { method: 'POST', path: '/clients', body: { name, ...kind.draft } },
          {
            onSuccess: ({ client_id }) => {
              onClose();
              void navigate({
                to: kind.type === 'non_interactive' ? '/applications/$id/apis' : '/applications/$id/settings',
                params: { id: client_id },
              });
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
        about="Users see it when they sign in."
      />
      <fieldset>
        <legend className="mb-1.5 font-medium">Kind</legend>
        <div className="grid gap-3 sm:grid-cols-2">
          {kinds.map((kind) => (
            <label
              key={kind.type}
              className="flex gap-3 rounded-xl border border-line p-3.5 hover:border-edge has-checked:border-link has-checked:bg-tint"
            >
              <input
                type="radio"
                name={group}
                className="mt-0.5 size-4"
                checked={type === kind.type}
                onChange={() => setType(kind.type)}
              />
              <span>
                <span className="block font-medium">{kind.label}</span>
                <span className="mt-0.5 block text-[0.8125rem] text-muted">{kind.about}</span>
              </span>
            </label>
          ))}
        </div>
      </fieldset>
    </DialogForm>
  );
}
