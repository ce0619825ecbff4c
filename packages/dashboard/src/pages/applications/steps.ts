// The code of the quick start, by the kind of an application. Pure.

import type { Client } from '../../api/kinds.ts';
import { jsText, shellWord } from '../../parts/literals.ts';

export interface Step {
  readonly title: string;
  readonly about?: string;
  readonly code: string;
}

/** The steps for the kind of a client. `origin`: of this server. */
export function stepsOf(
  { client_id, callbacks, app_type }: Pick<Client, 'client_id' | 'callbacks' | 'app_type'>,
  audience: string,
  origin: string,
): readonly Step[] {
  const issuer = `${origin}/`;
  // The SDK puts https:// before a bare host.
  const domain = origin.startsWith('https:') ? new URL(origin).host : origin;
  const [id, api] = [jsText(client_id), jsText(audience)];
  const callback = callbacks?.find((address) => !address.includes('*') && !address.includes('{'));
  switch (app_type) {
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
  domain: ${jsText(domain)},
  clientId: ${id},
  authorizationParams: {
    redirect_uri: ${callback ? jsText(callback) : 'location.origin'},
    audience: ${api},
  },
});

if (location.search.includes('code=')) await auth0.handleRedirectCallback();
if (!(await auth0.isAuthenticated())) await auth0.loginWithRedirect();

const token = await auth0.getTokenSilently();
const response = await fetch(${api}, {
  headers: { authorization: \`Bearer \${token}\` },
});`,
        },
      ];
    case 'regular_web':
      return [
        { title: 'Install the SDK', code: 'npm install express express-openid-connect' },
        {
          title: 'Sign in, and call the API',
          about: `Add ${callback ?? 'http://localhost:3000/callback'} to the allowed callback URLs. The secret is under Credentials; COOKIE_SECRET is any long random text.`,
          code: `import express from 'express';
import openid from 'express-openid-connect';

const { auth, requiresAuth } = openid;
const app = express();
app.use(auth({
  issuerBaseURL: ${jsText(origin)},
  baseURL: 'http://localhost:3000',
  clientID: ${id},
  clientSecret: process.env.CLIENT_SECRET,
  secret: process.env.COOKIE_SECRET,
  authorizationParams: { response_type: 'code', audience: ${api} },
}));

app.get('/', requiresAuth(), async (request, response) => {
  const { token_type, access_token } = request.oidc.accessToken;
  const answer = await fetch(${api}, {
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
          title: 'Make a verifier and its challenge',
          about: 'New ones for each login (PKCE).',
          code: `VERIFIER=$(openssl rand -hex 32)
CHALLENGE=$(printf %s "$VERIFIER" | openssl dgst -sha256 -binary | openssl base64 -A | tr '+/' '-_' | tr -d =)`,
        },
        {
          title: 'Ask in the browser',
          about: `Open this address with the challenge, and listen at the callback. Add ${callback ?? 'http://127.0.0.1/callback'} to the allowed callback URLs first; at 127.0.0.1 any port will do.`,
          code: `${issuer}authorize?${new URLSearchParams({
            response_type: 'code',
            client_id,
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
  -d ${shellWord(`client_id=${client_id}`)} \\
  --data-urlencode ${shellWord(`redirect_uri=${callback ?? 'http://127.0.0.1/callback'}`)} \\
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
  -d ${shellWord(`client_id=${client_id}`)} \\
  -d client_secret=$CLIENT_SECRET \\
  --data-urlencode ${shellWord(`audience=${audience}`)}`,
        },
        {
          title: 'The same in Node',
          code: `const answer = await fetch(${jsText(`${issuer}oauth/token`)}, {
  method: 'POST',
  body: new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: ${id},
    client_secret: process.env.CLIENT_SECRET,
    audience: ${api},
  }),
});
const { access_token } = await answer.json();`,
        },
      ];
  }
}
