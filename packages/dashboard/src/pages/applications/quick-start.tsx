// What to paste to begin with, for the kind of this application and with its own values.

import { useState } from 'react';
import type { Api, Client, ClientGrant } from '../../api/kinds.ts';
import { useAll } from '../../api/queries.ts';
import { ChoiceField } from '../../forms/controls.tsx';
import { Section } from '../../parts/layout.tsx';
import { Code, CodeBlock, Copyable } from '../../parts/text.tsx';
import { useCan } from '../../session/session.ts';
import { apiList } from '../apis/list.tsx';
import { ApplicationPage } from './application-page.tsx';
import { stepsOf } from './steps.ts';

/** The tab Quick start. */
export function QuickStart() {
  return <ApplicationPage>{(client) => <Start client={client} />}</ApplicationPage>;
}

function Start({ client }: { readonly client: Client }) {
  const can = useCan();
  const apis = useAll<Api>(can('read:resource_servers') ? apiList : undefined);
  const own = (apis.data ?? []).filter(({ is_system }) => !is_system);
  const [chosen, setChosen] = useState('');
  const grants = useAll<ClientGrant>(
    can('read:client_grants') ? `/client-grants?${new URLSearchParams({ client_id: client.client_id })}` : undefined,
  );
  // The API that it is authorized for is the one that is meant.
  const granted = new Set(grants.data?.map((grant) => grant.audience));
  const first = own.find(({ identifier }) => granted.has(identifier)) ?? own[0];
  const audience = chosen || first?.identifier || 'https://api.example.com/';
  const steps = stepsOf(client, audience, location.origin);
  return (
    <>
      <Section title="Its values">
        <dl className="grid max-w-3xl gap-4 sm:grid-cols-2">
          <div>
            <dt className="mb-1 font-medium">Domain</dt>
            <dd>
              <Copyable text={location.host} label="domain" />
            </dd>
          </div>
          <div>
            <dt className="mb-1 font-medium">Client ID</dt>
            <dd>
              <Copyable text={client.client_id} label="client ID" />
            </dd>
          </div>
        </dl>
        {location.protocol === 'http:' ? (
          <p className="mt-3 text-muted">
            SDKs put https:// before a domain. Here this server is on http: give those that allow it{' '}
            <Code>{location.origin}</Code>, and others the https address that the start prints.
          </p>
        ) : null}
        {own.length > 0 ? (
          <div className="mt-4 max-w-md">
            <ChoiceField
              label="API that it calls"
              value={audience}
              onChange={setChosen}
              options={own.map(({ identifier, name }) => ({
                value: identifier,
                label: name ? `${name} (${identifier})` : identifier,
              }))}
            />
          </div>
        ) : null}
      </Section>
      {steps.map(({ title, about, code }) => (
        <Section key={title} title={title} about={about}>
          <CodeBlock label={title} text={code} />
        </Section>
      ))}
    </>
  );
}
