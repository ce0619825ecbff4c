// @ts-check
// Serves the single-page app: three files, the browser build of Auth0's SDK, and the settings. The app itself is page.mjs.

import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const types = { html: 'text/html', css: 'text/css', mjs: 'text/javascript', json: 'application/json' };

/** The SDK's own browser build, from node_modules. */
function installedSdk() {
  // Its main file is dist/lib/..., for bundlers; the file for browsers lies above.
  const main = createRequire(import.meta.url).resolve('@auth0/auth0-spa-js');
  return pathToFileURL(path.join(path.dirname(main), '..', 'auth0-spa-js.production.esm.js'));
}

/**
 * Starts the app. Rejects if the port is taken (`code` EADDRINUSE).
 *
 * @param {object} options
 * @param {number} options.port 0 for any free one
 * @param {string} [options.host]
 * @param {string} options.issuer the authorization server, with a slash at the end
 * @param {string} options.clientId of a client without a secret (`app_type` spa) whose callbacks have this app's address
 * @param {string} options.audience the API's identifier
 * @param {string} options.apiUrl what is called with the access token
 * @param {string} [options.scope]
 * @param {URL} [options.sdk] another copy of the SDK's browser build
 * @returns {Promise<{ port: number, close: () => Promise<void> }>}
 */
export async function startSinglePageApp({
  port,
  host = '127.0.0.1',
  issuer,
  clientId,
  audience,
  apiUrl,
  scope = 'openid profile email offline_access read:patients read:admin',
  sdk = installedSdk(),
}) {
  const settings = JSON.stringify({ issuer, clientId, audience, apiUrl, scope });
  /** @type {Map<string, Buffer | string>} */
  const files = new Map([
    ['/index.html', await readFile(new URL('index.html', import.meta.url))],
    ['/style.css', await readFile(new URL('style.css', import.meta.url))],
    ['/page.mjs', await readFile(new URL('page.mjs', import.meta.url))],
    ['/auth0-spa-js.mjs', await readFile(sdk)],
    ['/settings.json', settings],
  ]);
  // The page may talk to the API and the authorization server, show the latter in a frame (silent renewal), and nothing else.
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    'img-src data:',
    `connect-src 'self' ${new URL(issuer).origin} ${new URL(apiUrl).origin}`,
    `frame-src ${new URL(issuer).origin}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');

  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://app');
    const name = pathname === '/' ? '/index.html' : pathname;
    const body = request.method === 'GET' ? files.get(name) : undefined;
    if (body === undefined) return response.writeHead(404, { 'content-type': 'text/plain' }).end('Not found\n');
    const type = types[/** @type {keyof typeof types} */ (name.slice(name.lastIndexOf('.') + 1))];
    return response
      .writeHead(200, {
        'content-type': `${type}; charset=utf-8`,
        'content-security-policy': policy,
        'cache-control': 'no-store',
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
      })
      .end(body);
  });
  await new Promise((resolve, reject) => {
    server.once('error', reject).listen(port, host, () => resolve(undefined));
  });
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
    PORT = '4002',
    ISSUER = 'http://localhost:4000/',
    CLIENT_ID,
    AUDIENCE = 'https://example.com/health-api',
    API_URL = 'http://localhost:4001/patients',
  } = process.env;
  try {
    if (!CLIENT_ID) {
      throw new Error(
        `CLIENT_ID is missing: the id of a client with app_type "spa" and the callback http://localhost:${PORT}/ (npm start runs this app with one already).`,
      );
    }
    const { port } = await startSinglePageApp({
      port: Number(PORT),
      issuer: ISSUER,
      clientId: CLIENT_ID,
      audience: AUDIENCE,
      apiUrl: API_URL,
    });
    console.log(`The single-page app is at http://localhost:${port}/ and signs in at ${ISSUER}`);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
