// The APIs of the tenant, and the way to a new one.

import { useNavigate } from '@tanstack/react-router';
import { resourceServers } from 'countersign/resources';
import { useState } from 'react';
import type { Api } from '../../api/kinds.ts';
import { useAll, useChange } from '../../api/queries.ts';
import { ApiError } from '../../api/request.ts';
import { ChoiceField, TextField } from '../../forms/controls.tsx';
import { controlOf, fieldAt, problemOf } from '../../forms/declared.ts';
import { DialogForm } from '../../parts/form.tsx';
import { ListPage } from '../../parts/list-page.tsx';
import { Badge, Code, Face } from '../../parts/text.tsx';

/** Without their shared secrets, which a list must not read. */
export const apiList = '/resource-servers?fields=signing_secret&include_fields=false';

/** The list. */
export function Apis() {
  const apis = useAll<Api>(apiList);
  return (
    <ListPage
      title="APIs"
      about="What accepts access tokens. Each has an identifier, which is the aud of its tokens, and its own permissions."
      from={apis}
      create={{
        label: 'Create API',
        needs: 'create:resource_servers',
        dialog: (close) => <CreateApi onClose={close} />,
      }}
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
      empty={{
        title: 'No APIs yet',
        about:
          'An API is whatever your applications call with an access token. Create one, define what may be done there, and let applications ask for it.',
      }}
    />
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
  const [taken, setTaken] = useState('');
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
        onError: (error) => setTaken(error instanceof ApiError && error.status === 409 ? identifier : ''),
      },
    );
  };
  return (
    <DialogForm
      title="Create API"
      action="Create API"
      busy={create.isPending}
      error={taken === '' ? create.error : undefined}
      onClose={onClose}
      onSubmit={submit}
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
        problem={
          (tried ? wrong.identifier : undefined) ??
          (identifier !== '' && identifier === taken ? 'Another API has this identifier.' : undefined) ??
          nearMiss(identifier)
        }
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
    </DialogForm>
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
