// @ts-check
// A web application on Express that signs users in with express-openid-connect and calls the health API for them.
// The tokens stay on this server (in an encrypted cookie); the browser never handles them.

import { createHash } from 'node:crypto';
import express from 'express';
import openid from 'express-openid-connect';

/** @param {unknown} text */
const escaped = (text) => String(text ?? '').replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

/** @param {string} body */
const page = (body) => `<!doctype html>
<html lang="en">
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Health: a web application</title>
<style>
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
  body { max-width: 44rem; margin: 2rem auto; padding: 0 1rem }
  dt { font-weight: 600 } dd { margin: 0 0 .5rem; overflow-wrap: anywhere }
</style>
<h1>Health: a web application</h1>
${body}
</html>
`;

/**
 * What the authorization server said about sessions that ended (back-channel logout), for as long as a session of this app may
 * last. An app on several machines needs a store that they share: anything for express-session does.
 */
function logoutStore() {
  /** @type {Map<string, { session: unknown, ends: number }>} */
  const entries = new Map();
  /** @param {string} id */
  const live = (id) => {
    const entry = entries.get(id);
    return entry !== undefined && entry.ends > Date.now() ? entry.session : undefined;
  };
  return {
    /** @param {string} id @param {(error: unknown, session?: any) => void} done */
    get: (id, done) => done(null, live(id)),
    /** @param {string} id @param {any} session @param {(error?: unknown) => void} done */
    set(id, session, done) {
      for (const known of entries.keys()) if (live(known) === undefined) entries.delete(known);
      entries.set(id, { session, ends: Date.now() + session.cookie.maxAge });
      done();
    },
    /** @param {string} id @param {(error?: unknown) => void} done */
    destroy(id, done) {
      entries.delete(id);
      done();
    },
  };
}

/**
 * Starts the app. Rejects if the port is taken (`code` EADDRINUSE).
 *
 * @param {object} options
 * @param {number} options.port
 * @param {string} options.baseUrl its own address, without a slash at the end; `/callback` below it is the redirect URI
 * @param {string} options.issuer
 * @param {string} options.clientId of a client with a secret (`app_type` regular_web)
 * @param {string} options.clientSecret
 * @param {string} options.audience the API's identifier
 * @param {string} options.apiUrl
 * @returns {Promise<{ port: number, close: () => Promise<void> }>}
 */
export async function startWebApp({ port, baseUrl, issuer, clientId, clientSecret, audience, apiUrl }) {
  const app = express();
  app.disable('x-powered-by');
  app.use(
    openid.auth({
      baseURL: baseUrl,
      issuerBaseURL: issuer,
      clientID: clientId,
      clientSecret,
      // For the session cookie; it follows from the client's secret, so that a restart signs nobody out.
      secret: createHash('sha256').update(`session cookie of ${clientSecret}`).digest('hex'),
      authRequired: false,
      // /oidc/logout, as discovery names it, with the ID token as a hint: nobody is asked.
      idpLogout: true,
      // POST /backchannel-logout: the authorization server says that a session ended, whoever ended it.
      backchannelLogout: { store: logoutStore() },
      authorizationParams: {
        response_type: 'code',
        audience,
        scope: 'openid profile email offline_access read:patients',
      },
    }),
  );

  app.get('/', (request, response) => {
    const { user } = request.oidc;
    response.send(
      page(
        user
          ? `<p>Signed in as <strong id="name">${escaped(user.name)}</strong>, says the ID token.</p>
<ul><li><a href="/profile">Your profile</a></li><li><a href="/patients">Patients</a></li><li><a href="/logout">Log out</a></li><li><a href="/logout-everywhere">Log out everywhere</a></li></ul>`
          : '<p id="signed-out">You are signed out.</p><p><a href="/login">Log in</a></p>',
      ),
    );
  });

  app.get('/profile', openid.requiresAuth(), (request, response) => {
    const claims = Object.entries(request.oidc.user ?? {});
    const rows = claims.map(([name, value]) => `<dt>${escaped(name)}</dt><dd>${escaped(value)}</dd>`);
    response.send(page(`<dl>${rows.join('\n')}</dl><p><a href="/">Back</a></p>`));
  });

  app.get('/patients', openid.requiresAuth(), async (request, response) => {
    // The access token of the code flow: made for the API, good for nothing else.
    let token = request.oidc.accessToken;
    try {
      // This app's own session outlives it: the refresh token brings another, and the next refresh token.
      if (token?.isExpired()) token = await token.refresh();
    } catch {
      // Revoked, or too old.
      token = undefined;
    }
    // The authorization server may know the user still, and then asks no password.
    if (token === undefined) return response.oidc.login({ returnTo: '/patients' });
    const answer = await fetch(apiUrl, { headers: { authorization: `Bearer ${token.access_token}` } });
    const body = await answer.json();
    if (!answer.ok) {
      return response.status(502).send(page(`<p id="refused">The API refused: ${escaped(body.error_description)}</p>`));
    }
    const rows = body.patients.map((/** @type {{ name: string }} */ patient) => `<li>${escaped(patient.name)}</li>`);
    return response.send(page(`<ul id="patients">${rows.join('\n')}</ul><p><a href="/">Back</a></p>`));
  });

  app.get('/logout-everywhere', openid.requiresAuth(), async (request, response) => {
    const { idToken, refreshToken } = request.oidc;
    if (refreshToken !== undefined) {
      // Given back, so that nobody can use a copy.
      const body = new URLSearchParams({ client_id: clientId, client_secret: clientSecret, token: refreshToken });
      await fetch(new URL('oauth/revoke', issuer), { method: 'POST', body });
    }
    // This app's session ends here; the server's session at the server, which tells the other applications of it.
    Object.assign(request, { appSession: undefined });
    const query = new URLSearchParams({ id_token_hint: idToken ?? '', post_logout_redirect_uri: baseUrl });
    response.redirect(new URL(`oidc/logout?${query}`, issuer).href);
  });

  /** @type {import('express').ErrorRequestHandler} */
  const onError = (error, _request, response, _next) => {
    // What the authorization server said, or the SDK found; never a stack.
    const sentence = error.error_description ?? error.message;
    response
      .status(error.status ?? 500)
      .send(page(`<p id="problem">${escaped(sentence)}</p><p><a href="/">Back</a></p>`));
  };
  app.use(onError);

  const server = app.listen(port, '127.0.0.1');
  await new Promise((resolve, reject) => server.once('error', reject).once('listening', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

if (import.meta.main) {
  const {
    PORT = '4003',
    BASE_URL = `http://localhost:${PORT}`,
    ISSUER = 'http://localhost:4000/',
    CLIENT_ID,
    CLIENT_SECRET,
    AUDIENCE = 'https://example.com/health-api',
    API_URL = 'http://localhost:4001/patients',
  } = process.env;
  try {
    if (!CLIENT_ID || !CLIENT_SECRET) {
      throw new Error(
        `CLIENT_ID and CLIENT_SECRET are missing: those of a client with the callback ${BASE_URL}/callback; npm start prints the ones it made.`,
      );
    }
    await startWebApp({
      port: Number(PORT),
      baseUrl: BASE_URL,
      issuer: ISSUER,
      clientId: CLIENT_ID,
      clientSecret: CLIENT_SECRET,
      audience: AUDIENCE,
      apiUrl: API_URL,
    });
    console.log(`The web application is at ${BASE_URL} and signs in at ${ISSUER}`);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
