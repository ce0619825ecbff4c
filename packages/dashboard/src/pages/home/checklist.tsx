// What a fresh tenant needs, in the order of the work. It goes when everything is done, or when it is sent away.

import { Link, type LinkProps } from '@tanstack/react-router';
import { dashboardClientId } from 'countersign/resources';
import { Check, X } from 'lucide-react';
import { useState } from 'react';
import type { Api, Client, ClientGrant, User } from '../../api/kinds.ts';
import { useAll, useGet } from '../../api/queries.ts';
import { IconButton } from '../../parts/button.tsx';
import { useCan } from '../../session/session.ts';
import { apiList } from '../apis/list.tsx';
import { clientList } from '../applications/kinds.ts';

const dismissedAt = 'countersign-checklist-done';

interface Step {
  readonly label: string;
  readonly about: string;
  readonly link: LinkProps;
  readonly done: boolean;
}

/** The checklist. */
export function Checklist() {
  const can = useCan();
  const apis = useAll<Api>(can('read:resource_servers') ? apiList : undefined);
  const clients = useAll<Client>(can('read:clients') ? clientList : undefined);
  const grants = useGet<readonly ClientGrant[]>(can('read:client_grants') ? '/client-grants?per_page=50' : undefined);
  const users = useGet<readonly User[]>(can('read:users') ? '/users?per_page=2&fields=user_id' : undefined);
  const mail = useGet(can('read:email_provider') ? '/emails/provider' : undefined);
  const [dismissed, setDismissed] = useState(localStorage.getItem(dismissedAt) !== null);
  if (dismissed || !apis.data || !clients.data || !grants.data || !users.data) return null;
  const system = new Set(apis.data.filter(({ is_system }) => is_system).map(({ identifier }) => identifier));
  const own = clients.data.filter(
    ({ client_id, name }) => client_id !== dashboardClientId && name !== 'Countersign administrator',
  );
  const steps: readonly Step[] = [
    {
      label: 'Create an API',
      about: 'Name what accepts access tokens, and its permissions.',
      link: { to: '/apis', search: { new: 1 } as never },
      done: apis.data.some(({ is_system }) => !is_system),
    },
    {
      label: 'Create an application',
      about: 'What signs people in, or calls the API as itself.',
      link: { to: '/applications', search: { new: 1 } as never },
      done: own.length > 0,
    },
    {
      label: 'Authorize it for the API',
      about: 'With the permissions that it needs, and no others.',
      link: { to: '/apis' },
      done: grants.data.some(({ audience }) => !system.has(audience)),
    },
    {
      label: 'Make a second user',
      about: 'Or let people sign up on the login page.',
      link: { to: '/users', search: { new: 1 } as never },
      done: users.data.length > 1,
    },
    ...(can('read:email_provider')
      ? [
          {
            label: 'Name a mail server',
            about: 'So that people can confirm addresses and choose new passwords.',
            link: { to: '/settings/mail' } as LinkProps,
            done: mail.data !== undefined,
          },
        ]
      : []),
  ];
  const left = steps.filter(({ done }) => !done).length;
  if (left === 0) return null;
  return (
    <section className="card mb-5">
      <div className="flex items-start justify-between gap-3 px-5 pt-4">
        <div>
          <h2 className="text-base font-semibold tracking-tight">First steps</h2>
          <p className="text-muted">
            {steps.length - left} of {steps.length} done
          </p>
        </div>
        <IconButton
          label="Hide first steps"
          onClick={() => {
            localStorage.setItem(dismissedAt, '1');
            setDismissed(true);
          }}
        >
          <X className="size-4" aria-hidden="true" />
        </IconButton>
      </div>
      <ol className="grid gap-px p-3 sm:grid-cols-2 xl:grid-cols-3">
        {steps.map(({ label, about, link, done }, index) => (
          <li key={label} className="relative flex gap-3 rounded-lg p-2.5 hover:bg-hover">
            <span
              aria-hidden="true"
              className={`grid size-6 shrink-0 place-items-center rounded-full text-xs font-semibold ${done ? 'bg-good-tint text-good' : 'bg-tint text-link'}`}
            >
              {done ? <Check className="size-3.5" /> : index + 1}
            </span>
            <div className="min-w-0">
              <Link
                {...link}
                className={`font-medium after:absolute after:inset-0 ${done ? 'text-muted line-through decoration-1' : ''}`}
              >
                {label}
                {done ? <span className="sr-only"> (done)</span> : null}
              </Link>
              <p className="text-[0.8125rem] text-muted">{about}</p>
            </div>
          </li>
        ))}
      </ol>
    </section>
  );
}
