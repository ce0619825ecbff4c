// The APIs that an application may call, as itself and on behalf of users.

import type { Api, Client, ClientGrant } from '../../api/kinds.ts';
import { useAll } from '../../api/queries.ts';
import { Empty, Read, Section } from '../../parts/layout.tsx';
import { apiList } from '../apis/list.tsx';
import { GrantRow } from '../grants/grant-row.tsx';
import { ApplicationPage } from './application-page.tsx';

/** The tab APIs. */
export function ApplicationApis() {
  return <ApplicationPage>{(client) => <Of client={client} />}</ApplicationPage>;
}

function Of({ client }: { readonly client: Client }) {
  const apis = useAll<Api>(apiList);
  const grants = useAll<ClientGrant>(`/client-grants?${new URLSearchParams({ client_id: client.client_id })}`);
  const machine = client.grant_types.includes('client_credentials');
  const users = client.grant_types.some((grant) => grant === 'authorization_code' || grant === 'implicit');
  return (
    <Read from={apis}>
      {(all) => (
        <Read from={grants}>
          {(given) => {
            const grantOf = (api: Api, subject: 'client' | 'user') =>
              given.find((grant) => grant.audience === api.identifier && grant.subject_type === subject);
            const list = (subject: 'client' | 'user', rows: readonly Api[]) => (
              <ul className="mt-2">
                {rows.map((api) => (
                  <GrantRow
                    key={api.id}
                    name={api.name ?? api.identifier}
                    detail={api.identifier}
                    link={{ to: '/apis/$id/settings', params: { id: api.id } }}
                    clientId={client.client_id}
                    api={api}
                    subject={subject}
                    grant={grantOf(api, subject)}
                  />
                ))}
              </ul>
            );
            const asItself = all.filter((api) => api.subject_type_authorization.client?.policy !== 'deny_all');
            const needing = all.filter(
              (api) =>
                api.subject_type_authorization.user?.policy === 'require_client_grant' ||
                !client.is_first_party ||
                grantOf(api, 'user'),
            );
            return (
              <>
                {machine ? (
                  <Section
                    title="As itself"
                    about="Tokens of client_credentials, with the permissions that are ticked."
                    flush
                  >
                    {asItself.length === 0 ? (
                      <Empty title="No API takes tokens of machines" />
                    ) : (
                      list('client', asItself)
                    )}
                  </Section>
                ) : null}
                {users ? (
                  <Section
                    title="On behalf of users"
                    about={
                      client.is_first_party
                        ? 'APIs that let only authorized applications have tokens for users. All others are open to this application, since it is your own.'
                        : 'An application of others needs an authorization for every API.'
                    }
                    flush
                  >
                    {needing.length === 0 ? (
                      <Empty title="Nothing to authorize">
                        Every API lets your own applications ask for tokens of users.
                      </Empty>
                    ) : (
                      list('user', needing)
                    )}
                  </Section>
                ) : null}
                {machine || users ? null : (
                  <Empty title="No grant, no tokens">Under Settings, let the application use a grant first.</Empty>
                )}
              </>
            );
          }}
        </Read>
      )}
    </Read>
  );
}
