// By what mails leave: an SMTP server.

import { emailProvider as declared, providerCredentials } from 'countersign/resources';
import { useState } from 'react';
import { useChange, useGet } from '../../api/queries.ts';
import { ApiError } from '../../api/request.ts';
import { FlagField, TextField } from '../../forms/controls.tsx';
import { problemOf, sentenceOf } from '../../forms/declared.ts';
import { Leaving } from '../../forms/leaving.tsx';
import { Button } from '../../parts/button.tsx';
import { Confirm } from '../../parts/dialog.tsx';
import { Problem } from '../../parts/form.tsx';
import { Failure, Loading, Section } from '../../parts/layout.tsx';
import { sayDone } from '../../parts/toast.tsx';
import { useCan, useLacksAny } from '../../session/session.ts';
import { MailTrial } from './mail-trial.tsx';
import { SettingsPage } from './settings-page.tsx';

interface Provider {
  readonly name: string;
  readonly enabled?: boolean;
  readonly default_from_address?: string;
  readonly credentials?: { readonly smtp_host?: string; readonly smtp_port?: number; readonly smtp_user?: string };
}

const providerPath = '/emails/provider';

/** The tab Mail. */
export function MailPage() {
  const provider = useGet<Provider>(`${providerPath}?fields=name,enabled,default_from_address,credentials`);
  const can = useCan();
  const none = provider.error instanceof ApiError && provider.error.status === 404;
  return (
    <SettingsPage>
      {provider.data || none ? (
        // By what it is, not by when it was read: it is read again when the window gets the focus, and what was typed stays.
        <Form key={JSON.stringify(provider.data ?? null)} provider={provider.data} />
      ) : provider.error ? (
        <Failure error={provider.error} />
      ) : (
        <Loading />
      )}
      {can('update:email_provider') ? <MailTrial /> : null}
    </SettingsPage>
  );
}

function Form({ provider }: { readonly provider: Provider | undefined }) {
  const can = useCan();
  const change = useChange(providerPath);
  const [asking, setAsking] = useState(false);
  const [enabled, setEnabled] = useState(provider?.enabled ?? true);
  const [from, setFrom] = useState(provider?.default_from_address ?? '');
  const [host, setHost] = useState(provider?.credentials?.smtp_host ?? '');
  const [port, setPort] = useState(String(provider?.credentials?.smtp_port ?? 587));
  const [user, setUser] = useState(provider?.credentials?.smtp_user ?? '');
  const [password, setPassword] = useState('');
  const lacking = useLacksAny();
  const may = !lacking && can(provider ? 'update:email_provider' : 'create:email_provider');
  const smtp = {
    smtp_host: host,
    smtp_port: Number(port),
    smtp_user: user,
    ...(password === '' ? {} : { smtp_pass: password }),
  };
  const parsed = providerCredentials.smtp.safeParse(smtp);
  const wrong = (member: keyof typeof smtp) => {
    const issue = parsed.error?.issues.find(({ path }) => path[0] === member);
    return issue && sentenceOf(issue, smtp[member]);
  };
  const wrongFrom = problemOf(declared, 'default_from_address', from);
  const dirty =
    enabled !== (provider?.enabled ?? true) ||
    from !== (provider?.default_from_address ?? '') ||
    host !== (provider?.credentials?.smtp_host ?? '') ||
    port !== String(provider?.credentials?.smtp_port ?? 587) ||
    user !== (provider?.credentials?.smtp_user ?? '') ||
    password !== '';
  const save = () =>
    change.mutate(
      {
        method: provider ? 'PATCH' : 'POST',
        path: providerPath,
        body: { name: 'smtp', enabled, ...(from ? { default_from_address: from } : {}), credentials: smtp },
      },
      { onSuccess: () => sayDone('Saved. Mails leave by it from now on.') },
    );
  return (
    <Section
      title="SMTP"
      about={
        provider
          ? 'Mails leave by this server.'
          : 'No mail leaves yet. Name a server, and people can confirm their addresses and choose new passwords.'
      }
    >
      {lacking ? (
        <p className="mb-4 text-muted">
          The links of everybody’s mails go through it, so only an administrator with all permissions can change it.
        </p>
      ) : null}
      {provider ? null : (
        <p className="mb-4 text-muted">
          On a developer’s machine, mails that cannot leave are caught at{' '}
          <a href="/dev/mailbox" target="_blank" rel="noreferrer" className="font-medium text-link underline">
            /dev/mailbox
          </a>
          .
        </p>
      )}
      <form
        noValidate
        className="max-w-2xl space-y-5"
        onSubmit={(event) => {
          event.preventDefault();
          save();
        }}
      >
        {provider && provider.name !== 'smtp' ? (
          <p className="text-warn">
            The provider is “{provider.name}”, which is kept for other tools: this server sends by SMTP only.
          </p>
        ) : null}
        <FlagField
          label="Send mails"
          about={declared.fields.enabled.about}
          on={enabled}
          disabled={!may}
          onChange={setEnabled}
        />
        <TextField
          label="Sender"
          type="email"
          value={from}
          onChange={setFrom}
          disabled={!may}
          problem={from ? wrongFrom : undefined}
          placeholder="login@example.com"
          about={declared.fields.default_from_address.about}
        />
        <div className="grid gap-4 sm:grid-cols-[1fr_8rem]">
          <TextField
            label="Server"
            value={host}
            onChange={setHost}
            disabled={!may}
            problem={host ? wrong('smtp_host') : undefined}
            placeholder="smtp.example.com"
          />
          <TextField label="Port" value={port} onChange={setPort} disabled={!may} problem={wrong('smtp_port')} />
        </div>
        <TextField label="User" value={user} onChange={setUser} disabled={!may} />
        <TextField
          label="Password"
          type="password"
          autoComplete="new-password"
          value={password}
          onChange={setPassword}
          disabled={!may}
          about={
            provider ? 'Kept as it is unless you type a new one. It is never shown.' : 'Kept encrypted, never shown.'
          }
        />
        <Problem error={change.error} />
        <Leaving dirty={dirty && !change.isPending && !change.isSuccess} what="the mail server" />
        {may ? (
          <div className="flex gap-2">
            <Button
              type="submit"
              kind="primary"
              busy={change.isPending}
              disabled={host === '' || !parsed.success || (from !== '' && wrongFrom !== undefined)}
            >
              Save
            </Button>
            {provider && can('delete:email_provider') ? (
              <Button kind="danger" onClick={() => setAsking(true)}>
                Remove
              </Button>
            ) : null}
          </div>
        ) : null}
      </form>
      {asking ? (
        <Confirm
          title="Remove the mail server?"
          action="Remove mail server"
          busy={change.isPending}
          error={change.error?.message}
          onClose={() => setAsking(false)}
          onConfirm={() =>
            change.mutate({ method: 'DELETE', path: providerPath }, { onSuccess: () => setAsking(false) })
          }
        >
          <p>
            No mail leaves any more: nobody can confirm an address or ask for a new password. Its credentials are
            forgotten.
          </p>
        </Confirm>
      ) : null}
    </Section>
  );
}
