// The applications of the tenant, and the way to a new one.

import { useNavigate } from '@tanstack/react-router';
import { dashboardClientId, clients as declared } from 'countersign/resources';
import { Plus } from 'lucide-react';
import { useId, useState } from 'react';
import type { Client } from '../../api/kinds.ts';
import { useAll, useChange } from '../../api/queries.ts';
import { TextField } from '../../forms/controls.tsx';
import { problemOf } from '../../forms/declared.ts';
import { Button } from '../../parts/button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { Empty, Page, Read } from '../../parts/layout.tsx';
import { Table } from '../../parts/table.tsx';
import { Badge, Code, Face } from '../../parts/text.tsx';
import { useCan } from '../../session/session.ts';
import { useCreating } from '../../shell/creating.ts';
import { clientList, kindOf, kinds } from './kinds.ts';

/** The list. */
export function Applications() {
  const can = useCan();
  const clients = useAll<Client>(clientList);
  const [creating, setCreating] = useCreating();
  const button = can('create:clients') ? (
    <Button kind="primary" onClick={() => setCreating(true)}>
      <Plus className="size-4" aria-hidden="true" />
      Create application
    </Button>
  ) : null;
  return (
    <Page
      title="Applications"
      about="What asks for tokens: apps that sign people in, and machines that act as themselves."
      actions={button}
    >
      <div className="card overflow-hidden">
        <Read from={clients}>
          {(rows) => (
            <Table
              label="Applications"
              rows={rows}
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
                      {client_id === dashboardClientId ? <Badge tone="accent">Built in</Badge> : null}
                      {is_first_party === false ? <Badge tone="warn">Third party</Badge> : null}
                    </span>
                  ),
                },
                { label: 'Kind', by: kindOf, cell: (client) => <span className="text-muted">{kindOf(client)}</span> },
                { label: 'Client ID', minor: true, cell: ({ client_id }) => <Code>{client_id}</Code> },
              ]}
              empty={
                <Empty title="No applications yet" action={button}>
                  An application signs people in, or calls an API as itself. It asks for tokens, and an API accepts
                  them.
                </Empty>
              }
            />
          )}
        </Read>
      </div>
      {creating ? <CreateApplication onClose={() => setCreating(false)} /> : null}
    </Page>
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
    <Dialog title="Create application" wide onClose={onClose}>
      <form
        noValidate
        className="space-y-5"
        onSubmit={(event) => {
          event.preventDefault();
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
        {create.error ? (
          <p role="alert" className="font-medium text-danger">
            {create.error.message}
          </p>
        ) : null}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="primary" busy={create.isPending}>
            Create application
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
