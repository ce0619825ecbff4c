// Who a user is, and what can be done about the account: change, block, another password, delete.

import { useNavigate } from '@tanstack/react-router';
import { users as declared } from 'countersign/resources';
import { useState } from 'react';
import type { User } from '../../api/kinds.ts';
import { useChange, useGet } from '../../api/queries.ts';
import { path } from '../../api/request.ts';
import { TextField } from '../../forms/controls.tsx';
import { RecordForm } from '../../forms/record-form.tsx';
import { Button } from '../../parts/button.tsx';
import { Confirm, Dialog } from '../../parts/dialog.tsx';
import { DialogForm, Problem } from '../../parts/form.tsx';
import { Section } from '../../parts/layout.tsx';
import { Badge, Copyable, Facts, Time } from '../../parts/text.tsx';
import { sayDone, sayFailed } from '../../parts/toast.tsx';
import { useCan } from '../../session/session.ts';
import { type BlockedFor, fromWhere } from '../protection/blocks.tsx';
import { passwordRule, weakPassword } from './passwords.tsx';
import { UserPage } from './user-page.tsx';

/** The tab Profile. */
export function UserProfile() {
  return <UserPage>{(user, owner, may) => <Profile user={user} owner={owner} free={may} />}</UserPage>;
}

interface OfUser {
  readonly user: User;
  readonly owner: string;
}

/** `free`: the user does not outrank who looks. */
function Profile({ user, owner, free }: OfUser & { readonly free: boolean }) {
  const can = useCan();
  const change = useChange('/users');
  const may = can('update:users');
  return (
    <>
      <Blocks user={user} />
      <Section title="Account">
        <Facts
          rows={[
            [
              'Identities',
              (user.identities ?? []).map(({ connection, provider }) => `${connection} (${provider})`).join(', '),
            ],
            ['Created', <Time key="created" at={user.created_at} full />],
            ['Last login', <Time key="login" at={user.last_login} full={user.last_login !== undefined} />],
            ['Logins', user.logins_count ?? 0],
            ['Last address', user.last_ip ?? 'none'],
            ['Password changed', <Time key="password" at={user.last_password_reset ?? user.created_at} full />],
            [
              'E-mail',
              <Badge key="verified" tone={user.email_verified ? 'good' : 'warn'}>
                {user.email_verified ? 'verified' : 'not verified'}
              </Badge>,
            ],
          ]}
        />
      </Section>
      <RecordForm
        key={String(user.user_id)}
        declared={declared}
        entity={user}
        readOnly={!free || (!may && !can('update:users_app_metadata'))}
        groups={[
          {
            title: 'Identifiers',
            about: 'What the user signs in with. Another one ends the sessions of the user.',
            fields: [
              { path: 'email', label: 'E-mail', locked: !may },
              { path: 'email_verified', label: 'E-mail verified', locked: !may },
              ...(user.username === undefined ? [] : [{ path: 'username', locked: !may }]),
              ...(user.phone_number === undefined ? [] : [{ path: 'phone_number', locked: !may }]),
            ],
          },
          {
            title: 'Profile',
            fields: ['name', 'given_name', 'family_name', 'nickname'].map((name) => ({ path: name, locked: !may })),
          },
          {
            title: 'Metadata',
            fields: [
              { path: 'user_metadata', about: 'JSON. What users may change themselves.' },
              { path: 'app_metadata', about: 'JSON. What only programs and administrators change.' },
            ],
          },
        ]}
        onSave={async (patch) => {
          await change.mutateAsync({ method: 'PATCH', path: owner, body: patch });
          sayDone('Saved.');
        }}
      />
      {free ? <Deeds user={user} owner={owner} /> : null}
    </>
  );
}

/** Where the account is closed to whoever guessed too often; nothing where it is open. */
function Blocks({ user }: { readonly user: User }) {
  const can = useCan();
  const at = path`/user-blocks/${String(user.user_id)}`;
  const blocks = useGet<BlockedFor>(at);
  const change = useChange('/user-blocks');
  const rows = blocks.data?.blocked_for ?? [];
  if (rows.length === 0) return null;
  return (
    <Section
      title={`Blocked from ${fromWhere(rows)}`}
      about="Too many wrong passwords came from there: even the right one is refused."
      actions={
        can('update:users') ? (
          <Button
            busy={change.isPending}
            onClick={() =>
              change.mutate({ method: 'DELETE', path: at }, { onSuccess: () => sayDone('The account is open again.') })
            }
          >
            Lift the block
          </Button>
        ) : null
      }
    >
      <Problem error={change.error} />
    </Section>
  );
}

function Deeds({ user, owner }: OfUser) {
  const can = useCan();
  const navigate = useNavigate();
  const change = useChange<{ readonly ticket?: string }>('/users');
  const [asking, setAsking] = useState<'password' | 'delete'>();
  const [ticket, setTicket] = useState<string>();
  const name = user.name ?? user.email ?? String(user.user_id);
  const may = can('update:users');
  if (!may && !can('delete:users') && !can('create:user_tickets')) return null;
  const block = (blocked: boolean, undo = true) =>
    change.mutate(
      { method: 'PATCH', path: owner, body: { blocked } },
      {
        onSuccess: () =>
          sayDone(
            blocked ? `${name} is blocked, and all sessions are over.` : `${name} may sign in again.`,
            undo ? () => block(!blocked, false) : undefined,
          ),
        ...(undo ? {} : { onError: sayFailed }),
      },
    );
  return (
    <Section title="Actions">
      <div className="flex flex-wrap gap-2">
        {may ? (
          <Button onClick={() => block(user.blocked !== true)}>{user.blocked ? 'Unblock' : 'Block'}</Button>
        ) : null}
        {may ? <Button onClick={() => setAsking('password')}>Set password</Button> : null}
        {can('create:user_tickets') && user.email ? (
          <Button
            busy={change.isPending}
            onClick={() =>
              change.mutate(
                { method: 'POST', path: '/tickets/password-change', body: { user_id: user.user_id } },
                { onSuccess: (answer) => setTicket(answer.ticket) },
              )
            }
          >
            Make a reset link
          </Button>
        ) : null}
        {can('delete:users') ? (
          <Button kind="danger" onClick={() => setAsking('delete')}>
            Delete user
          </Button>
        ) : null}
      </div>
      {asking ? null : <Problem error={change.error} className="mt-3" />}
      {ticket ? (
        <Dialog
          title="Link to a new password"
          about="Good once, for five days. Send it to the user yourself: whoever opens it sets the password."
          onClose={() => setTicket(undefined)}
        >
          <Copyable text={ticket} label="link" />
        </Dialog>
      ) : null}
      {asking === 'password' ? <SetPassword user={user} owner={owner} onClose={() => setAsking(undefined)} /> : null}
      {asking === 'delete' ? (
        <Confirm
          title={`Delete ${name}?`}
          action="Delete user"
          busy={change.isPending}
          error={change.error?.message}
          onClose={() => setAsking(undefined)}
          onConfirm={() =>
            change.mutate(
              { method: 'DELETE', path: owner },
              {
                onSuccess: () => {
                  sayDone(`${name} was deleted.`);
                  void navigate({ to: '/users' });
                },
              },
            )
          }
        >
          <p>
            Lost are the account with its password, metadata, roles, permissions, consents and sessions. The log keeps
            what happened. Nothing brings it back.
          </p>
        </Confirm>
      ) : null}
    </Section>
  );
}

function SetPassword({ user, owner, onClose }: OfUser & { readonly onClose: () => void }) {
  const change = useChange('/users');
  const [password, setPassword] = useState('');
  return (
    <DialogForm
      title="Set password"
      about={`All sessions of ${user.name ?? user.email ?? 'the user'} end with it.`}
      action="Set password"
      busy={change.isPending}
      disabled={password === ''}
      onClose={onClose}
      onSubmit={() =>
        change.mutate(
          { method: 'PATCH', path: owner, body: { password } },
          {
            onSuccess: () => {
              sayDone('The password was set.');
              onClose();
            },
          },
        )
      }
    >
      <TextField
        label="New password"
        type="password"
        autoComplete="new-password"
        autoFocus
        value={password}
        onChange={setPassword}
        problem={weakPassword(change.error) ?? change.error?.message}
        about={passwordRule}
      />
    </DialogForm>
  );
}
