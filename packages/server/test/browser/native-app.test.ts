// The native app, a program of its own: it prints where to sign in, gets the code on a loopback address, calls the API.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { freePort } from '../support/running.ts';
import { openApp, type Rig, runExample, signIn, startRig } from './rig.ts';

let rig: Rig;
before(async () => {
  rig = await startRig();
});
after(() => rig?.stop());

async function nativeApp() {
  const clientId = rig.demo.nativeApp ?? '';
  const port = String(await freePort());
  await rig.allow(clientId, { callbacks: [`http://127.0.0.1:${port}/callback`] });
  const settings = { ISSUER: rig.site.issuer, CLIENT_ID: clientId, PORT: port, API_URL: rig.apiUrl };
  const program = runExample('native-app/client.mjs', settings);
  const [, address = ''] = await program.says(/\n {2}(http\S+)\n/);
  return { program, address };
}

test('the native app gets both tokens in the browser, says who signed in, and calls the API', async () => {
  const { program, address } = await nativeApp();
  assert.match(address, /code_challenge_method=S256/);
  assert.match(address, /[?&]state=/);
  const visitor = await rig.visitor();
  const page = await visitor.newPage();
  await page.goto(address);
  await signIn(page, rig.user);
  await page.waitForURL(/^http:\/\/127\.0\.0\.1:\d+\/callback/);
  assert.match((await page.textContent('body')) ?? '', /go back to the terminal/);
  assert.equal(await program.ended, 0, program.output());
  assert.match(program.output(), /says who you are: Demo Doctor \(auth0\|[0-9a-f]{24}\)/);
  assert.match(program.output(), /"Mary Seacole"/);
  assert.match(
    program.output(),
    /The refresh token brought new tokens without the browser; the API shows \d+ patients/,
  );
  // Where it logs out ends the session of the browser that signed in.
  const [, everywhere = ''] = /To log out everywhere, open:\n\n {2}(http\S+)\n/.exec(program.output()) ?? [];
  await page.goto(everywhere);
  const again = await visitor.newPage();
  await openApp(again, rig.appUrl);
  await again.click('#login');
  await again.waitForSelector('input[name=password]');
  await visitor.close();
});

test('the native app refuses an answer that is not for its request', async () => {
  const { program, address } = await nativeApp();
  const forged = new URL(new URL(address).searchParams.get('redirect_uri') ?? '');
  forged.search = String(new URLSearchParams({ code: 'stolen', state: 'of another', iss: rig.site.issuer }));
  await fetch(forged);
  assert.equal(await program.ended, 1);
  assert.doesNotMatch(program.output(), /ID token|\n\s+at /);
});

const missing: readonly [path: string, says: RegExp][] = [
  ['single-page-app/app.mjs', /^CLIENT_ID is missing: .*http:\/\/localhost:4002\/.*\n$/],
  ['web-app/app.mjs', /^CLIENT_ID and CLIENT_SECRET are missing: .*http:\/\/localhost:4003\/callback; .*\n$/],
  ['native-app/client.mjs', /^CLIENT_ID is missing: .*http:\/\/127\.0\.0\.1:4004\/callback; .*\n$/],
];
for (const [path, says] of missing) {
  test(`${path} says in one sentence which setting is missing`, async () => {
    const program = runExample(path, {});
    assert.equal(await program.ended, 1);
    assert.match(program.output(), says);
  });
}
