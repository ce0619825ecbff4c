// A live token for an API, through the token endpoint as any machine gets one, and code that uses and checks it.

import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { Api, Client, ClientGrant } from '../../api/kinds.ts';
import { useAll } from '../../api/queries.ts';
import { ApiError, call, path } from '../../api/request.ts';
import { ChoiceField, TextField } from '../../forms/controls.tsx';
import { Button } from '../../parts/button.tsx';
import { Empty, Read, Section } from '../../parts/layout.tsx';
import { CodeBlock, Copyable, duration } from '../../parts/text.tsx';
import { useCan } from '../../session/session.ts';
import { payloadOf } from '../../session/sign-in.ts';
import { clientList } from '../applications/kinds.ts';
import { ApiPage } from './api-page.tsx';
import { protections } from './protections.ts';
import { calls, type Snippet, tokenRequest, type Values } from './snippets.ts';

interface TokenAnswer {
  readonly access_token: string;
  readonly scope?: string;
  readonly expires_in: number;
}

/** The tab Test. */
export function ApiTest() {
  return <ApiPage>{(api) => <Test api={api} />}</ApiPage>;
}

function Test({ api }: { readonly api: Api }) {
  const can = useCan();
  const clients = useAll<Client>(clientList);
  const grants = useAll<ClientGrant>(
    `/client-grants?${new URLSearchParams({ audience: api.identifier, subject_type: 'client' })}`,
  );
  const machines = (clients.data ?? []).filter(({ client_id }) =>
    grants.data?.some((grant) => grant.client_id === client_id),
  );
  const [chosen, setChosen] = useState('');
  const [address, setAddress] = useState(/^https?:/.test(api.identifier) ? api.identifier : 'http://localhost:3000/');
  const client = machines.find(({ client_id }) => client_id === chosen) ?? machines[0];
  const token = useMutation({ mutationFn: (id: string) => requestToken(id, api.identifier) });
  const values: Values = {
    issuer: `${location.origin}/`,
    audience: api.identifier,
    scope: api.scopes?.[0]?.value ?? 'read:things',
    algorithm: api.signing_alg ?? 'RS256',
    clientId: client?.client_id ?? 'CLIENT_ID',
    address,
    token: token.data?.access_token ?? 'ACCESS_TOKEN',
  };
  return (
    <>
      <Section
        title="Get a token"
        about="As the application itself would: its id and secret go to the token endpoint of this server. The request shows in the log."
      >
        <Read from={grants}>
          {() =>
            client === undefined ? (
              <Empty title="No application may call this API as itself">
                Authorize one under{' '}
                <Link to="/apis/$id/applications" params={{ id: api.id }} className="font-medium text-link underline">
                  Applications
                </Link>
                .
              </Empty>
            ) : (
              <div className="space-y-4">
                <div className="flex flex-wrap items-end gap-3">
                  <div className="min-w-56 flex-1 sm:max-w-sm">
                    <ChoiceField
                      label="Application"
                      value={client.client_id}
                      onChange={setChosen}
                      options={machines.map(({ client_id, name }) => ({ value: client_id, label: name }))}
                    />
                  </div>
                  {can('read:client_keys') ? (
                    <Button kind="primary" busy={token.isPending} onClick={() => token.mutate(client.client_id)}>
                      Get token
                    </Button>
                  ) : null}
                </div>
                {can('read:client_keys') ? null : (
                  <p className="text-muted">
                    Your account may not read secrets of applications (read:client_keys), so the token is yours to get:
                  </p>
                )}
                {token.error ? <Refused error={token.error} /> : null}
                {token.data ? <Token answer={token.data} /> : null}
                <details className="group">
                  <summary className="font-medium text-muted hover:text-ink">The same with curl</summary>
                  <div className="mt-2">
                    <CodeBlock label="token request" text={tokenRequest(values)} />
                  </div>
                </details>
              </div>
            )
          }
        </Read>
      </Section>
      <Section title="Call the API with it">
        <div className="mb-4 max-w-md">
          <TextField
            label="Address of the API"
            mono
            value={address}
            onChange={setAddress}
            about="Where it listens: the identifier is only a name."
          />
        </div>
        <Snippets label="Call" snippets={calls} values={values} />
      </Section>
      <Section
        title="Protect the API"
        about="Accepts tokens that were made for this API, with the permission, and nothing else: never an ID token."
      >
        <Snippets label="Protect" snippets={protections} values={values} />
      </Section>
    </>
  );
}

/** The client's secret is read for this request only, and kept nowhere. @throws ApiError with what the token endpoint answered */
async function requestToken(clientId: string, audience: string): Promise<TokenAnswer> {
  const client = await call<Client>(
    'GET',
    `${path`/clients/${clientId}`}?fields=client_secret,token_endpoint_auth_method`,
  );
  if (!client.client_secret)
    throw new ApiError(
      400,
      'This application authenticates with a key of its own, which only it has. Ask for the token with its key.',
      'no_secret',
    );
  const response = await fetch('/oauth/token', {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: client.client_secret,
      audience,
    }),
  });
  const body = (await response.json()) as TokenAnswer & {
    readonly error?: string;
    readonly error_description?: string;
  };
  if (!response.ok)
    throw new ApiError(
      response.status,
      body.error_description ?? `The server answered ${response.status}.`,
      body.error,
    );
  return body;
}

function Refused({ error }: { readonly error: Error }) {
  return (
    <div role="alert" className="rounded-xl border border-danger-line bg-danger-tint px-4 py-3">
      <p className="font-semibold text-danger">No token: {error instanceof ApiError ? error.code : error.name}</p>
      <p>{error.message}</p>
      <p className="mt-1 text-muted">
        The reason is in the{' '}
        <Link to="/logs" className="font-medium text-link underline">
          logs
        </Link>
        .
      </p>
    </div>
  );
}

function Token({ answer }: { readonly answer: TokenAnswer }) {
  const isJwt = answer.access_token.split('.').length === 3;
  return (
    <div className="space-y-3" aria-live="polite">
      <Copyable text={answer.access_token} label="access token" />
      <p className="text-muted">
        Good for {duration(answer.expires_in)}
        {answer.scope ? (
          <>
            , with <span className="font-mono text-[0.8125rem] text-ink">{answer.scope}</span>
          </>
        ) : (
          ', without any permission'
        )}
        .
      </p>
      {isJwt ? (
        <CodeBlock label="claims of the token" text={JSON.stringify(payloadOf(answer.access_token), null, 2)} />
      ) : null}
    </div>
  );
}

function Snippets({
  label,
  snippets,
  values,
}: {
  readonly label: string;
  readonly snippets: readonly Snippet[];
  readonly values: Values;
}) {
  const [at, setAt] = useState(0);
  const snippet = snippets[at];
  return (
    <div>
      <fieldset className="mb-2 flex flex-wrap gap-1">
        <legend className="sr-only">{label} with</legend>
        {snippets.map(({ name }, index) => (
          <button
            key={name}
            type="button"
            aria-pressed={index === at}
            className={`rounded-lg px-2.5 py-1 font-medium ${index === at ? 'bg-tint text-link' : 'text-muted hover:bg-sunken'}`}
            onClick={() => setAt(index)}
          >
            {name}
          </button>
        ))}
      </fieldset>
      {snippet ? <CodeBlock label={`${label} with ${snippet.name}`} text={snippet.code(values)} /> : null}
    </div>
  );
}
