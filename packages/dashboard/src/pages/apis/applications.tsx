// Which applications may call an API: as themselves, and on behalf of users.

import { useState } from 'react';
import type { Api, Client, ClientGrant } from '../../api/kinds.ts';
import { useAll } from '../../api/queries.ts';
import { Empty, Read, Section } from '../../parts/layout.tsx';
import { clientList } from '../applications/kinds.ts';
import { GrantRow } from '../grants/grant-row.tsx';
import { ApiPage } from './api-page.tsx';

/** The tab Applications. */
export function ApiApplications() {
  return <ApiPage>{(api) => <Applications api={api} />}</ApiPage>;
}

function Applications({ api }: { readonly api: Api }) {
  const clients = useAll<Client>(clientList);
  const grants = useAll<ClientGrant>(`/client-grants?${new URLSearchParams({ audience: api.identifier })}`);
  const policy = api.subject_type_authorization;
  return (
    <Read from={clients}>
      {(all) => (
        <Read from={grants}>
          {(given) => (
            <>
              <Group
                title="As themselves"
                about="Machines: a token for the application, without a user (client_credentials)."
                api={api}
                subject="client"
                closed={
                  policy.client?.policy === 'deny_all'
                    ? 'The settings of this API let no application have a token as itself.'
                    : undefined
                }
                clients={all.filter(({ grant_types }) => grant_types.includes('client_credentials'))}
                grants={given}
                none="No application uses the grant client_credentials. Create a machine-to-machine application first."
              />
              <Group
                title="On behalf of users"
                about={
                  policy.user?.policy === 'require_client_grant'
                    ? 'A user signs in, and the application gets a token with what is ticked here, and with RBAC only what the user holds.'
                    : 'First-party applications may have tokens for users without being listed. What is ticked here counts for applications of others.'
                }
                api={api}
                subject="user"
                closed={
                  policy.user?.policy === 'deny_all'
                    ? 'The settings of this API let no user have a token for it.'
                    : undefined
                }
                clients={all.filter(
                  (client) =>
                    isForUsers(client) &&
                    (policy.user?.policy === 'require_client_grant' ||
                      !client.is_first_party ||
                      isGranted(client, given)),
                )}
                grants={given}
                none={
                  policy.user?.policy === 'require_client_grant'
                    ? 'No application signs users in yet.'
                    : 'Every first-party application may ask for tokens on behalf of its users. Settings can limit it to those that are authorized here.'
                }
              />
            </>
          )}
        </Read>
      )}
    </Read>
  );
}

const isGranted = ({ client_id }: Client, grants: readonly ClientGrant[]) =>
  grants.some((grant) => grant.client_id === client_id && grant.subject_type === 'user');

/** Whether an application signs users in. */
function isForUsers({ grant_types }: Client): boolean {
  return grant_types.some((grant) => grant === 'authorization_code' || grant === 'implicit');
}

interface GroupProps {
  readonly title: string;
  readonly about: string;
  readonly api: Api;
  readonly subject: 'client' | 'user';
  readonly clients: readonly Client[];
  readonly grants: readonly ClientGrant[];
  readonly closed: string | undefined;
  readonly none: string;
}

function Group({ title, about, api, subject, clients, grants, closed, none }: GroupProps) {
  const [filter, setFilter] = useState('');
  const wanted = filter.toLowerCase();
  const shown = clients.filter(({ name, client_id }) => `${name} ${client_id}`.toLowerCase().includes(wanted));
  const grantOf = (clientId: string) =>
    grants.find((grant) => grant.client_id === clientId && grant.subject_type === subject);
  return (
    <Section
      title={title}
      about={about}
      flush
      actions={
        clients.length > 8 ? (
          <input
            type="search"
            className="field max-w-56"
            aria-label={`Filter: ${title}`}
            placeholder="Filter"
            value={filter}
            onChange={(event) => setFilter(event.target.value)}
          />
        ) : null
      }
    >
      {closed ? (
        <Empty title="Closed">{closed}</Empty>
      ) : clients.length === 0 ? (
        <Empty title="Nobody to choose">{none}</Empty>
      ) : (
        <ul aria-label={title} className="mt-2">
          {shown.map((client) => (
            <GrantRow
              key={client.client_id}
              name={client.name}
              detail={client.client_id}
              link={{ to: '/applications/$id/settings', params: { id: client.client_id } }}
              clientId={client.client_id}
              api={api}
              subject={subject}
              grant={grantOf(client.client_id)}
            />
          ))}
        </ul>
      )}
    </Section>
  );
}
