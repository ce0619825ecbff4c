// A message to an address, to see whether mail arrives.

import { useMutation } from '@tanstack/react-query';
import { type EmailTrialOutcome, emailTrial } from 'countersign/resources';
import { useState } from 'react';
import { call } from '../../api/request.ts';
import { TextField } from '../../forms/controls.tsx';
import { Button } from '../../parts/button.tsx';
import { Section } from '../../parts/layout.tsx';

/** Sends by what is kept, not by what stands in a form that nobody saved. */
export function MailTrial() {
  const [to, setTo] = useState('');
  const send = useMutation({
    mutationFn: () => call<EmailTrialOutcome>('POST', `/${emailTrial.path}`, { to: to.trim() }),
  });
  return (
    <Section title="Test message" about="Goes out at once, by what is saved. Three a minute.">
      <form
        noValidate
        className="max-w-2xl space-y-4"
        onSubmit={(event) => {
          event.preventDefault();
          send.mutate();
        }}
      >
        <TextField label="Send it to" type="email" value={to} onChange={setTo} placeholder="you@example.com" />
        <Button type="submit" busy={send.isPending} disabled={!/^[^\s@]+@[^\s@]+$/.test(to.trim())}>
          Send test message
        </Button>
        <div aria-live="polite">
          {send.isPending ? null : send.error ? (
            <p className="font-medium text-danger">{send.error.message}</p>
          ) : send.data ? (
            <Outcome outcome={send.data} />
          ) : null}
        </div>
      </form>
    </Section>
  );
}

function Outcome({ outcome: { outcome, to, because } }: { readonly outcome: EmailTrialOutcome }) {
  switch (outcome) {
    case 'sent':
      return (
        <p>
          The mail server took it. Look whether it arrives at <span className="font-medium break-all">{to}</span>, also
          among the unwanted mail.
        </p>
      );
    case 'caught':
      return (
        <p>
          Nothing sends mail here, so it was caught:{' '}
          <a
            href={`/dev/mailbox?to=${encodeURIComponent(to)}`}
            target="_blank"
            rel="noreferrer"
            className="font-medium text-link underline"
          >
            read it in the mailbox
          </a>
          .
        </p>
      );
    case 'failed':
      return (
        <p className="text-danger">
          <span className="font-medium">It did not leave.</span> {because}.
        </p>
      );
  }
}
