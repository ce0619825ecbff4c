// The database of users: sign-up, and what a password must be like.

import { databaseOptions } from 'countersign/resources';
import { useState } from 'react';
import type { Connection } from '../../api/kinds.ts';
import { useAll, useChange } from '../../api/queries.ts';
import { path } from '../../api/request.ts';
import { ChoiceField } from '../../forms/controls.tsx';
import type { Declared, Entity } from '../../forms/declared.ts';
import { type FormGroup, RecordForm } from '../../forms/record-form.tsx';
import { Empty, Page, Read } from '../../parts/layout.tsx';
import { Code } from '../../parts/text.tsx';
import { sayDone } from '../../parts/toast.tsx';
import { useCan } from '../../session/session.ts';

/** The options of a database as a form sees them: each a field that its caller may take away. */
const options: Declared = {
  noun: { one: 'database', a: 'a database' },
  fields: Object.fromEntries(
    Object.entries(databaseOptions.shape).map(([name, schema]) => [
      name,
      { schema, about: '', writer: 'caller', presence: 'optional' } as const,
    ]),
  ),
};

const isOn = (path: string) => (typed: (path: string) => unknown) => typed(path) === true;
const olderRules = (typed: (path: string) => unknown) =>
  typed('password_options') === undefined || typed('password_options') === null;
const newerRules = (typed: (path: string) => unknown) => !olderRules(typed);

const groups: readonly FormGroup[] = [
  {
    title: 'Sign-up',
    fields: [
      {
        path: 'disable_signup',
        label: 'Nobody can sign up',
        about: 'Accounts are then made here, or by the Management API',
      },
      {
        path: 'requires_username',
        label: 'Users have a username',
        about: 'Besides the e-mail address, and may sign in with it',
      },
      { path: 'disable_self_service_change_password', label: 'Nobody can change a forgotten password' },
      {
        path: 'brute_force_protection',
        label: 'Close accounts to whoever guesses',
        about: 'How many guesses are too many is under Attack protection',
      },
    ],
  },
  {
    title: 'Passwords',
    about: 'What a new password must be like. Passwords that exist are not judged again.',
    fields: [
      {
        path: 'passwordPolicy',
        label: 'Strength',
        about: 'Levels as at Auth0',
        when: olderRules,
        names: {
          none: 'None: one character will do',
          low: 'Low: 6 characters',
          fair: 'Fair: 8, with lower and upper case and a digit',
          good: 'Good: 8, with three of four kinds of characters',
          excellent: 'Excellent: 10, of three kinds, no character three times in a row',
        },
      },
      {
        path: 'password_complexity_options.min_length',
        label: 'Least length',
        about: 'Instead of that of the level',
        when: olderRules,
      },
      { path: 'password_dictionary.enable', label: 'Refuse common passwords', when: olderRules },
      {
        path: 'password_no_personal_info.enable',
        label: 'Refuse passwords with personal data',
        about: 'Such as the e-mail address or the name',
        when: olderRules,
      },
      { path: 'password_history.enable', label: 'Refuse earlier passwords', when: olderRules },
      {
        path: 'password_history.size',
        label: 'How many earlier ones',
        about: 'Up to 24',
        when: isOn('password_history.enable'),
      },
      { path: 'password_options.complexity.min_length', label: 'Least length', when: newerRules },
      { path: 'password_options.complexity.character_types', label: 'Kinds of characters', when: newerRules },
      { path: 'password_options.dictionary.active', label: 'Refuse common passwords', when: newerRules },
      { path: 'password_options.profile_data.active', label: 'Refuse passwords with personal data', when: newerRules },
      { path: 'password_options.history.active', label: 'Refuse earlier passwords', when: newerRules },
      {
        path: 'password_options.history.size',
        label: 'How many earlier ones',
        when: isOn('password_options.history.active'),
      },
    ],
  },
];

/** The page. */
export function DatabaseConnection() {
  const connections = useAll<Connection>('/connections?strategy=auth0');
  const [chosen, setChosen] = useState('');
  return (
    <Page title="Database connection" about="Users whose passwords are kept here.">
      <Read from={connections}>
        {(rows) => {
          const connection = rows.find(({ id }) => id === chosen) ?? rows[0];
          if (!connection)
            return (
              <Empty title="No database">
                Make one with the Management API: POST /connections with the strategy auth0.
              </Empty>
            );
          return (
            <>
              {rows.length > 1 ? (
                <div className="mb-5 max-w-sm">
                  <ChoiceField
                    label="Database"
                    value={String(connection.id)}
                    onChange={setChosen}
                    options={rows.map(({ id, name }) => ({ value: String(id), label: name }))}
                  />
                </div>
              ) : (
                <p className="mb-5 text-muted">
                  <Code>{connection.name}</Code> is used by {connection.enabled_clients.length}{' '}
                  {connection.enabled_clients.length === 1 ? 'application' : 'applications'}.
                </p>
              )}
              <Options key={String(connection.id)} connection={connection} />
            </>
          );
        }}
      </Read>
    </Page>
  );
}

function Options({ connection }: { readonly connection: Connection }) {
  const can = useCan();
  const change = useChange('/connections');
  const now = (connection.options ?? {}) as Entity;
  return (
    <RecordForm
      declared={options}
      entity={now}
      groups={groups}
      readOnly={!can('update:connections')}
      onSave={async (patch) => {
        // The API replaces all options at once, so those that are not shown go back as they were.
        const after = Object.fromEntries(
          Object.entries({ ...now, ...withDefaults(patch, now) }).filter(([, value]) => value !== null),
        );
        await change.mutateAsync({
          method: 'PATCH',
          path: path`/connections/${String(connection.id)}`,
          body: { options: after },
        });
        sayDone('Saved. It counts from the next password on.');
      }}
    />
  );
}

/** A rule that gets a size and no switch is off. */
function withDefaults(patch: Entity, now: Entity): Entity {
  const history = patch.password_history as { readonly enable?: boolean } | undefined;
  if (!history || history.enable !== undefined) return patch;
  return { ...patch, password_history: { enable: false, ...(now.password_history as object | undefined), ...history } };
}
