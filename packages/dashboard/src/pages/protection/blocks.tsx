// Who is shut out: an account, by what names it, or an address; and the way to let them in again. There is no list of all of them:
// identifiers of nobody are blocked like any other, and anybody can make as many as they type.

import { useState } from 'react';
import { queries, useChange, useGet } from '../../api/queries.ts';
import { ApiError, path } from '../../api/request.ts';
import { TextField } from '../../forms/controls.tsx';
import { Button } from '../../parts/button.tsx';
import { Problem } from '../../parts/form.tsx';
import { Section } from '../../parts/layout.tsx';
import { sayDone } from '../../parts/toast.tsx';
import { useCan } from '../../session/session.ts';

/** Digits with dots, or groups with colons: nothing that can sign in is called that. */
const isAddress = (text: string) => /^\d{1,3}(?:\.\d{1,3}){3}$/.test(text) || /^[\da-f:.]*:[\da-f:.]*$/i.test(text);

function pathOf(text: string): string {
  return isAddress(text)
    ? path`/anomaly/blocks/ips/${text}`
    : `/user-blocks?${new URLSearchParams({ identifier: text })}`;
}

export interface BlockedFor {
  readonly blocked_for: readonly { readonly identifier: string; readonly ip?: string; readonly connection?: string }[];
}

/** "203.0.113.7 and 198.51.100.2", or everywhere. */
export function fromWhere(blocks: BlockedFor['blocked_for']): string {
  if (blocks.some(({ ip }) => ip === undefined)) return 'everywhere';
  return new Intl.ListFormat('en').format([...new Set(blocks.map(({ ip }) => ip ?? ''))]);
}

/** Finds out whether an account or an address is blocked. */
export function Blocks() {
  const can = useCan();
  const [typed, setTyped] = useState('');
  const [asked, setAsked] = useState('');
  const both = can('read:users') && can('read:anomaly_blocks');
  return (
    <Section
      title="Is somebody blocked?"
      about="Blocked accounts refuse even the right password from where it was guessed; blocked addresses may not try any account."
    >
      <form
        className="flex max-w-2xl flex-wrap items-end gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          setAsked(typed.trim());
          // Whoever asks again wants to know what is so now.
          void queries.invalidateQueries({ queryKey: ['api', pathOf(typed.trim())] });
        }}
      >
        <div className="min-w-60 flex-1">
          <TextField
            label={
              both
                ? 'E-mail address, username, phone number or IP address'
                : can('read:users')
                  ? 'E-mail address, username or phone number'
                  : 'IP address'
            }
            type="search"
            value={typed}
            onChange={setTyped}
          />
        </div>
        <Button type="submit" disabled={typed.trim() === ''}>
          Check
        </Button>
      </form>
      <div aria-live="polite" className="mt-4 empty:mt-0">
        {asked === '' ? null : isAddress(asked) ? (
          <Address key={asked} address={asked} />
        ) : (
          <Account key={asked} identifier={asked} />
        )}
      </div>
    </Section>
  );
}

function Address({ address }: { readonly address: string }) {
  const can = useCan();
  const at = pathOf(address);
  const read = useGet(at);
  const free = read.error instanceof ApiError && read.error.status === 404;
  return (
    <Verdict
      read={free ? { ...read, error: null } : read}
      at={at}
      may={can('delete:anomaly_blocks')}
      done={`${address} may try again.`}
      blocked={free ? undefined : `${address} is blocked: it failed to sign in, or signed up, too often.`}
      free={`${address} is not blocked.`}
    />
  );
}

function Account({ identifier }: { readonly identifier: string }) {
  const can = useCan();
  const at = pathOf(identifier);
  const read = useGet<BlockedFor>(at);
  const blocks = read.data?.blocked_for ?? [];
  return (
    <Verdict
      read={read}
      at={at}
      may={can('update:users')}
      done={`${identifier} can sign in again.`}
      blocked={blocks.length > 0 ? `${identifier} is blocked from ${fromWhere(blocks)}.` : undefined}
      free={`${identifier} is not blocked. Whether anybody is called that is another question: see Users.`}
    />
  );
}

function Verdict({
  read: { isFetching, error },
  at,
  may,
  done,
  blocked,
  free,
}: {
  readonly read: { readonly isFetching: boolean; readonly error: unknown };
  readonly at: string;
  readonly may: boolean;
  readonly done: string;
  /** What is blocked, if it is. */
  readonly blocked: string | undefined;
  readonly free: string;
}) {
  const change = useChange(at.split('?')[0] ?? at);
  if (isFetching) return <p className="text-muted">Looking …</p>;
  if (error) return <Problem error={error} />;
  if (blocked === undefined) return <p className="text-good">{free}</p>;
  return (
    <div className="flex flex-wrap items-center gap-3">
      <p className="font-medium break-words text-danger">{blocked}</p>
      {may ? (
        <Button
          busy={change.isPending}
          onClick={() => change.mutate({ method: 'DELETE', path: at }, { onSuccess: () => sayDone(done) })}
        >
          Unblock
        </Button>
      ) : null}
      <Problem error={change.error} />
    </div>
  );
}
