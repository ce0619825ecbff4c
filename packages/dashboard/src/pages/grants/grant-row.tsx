// One authorization: whether a client may have tokens for an API, and with which permissions. Seen from the API and from the client.

import type { LinkProps } from '@tanstack/react-router';
import { Link } from '@tanstack/react-router';
import { ChevronDown } from 'lucide-react';
import { useId, useState } from 'react';
import type { Api, ClientGrant } from '../../api/kinds.ts';
import { useChange } from '../../api/queries.ts';
import { useGivable, useJudgeOfGrants } from '../../api/rank.ts';
import { path } from '../../api/request.ts';
import { Leaving } from '../../forms/leaving.tsx';
import { Button } from '../../parts/button.tsx';
import { Problem } from '../../parts/form.tsx';
import { Switch } from '../../parts/switch.tsx';
import { Badge } from '../../parts/text.tsx';
import { sayDone, sayFailed } from '../../parts/toast.tsx';
import { useCan } from '../../session/session.ts';

export interface GrantRowProps {
  /** What is on the other side: the client's name, or the API's. */
  readonly name: string;
  readonly detail: string;
  readonly link: LinkProps;
  readonly clientId: string;
  readonly api: Api;
  readonly subject: 'client' | 'user';
  readonly grant: ClientGrant | undefined;
}

/** The row. The switch holds at once; permissions are saved together. */
export function GrantRow({ name, detail, link, clientId, api, subject, grant }: GrantRowProps) {
  const can = useCan();
  const id = useId();
  const [open, setOpen] = useState(false);
  const change = useChange<ClientGrant>('/client-grants');
  const key = { client_id: clientId, audience: api.identifier, subject_type: subject };
  const judge = useJudgeOfGrants();
  const givable = useGivable();
  const beyond = grant && judge([grant]);
  // An authorization that nothing can be added to is none.
  const useless = subject === 'client' && !givable(api, '', 'machine');
  const may = beyond === undefined && !useless && can(grant ? 'delete:client_grants' : 'create:client_grants');
  const give = (body: object, said: string, undoing = false) =>
    change.mutate(
      { method: 'POST', path: '/client-grants', body: { ...key, ...body } },
      {
        onSuccess: () => {
          sayDone(said);
          setOpen(true);
        },
        ...(undoing ? { onError: sayFailed } : {}),
      },
    );
  const take = (old: ClientGrant) =>
    change.mutate(
      { method: 'DELETE', path: path`/client-grants/${old.id}` },
      {
        onSuccess: () => {
          setOpen(false);
          const back = old.allow_all_scopes ? { allow_all_scopes: true } : { scope: old.scope ?? [] };
          sayDone(
            `${name} was taken off.`,
            can('create:client_grants') ? () => give(back, `${name} is back as it was.`, true) : undefined,
          );
        },
      },
    );
  return (
    <li className="border-t border-line">
      <div className="flex items-center gap-4 px-5 py-3">
        <div className="min-w-0 flex-1">
          <Link {...link} className="font-medium hover:underline">
            {name}
          </Link>
          <p className="truncate font-mono text-xs text-muted">{detail}</p>
        </div>
        {grant ? (
          <button
            type="button"
            aria-expanded={open}
            aria-controls={id}
            className="inline-flex items-center gap-1.5 rounded-lg px-2 py-1 text-muted hover:bg-sunken hover:text-ink"
            onClick={() => setOpen(!open)}
          >
            <Badge tone={grant.allow_all_scopes || grant.scope?.length ? 'accent' : 'warn'}>{summaryOf(grant)}</Badge>
            <span className="sr-only">Permissions of {name}</span>
            <ChevronDown className={`size-4 transition-transform ${open ? 'rotate-180' : ''}`} aria-hidden="true" />
          </button>
        ) : null}
        <Switch
          label={`${name} may have tokens`}
          on={grant !== undefined}
          disabled={!may || change.isPending}
          onChange={(on) =>
            on ? give({ scope: [] }, `${name} is authorized. Choose its permissions.`) : grant && take(grant)
          }
        />
      </div>
      <Problem error={change.error} className="px-5 pb-3" />
      {grant && open ? (
        <div id={id} className="appear px-5 pb-4">
          {beyond ? (
            <p className="mb-3 text-muted">This authorization {beyond}: you can look, and change nothing.</p>
          ) : null}
          <Scopes
            key={JSON.stringify([grant.scope, grant.allow_all_scopes])}
            grant={grant}
            api={api}
            name={name}
            free={beyond === undefined}
          />
        </div>
      ) : null}
    </li>
  );
}

function summaryOf(grant: ClientGrant): string {
  if (grant.allow_all_scopes) return 'all permissions';
  const count = grant.scope?.length ?? 0;
  return count === 0 ? 'no permission' : `${count} ${count === 1 ? 'permission' : 'permissions'}`;
}

function Scopes({
  grant,
  api,
  name,
  free,
}: {
  readonly grant: ClientGrant;
  readonly api: Api;
  readonly name: string;
  /** It holds nothing that who looks does not. */
  readonly free: boolean;
}) {
  const can = useCan();
  const givable = useGivable();
  const to = grant.subject_type === 'client' ? 'machine' : undefined;
  const change = useChange('/client-grants');
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set(grant.scope ?? []));
  const [all, setAll] = useState(grant.allow_all_scopes === true);
  const [filter, setFilter] = useState('');
  const may = free && can('update:client_grants');
  const scopes = api.scopes ?? [];
  const known = new Set(scopes.map(({ value }) => value));
  const undefinedHere = (grant.scope ?? []).filter((scope) => !known.has(scope));
  const shown = scopes.filter(({ value, description }) =>
    `${value} ${description ?? ''}`.toLowerCase().includes(filter.toLowerCase()),
  );
  const dirty =
    all !== (grant.allow_all_scopes === true) ||
    (!all && JSON.stringify([...ticked].toSorted()) !== JSON.stringify([...(grant.scope ?? [])].toSorted()));
  const save = () =>
    change.mutate(
      {
        method: 'PATCH',
        path: path`/client-grants/${grant.id}`,
        body: all ? { allow_all_scopes: true } : { scope: [...ticked], allow_all_scopes: false },
      },
      { onSuccess: () => sayDone('Saved. The next token has them.') },
    );
  if (scopes.length === 0)
    return <p className="text-muted">This API has no permissions yet. Its tokens then have no scope.</p>;
  return (
    <fieldset disabled={!may}>
      <legend className="sr-only">Permissions of {name}</legend>
      <div className="mb-2 flex flex-wrap items-center gap-3">
        {scopes.length > 12 ? (
          <input
            type="search"
            className="field max-w-56"
            aria-label="Filter permissions"
            placeholder="Filter permissions"
            value={filter}
            onChange={(event) => setFilter(event.target.value)}
          />
        ) : null}
        <label className="flex items-center gap-2">
          <input
            type="checkbox"
            className="size-4"
            checked={all}
            disabled={!scopes.every(({ value }) => givable(api, value, to))}
            onChange={(event) => setAll(event.target.checked)}
          />
          All permissions, also those added later
        </label>
      </div>
      <div className="grid max-h-80 gap-x-6 gap-y-2 overflow-y-auto py-1 sm:grid-cols-2">
        {shown.map(({ value, description }) => (
          <label key={value} className="flex items-start gap-2.5">
            <input
              type="checkbox"
              className="mt-0.5 size-4"
              disabled={all || !givable(api, value, to)}
              checked={all || ticked.has(value)}
              onChange={(event) => {
                const next = new Set(ticked);
                if (event.target.checked) next.add(value);
                else next.delete(value);
                setTicked(next);
              }}
            />
            <span className="min-w-0">
              <span className="font-mono text-[0.8125rem] break-all">{value}</span>
              {description ? <span className="block text-xs text-muted">{description}</span> : null}
            </span>
          </label>
        ))}
      </div>
      {undefinedHere.length > 0 ? (
        <p className="mt-2 text-warn">
          Granted, but the API does not define it, so no token has it: {undefinedHere.join(', ')}
        </p>
      ) : null}
      <Problem error={change.error} className="mt-2" />
      <Leaving dirty={may && dirty} what={`permissions of ${name}`} />
      {may ? (
        <div className="mt-3 flex gap-2">
          <Button kind="primary" disabled={!dirty} busy={change.isPending} onClick={save}>
            Save permissions
          </Button>
          {dirty ? (
            <Button
              onClick={() => {
                setTicked(new Set(grant.scope ?? []));
                setAll(grant.allow_all_scopes === true);
              }}
            >
              Discard
            </Button>
          ) : null}
        </div>
      ) : null}
    </fieldset>
  );
}
