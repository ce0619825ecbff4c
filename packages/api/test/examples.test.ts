// The examples run as they are published, against a tiny issuer that hands out tokens.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Issuer, startIssuer } from './issuer.ts';
import { idTokenClaims, json, rsa, signRaw } from './rig.ts';

const audience = 'https://example.com/health-api';
const example = (path: string): string => fileURLToPath(new URL(`../../../examples/${path}`, import.meta.url));

interface HealthApi {
  startHealthApi(options: {
    port: number;
    host?: string;
    issuer: string;
    audience: string;
    origins?: readonly string[];
    log: (line: string) => void;
  }): Promise<{ port: number; close(): Promise<void> }>;
}

let issuer: Issuer;
let api: { port: number; close(): Promise<void> };
let start: HealthApi['startHealthApi'];
let log: string[] = [];

const now = Math.floor(Date.now() / 1000);

function tokenWith(claims: Record<string, unknown>): string {
  const standard = {
    iss: issuer.issuer,
    sub: 'M@clients',
    azp: 'M',
    aud: audience,
    iat: now,
    exp: now + 600,
    gty: 'client-credentials',
  };
  return signRaw(json({ alg: 'RS256', typ: 'JWT', kid: 'rsa' }), json({ ...standard, ...claims }), rsa.privateKey);
}

before(async () => {
  issuer = await startIssuer();
  const loaded: HealthApi = await import(example('health-api/api.mjs'));
  start = loaded.startHealthApi;
  const origins = ['http://localhost:4002'];
  api = await start({ port: 0, issuer: issuer.issuer, audience, origins, log: (line) => log.push(line) });
});
after(() => Promise.all([api.close(), issuer.close()]));

async function get(path: string, token?: string): Promise<{ status: number; body: object }> {
  log = [];
  const headers = { connection: 'close', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) };
  const response = await fetch(`http://127.0.0.1:${api.port}${path}`, { headers });
  const body: unknown = await response.json();
  assert.ok(typeof body === 'object' && body !== null);
  return { status: response.status, body };
}

test('the health API says to everybody how to call it', async () => {
  const { status, body } = await get('/');
  assert.equal(status, 200);
  assert.match(JSON.stringify(body), /audience=https:\/\/example\.com\/health-api/);
});

test('the health API gives patients to a token with read:patients, and logs for whom', async () => {
  const { status, body } = await get('/patients', tokenWith({ scope: 'read:patients' }));
  assert.equal(status, 200);
  assert.ok('patients' in body && Array.isArray(body.patients));
  assert.deepEqual(log, ['GET /patients accepted: client M, scope read:patients']);
});

test('the health API refuses a token without read:admin, and says in two lines why', async () => {
  const token = tokenWith({ scope: 'read:patients' });
  assert.equal((await get('/admin', token)).status, 403);
  assert.equal(log.length, 2);
  assert.match(log[0] ?? '', /^GET \/admin refused with 403 .* "read:admin" is missing \(token has "read:patients"\)$/);
  assert.match(log[1] ?? '', /^ {2}fix: /);
  assert.ok(!log.join('').includes(token.slice(0, 20)));
  assert.equal((await get('/admin', tokenWith({ scope: 'read:admin' }))).status, 200);
});

test('the health API refuses an ID token by its name', async () => {
  const idToken = signRaw(
    json({ alg: 'RS256', typ: 'JWT', kid: 'rsa' }),
    json({ ...idTokenClaims, iss: issuer.issuer, exp: now + 600 }),
  );
  assert.equal((await get('/patients', idToken)).status, 401);
  assert.match(log[0] ?? '', /this is an ID token for client "CLIENT1"/);
});

test('the health API lets pages of named origins ask, and no others; the token is asked for all the same', async () => {
  const url = `http://127.0.0.1:${api.port}/patients`;
  const from = async (method: string, origin: string) =>
    fetch(url, { method, headers: { origin, connection: 'close', 'access-control-request-headers': 'authorization' } });
  const preflight = await from('OPTIONS', 'http://localhost:4002');
  assert.equal(preflight.status, 204);
  assert.equal(preflight.headers.get('access-control-allow-origin'), 'http://localhost:4002');
  assert.equal(preflight.headers.get('access-control-allow-headers'), 'authorization');
  const refused = await from('GET', 'http://localhost:4002');
  assert.equal(refused.status, 401);
  assert.equal(refused.headers.get('access-control-allow-origin'), 'http://localhost:4002', 'the page may read why');
  for (const origin of ['http://localhost:4003', 'https://localhost:4002', 'null']) {
    assert.equal((await from('OPTIONS', origin)).headers.get('access-control-allow-origin'), null, origin);
  }
});

test('the health API knows nothing else', async () => {
  assert.equal((await get('/elsewhere')).status, 404);
});

test('the health API rejects when its port is taken', async () => {
  await assert.rejects(() => start({ port: api.port, issuer: issuer.issuer, audience, log: () => {} }), {
    code: 'EADDRINUSE',
  });
});

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function runClient(env: Record<string, string>): Promise<Ended> {
  return new Promise((resolve) => {
    const { PATH = '' } = process.env;
    execFile(
      process.execPath,
      [example('machine-client/client.mjs')],
      { env: { PATH, ...env } },
      (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : 1, stdout, stderr });
      },
    );
  });
}

test('the machine client gets a token and calls the API', async () => {
  const asked: unknown[] = [];
  const tokens = createServer(async (request, response) => {
    const body = JSON.parse(Buffer.concat(await request.toArray()).toString());
    asked.push(body);
    if (body.client_secret !== 'right') {
      response.writeHead(401, { 'content-type': 'application/json' });
      return response.end(JSON.stringify({ error: 'access_denied', error_description: 'Unauthorized' }));
    }
    return response.end(
      JSON.stringify({ access_token: tokenWith({ scope: 'read:patients' }), expires_in: 600, token_type: 'Bearer' }),
    );
  });
  await once(tokens.listen(0, '127.0.0.1'), 'listening');
  const address = tokens.address();
  assert.ok(address !== null && typeof address === 'object');
  const env = { TOKEN_URL: `http://127.0.0.1:${address.port}/oauth/token`, CLIENT_ID: 'M', AUDIENCE: audience };
  try {
    const patients = await runClient({
      ...env,
      CLIENT_SECRET: 'right',
      API_URL: `http://127.0.0.1:${api.port}/patients`,
    });
    assert.equal(patients.code, 0, patients.stderr);
    assert.ok(Array.isArray(JSON.parse(patients.stdout).patients));
    assert.deepEqual(asked, [{ grant_type: 'client_credentials', client_id: 'M', client_secret: 'right', audience }]);

    const refused = await runClient({ ...env, CLIENT_SECRET: 'right', API_URL: `http://127.0.0.1:${api.port}/admin` });
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /refused \(403\): Bearer .*scope="read:admin"/);

    const denied = await runClient({
      ...env,
      CLIENT_SECRET: 'wrong',
      API_URL: `http://127.0.0.1:${api.port}/patients`,
    });
    assert.equal(denied.code, 1);
    assert.match(denied.stderr, /no token \(401 access_denied\): Unauthorized/);

    const unset = await runClient({});
    assert.equal(unset.code, 1);
    assert.match(unset.stderr, /CLIENT_ID and CLIENT_SECRET are missing/);
  } finally {
    tokens.closeAllConnections();
    tokens.close();
  }
});
