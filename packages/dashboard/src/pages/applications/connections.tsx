// Where the users of an application come from.

import type { Client, Connection } from '../../api/kinds.ts';
import { useAll, useChange } from '../../api/queries.ts';
import { path } from '../../api/request.ts';
import { Problem } from '../../parts/form.tsx';
import { Read, Section } from '../../parts/layout.tsx';
import { Rows } from '../../parts/rows.tsx';
import { Switch } from '../../parts/switch.tsx';
import { sayDone } from '../../parts/toast.tsx';
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
      <Problem error={change.error} className="px-5 pt-2" />
      <Read from={connections}>
        {(rows) => (
          <Rows
            empty={{ title: 'No connections' }}
            rows={rows.map(({ id, name, enabled_clients }) => ({
              id: String(id),
              title: <span className="font-medium">{name}</span>,
              detail: 'Database of users',
              actions: (
                <Switch
                  label={`Users of ${name} may sign in`}
                  on={enabled_clients.includes(client.client_id)}
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
                            status ? `Users of ${name} may sign in.` : `Users of ${name} cannot sign in here any more.`,
                          ),
                      },
                    )
                  }
                />
              ),
            }))}
          />
        )}
      </Read>
    </Section>
  );
}
