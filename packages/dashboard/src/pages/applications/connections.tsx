// Where the users of an application come from.

import type { Client, Connection } from '../../api/kinds.ts';
import { useAll, useChange } from '../../api/queries.ts';
import { path } from '../../api/request.ts';
import { Empty, Read, Section } from '../../parts/layout.tsx';
import { Switch } from '../../parts/switch.tsx';
import { sayDone, sayFailed } from '../../parts/toast.tsx';
import { useCan } from '../../session/session.ts';
import { ApplicationPage } from './application-page.tsx';

/** The tab Connections. */
export function ApplicationConnections() {
  return <ApplicationPage>{(client) => <Connections client={client} />}</ApplicationPage>;
}

function Connections({ client }: { readonly client: Client }) {
  const can = useCan();
  const connections = useAll<Connection>('/connections?fields=id,name,strategy,enabled_clients');
  const change = useChange('/connections');
  return (
    <Section title="Connections" about="Users of these may sign in to the application." flush>
      <Read from={connections}>
        {(rows) =>
          rows.length === 0 ? (
            <Empty title="No connections" />
          ) : (
            <ul className="mt-2">
              {rows.map(({ id, name, enabled_clients }) => {
                const on = enabled_clients.includes(client.client_id);
                return (
                  <li key={id} className="flex items-center justify-between gap-4 border-t border-line px-5 py-3">
                    <div className="min-w-0">
                      <p className="font-medium break-words">{name}</p>
                      <p className="text-xs text-muted">Database of users</p>
                    </div>
                    <Switch
                      label={`Users of ${name} may sign in`}
                      on={on}
                      disabled={!can('update:connections') || change.isPending}
                      onChange={(status) =>
                        change.mutate(
                          {
                            method: 'PATCH',
                            path: path`/connections/${String(id)}/clients`,
                            body: [{ client_id: client.client_id, status }],
                          },
                          {
                            onSuccess: () =>
                              sayDone(
                                status
                                  ? `Users of ${name} may sign in.`
                                  : `Users of ${name} cannot sign in here any more.`,
                              ),
                            onError: sayFailed,
                          },
                        )
                      }
                    />
                  </li>
                );
              })}
            </ul>
          )
        }
      </Read>
    </Section>
  );
}
