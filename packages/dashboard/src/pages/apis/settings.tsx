// Settings of an API: lifetimes, who gets tokens, what is in them. Only what works is shown.

import { useNavigate } from '@tanstack/react-router';
import { resourceServers } from 'countersign/resources';
import { useState } from 'react';
import type { Api } from '../../api/kinds.ts';
import { useChange } from '../../api/queries.ts';
import { call, path } from '../../api/request.ts';
import { type FormGroup, RecordForm } from '../../forms/record-form.tsx';
import { Button } from '../../parts/button.tsx';
import { Deletion } from '../../parts/deletion.tsx';
import { Section } from '../../parts/layout.tsx';
import { CopyButton } from '../../parts/text.tsx';
import { sayDone } from '../../parts/toast.tsx';
import { useCan, useLacksAny } from '../../session/session.ts';
import { audience } from '../../session/sign-in.ts';
import { ApiPage } from './api-page.tsx';
import { algorithmNames } from './list.tsx';

const groups: readonly FormGroup[] = [
  {
    title: 'General',
    fields: [
      { path: 'name' },
      {
        path: 'identifier',
        about:
          'The aud of its tokens. It cannot be changed: everything that was configured with it would stop working.',
      },
      { path: 'signing_alg', label: 'Signing algorithm', names: algorithmNames },
    ],
  },
  {
    title: 'Token lifetime',
    fields: [
      { path: 'token_lifetime', seconds: true },
      { path: 'token_lifetime_for_web', label: 'Token lifetime in the browser', seconds: true },
    ],
  },
  {
    title: 'Access tokens of users',
    about: 'Which permissions a user’s token has, and how it says so.',
    fields: [
      {
        path: 'enforce_policies',
        label: 'Enforce permissions of users (RBAC)',
        about:
          'On: a token has only the scopes that its user holds, directly or by a role. Off: every scope that the application asks for and may have.',
      },
      {
        path: 'token_dialect',
        label: 'Form of the access token',
        names: {
          '': 'Not set, so as Auth0: scope only',
          access_token: 'Auth0: scope only',
          access_token_authz: 'Auth0, with a permissions claim',
          rfc9068_profile: 'RFC 9068: scope only',
          rfc9068_profile_authz: 'RFC 9068, with a permissions claim',
        },
      },
      {
        path: 'subject_type_authorization.user.policy',
        label: 'Which applications may have tokens for users',
        names: {
          allow_all: 'Every first-party application',
          require_client_grant: 'Those that are authorized under Applications',
          deny_all: 'None',
        },
      },
      { path: 'skip_consent_for_verifiable_first_party_clients', label: 'Own applications need no consent' },
      { path: 'allow_offline_access', label: 'Refresh tokens' },
    ],
  },
  {
    title: 'Access tokens of machines',
    fields: [
      {
        path: 'subject_type_authorization.client.policy',
        label: 'Which applications may have tokens as themselves',
        names: { require_client_grant: 'Those that are authorized under Applications', deny_all: 'None' },
      },
    ],
  },
];

/** The tab Settings. */
export function ApiSettings() {
  return <ApiPage>{(api) => <Settings api={api} />}</ApiPage>;
}

function Settings({ api }: { readonly api: Api }) {
  const can = useCan();
  const change = useChange('/resource-servers');
  // Its settings say how long tokens of administrators live.
  const beyond = useLacksAny() && api.identifier === audience;
  const readOnly = beyond || !can('update:resource_servers');
  return (
    <>
      {api.is_system ? (
        <p className="card mb-5 px-5 py-4 text-muted">
          This API is a part of the server:{' '}
          {api.name === 'Management API' ? 'everything that this dashboard does goes through it. ' : ''}
          It is protected as yours are, by access tokens for its identifier, and most of its settings are fixed.
        </p>
      ) : null}
      <RecordForm
        key={api.id}
        declared={resourceServers}
        entity={api}
        readOnly={readOnly}
        check={(entity) =>
          resourceServers
            .check(entity as Api)
            .map((problem) =>
              problem.path === 'token_lifetime_for_web'
                ? { ...problem, message: 'Longer than the token lifetime above: make one of the two fit the other.' }
                : problem,
            )
        }
        groups={
          api.is_system
            ? groups.map((group) => ({
                ...group,
                fields: group.fields.map((field) => {
                  const one = typeof field === 'string' ? { path: field } : field;
                  return one.path.startsWith('token_lifetime') || one.path.startsWith('skip_consent')
                    ? one
                    : { ...one, locked: true };
                }),
              }))
            : groups
        }
        onSave={async (patch) => {
          await change.mutateAsync({ method: 'PATCH', path: path`/resource-servers/${api.id}`, body: patch });
          sayDone('Saved. New tokens follow the new settings.');
        }}
      />
      {api.signing_alg === 'HS256' && !readOnly ? <SharedSecret id={api.id} /> : null}
      {can('delete:resource_servers') && !api.is_system ? <DeleteApi api={api} /> : null}
    </>
  );
}

function SharedSecret({ id }: { readonly id: string }) {
  const [secret, setSecret] = useState<string>();
  const reveal = async () => {
    const read = await call<{ signing_secret?: string }>(
      'GET',
      `${path`/resource-servers/${id}`}?fields=signing_secret`,
    );
    setSecret(read.signing_secret ?? '');
  };
  return (
    <Section
      title="Shared secret"
      about="Tokens of this API are signed with it (HS256). The API needs the same. Showing it leaves an entry in the log."
    >
      {secret === undefined ? (
        <Button onClick={() => void reveal()}>Reveal</Button>
      ) : (
        <div className="flex items-center gap-2">
          <code className="font-mono text-[0.8125rem] break-all">{secret}</code>
          <CopyButton text={secret} label="Copy secret" />
          <Button onClick={() => setSecret(undefined)}>Hide</Button>
        </div>
      )}
    </Section>
  );
}

function DeleteApi({ api }: { readonly api: Api }) {
  const navigate = useNavigate();
  const name = api.name ?? api.identifier;
  return (
    <Deletion
      title="Delete this API"
      about="Its permissions go with it."
      action="Delete API"
      question={`Delete ${name}?`}
      path={path`/resource-servers/${api.id}`}
      old={['/resource-servers', '/client-grants', '/roles']}
      done={`${name} was deleted.`}
      onDone={() => void navigate({ to: '/apis' })}
    >
      <p>
        No application gets a token for <strong className="text-ink">{api.identifier}</strong> any more. Lost with it
        are its {api.scopes?.length ?? 0} permissions, every authorization of an application for it, and what roles and
        users hold of it.
      </p>
      <p>Tokens that were issued stay valid at the API until they expire.</p>
    </Deletion>
  );
}
