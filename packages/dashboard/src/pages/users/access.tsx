// Where a user is signed in, and what the user let applications do.

import type {
  grants as grantsDeclared,
  refreshTokens as refreshDeclared,
  sessions as sessionsDeclared,
} from 'countersign/resources';
import { useState } from 'react';
import type { Client } from '../../api/kinds.ts';
import { useAll, useChange, useGet } from '../../api/queries.ts';
import { path } from '../../api/request.ts';
import { Button } from '../../parts/button.tsx';
import { Deleting } from '../../parts/deletion.tsx';
import { Confirm } from '../../parts/dialog.tsx';
import { Empty, Read, Section } from '../../parts/layout.tsx';
import { Rows } from '../../parts/rows.tsx';
import { Code, Time } from '../../parts/text.tsx';
import { useCan } from '../../session/session.ts';
import { clientList } from '../applications/kinds.ts';
import { UserPage } from './user-page.tsx';

type RefreshToken = Parameters<typeof refreshDeclared.check>[0];
type Session = Parameters<typeof sessionsDeclared.check>[0];
type Consent = Parameters<typeof grantsDeclared.check>[0];

/** The tab Sessions and consents. */
export function UserAccess() {
  const can = useCan();
  return (
    <UserPage>
      {(user, owner) => (
        <>
          {can('read:sessions', 'read:refresh_tokens', 'read:grants') ? null : (
            <Empty title="You may not see this">
              Sessions need read:sessions, refresh tokens read:refresh_tokens, and consents read:grants.
            </Empty>
          )}
          {can('read:sessions') ? <Sessions owner={owner} /> : null}
          {can('read:refresh_tokens') ? <RefreshTokens owner={owner} /> : null}
          {can('read:grants') ? <Consents userId={String(user.user_id)} /> : null}
        </>
      )}
    </UserPage>
  );
}

function Sessions({ owner }: { readonly owner: string }) {
  const can = useCan();
  const sessions = useGet<{ readonly sessions: readonly Session[] }>(`${owner}/sessions`);
  const change = useChange(owner, '/sessions');
  const [ending, setEnding] = useState(false);
  const may = can('delete:sessions');
  return (
    <Section
      title="Sessions"
      about="Browsers in which the user proved who it is."
      flush
      actions={
        may && (sessions.data?.sessions.length ?? 0) > 1 ? (
          <Button onClick={() => setEnding(true)}>End all</Button>
        ) : null
      }
    >
      <Read from={sessions}>
        {({ sessions: rows }) => (
          <Rows
            empty={{ title: 'Signed in nowhere' }}
            rows={rows.map((session) => ({
              id: session.id,
              title: (
                <p className="truncate" title={session.device.last_user_agent}>
                  {browserOf(session.device.last_user_agent)}{' '}
                  <span className="text-muted">at {session.device.last_ip}</span>
                </p>
              ),
              detail: (
                <>
                  Used <Time at={session.last_interacted_at} />, signed in <Time at={session.authenticated_at} />, ends{' '}
                  <Time at={session.idle_expires_at} /> unless used
                </>
              ),
              actions: may ? (
                <Deleting
                  action="End"
                  question="End this session?"
                  path={path`/sessions/${session.id}`}
                  old={[owner, '/sessions']}
                  done="The session is over."
                >
                  <p>The user must sign in again in that browser.</p>
                </Deleting>
              ) : null,
            }))}
          />
        )}
      </Read>
      {ending ? (
        <Confirm
          title="End all sessions?"
          action="End all sessions"
          busy={change.isPending}
          error={change.error?.message}
          onClose={() => setEnding(false)}
          onConfirm={() =>
            change.mutate({ method: 'DELETE', path: `${owner}/sessions` }, { onSuccess: () => setEnding(false) })
          }
        >
          <p>The user must sign in again in every browser.</p>
        </Confirm>
      ) : null}
    </Section>
  );
}

/** The browser in a word; the whole text is beside it for who wants it. */
function browserOf(agent: string): string {
  const known = /(Edg|OPR|Firefox|Chrome|Safari|curl)\/[\d.]+/.exec(agent)?.[1];
  const names: Readonly<Record<string, string>> = { Edg: 'Edge', OPR: 'Opera' };
  return known ? (names[known] ?? known) : agent.slice(0, 60) || 'Unknown program';
}

/** The names of applications by their ids; none for whoever may not see applications. */
function useClientNames(): ReadonlyMap<string, string> {
  const can = useCan();
  const clients = useAll<Client>(can('read:clients') ? clientList : undefined);
  return new Map((clients.data ?? []).flatMap(({ client_id, name }) => (name ? [[client_id, name] as const] : [])));
}

/** An application by its name, where that is known. */
function Named({ id, of }: { readonly id: string; readonly of: ReadonlyMap<string, string> }) {
  return <span title={id}>{of.get(id) ?? id}</span>;
}

function RefreshTokens({ owner }: { readonly owner: string }) {
  const can = useCan();
  const names = useClientNames();
  const tokens = useGet<{ readonly tokens: readonly RefreshToken[] }>(`${owner}/refresh-tokens`);
  return (
    <Section title="Refresh tokens" about="Applications that go on without the user." flush>
      <Read from={tokens}>
        {({ tokens: rows }) => (
          <Rows
            empty={{ title: 'No refresh tokens' }}
            rows={rows.map((token) => ({
              id: token.id,
              title: (
                <>
                  <Named id={token.client_id} of={names} /> <span className="text-muted">at</span>{' '}
                  <Code>{token.resource_servers.map(({ audience }) => audience).join(', ')}</Code>
                </>
              ),
              detail: (
                <>
                  Began <Time at={token.created_at} />, exchanged <Time at={token.last_exchanged_at} />
                  {token.rotating ? ', rotating' : ''}
                </>
              ),
              actions: can('delete:refresh_tokens') ? (
                <Deleting
                  action="Revoke"
                  question="Revoke this refresh token?"
                  path={path`/refresh-tokens/${token.id}`}
                  old={[owner]}
                  done="The refresh token was revoked."
                >
                  <p>
                    <Named id={token.client_id} of={names} /> gets no more tokens with it, and the user must sign in
                    there again.
                  </p>
                </Deleting>
              ) : null,
            }))}
          />
        )}
      </Read>
    </Section>
  );
}

function Consents({ userId }: { readonly userId: string }) {
  const can = useCan();
  const names = useClientNames();
  const consents = useGet<readonly Consent[]>(`/grants?${new URLSearchParams({ user_id: userId })}`);
  return (
    <Section
      title="Consents"
      about="What the user let applications do. One that is taken back is asked for again at the next login."
      flush
    >
      <Read from={consents}>
        {(rows) => (
          <Rows
            empty={{
              title: 'No consents',
              about: 'Only third-party applications ask, and APIs whose settings say so.',
            }}
            rows={rows.map((consent) => ({
              id: String(consent.id),
              title: (
                <>
                  <Named id={String(consent.clientID)} of={names} /> <span className="text-muted">at</span>{' '}
                  <Code>{String(consent.audience ?? '/userinfo')}</Code>
                </>
              ),
              detail: <span className="font-mono">{(consent.scope ?? []).join(' ')}</span>,
              actions: can('delete:grants') ? (
                <Deleting
                  action="Take back"
                  question="Take this consent back?"
                  path={path`/grants/${String(consent.id)}`}
                  old={['/grants']}
                  done="The consent was taken back."
                >
                  <p>
                    <Named id={String(consent.clientID)} of={names} /> must ask the user again at the next login.
                  </p>
                </Deleting>
              ) : null,
            }))}
          />
        )}
      </Read>
    </Section>
  );
}
