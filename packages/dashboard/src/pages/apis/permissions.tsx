// Permissions of an API: what may be asked for in scope. Edited in place.

import { resourceServers } from 'countersign/resources';
import { Plus, Trash2 } from 'lucide-react';
import { useState } from 'react';
import type { Api } from '../../api/kinds.ts';
import { useChange } from '../../api/queries.ts';
import { path } from '../../api/request.ts';
import { problemOf } from '../../forms/declared.ts';
import { Button, IconButton } from '../../parts/button.tsx';
import { Confirm } from '../../parts/dialog.tsx';
import { Problem } from '../../parts/form.tsx';
import { Empty, Section } from '../../parts/layout.tsx';
import { Code } from '../../parts/text.tsx';
import { sayDone } from '../../parts/toast.tsx';
import { useCan } from '../../session/session.ts';
import { ApiPage } from './api-page.tsx';

type Scope = NonNullable<Api['scopes']>[number];

/** The tab Permissions. */
export function ApiPermissions() {
  return <ApiPage>{(api) => <Permissions api={api} />}</ApiPage>;
}

function Permissions({ api }: { readonly api: Api }) {
  const can = useCan();
  const change = useChange('/resource-servers', '/client-grants', '/roles');
  const [removing, setRemoving] = useState<Scope>();
  const scopes = api.scopes ?? [];
  const mayEdit = can('update:resource_servers') && !api.is_system;
  const store = async (next: readonly Scope[], said: string) => {
    try {
      await change.mutateAsync({ method: 'PATCH', path: path`/resource-servers/${api.id}`, body: { scopes: next } });
      sayDone(said);
      return true;
    } catch {
      // It is said where it was tried.
      return false;
    }
  };
  return (
    <>
      {mayEdit ? (
        <Add
          api={api}
          busy={change.isPending}
          onAdd={(scope) => store([...scopes, scope], `${scope.value} was added.`)}
        />
      ) : null}
      <Section
        title={`${scopes.length} ${scopes.length === 1 ? 'permission' : 'permissions'}`}
        about="The description is what users read when they are asked for consent."
        flush
      >
        {removing ? null : <Problem error={change.error} className="px-5 pb-2" />}
        {scopes.length === 0 ? (
          <Empty title="No permissions yet">
            A permission names one thing that may be done at this API, such as <Code>read:patients</Code>. Tokens carry
            those that were asked for and allowed.
          </Empty>
        ) : (
          <ul>
            {scopes.map((scope) => (
              <Row
                key={scope.value}
                scope={scope}
                mayEdit={mayEdit}
                onDescribe={(description) =>
                  store(
                    scopes.map((one) =>
                      one.value === scope.value ? { value: one.value, ...(description ? { description } : {}) } : one,
                    ),
                    'Description saved.',
                  )
                }
                onRemove={() => setRemoving(scope)}
              />
            ))}
          </ul>
        )}
      </Section>
      {removing ? (
        <Confirm
          title={`Delete ${removing.value}?`}
          action="Delete permission"
          busy={change.isPending}
          error={change.error?.message}
          onClose={() => setRemoving(undefined)}
          onConfirm={async () => {
            const done = await store(
              scopes.filter(({ value }) => value !== removing.value),
              `${removing.value} was deleted.`,
            );
            if (done) setRemoving(undefined);
          }}
        >
          <p>
            It is taken from every application that is authorized for it, and from every role and user that holds it. If
            you add it again later, nobody has it.
          </p>
        </Confirm>
      ) : null}
    </>
  );
}

function Row({
  scope,
  mayEdit,
  onDescribe,
  onRemove,
}: {
  readonly scope: Scope;
  readonly mayEdit: boolean;
  readonly onDescribe: (text: string) => Promise<boolean>;
  readonly onRemove: () => void;
}) {
  const [text, setText] = useState<string>();
  const save = () => {
    if (text !== undefined && text !== (scope.description ?? '')) void onDescribe(text);
    setText(undefined);
  };
  return (
    <li className="grid items-center gap-x-4 gap-y-1 border-t border-line px-5 py-2 max-sm:grid-cols-[1fr_auto] sm:grid-cols-[minmax(10rem,1fr)_2fr_auto]">
      <span className="min-w-0">
        <Code>{scope.value}</Code>
      </span>
      {mayEdit ? (
        <input
          className="field border-transparent! bg-transparent! px-2! max-sm:row-start-2 hover:border-edge! focus:border-link!"
          aria-label={`Description of ${scope.value}`}
          placeholder="No description"
          maxLength={500}
          value={text ?? scope.description ?? ''}
          onChange={(event) => setText(event.target.value)}
          onBlur={save}
          onKeyDown={(event) => {
            if (event.key === 'Enter') event.currentTarget.blur();
            if (event.key === 'Escape') setText(undefined);
          }}
        />
      ) : (
        <span className="text-muted max-sm:row-start-2">{scope.description ?? ''}</span>
      )}
      {mayEdit ? (
        <IconButton
          label={`Delete ${scope.value}`}
          onClick={onRemove}
          className="max-sm:col-start-2 max-sm:row-start-1"
        >
          <Trash2 className="size-4" aria-hidden="true" />
        </IconButton>
      ) : null}
    </li>
  );
}

function Add({
  api,
  busy,
  onAdd,
}: {
  readonly api: Api;
  readonly busy: boolean;
  readonly onAdd: (scope: Scope) => Promise<boolean>;
}) {
  const [value, setValue] = useState('');
  const [description, setDescription] = useState('');
  const scope = { value: value.trim(), ...(description.trim() ? { description: description.trim() } : {}) };
  const known = api.scopes?.some((one) => one.value === scope.value);
  const problem =
    scope.value === ''
      ? undefined
      : known
        ? 'The API has this permission already.'
        : problemOf(resourceServers, 'scopes', [scope]);
  return (
    <Section title="Add a permission">
      <form
        className="grid items-start gap-3 sm:grid-cols-[minmax(10rem,1fr)_2fr_auto]"
        onSubmit={async (event) => {
          event.preventDefault();
          if (scope.value === '' || problem || !(await onAdd(scope))) return;
          setValue('');
          setDescription('');
        }}
      >
        <div>
          <label className="mb-1 block font-medium" htmlFor="new-permission">
            Permission
          </label>
          <input
            id="new-permission"
            className="field font-mono text-[0.8125rem]!"
            placeholder="read:patients"
            value={value}
            spellCheck={false}
            aria-invalid={problem ? true : undefined}
            onChange={(event) => setValue(event.target.value)}
          />
          {problem ? <p className="mt-1 font-medium text-danger">{problem.replace(/^“.*?”: /, '')}</p> : null}
        </div>
        <div>
          <label className="mb-1 block font-medium" htmlFor="new-description">
            Description
          </label>
          <input
            id="new-description"
            className="field"
            placeholder="Read the patients of the practice"
            value={description}
            maxLength={500}
            onChange={(event) => setDescription(event.target.value)}
          />
        </div>
        <Button type="submit" kind="primary" className="sm:mt-6" busy={busy} disabled={scope.value === ''}>
          <Plus className="size-4" aria-hidden="true" />
          Add
        </Button>
      </form>
    </Section>
  );
}
