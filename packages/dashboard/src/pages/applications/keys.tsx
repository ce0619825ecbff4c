// Keys of an application for private_key_jwt: it signs what it asks with the private key, and the public one is kept here.

import { clientCredentials } from 'countersign/resources';
import { Plus, Trash2 } from 'lucide-react';
import { useState } from 'react';
import type { Client } from '../../api/kinds.ts';
import { useChange, useGet } from '../../api/queries.ts';
import { path } from '../../api/request.ts';
import { ChoiceField, Field, TextField } from '../../forms/controls.tsx';
import { controlOf, fieldAt } from '../../forms/declared.ts';
import { Button, IconButton } from '../../parts/button.tsx';
import { Confirm } from '../../parts/dialog.tsx';
import { DialogForm, Problem } from '../../parts/form.tsx';
import { Read, Section } from '../../parts/layout.tsx';
import { Rows } from '../../parts/rows.tsx';
import { Badge, Code, Time } from '../../parts/text.tsx';
import { sayDone } from '../../parts/toast.tsx';
import { useCan } from '../../session/session.ts';

type Credential = Parameters<typeof clientCredentials.check>[0];
const most = 2;

/** The keys, and the way between a secret and keys. `free`: the application does not outrank who looks. */
export function Keys({ client, free }: { readonly client: Client; readonly free: boolean }) {
  const can = useCan();
  const keys = useGet<readonly Credential[]>(path`/clients/${client.client_id}/credentials`);
  const change = useChange('/clients');
  const [adding, setAdding] = useState(false);
  const [removing, setRemoving] = useState<Credential>();
  const used = (client.client_authentication_methods?.private_key_jwt?.credentials ?? []).map(({ id }) => id);
  const byKey = client.client_authentication_methods?.private_key_jwt !== undefined;
  const mayUse = free && can('update:clients', 'update:client_credentials');
  const use = (ids: readonly string[], said: string) =>
    change.mutate(
      {
        method: 'PATCH',
        path: path`/clients/${client.client_id}`,
        body: {
          client_authentication_methods: { private_key_jwt: { credentials: ids.map((id) => ({ id })) } },
          token_endpoint_auth_method: null,
        },
      },
      { onSuccess: () => sayDone(said) },
    );
  const toSecret = () =>
    change.mutate(
      {
        method: 'PATCH',
        path: path`/clients/${client.client_id}`,
        body: { client_authentication_methods: null, token_endpoint_auth_method: 'client_secret_post' },
      },
      { onSuccess: () => sayDone('It authenticates with its secret again.') },
    );
  return (
    <Section
      title="Keys (private_key_jwt)"
      about="Stronger than a secret: the private key never leaves the application, and this server keeps the public one."
      flush
      actions={
        free && can('create:client_credentials') && (keys.data?.length ?? 0) < most ? (
          <Button onClick={() => setAdding(true)}>
            <Plus className="size-4" aria-hidden="true" />
            Add key
          </Button>
        ) : null
      }
    >
      {removing ? null : <Problem error={change.error} className="px-5 pt-2" />}
      <Read from={keys}>
        {(rows) => (
          <Rows
            rows={rows.map((key) => ({
              id: key.id,
              title: <span className="font-medium">{key.name || key.id}</span>,
              detail: (
                <>
                  {key.kid ? <Code>{key.kid}</Code> : null} {key.alg} · added <Time at={key.created_at} />
                </>
              ),
              actions: used.includes(key.id) ? (
                <Badge tone="good">In use</Badge>
              ) : (
                <>
                  {mayUse ? (
                    <Button
                      onClick={() =>
                        use(
                          [...used.filter((id) => id !== undefined), key.id],
                          byKey
                            ? 'The key is in use beside the other.'
                            : 'It authenticates with this key now. Its secret works no more.',
                        )
                      }
                    >
                      Use this key
                    </Button>
                  ) : null}
                  {free && can('delete:client_credentials') ? (
                    <IconButton label={`Delete key ${key.name || key.id}`} onClick={() => setRemoving(key)}>
                      <Trash2 className="size-4" aria-hidden="true" />
                    </IconButton>
                  ) : null}
                </>
              ),
            }))}
            empty={{
              title: 'No keys',
              about: 'Make a pair, add the public one here, and let the application use it instead of its secret.',
            }}
          />
        )}
      </Read>
      {byKey && mayUse ? (
        <div className="border-t border-line px-5 py-3">
          <Button busy={change.isPending} onClick={toSecret}>
            Go back to the secret
          </Button>
        </div>
      ) : null}
      {adding ? <AddKey client={client} onClose={() => setAdding(false)} /> : null}
      {removing ? (
        <Confirm
          title="Delete this key?"
          action="Delete key"
          busy={change.isPending}
          error={change.error?.message}
          onClose={() => setRemoving(undefined)}
          onConfirm={() =>
            change.mutate(
              { method: 'DELETE', path: path`/clients/${client.client_id}/credentials/${removing.id}` },
              { onSuccess: () => setRemoving(undefined) },
            )
          }
        >
          <p>What is signed with {removing.name || removing.id} is not accepted any more.</p>
        </Confirm>
      ) : null}
    </Section>
  );
}

function AddKey({ client, onClose }: { readonly client: Client; readonly onClose: () => void }) {
  const change = useChange('/clients');
  const [name, setName] = useState('');
  const [pem, setPem] = useState('');
  const [alg, setAlg] = useState('RS256');
  const algorithms = controlOf(fieldAt(clientCredentials, 'alg').schema);
  return (
    <DialogForm
      title="Add key"
      about="A public key or a certificate, in PEM."
      action="Add key"
      busy={change.isPending}
      disabled={pem.trim() === ''}
      error={change.error}
      onClose={onClose}
      onSubmit={() =>
        change.mutate(
          {
            method: 'POST',
            path: path`/clients/${client.client_id}/credentials`,
            body: { credential_type: 'public_key', pem, alg, ...(name ? { name } : {}) },
          },
          {
            onSuccess: () => {
              sayDone('The key was added. It is not in use yet.');
              onClose();
            },
          },
        )
      }
    >
      <TextField label="Name" value={name} onChange={setName} />
      <Field label="Public key" required>
        {({ id }) => (
          <textarea
            id={id}
            rows={7}
            className="field font-mono text-xs!"
            placeholder="-----BEGIN PUBLIC KEY-----"
            value={pem}
            spellCheck={false}
            onChange={(event) => setPem(event.target.value)}
          />
        )}
      </Field>
      <ChoiceField
        label="Algorithm"
        value={alg}
        onChange={setAlg}
        options={(algorithms.kind === 'choice' ? algorithms.values : []).map((value) => ({ value, label: value }))}
      />
    </DialogForm>
  );
}
