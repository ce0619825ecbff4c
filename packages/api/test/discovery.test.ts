// Finding the keys of an issuer, and what is not believed on the way.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fetchJson } from '../src/fetch-json.ts';
import { createApi } from '../src/index.ts';
import { apiOf, outcome, startIssuer, tokenFrom } from './issuer.ts';
import { audience, instant, listen } from './rig.ts';

test('an issuer with a path is found by OpenID Connect Discovery, and by RFC 8414 if that is missing', async () => {
  const issuer = await startIssuer('/realms/a/');
  try {
    assert.equal(await outcome(apiOf(issuer), tokenFrom(issuer)), 'accepted');
    assert.deepEqual(issuer.asked(), ['/realms/a/.well-known/openid-configuration', '/realms/a/jwks']);
    issuer.forget();
    issuer.instead = (request, response) => {
      if (request.url !== '/.well-known/oauth-authorization-server/realms/a') return false;
      response.end(JSON.stringify({ issuer: issuer.issuer, jwks_uri: `${issuer.issuer}jwks` }));
      return true;
    };
    const noOpenid = apiOf({ ...issuer }, undefined, {
      fetch: (url, init) =>
        String(url).includes('openid-configuration')
          ? Promise.resolve(new Response('', { status: 404 }))
          : fetch(url, init),
    });
    assert.equal(await outcome(noOpenid, tokenFrom(issuer)), 'accepted');
    assert.deepEqual(issuer.asked(), ['/.well-known/oauth-authorization-server/realms/a', '/realms/a/jwks']);
  } finally {
    await issuer.close();
  }
});

test('a jwksUri replaces discovery', async () => {
  const issuer = await startIssuer();
  try {
    const api = apiOf(issuer, undefined, { jwksUri: `${issuer.issuer}jwks` });
    assert.equal(await outcome(api, tokenFrom(issuer)), 'accepted');
    assert.deepEqual(issuer.asked(), ['/jwks']);
  } finally {
    await issuer.close();
  }
});

const metadata: readonly [string, (issuer: string) => unknown, string, RegExp][] = [
  [
    'names the issuer without its slash',
    (issuer) => ({ issuer: issuer.slice(0, -1), jwks_uri: `${issuer}jwks` }),
    'issuer_mismatch',
    /character by character/,
  ],
  ['names no issuer', (issuer) => ({ jwks_uri: `${issuer}jwks` }), 'issuer_mismatch', /issuer/],
  ['names no jwks_uri', (issuer) => ({ issuer }), 'keys_unavailable', /can be reached/],
  [
    'sends us to http elsewhere',
    (issuer) => ({ issuer, jwks_uri: 'http://evil.example/jwks' }),
    'keys_unavailable',
    /can be reached/,
  ],
  [
    'sends us to a file',
    (issuer) => ({ issuer, jwks_uri: 'file:///etc/passwd' }),
    'keys_unavailable',
    /can be reached/,
  ],
];
for (const [name, document, code, fix] of metadata) {
  test(`a discovery document that ${name} is not used`, async () => {
    const issuer = await startIssuer();
    try {
      issuer.instead = (_, response) => {
        response.end(JSON.stringify(document(issuer.issuer)));
        return true;
      };
      const verdict = await apiOf(issuer).verify(tokenFrom(issuer));
      assert.ok(verdict.kind === 'refused');
      assert.equal(verdict.refusal.cause.code, code);
      assert.equal(verdict.refusal.status, 503);
      assert.match(verdict.refusal.cause.fix, fix);
      assert.equal(issuer.asked().length, 1, 'no keys were fetched');
    } finally {
      await issuer.close();
    }
  });
}

test('an issuer that nobody listens for is named with the reason', async () => {
  const gone = await listen(() => {});
  await gone.close();
  const api = createApi({ issuer: `${gone.origin}/`, audience, now: () => instant * 1000 });
  const verdict = await api.verify(tokenFrom({ ...(await closedIssuer()), issuer: `${gone.origin}/` }));
  assert.ok(verdict.kind === 'refused');
  assert.match(verdict.refusal.cause.message, /ECONNREFUSED/);
});

async function closedIssuer(): ReturnType<typeof startIssuer> {
  const issuer = await startIssuer();
  await issuer.close();
  return issuer;
}

test('what an issuer answers is bounded in size, time and reach', async () => {
  let secretHits = 0;
  const server = await listen((request, response) => {
    if (request.url === '/large') response.end(JSON.stringify({ keys: 'x'.repeat(600_000) }));
    else if (request.url === '/endless') setInterval(() => response.write('x'.repeat(100_000)), 1).unref();
    else if (request.url === '/slow') response.write('{');
    else if (request.url === '/redirect') response.writeHead(302, { location: '/secret' }).end();
    else if (request.url === '/secret') {
      secretHits++;
      response.end('{}');
    } else if (request.url === '/html') response.end('<html>');
    else if (request.url === '/list') response.end('[]');
    else if (request.url === '/created') response.writeHead(201).end('{}');
    else response.end('{"keys":[]}');
  });
  try {
    const rows: readonly [string, RegExp][] = [
      ['/large', /more than 512 kB/],
      ['/endless', /more than 512 kB/],
      ['/slow', /no answer within 0\.2 s/],
      ['/redirect', /302, and redirects are not followed/],
      ['/html', /not JSON/],
      ['/list', /not an object/],
      ['/created', /answers 201/],
    ];
    for (const [path, problem] of rows) {
      const answer = await fetchJson(`${server.origin}${path}`, fetch, 200);
      assert.equal(answer.kind, 'failed', path);
      assert.match(answer.kind === 'failed' ? answer.problem : '', problem);
    }
    assert.equal(secretHits, 0);
    assert.equal((await fetchJson(`${server.origin}/`, fetch, 200)).kind, 'fetched');
  } finally {
    await server.close();
  }
});
