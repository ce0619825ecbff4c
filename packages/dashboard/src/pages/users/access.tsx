// Where a user is signed in, and what the user let applications do.

import type {
  grants as grantsDeclared,
  refreshTokens as refreshDeclared,
  sessions as sessionsDeclared,
} from 'countersign/resources';
import { useState } from 'react';
import { useChange, useGet } from '../../api/queries.ts';
import { path } from '../../api/request.ts';
import { Button } from '../../parts/button.tsx';
import { Confirm } from '../../parts/dialog.tsx';
import { Empty, Read, Section } from '../../parts/layout.tsx';
import { Code, Time } from '../../parts/text.tsx';
import { sayDone, sayFailed } from '../../parts/toast.tsx';
import { useCan } from '../../session/session.ts';
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
        {({ sessions: rows }) =>
          rows.length === 0 ? (
            <Empty title="Signed in nowhere" />
          ) : (
            <ul className="mt-2">
              {rows.map((session) => (
                <li
                  key={session.id}
                  className="flex flex-wrap items-center gap-x-4 gap-y-1 border-t border-line px-5 py-3"
                >
                  <div className="min-w-0 flex-1">
                    <p className="truncate" title={session.device.last_user_agent}>
                      {browserOf(session.device.last_user_agent)}{' '}
                      <span className="text-muted">at {session.device.last_ip}</span>
                    </p>
                    <p className="text-xs text-muted">
                      Used <Time at={session.last_interacted_at} />, signed in <Time at={session.authenticated_at} />,
                      ends <Time at={session.idle_expires_at} /> unless used
                    </p>
                  </div>
                  {may ? (
                    <Button
                      onClick={() =>
                        change.mutate(
                          { method: 'DELETE', path: path`/sessions/${session.id}` },
                          { onSuccess: () => sayDone('The session is over.'), onError: sayFailed },
                        )
                      }
                    >
                      End
                    </Button>
                  ) : null}
                </li>
              ))}
            </ul>
          )
        }
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

function RefreshTokens({ owner }: { readonly owner: string }) {
  const can = useCan();
  const tokens = useGet<{ readonly tokens: readonly RefreshToken[] }>(`${owner}/refresh-tokens`);
  const change = useChange(owner);
  return (
    <Section title="Refresh tokens" about="Applications that go on without the user." flush>
      <Read from={tokens}>
        {({ tokens: rows }) =>
          rows.length === 0 ? (
            <Empty title="No refresh tokens" />
          ) : (
            <ul className="mt-2">
              {rows.map((token) => (
                <li
                  key={token.id}
                  className="flex flex-wrap items-center gap-x-4 gap-y-1 border-t border-line px-5 py-3"
                >
                  <div className="min-w-0 flex-1">
                    <p className="break-all">
                      {token.client_id} <span className="text-muted">at</span>{' '}
                      <Code>{token.resource_servers.map(({ audience }) => audience).join(', ')}</Code>
                    </p>
                    <p className="text-xs text-muted">
                      Began <Time at={token.created_at} />, exchanged <Time at={token.last_exchanged_at} />
                      {token.rotating ? ', rotating' : ''}
                    </p>
                  </div>
                  {can('delete:refresh_tokens') ? (
                    <Button
                      onClick={() =>
                        change.mutate(
                          { method: 'DELETE', path: path`/refresh-tokens/${token.id}` },
                          { onSuccess: () => sayDone('The refresh token was revoked.'), onError: sayFailed },
                        )
                      }
                    >
                      Revoke
                    </Button>
                  ) : null}
                </li>
              ))}
            </ul>
          )
        }
      </Read>
    </Section>
  );
}

function Consents({ userId }: { readonly userId: string }) {
  const can = useCan();
  const consents = useGet<readonly Consent[]>(`/grants?${new URLSearchParams({ user_id: userId })}`);
  const change = useChange('/grants');
  return (
    <Section
      title="Consents"
      about="What the user let applications do. One that is taken back is asked for again at the next login."
      flush
    >
      <Read from={consents}>
        {(rows) =>
          rows.length === 0 ? (
            <Empty title="No consents">Only third-party applications ask, and APIs whose settings say so.</Empty>
          ) : (
            <ul className="mt-2">
              {rows.map((consent) => (
                <li
                  key={String(consent.id)}
                  className="flex flex-wrap items-center gap-x-4 gap-y-1 border-t border-line px-5 py-3"
                >
                  <div className="min-w-0 flex-1">
                    <p className="break-all">
                      {String(consent.clientID)} <span className="text-muted">at</span>{' '}
                      <Code>{String(consent.audience ?? '/userinfo')}</Code>
                    </p>
                    <p className="font-mono text-xs break-words text-muted">{(consent.scope ?? []).join(' ')}</p>
                  </div>
                  {can('delete:grants') ? (
                    <Button
                      onClick={() =>
                        change.mutate(
                          { method: 'DELETE', path: path`/grants/${String(consent.id)}` },
                          { onSuccess: () => sayDone('The consent was taken back.'), onError: sayFailed },
                        )
                      }
                    >
                      Take back
                    </Button>
                  ) : null}
                </li>
              ))}
            </ul>
          )
        }
      </Read>
    </Section>
  );
}
