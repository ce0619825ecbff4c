// Settings of an application: names, addresses, grants, tokens. Only what works is shown.

import { useNavigate } from '@tanstack/react-router';
import { dashboardClientId, clients as declared } from 'countersign/resources';
import type { Client } from '../../api/kinds.ts';
import { useChange } from '../../api/queries.ts';
import { path } from '../../api/request.ts';
import { type FormGroup, RecordForm } from '../../forms/record-form.tsx';
import { Deletion } from '../../parts/deletion.tsx';
import { sayDone } from '../../parts/toast.tsx';
import { useCan } from '../../session/session.ts';
import { ApplicationPage } from './application-page.tsx';
import { isBuiltIn, kinds } from './kinds.ts';

const signsIn = (typed: (path: string) => unknown) =>
  (typed('grant_types') as readonly string[] | undefined)?.some(
    (grant) => grant === 'authorization_code' || grant === 'implicit',
  ) ?? false;

type When = (typed: (path: string) => unknown) => boolean;
const refreshes: When = (typed) =>
  (typed('grant_types') as readonly string[] | undefined)?.includes('refresh_token') ?? false;
const expires: When = (typed) => typed('refresh_token.expiration_type') === 'expiring';
const all =
  (...conditions: readonly When[]): When =>
  (typed) =>
    conditions.every((holds) => holds(typed));

const groups: readonly FormGroup[] = [
  {
    title: 'General',
    fields: [
      { path: 'name' },
      { path: 'description' },
      {
        path: 'app_type',
        label: 'Kind',
        names: Object.fromEntries(kinds.map(({ type, label }) => [type, label])),
        locked: true,
        about: 'Chosen when it was created.',
      },
    ],
  },
  {
    title: 'Addresses',
    about:
      'Compared character by character with what the application sends. One wildcard (*) may stand for a part of the first label of a host.',
    fields: [
      {
        path: 'callbacks',
        label: 'Allowed callback URLs',
        when: signsIn,
        about: 'Where codes and tokens may be sent after a login',
      },
      {
        path: 'allowed_logout_urls',
        label: 'Allowed logout URLs',
        when: signsIn,
        about: 'Where the browser may return to after a logout',
      },
      {
        path: 'web_origins',
        label: 'Allowed web origins',
        when: signsIn,
        about: 'Origins whose pages may ask for tokens silently, in a frame',
      },
      {
        path: 'allowed_origins',
        label: 'Allowed origins (CORS)',
        about: 'Further origins whose pages may call the token endpoint. Those of callbacks may already',
      },
      {
        path: 'initiate_login_uri',
        label: 'Login URL of the application',
        when: signsIn,
        about: 'Where a login starts anew when one has expired',
      },
    ],
  },
  {
    title: 'Grants',
    fields: [
      {
        path: 'grant_types',
        label: 'Grants that it may use',
        names: {
          authorization_code: 'Authorization code (with PKCE): users sign in',
          client_credentials: 'Client credentials: as itself',
          refresh_token: 'Refresh token: new access tokens without a login',
          implicit: 'Implicit: tokens through the browser, for old applications',
          password: 'Password: the application asks for it itself; avoid it',
          'http://auth0.com/oauth/grant-type/password-realm': 'Password, with the connection named',
        },
      },
    ],
  },
  {
    title: 'Refresh tokens',
    about:
      'New access tokens without a login. The API must allow them too (its settings), and the application asks for offline_access.',
    fields: [
      {
        path: 'refresh_token.rotation_type',
        label: 'Rotation',
        about: 'Rotating: each exchange brings a new one, and one that comes back later ends them all',
        names: { rotating: 'Rotating', 'non-rotating': 'One and the same' },
        when: refreshes,
      },
      {
        path: 'refresh_token.leeway',
        label: 'Overlap',
        about: 'Seconds in which the one before still brings the same successor',
        seconds: true,
        when: all(refreshes, (typed) => typed('refresh_token.rotation_type') === 'rotating'),
      },
      {
        path: 'refresh_token.expiration_type',
        label: 'Expiration',
        names: { expiring: 'Expires', 'non-expiring': 'Never expires' },
        when: refreshes,
      },
      { path: 'refresh_token.infinite_token_lifetime', label: 'No end at the latest', when: all(refreshes, expires) },
      {
        path: 'refresh_token.token_lifetime',
        label: 'Ends at the latest',
        about: 'Seconds after the login',
        seconds: true,
        when: all(refreshes, expires, (typed) => typed('refresh_token.infinite_token_lifetime') !== true),
      },
      {
        path: 'refresh_token.infinite_idle_token_lifetime',
        label: 'No end when unused',
        when: all(refreshes, expires),
      },
      {
        path: 'refresh_token.idle_token_lifetime',
        label: 'Ends when unused',
        about: 'Seconds after the last exchange',
        seconds: true,
        when: all(refreshes, expires, (typed) => typed('refresh_token.infinite_idle_token_lifetime') !== true),
      },
    ],
  },
  {
    title: 'Logout',
    fields: [
      {
        path: 'oidc_logout.backchannel_logout_urls',
        label: 'Back-channel logout URL',
        about: 'Where the application is told that a session ended, by a signed logout token',
        when: signsIn,
      },
    ],
  },
  {
    title: 'ID tokens',
    about: 'They tell the application who signed in. No API accepts them.',
    fields: [
      {
        path: 'jwt_configuration.lifetime_in_seconds',
        label: 'Lifetime',
        about: 'Seconds for which an ID token is valid',
        seconds: true,
        when: signsIn,
      },
      {
        path: 'jwt_configuration.alg',
        label: 'Signing algorithm',
        about: 'HS256 uses the secret of the application',
        names: {
          RS256: 'RS256: public key',
          HS256: 'HS256: shared secret',
          PS256: 'PS256: public key',
          ES256: 'ES256: public key',
          EdDSA: 'EdDSA: public key',
        },
        when: signsIn,
      },
    ],
  },
];

/** The tab Settings. */
export function ApplicationSettings() {
  return <ApplicationPage>{(client, may) => <Settings client={client} free={may} />}</ApplicationPage>;
}

/** `free`: the application does not outrank who looks. */
function Settings({ client, free }: { readonly client: Client; readonly free: boolean }) {
  const can = useCan();
  const change = useChange('/clients');
  const builtIn = isBuiltIn(client.client_id);
  return (
    <>
      {builtIn ? (
        <p className="card mb-5 px-5 py-4 text-muted">
          {client.client_id === dashboardClientId
            ? 'This is the application that you are looking at. The server brings it back to these settings at every start.'
            : 'The command line signs in with this application. The server made it and keeps these settings.'}
        </p>
      ) : null}
      <RecordForm
        key={client.client_id}
        declared={declared}
        entity={client}
        groups={groups}
        readOnly={builtIn || !free || !can('update:clients')}
        check={(entity) => declared.check(entity as Client)}
        onSave={async (patch) => {
          await change.mutateAsync({ method: 'PATCH', path: path`/clients/${client.client_id}`, body: patch });
          sayDone('Saved.');
        }}
      />
      {free && can('delete:clients') && client.client_id !== dashboardClientId ? (
        <DeleteApplication client={client} />
      ) : null}
    </>
  );
}

function DeleteApplication({ client }: { readonly client: Client }) {
  const navigate = useNavigate();
  return (
    <Deletion
      title="Delete this application"
      action="Delete application"
      question={`Delete ${client.name}?`}
      path={path`/clients/${client.client_id}`}
      old={['/clients', '/client-grants', '/connections']}
      done={`${client.name} was deleted.`}
      onDone={() => void navigate({ to: '/applications' })}
    >
      <p>
        It gets no token any more and signs nobody in. Lost with it are its credentials and its authorizations for APIs;
        its client ID never comes back.
      </p>
      <p>Tokens that were issued stay valid at your APIs until they expire.</p>
    </Deletion>
  );
}
