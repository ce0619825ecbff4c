// What to paste to begin with, for the kind of this application and with its own values.

import { useState } from 'react';
import type { Api, Client } from '../../api/kinds.ts';
import { useAll } from '../../api/queries.ts';
import { ChoiceField } from '../../forms/controls.tsx';
import { Section } from '../../parts/layout.tsx';
import { CodeBlock, Copyable } from '../../parts/text.tsx';
import { useCan } from '../../session/session.ts';
import { apiList } from '../apis/list.tsx';
import { ApplicationPage } from './application-page.tsx';

/** The tab Quick start. */
export function QuickStart() {
  return <ApplicationPage>{(client) => <Start client={client} />}</ApplicationPage>;
}

function Start({ client }: { readonly client: Client }) {
  const can = useCan();
  const apis = useAll<Api>(can('read:resource_servers') ? apiList : undefined);
  const own = (apis.data ?? []).filter(({ is_system }) => !is_system);
  const [chosen, setChosen] = useState('');
  const audience = chosen || own[0]?.identifier || 'https://api.example.com/';
  const steps = stepsOf(client, audience);
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

interface Step {
  readonly title: string;
  readonly about?: string;
  readonly code: string;
}

function stepsOf(client: Client, audience: string): readonly Step[] {
  const issuer = `${location.origin}/`;
  const id = client.client_id;
  const callback = client.callbacks?.find((address) => !address.includes('*') && !address.includes('{'));
  switch (client.app_type) {
    case 'spa':
      return [
        {
          title: 'Install the SDK',
          about: 'Auth0’s own, unchanged: this server speaks its wire.',
          code: 'npm install @auth0/auth0-spa-js',
        },
        {
          title: 'Sign in, and call the API',
          about: 'Add the address of your app to the allowed callback URLs, logout URLs and web origins first.',
          code: `import { createAuth0Client } from '@auth0/auth0-spa-js';

const auth0 = await createAuth0Client({
  domain: '${location.host}',
  clientId: '${id}',
  authorizationParams: {
    redirect_uri: ${callback ? `'${callback}'` : 'location.origin'},
    audience: '${audience}',
  },
});

if (location.search.includes('code=')) await auth0.handleRedirectCallback();
if (!(await auth0.isAuthenticated())) await auth0.loginWithRedirect();

const token = await auth0.getTokenSilently();
const response = await fetch('${audience}', {
  headers: { authorization: \`Bearer \${token}\` },
});`,
        },
      ];
    case 'regular_web':
      return [
        { title: 'Install the SDK', code: 'npm install express express-openid-connect' },
        {
          title: 'Sign in, and call the API',
          about: `Add ${callback ?? 'http://localhost:3000/callback'} to the allowed callback URLs. The secret is under Credentials.`,
          code: `import express from 'express';
import { auth, requiresAuth } from 'express-openid-connect';

const app = express();
app.use(auth({
  issuerBaseURL: '${location.origin}',
  baseURL: 'http://localhost:3000',
  clientID: '${id}',
  clientSecret: process.env.CLIENT_SECRET,
  secret: process.env.COOKIE_SECRET,
  authorizationParams: { response_type: 'code', audience: '${audience}' },
}));

app.get('/', requiresAuth(), async (request, response) => {
  const { token_type, access_token } = request.oidc.accessToken;
  const answer = await fetch('${audience}', {
    headers: { authorization: \`\${token_type} \${access_token}\` },
  });
  response.send(await answer.text());
});
app.listen(3000);`,
        },
      ];
    case 'native':
      return [
        {
          title: 'Ask in the browser',
          about: 'Open this address, with a challenge of your own for each login, and listen at the callback.',
          code: `${issuer}authorize?${new URLSearchParams({
            response_type: 'code',
            client_id: id,
            redirect_uri: callback ?? 'http://127.0.0.1/callback',
            scope: 'openid profile',
            audience,
            code_challenge_method: 'S256',
            code_challenge: 'CHALLENGE',
          })}`,
        },
        {
          title: 'Redeem the code',
          code: `curl ${issuer}oauth/token \\
  -d grant_type=authorization_code \\
  -d client_id=${id} \\
  --data-urlencode redirect_uri=${callback ?? 'http://127.0.0.1/callback'} \\
  -d code=CODE \\
  -d code_verifier=VERIFIER`,
        },
      ];
    default:
      return [
        {
          title: 'Get a token',
          about: 'Authorize the application for the API under APIs first. The secret is under Credentials.',
          code: `curl ${issuer}oauth/token \\
  -d grant_type=client_credentials \\
  -d client_id=${id} \\
  -d client_secret=$CLIENT_SECRET \\
  --data-urlencode audience=${audience}`,
        },
        {
          title: 'The same in Node',
          code: `const answer = await fetch('${issuer}oauth/token', {
  method: 'POST',
  body: new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: '${id}',
    client_secret: process.env.CLIENT_SECRET,
    audience: '${audience}',
  }),
});
const { access_token } = await answer.json();`,
        },
      ];
  }
}
