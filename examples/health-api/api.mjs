// @ts-check
// A patients API, protected by @countersign/api. This file is all of it.
//
//   GET /           public: says how to call the rest
//   GET /patients   needs a token for this API with the scope read:patients
//   GET /admin      needs read:admin

import { createServer } from 'node:http';
import { createApi, explainRefusal, requireScopes } from '@countersign/api';
import { protect } from '@countersign/api/node';

const patients = [
  { id: 1, name: 'Rosalind Franklin', ward: 'A2' },
  { id: 2, name: 'Alan Turing', ward: 'B1' },
  { id: 3, name: 'Mary Seacole', ward: 'A1' },
];

/**
 * @typedef {object} Route
 * @property {import('@countersign/api').Requirement} needs
 * @property {(token: import('@countersign/api').VerifiedToken) => object} answer
 */

/** @type {[path: string, route: Route][]} */
const protectedRoutes = [
  ['/patients', { needs: requireScopes('read:patients'), answer: () => ({ patients }) }],
  [
    '/admin',
    { needs: requireScopes('read:admin'), answer: (token) => ({ you: token.subject, client: token.clientId }) },
  ],
];
const routes = new Map(protectedRoutes);

/**
 * Starts the API. Rejects if the port is taken (`code` EADDRINUSE).
 *
 * @param {object} options
 * @param {number} options.port 0 for any free one
 * @param {string} [options.host]
 * @param {string} options.issuer the authorization server, exactly as its tokens name it in `iss`
 * @param {string} options.audience this API's identifier, exactly as its tokens name it in `aud`
 * @param {readonly string[]} [options.origins] pages of these origins may call it from a browser
 * @param {boolean} [options.explainRefusals] in development: refusals carry the address of their explanation
 * @param {(line: string) => void} [options.log]
 * @returns {Promise<{ port: number, close: () => Promise<void> }>}
 */
export async function startHealthApi(options) {
  const {
    port,
    host = '127.0.0.1',
    issuer,
    audience,
    origins = [],
    explainRefusals = false,
    log = console.log,
  } = options;
  const api = createApi({
    issuer,
    audience,
    explainRefusals,
    onRefusal: (refusal, { method, path }) => {
      for (const line of `${method} ${path} ${explainRefusal(refusal)}`.split('\n')) log(line);
    },
  });

  const server = createServer(async (request, response) => {
    const [path = '/'] = (request.url ?? '/').split('?');
    // A browser asks first, without a token. Letting an origin's pages ask grants nothing: the call itself needs the token.
    if (letsBrowserAsk(request, response, origins)) return response.writeHead(204).end();
    const route = request.method === 'GET' ? routes.get(path) : undefined;
    if (path === '/') return send(response, 200, welcome(issuer, audience));
    if (route === undefined) return send(response, 404, { error: 'not_found', try: ['/', ...routes.keys()] });

    const token = await protect(api, request, response, route.needs);
    if (token === undefined) return; // refused, and already answered

    log(`GET ${path} accepted: client ${token.clientId}, scope ${[...token.scopes].join(' ')}`);
    send(response, 200, route.answer(token));
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
        server.closeIdleConnections();
      }),
  };
}

/**
 * Cross-origin calls (CORS). True for a preflight, which then only has to be ended.
 *
 * @param {import('node:http').IncomingMessage} request
 * @param {import('node:http').ServerResponse} response
 * @param {readonly string[]} origins
 */
function letsBrowserAsk(request, response, origins) {
  response.setHeader('vary', 'Origin');
  const { origin } = request.headers;
  if (origin !== undefined && origins.includes(origin)) {
    response.setHeader('access-control-allow-origin', origin);
    response.setHeader('access-control-allow-headers', 'authorization');
    response.setHeader('access-control-expose-headers', 'www-authenticate');
  }
  return request.method === 'OPTIONS';
}

/**
 * @param {string} issuer
 * @param {string} audience
 */
function welcome(issuer, audience) {
  return {
    api: audience,
    call: { 'GET /patients': 'needs the scope read:patients', 'GET /admin': 'needs the scope read:admin' },
    how: [
      `Get an access token from ${issuer} with audience=${audience} (a machine: grant_type=client_credentials).`,
      'Send it as "Authorization: Bearer TOKEN". An ID token is refused: it is for the client, not for this API.',
      'What is refused is explained in the log of this API.',
    ],
  };
}

/**
 * @param {import('node:http').ServerResponse} response
 * @param {number} status
 * @param {object} body
 */
function send(response, status, body) {
  response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body, null, 2)}\n`);
}

if (import.meta.main) {
  const {
    PORT = '4001',
    ISSUER = 'http://localhost:4000/',
    AUDIENCE = 'https://example.com/health-api',
    ORIGINS = 'http://localhost:4002',
  } = process.env;
  try {
    const { port } = await startHealthApi({
      port: Number(PORT),
      issuer: ISSUER,
      audience: AUDIENCE,
      origins: ORIGINS.split(' '),
    });
    console.log(`The health API listens on http://localhost:${port}/ and accepts tokens of ${ISSUER} for ${AUDIENCE}`);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
