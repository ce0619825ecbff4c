// Acceptance matrix (auth0-behaviour §47), row A-28: whoever signs in at a custom domain gets tokens of that domain.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type PeopledSite, peopled } from '../support/people.ts';
import { authorizeUrl, claimsOf, userinfo, walk } from '../support/relying-party.ts';
import { serveHere } from '../support/running.ts';
import { ask, userAgent } from '../support/user-agent.ts';

let here: Awaited<ReturnType<typeof serveHere>>;
let site: PeopledSite;
before(async () => {
  here = await serveHere('sqlite', { flags: ['--domain', 'localhost,login.example.test'] });
  site = peopled(here);
});
after(() => here.stop());

test('A-28: issuer and /userinfo audience are the custom domain, and its session is its own', async () => {
  const [client, api, person] = await Promise.all([site.webClient(), site.api(), site.user()]);
  const port = Number(new URL(site.base).port);
  const base = `http://login.example.test:${port}`;
  const browser = userAgent({ port: () => port });
  const url = authorizeUrl({ base }, client, { scope: 'openid read:patients', audience: api.audience });
  const ending = await walk(browser, url, { person });
  assert.ok(ending.kind === 'client', ending.view.text);
  assert.ok(browser.seen.every((view) => new URL(view.url).host === `login.example.test:${port}`));

  const body = new URLSearchParams({
    grant_type: 'authorization_code',
    client_id: client.id,
    client_secret: client.secret ?? '',
    code: ending.params.code ?? '',
    redirect_uri: client.callback,
  }).toString();
  const form = {
    host: `login.example.test:${port}`,
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': String(Buffer.byteLength(body)),
  };
  const reply = await ask(port, 'POST', '/oauth/token', form, body);
  assert.equal(reply.status, 200, reply.html);
  const tokens = JSON.parse(reply.html);
  const access = claimsOf(tokens.access_token);
  const id = claimsOf(tokens.id_token);
  assert.equal(access.iss, `${base}/`);
  assert.equal(id.iss, `${base}/`);
  assert.deepEqual(access.aud, [api.audience, `${base}/userinfo`]);
  const info = await ask(port, 'GET', '/userinfo', {
    host: `login.example.test:${port}`,
    authorization: `Bearer ${tokens.access_token}`,
  });
  assert.equal(info.status, 200, info.html);
  assert.equal((await userinfo(site, tokens.access_token)).status, 401, 'the other domain did not issue it');

  const elsewhere = await walk(browser, authorizeUrl(site, client, { prompt: 'none' }));
  assert.ok(elsewhere.kind === 'client');
  assert.equal(elsewhere.params.error, 'login_required', 'sessions are per domain (SES-8)');
});
