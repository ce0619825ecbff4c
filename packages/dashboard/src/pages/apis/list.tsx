// The APIs of the tenant, and the way to a new one.

import { useNavigate } from '@tanstack/react-router';
import { resourceServers } from 'countersign/resources';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import type { Api } from '../../api/kinds.ts';
import { useAll, useChange } from '../../api/queries.ts';
import { ChoiceField, TextField } from '../../forms/controls.tsx';
import { controlOf, fieldAt, problemOf } from '../../forms/declared.ts';
import { Button } from '../../parts/button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { Empty, Page, Read } from '../../parts/layout.tsx';
import { Table } from '../../parts/table.tsx';
import { Badge, Code, Face } from '../../parts/text.tsx';
import { useCan } from '../../session/session.ts';
import { useCreating } from '../../shell/creating.ts';

/** Without their shared secrets, which a list must not read. */
export const apiList = '/resource-servers?fields=signing_secret&include_fields=false';

/** The list. */
export function Apis() {
  const can = useCan();
  const apis = useAll<Api>(apiList);
  const [creating, setCreating] = useCreating();
  const mayCreate = can('create:resource_servers');
  const button = mayCreate ? (
    <Button kind="primary" onClick={() => setCreating(true)}>
      <Plus className="size-4" aria-hidden="true" />
      Create API
    </Button>
  ) : null;
  return (
    <Page
      title="APIs"
      about="What accepts access tokens. Each has an identifier, which is the aud of its tokens, and its own permissions."
      actions={button}
    >
      <div className="card overflow-hidden">
        <Read from={apis}>
          {(rows) => (
            <Table
              label="APIs"
              rows={rows}
              idOf={({ id }) => id}
              linkOf={({ id }) => ({ to: '/apis/$id/settings', params: { id } })}
              texts={({ name, identifier }) => [name, identifier]}
              filterLabel="Filter APIs"
              columns={[
                {
                  label: 'Name',
                  by: ({ name, identifier }) => name ?? identifier,
                  cell: (api) => (
                    <span className="flex items-center gap-3">
                      <Face square name={api.name ?? api.identifier} />
                      <span className="min-w-0 break-words">{api.name ?? api.identifier}</span>
                      {api.is_system ? <Badge tone="accent">System API</Badge> : null}
                    </span>
                  ),
                },
                {
                  label: 'Identifier',
                  by: ({ identifier }) => identifier,
                  cell: ({ identifier }) => <Code>{identifier}</Code>,
                },
                {
                  label: 'Permissions',
                  minor: true,
                  by: ({ scopes }) => scopes?.length ?? 0,
                  cell: ({ scopes }) => scopes?.length ?? 0,
                },
                { label: 'Signed with', minor: true, cell: ({ signing_alg }) => signing_alg },
              ]}
              empty={
                <Empty title="No APIs yet" action={button}>
                  An API is whatever your applications call with an access token. Create one, define what may be done
                  there, and let applications ask for it.
                </Empty>
              }
            />
          )}
        </Read>
      </div>
      {creating ? <CreateApi onClose={() => setCreating(false)} /> : null}
    </Page>
  );
}

function CreateApi({ onClose }: { readonly onClose: () => void }) {
  const navigate = useNavigate();
  const create = useChange<Api>('/resource-servers');
  const [name, setName] = useState('');
  const [identifier, setIdentifier] = useState('');
  const [algorithm, setAlgorithm] = useState('RS256');
  const [tried, setTried] = useState(false);
  const wrong = {
    name: name.trim() === '' ? 'This is needed.' : problemOf(resourceServers, 'name', name),
    identifier: problemOf(resourceServers, 'identifier', identifier),
  };
  const algorithms = controlOf(fieldAt(resourceServers, 'signing_alg').schema);
  const submit = () => {
    setTried(true);
    if (wrong.name || wrong.identifier) return;
    create.mutate(
      { method: 'POST', path: '/resource-servers', body: { name, identifier, signing_alg: algorithm } },
      {
        onSuccess: ({ id }) => {
          onClose();
          void navigate({ to: '/apis/$id/permissions', params: { id } });
        },
      },
    );
  };
  return (
    <Dialog title="Create API" onClose={onClose}>
      <form
        noValidate
        className="space-y-4"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <TextField
          label="Name"
          required
          autoFocus
          value={name}
          onChange={setName}
          about="For people: in the dashboard and when users consent."
          problem={tried ? wrong.name : undefined}
        />
        <TextField
          label="Identifier"
          required
          mono
          value={identifier}
          onChange={setIdentifier}
          placeholder="https://api.example.com/"
          problem={(tried ? wrong.identifier : undefined) ?? nearMiss(identifier)}
          about="What clients send as audience, and what the API compares with aud, character by character. It is never called and cannot be changed later, so choose a name that stays: a URL of yours, whether it exists or not."
        />
        <ChoiceField
          label="Signing algorithm"
          value={algorithm}
          onChange={setAlgorithm}
          about={fieldAt(resourceServers, 'signing_alg').field.about}
          options={(algorithms.kind === 'choice' ? algorithms.values : []).map((value) => ({
            value,
            label: algorithmNames[value] ?? value,
          }))}
        />
        {create.error ? (
          <p role="alert" className="font-medium text-danger">
            {create.error.message}
          </p>
        ) : null}
        <div className="flex justify-end gap-2 pt-1">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="primary" busy={create.isPending}>
            Create API
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

/** Words for algorithms. */
export const algorithmNames: Readonly<Record<string, string>> = {
  RS256: 'RS256: public key, understood by everybody',
  PS256: 'PS256: public key, RSA with PSS padding',
  ES256: 'ES256: public key, short and fast',
  EdDSA: 'EdDSA: public key (Ed25519), short and fast',
  HS256: 'HS256: a secret that the API shares with this server',
};

/** What people regret: blanks around it are refused anyway, so this is about what looks right and is not. */
function nearMiss(identifier: string): string | undefined {
  if (identifier === location.origin || identifier === `${location.origin}/`)
    return 'This is the address of this server, not of your API.';
  return undefined;
}
