// The keys that sign tokens: which signs now, which is next, and what a rotation does.

import type { signingKeys } from 'countersign/resources';
import { useState } from 'react';
import { useChange, useGet } from '../../api/queries.ts';
import { path } from '../../api/request.ts';
import { Button } from '../../parts/button.tsx';
import { Confirm } from '../../parts/dialog.tsx';
import { Read, Section } from '../../parts/layout.tsx';
import { Table } from '../../parts/table.tsx';
import { Badge, Code, Time } from '../../parts/text.tsx';
import { sayDone } from '../../parts/toast.tsx';
import { useCan } from '../../session/session.ts';
import { SettingsPage } from './settings-page.tsx';

type Key = Parameters<typeof signingKeys.check>[0];

const stateOf = (key: Key) =>
  key.revoked ? (
    <Badge tone="danger">Revoked</Badge>
  ) : key.current ? (
    <Badge tone="good">Signs now</Badge>
  ) : key.next ? (
    <Badge tone="accent">Next</Badge>
  ) : (
    <Badge>Previous</Badge>
  );

/** The tab Keys. */
export function KeysPage() {
  const can = useCan();
  const keys = useGet<readonly Key[]>('/keys/signing');
  const change = useChange('/keys');
  const [asking, setAsking] = useState<'rotate' | Key>();
  const may = can('create:signing_keys') && can('update:signing_keys');
  const rotate = () =>
    change.mutate(
      { method: 'POST', path: '/keys/signing/rotate' },
      {
        onSuccess: () => {
          setAsking(undefined);
          sayDone('Rotated: what was next signs now.');
        },
      },
    );
  const revoke = ({ kid }: Key) =>
    change.mutate(
      { method: 'PUT', path: path`/keys/signing/${kid}/revoke` },
      {
        onSuccess: () => {
          setAsking(undefined);
          sayDone('Revoked: tokens that it signed are refused.');
        },
      },
    );
  return (
    <SettingsPage>
      <Section
        title="Signing keys"
        about="Verifiers read the public halves at /.well-known/jwks.json."
        flush
        actions={may ? <Button onClick={() => setAsking('rotate')}>Rotate</Button> : null}
      >
        <Read from={keys}>
          {(rows) => (
            <Table
              label="Signing keys"
              rows={rows}
              idOf={({ kid }) => kid}
              columns={[
                { label: 'Key', cell: ({ kid }) => <Code>{kid}</Code> },
                { label: 'State', cell: stateOf },
                { label: 'Algorithm', cell: ({ alg }) => alg },
                {
                  label: 'Signs since',
                  minor: true,
                  cell: (key) => (key.current_since ? <Time at={key.current_since} full /> : null),
                },
                {
                  label: 'Actions',
                  unlabelled: true,
                  cell: (key) =>
                    can('update:signing_keys') && key.previous && !key.revoked ? (
                      <Button onClick={() => setAsking(key)}>Revoke</Button>
                    ) : null,
                },
              ]}
              empty={null}
            />
          )}
        </Read>
      </Section>
      {asking === 'rotate' ? (
        <Confirm
          title="Rotate the signing keys?"
          action="Rotate keys"
          kind="primary"
          busy={change.isPending}
          error={change.error?.message}
          onClose={() => setAsking(undefined)}
          onConfirm={rotate}
        >
          <p>
            The next key signs from now on, and a new next one is published. The key that signs now becomes the previous
            one: tokens that it signed stay valid until they expire or you revoke it.
          </p>
          <p>
            Verifiers have known the next key for a while, so nobody notices. A rotation right after another is refused
            until they can know it again.
          </p>
        </Confirm>
      ) : null}
      {asking && asking !== 'rotate' ? (
        <Confirm
          title="Revoke this key?"
          action="Revoke key"
          busy={change.isPending}
          error={change.error?.message}
          onClose={() => setAsking(undefined)}
          onConfirm={() => revoke(asking)}
        >
          <p>
            Every token that <Code>{asking.kid}</Code> signed is refused by verifiers as soon as they read the keys
            again, though it has not expired. Revoke a key when somebody else has it.
          </p>
        </Confirm>
      ) : null}
    </SettingsPage>
  );
}
