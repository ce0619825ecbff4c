// How an application proves who it is: its secret, shown on demand and rotated, or keys of its own.

import { useMutation } from '@tanstack/react-query';
import { clients as declared } from 'countersign/resources';
import { useState } from 'react';
import type { Client } from '../../api/kinds.ts';
import { useChange } from '../../api/queries.ts';
import { call, path } from '../../api/request.ts';
import { RecordForm } from '../../forms/record-form.tsx';
import { Button } from '../../parts/button.tsx';
import { Confirm } from '../../parts/dialog.tsx';
import { Problem } from '../../parts/form.tsx';
import { Section } from '../../parts/layout.tsx';
import { Copyable } from '../../parts/text.tsx';
import { sayDone } from '../../parts/toast.tsx';
import { useCan } from '../../session/session.ts';
import { ApplicationPage } from './application-page.tsx';
import { Keys } from './keys.tsx';
import { isBuiltIn } from './kinds.ts';

/** The tab Credentials. */
export function Credentials() {
  return <ApplicationPage>{(client, may) => <All client={client} free={may} />}</ApplicationPage>;
}

interface OfClient {
  readonly client: Client;
  /** The application does not outrank who looks. */
  readonly free: boolean;
}

function All({ client, free }: OfClient) {
  const can = useCan();
  const change = useChange('/clients');
  const byKey = client.client_authentication_methods?.private_key_jwt !== undefined;
  const isPublic = client.token_endpoint_auth_method === 'none';
  return (
    <>
      <Section title="Client ID" about="Names the application. It is no secret.">
        <div className="max-w-xl">
          <Copyable text={client.client_id} label="client ID" />
        </div>
      </Section>
      {byKey ? null : (
        <RecordForm
          key={client.client_id}
          declared={declared}
          entity={client}
          readOnly={!free || isBuiltIn(client.client_id) || !can('update:clients', 'update:client_credentials')}
          groups={[
            {
              title: 'Authentication',
              fields: [
                {
                  path: 'token_endpoint_auth_method',
                  label: 'At the token endpoint',
                  names: {
                    none: 'None: a public application, on a device or in a browser',
                    client_secret_post: 'Secret, in the body (post)',
                    client_secret_basic: 'Secret, in the header (Basic)',
                  },
                },
              ],
            },
          ]}
          onSave={async (patch) => {
            await change.mutateAsync({ method: 'PATCH', path: path`/clients/${client.client_id}`, body: patch });
            sayDone('Saved.');
          }}
        />
      )}
      {!isPublic && !byKey ? <Secret client={client} free={free} /> : null}
      {isPublic || !can('read:client_credentials') ? null : <Keys client={client} free={free} />}
    </>
  );
}

function Secret({ client, free }: OfClient) {
  const can = useCan();
  const [secret, setSecret] = useState<string>();
  const [asking, setAsking] = useState(false);
  const rotate = useChange<Client>('/clients');
  const reveal = useMutation({
    mutationFn: () => call<Client>('GET', `${path`/clients/${client.client_id}`}?fields=client_secret`),
    onSuccess: (read) => setSecret(read.client_secret ?? ''),
  });
  return (
    <Section
      title="Client secret"
      about="Proves that a request comes from this application. Keep it on a server. Showing it leaves an entry in the log."
    >
      <div className="flex max-w-xl flex-wrap items-center gap-2">
        {secret === undefined ? (
          <p className="mr-2 font-mono text-muted" aria-hidden="true">
            ••••••••••••••••••••••••
          </p>
        ) : (
          <div className="w-full">
            <Copyable text={secret} label="client secret" />
          </div>
        )}
        {!free ? null : can('read:client_keys') ? (
          secret === undefined ? (
            <Button busy={reveal.isPending} onClick={() => reveal.mutate()}>
              Reveal
            </Button>
          ) : (
            <Button onClick={() => setSecret(undefined)}>Hide</Button>
          )
        ) : (
          <p className="text-muted">Your account may not read secrets of applications (read:client_keys).</p>
        )}
        {free && can('update:client_keys') ? <Button onClick={() => setAsking(true)}>Rotate</Button> : null}
      </div>
      <Problem error={reveal.error} className="mt-3" />
      {asking ? (
        <Confirm
          title="Rotate the secret?"
          action="Rotate secret"
          busy={rotate.isPending}
          error={rotate.error?.message}
          onClose={() => setAsking(false)}
          onConfirm={() =>
            rotate.mutate(
              { method: 'POST', path: path`/clients/${client.client_id}/rotate-secret` },
              {
                onSuccess: (read) => {
                  setAsking(false);
                  setSecret(read.client_secret);
                  sayDone('The old secret stopped working. The new one is shown here.');
                },
              },
            )
          }
        >
          <p>
            {client.name} gets no token with the old secret from this moment on, on any node. Every place that has it
            must get the new one.
          </p>
        </Confirm>
      ) : null}
    </Section>
  );
}
