// The quick starts of the dashboard, run as they are pasted: each kind of application gets its token and calls the API with it.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createApi } from '@countersign/api';
import { protect } from '@countersign/api/node';
import { stepsOf } from '../../../dashboard/src/pages/applications/steps.ts';
import { freePort } from '../support/running.ts';
import { type Rig, signIn, startRig } from './rig.ts';

const modules = fileURLToPath(new URL('../../../../node_modules', import.meta.url));

let rig: Rig;
let api: Server;
/** The identifier of an API that listens where it says. */
let audience: string;
let folder: string;
before(async () => {
  rig = await startRig();
  folder = await mkdtemp(join(tmpdir(), 'countersign-quick-start-'));
  await symlink(modules, join(folder, 'node_modules'));
  const port = await freePort();
  audience = `http://localhost:${port}/`;
  const made = await rig.site.manage('POST', '/resource-servers', {
    name: 'Pasted',
    identifier: audience,
    skip_consent_for_verifiable_first_party_clients: true,
  });
  assert.equal(made.status, 201, made.text);
  const verifier = createApi({ issuer: rig.site.issuer, audience });
  api = createServer(async (request, response) => {
    response.setHeader('access-control-allow-origin', '*').setHeader('access-control-allow-headers', 'authorization');
    if (request.method === 'OPTIONS') return void response.end();
    const token = await protect(verifier, request, response);
    if (token) response.end(`accepted ${token.subject}`);
  });
  api.listen(port, 'localhost');
  await once(api, 'listening');
});
after(async () => {
  api?.close();
  await rig?.stop();
  await rm(folder, { recursive: true, force: true });
});

const codeOf = (client: Parameters<typeof stepsOf>[0]) =>
  stepsOf(client, audience, new URL(rig.site.base).origin).map(({ code }) => code);

test('a single-page app signs its user in and calls the API', async () => {
  const { singlePageApp } = rig.demo;
  assert.ok(singlePageApp);
  const main = createRequire(import.meta.url).resolve('@auth0/auth0-spa-js');
  const sdk = await readFile(join(dirname(main), '..', 'auth0-spa-js.production.esm.js'));
  let script = '';
  const app = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    response.setHeader('content-type', path === '/' ? 'text/html' : 'text/javascript');
    if (path === '/') {
      response.end(
        '<script type="importmap">{"imports":{"@auth0/auth0-spa-js":"/sdk.js"}}</script><p id="said"></p><script type="module" src="/app.js"></script>',
      );
    } else response.end(path === '/sdk.js' ? sdk : script);
  });
  app.listen(0, 'localhost');
  await once(app, 'listening');
  const origin = `http://localhost:${(app.address() as AddressInfo).port}`;
  try {
    await rig.site.manage('PATCH', `/clients/${singlePageApp}`, {
      callbacks: [`${origin}/`],
      allowed_origins: [origin],
      web_origins: [origin],
    });
    const [install, code] = codeOf({ client_id: singlePageApp, app_type: 'spa', callbacks: [`${origin}/`] });
    assert.match(install ?? '', /@auth0\/auth0-spa-js/);
    script = `${code}\ndocument.querySelector('#said').textContent = await response.text();`;
    const visitor = await rig.visitor();
    const page = await visitor.newPage();
    await page.goto(`${origin}/`);
    await page.waitForSelector('input[name=username]');
    await signIn(page, rig.user);
    await page.waitForSelector('#said:has-text("accepted auth0|")');
    await visitor.close();
  } finally {
    app.close();
  }
});

test('a web application signs its user in and calls the API', async () => {
  const { webApp } = rig.demo;
  assert.ok(webApp);
  const port = await freePort();
  const at = `http://localhost:${port}`;
  await rig.allow(webApp.clientId, { callbacks: [`${at}/callback`] });
  const steps = codeOf({ client_id: webApp.clientId, app_type: 'regular_web', callbacks: [`${at}/callback`] });
  // Its port is the reader's to choose.
  await writeFile(join(folder, 'web.mjs'), (steps.at(-1) ?? '').replaceAll('3000', String(port)));
  const child: ChildProcess = spawn(process.execPath, ['web.mjs'], {
    cwd: folder,
    env: {
      ...process.env,
      CLIENT_SECRET: webApp.clientSecret,
      COOKIE_SECRET: 'a long secret of the test, of 32 or more',
    },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  try {
    for (let tries = 0; !(await fetch(at, { redirect: 'manual' }).catch(() => undefined)); tries++) {
      assert.ok(tries < 200 && child.exitCode === null, 'the app answers within 20 s');
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const visitor = await rig.visitor();
    const page = await visitor.newPage();
    await page.goto(at);
    await page.waitForSelector('input[name=username]');
    await signIn(page, rig.user);
    await page.waitForSelector('body:has-text("accepted auth0|")');
    await visitor.close();
  } finally {
    child.kill();
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }
});

test('a machine gets a token with curl and in Node, and calls the API', async () => {
  const { clientId, clientSecret } = rig.demo.machine;
  const grant = await rig.site.manage('POST', '/client-grants', { client_id: clientId, audience, scope: [] });
  assert.equal(grant.status, 201, grant.text);
  const [curl = '', node = ''] = codeOf({ client_id: clientId, app_type: 'non_interactive', callbacks: [] });
  const env = { ...process.env, CLIENT_SECRET: clientSecret };
  const call = async (token: string) => {
    const answer = await fetch(audience, { headers: { authorization: `Bearer ${token}` } });
    return [answer.status, await answer.text()];
  };
  // This process serves the token endpoint, so nothing may wait for the answer without letting it work.
  const run = async (program: string, args: string[]) => {
    const child = spawn(program, args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    await once(child, 'close');
    return said;
  };
  const answered = JSON.parse(await run('/bin/sh', ['-c', curl.replace(/^curl /, 'curl -s ')]));
  assert.deepEqual(await call(answered.access_token), [200, `accepted ${clientId}@clients`]);
  await writeFile(join(folder, 'machine.mjs'), `${node}\nconsole.log(access_token);`);
  assert.deepEqual(await call((await run(process.execPath, ['machine.mjs'])).trim()), [
    200,
    `accepted ${clientId}@clients`,
  ]);
});
