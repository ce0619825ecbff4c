// A dry run: the tokens that would be issued now for this API, and which rule dropped which scope.

import { useMutation } from '@tanstack/react-query';
import { dashboardClientId, type PreviewedToken, type TokenPreview } from 'countersign/resources';
import { useState } from 'react';
import type { Api, Client } from '../../api/kinds.ts';
import { useAll } from '../../api/queries.ts';
import { call } from '../../api/request.ts';
import { ChoiceField, TextField } from '../../forms/controls.tsx';
import { Button } from '../../parts/button.tsx';
import { Empty, Failure, Read, Section } from '../../parts/layout.tsx';
import { Badge, CodeBlock, duration } from '../../parts/text.tsx';
import { useCan } from '../../session/session.ts';
import { clientList } from '../applications/kinds.ts';
import { Trace } from '../logs/trace.tsx';
import { ApiPage } from './api-page.tsx';
import { RefreshTokenField, UserField } from './preview-fields.tsx';

const grants = [
  { value: 'authorization_code', label: 'A user signs in (authorization code)' },
  { value: 'client_credentials', label: 'The application as itself (client credentials)' },
  { value: 'implicit', label: 'A user signs in (implicit)' },
  { value: 'refresh_token', label: 'A user comes back (refresh token)' },
] as const;

/** The tab Preview. */
export function ApiPreview() {
  return <ApiPage>{(api) => <Preview api={api} />}</ApiPage>;
}

function Preview({ api }: { readonly api: Api }) {
  const can = useCan();
  const clients = useAll<Client>(clientList);
  const [client, setClient] = useState('');
  const [grant, setGrant] = useState<string>('');
  const [user, setUser] = useState('');
  const [token, setToken] = useState('');
  const [scope, setScope] = useState(
    ['openid', ...(api.scopes ?? []).slice(0, 20).map(({ value }) => value)].join(' '),
  );
  const [fewer, setFewer] = useState('');
  const run = useMutation({ mutationFn: (body: object) => call<TokenPreview>('POST', '/tokens/preview', body) });
  return (
    <Read from={clients}>
      {(all) => {
        const asking =
          all.find(({ client_id }) => client_id === client) ??
          all.find(
            ({ client_id: id, grant_types }) => id !== dashboardClientId && grant_types.includes('authorization_code'),
          ) ??
          all[0];
        if (!asking) return <Empty title="No applications yet" />;
        const fitting = grants.filter(
          ({ value }) =>
            (asking.grant_types as readonly string[]).includes(value) &&
            (value === 'client_credentials' || can('read:users')),
        );
        const how = fitting.find(({ value }) => value === grant)?.value ?? fitting[0]?.value ?? 'authorization_code';
        const forUser = how !== 'client_credentials';
        const existing = how === 'refresh_token' && token !== '';
        const wanted = (existing ? fewer : scope).trim();
        const ask = () =>
          run.mutate({
            client_id: asking.client_id,
            grant_type: how,
            audience: api.identifier,
            ...(wanted ? { scope: wanted } : {}),
            ...(existing ? { refresh_token_id: token } : forUser ? { user_id: user } : {}),
          });
        return (
          <>
            <Section
              title="If it asked now"
              about="Nothing is issued, written or signed: the very rules that issue tokens are asked."
            >
              <form
                className="grid items-start gap-4 sm:grid-cols-2"
                onSubmit={(event) => {
                  event.preventDefault();
                  ask();
                }}
              >
                <ChoiceField
                  label="Application"
                  value={asking.client_id}
                  onChange={(id) => {
                    setClient(id);
                    setToken('');
                  }}
                  options={all.map(({ client_id, name }) => ({ value: client_id, label: name }))}
                />
                <ChoiceField
                  label="Grant"
                  value={how}
                  onChange={setGrant}
                  options={fitting}
                  problem={
                    fitting.length > 0
                      ? undefined
                      : 'This application has no grant that you can see a preview of: those of users take read:users.'
                  }
                />
                {forUser && fitting.length > 0 ? (
                  <UserField
                    value={user}
                    onChange={(id) => {
                      setUser(id);
                      setToken('');
                    }}
                  />
                ) : null}
                {how === 'refresh_token' && user !== '' ? (
                  <RefreshTokenField
                    key={`${user} ${asking.client_id}`}
                    userId={user}
                    clientId={asking.client_id}
                    value={token}
                    onChange={setToken}
                  />
                ) : null}
                {existing ? (
                  <TextField
                    label="Scope"
                    mono
                    value={fewer}
                    onChange={setFewer}
                    about="Fewer than the token has, separated by blanks; empty for all of it"
                  />
                ) : (
                  <TextField label="Scope" mono value={scope} onChange={setScope} about="Separated by blanks" />
                )}
                <div className="sm:col-span-2">
                  <Button
                    type="submit"
                    kind="primary"
                    busy={run.isPending}
                    disabled={fitting.length === 0 || (forUser && user === '')}
                  >
                    Preview
                  </Button>
                </div>
              </form>
            </Section>
            {run.error ? <Failure error={run.error} /> : null}
            {run.data ? <Outcome preview={run.data} /> : null}
          </>
        );
      }}
    </Read>
  );
}

const stages = [
  { stage: 'authorize', title: 'The rules at /authorize, in order' },
  { stage: 'token', title: 'The rules at the token endpoint, in order' },
] as const;

function Outcome({ preview }: { readonly preview: TokenPreview }) {
  const dropped = preview.scopes.filter(({ granted }) => !granted);
  return (
    <div className="grid grid-cols-1 items-start gap-x-5 xl:grid-cols-2" aria-live="polite">
      <div>
        <Section title={preview.outcome === 'issued' ? 'Scopes' : 'No tokens'}>
          {preview.refusal ? (
            <div className="rounded-xl border border-danger-line bg-danger-tint px-4 py-3">
              <p className="font-semibold text-danger">{preview.refusal.error}</p>
              <p>{preview.refusal.because}</p>
              <p className="mt-1 text-muted">The application is told: {preview.refusal.error_description}</p>
            </div>
          ) : null}
          <ul className="space-y-2.5">
            {preview.scopes.map(({ value, granted, because }) => (
              <li key={value} className="flex flex-wrap items-baseline gap-x-3">
                <Badge tone={granted ? 'good' : 'warn'}>{granted ? 'granted' : 'dropped'}</Badge>
                <span className="font-mono text-[0.8125rem] break-all">{value}</span>
                {granted ? null : <span className="w-full text-muted">{because}</span>}
              </li>
            ))}
          </ul>
          {dropped.length === 0 && preview.outcome === 'issued' ? (
            <p className="mt-2 text-muted">Nothing that was asked for is dropped.</p>
          ) : null}
          {preview.consent ? <p className="mt-3 text-muted">Consent: {preview.consent.because}</p> : null}
        </Section>
        {stages.map(({ stage, title }) => {
          const trace = preview.trace.filter((entry) => entry.stage === stage);
          return trace.length > 0 ? (
            <Section key={stage} title={title}>
              <Trace trace={trace} />
            </Section>
          ) : null;
        })}
        {preview.assumes.length > 0 ? (
          <Section title="Taken for granted">
            <ul className="list-disc space-y-1 pl-5 text-muted">
              {preview.assumes.map((text) => (
                <li key={text}>{text}</li>
              ))}
            </ul>
          </Section>
        ) : null}
      </div>
      <div>
        <Previewed title="Access token" token={preview.access_token} />
        <Previewed title="ID token" token={preview.id_token} />
        {preview.refresh_token ? <Lifetime refresh={preview.refresh_token} /> : null}
        {preview.userinfo ? (
          <Section title={`/userinfo answers ${preview.userinfo.status}`}>
            <CodeBlock
              label="answer of /userinfo"
              text={JSON.stringify(preview.userinfo.claims ?? preview.userinfo, null, 2)}
            />
          </Section>
        ) : null}
      </div>
    </div>
  );
}

/** How long the application can go on without the user. */
function Lifetime({ refresh }: { readonly refresh: NonNullable<TokenPreview['refresh_token']> }) {
  const { rotating, idle_expires_at: idle, expires_at: end } = refresh;
  return (
    <Section
      title="Refresh token"
      about={rotating ? 'Rotating: good once, each use brings the next' : 'Reusable: the same one is used again'}
    >
      {idle ? <p>Ends {new Date(idle).toLocaleString()} unless it is used before.</p> : null}
      <p>{end ? `Ends ${new Date(end).toLocaleString()} at the latest.` : 'It has no end, however long it is used.'}</p>
    </Section>
  );
}

function Previewed({ title, token }: { readonly title: string; readonly token: PreviewedToken | undefined }) {
  if (!token) return null;
  return (
    <Section title={title} about={`${token.format}, good for ${duration(token.expires_in)}`}>
      {token.claims ? (
        <CodeBlock label={`claims of the ${title.toLowerCase()}`} text={JSON.stringify(token.claims, null, 2)} />
      ) : (
        <p className="text-muted">It is opaque: a key to /userinfo, and nothing can be read in it.</p>
      )}
    </Section>
  );
}
