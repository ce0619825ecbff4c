// @ts-check
// A program on a user's own machine that signs the user in with the browser (RFC 8252): it waits for the code on a
// loopback address. With openid-client; PKCE and state, and no secret, since a program that is handed out keeps none.

import { once } from 'node:events';
import { createServer } from 'node:http';
import * as oidc from 'openid-client';

const {
  ISSUER = 'http://localhost:4000/',
  CLIENT_ID,
  PORT = '4004',
  AUDIENCE = 'https://example.com/health-api',
  API_URL = 'http://localhost:4001/patients',
} = process.env;
const redirectUri = `http://127.0.0.1:${PORT}/callback`;

/** Waits for the browser to come back, and tells the person in it to return to the terminal. */
async function comeBack() {
  const server = createServer().listen(Number(PORT), '127.0.0.1');
  await once(server, 'listening');
  /** @type {Promise<URL>} */
  const back = new Promise((resolve) => {
    server.on('request', (request, response) => {
      const url = new URL(request.url ?? '/', redirectUri);
      if (url.pathname !== '/callback') return response.writeHead(404).end();
      response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' });
      response.end('You can close this page and go back to the terminal.\n', () => resolve(url));
    });
  });
  return {
    back,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function signIn() {
  const issuer = new URL(ISSUER);
  // Plain http only for a development server on this machine.
  const local = issuer.protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(issuer.hostname);
  const config = await oidc.discovery(issuer, CLIENT_ID ?? '', undefined, oidc.None(), {
    execute: local ? [oidc.allowInsecureRequests] : [],
  });
  const verifier = oidc.randomPKCECodeVerifier();
  const state = oidc.randomState();
  const nonce = oidc.randomNonce();
  const address = oidc.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri,
    scope: 'openid profile email offline_access read:patients',
    audience: AUDIENCE,
    state,
    nonce,
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  });

  const listener = await comeBack();
  try {
    console.log(`Open this address in a browser to sign in:\n\n  ${address.href}\n`);
    const tokens = await oidc.authorizationCodeGrant(config, await listener.back, {
      pkceCodeVerifier: verifier,
      expectedState: state,
      expectedNonce: nonce,
      idTokenExpected: true,
    });
    return { config, tokens };
  } finally {
    listener.close();
  }
}

/** @param {string} accessToken */
async function callApi(accessToken) {
  const response = await fetch(API_URL, { headers: { authorization: `Bearer ${accessToken}` } });
  const body = await response.json();
  if (!response.ok) throw new Error(`The API refused (${response.status}): ${body.error_description}`);
  return body;
}

try {
  if (!CLIENT_ID) {
    throw new Error(
      `CLIENT_ID is missing: the id of a client with app_type "native" and the callback ${redirectUri}; npm start prints the one it made.`,
    );
  }
  const { config, tokens } = await signIn();
  const who = tokens.claims();
  console.log(`The ID token, for this program, says who you are: ${who?.name} (${who?.sub}).`);
  console.log(
    `The access token, for ${AUDIENCE}, is good for ${tokens.expires_in} s. This program does not look inside.`,
  );
  console.log(`The API answers:\n${JSON.stringify(await callApi(tokens.access_token), null, 2)}`);

  if (tokens.refresh_token === undefined)
    throw new Error('There is no refresh token: the API or the client allows none.');
  // A program that runs for longer does this when the access token ends, and keeps the new refresh token in the key store
  // of its system: the one before is spent.
  const renewed = await oidc.refreshTokenGrant(config, tokens.refresh_token);
  const { patients } = await callApi(renewed.access_token);
  console.log(
    `The refresh token brought new tokens without the browser; the API shows ${patients.length} patients again.`,
  );

  // Logging out: this program's tokens are given back, and the browser's session ends at the address below, which tells
  // the other applications of that session.
  await oidc.tokenRevocation(config, renewed.refresh_token ?? tokens.refresh_token);
  const everywhere = oidc.buildEndSessionUrl(config, { id_token_hint: tokens.id_token ?? '' });
  console.log(`The refresh token was given back. To log out everywhere, open:\n\n  ${everywhere.href}\n`);
} catch (error) {
  const { error: code, error_description: sentence, message, cause } = /** @type {any} */ (error);
  const reason = code ? `${code}: ${sentence}` : cause?.message ? `${message}: ${cause.message}` : message;
  console.error(reason ?? String(error));
  process.exitCode = 1;
}
