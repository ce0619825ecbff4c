// countersign login and test login through a real browser, in which an administrator is signed in already: whoever listens at a
// loopback address gets nothing without a question that names the application and what it may do.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { pkce } from '../support/relying-party.ts';
import { administrator, type DashboardRig, startDashboard } from './dashboard-rig.ts';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

describe('a login of the command line', () => {
  let rig: DashboardRig;
  let page: Awaited<ReturnType<DashboardRig['administrator']>>['page'];
  let home: string;
  const programs: ChildProcess[] = [];
  before(async () => {
    rig = await startDashboard();
    page = (await rig.administrator({ viewport: { width: 390, height: 844 } })).page;
    home = await mkdtemp(join(tmpdir(), 'countersign-home-'));
  });
  after(async () => {
    // One that still waits for its answer, after a failure.
    for (const program of programs) program.kill();
    await rig.stop();
    await rm(home, { recursive: true, force: true });
  });

  /** Starts a command; `address` is where it wants the person to go. */
  function begun(args: readonly string[]) {
    const at = ['--data', rig.site.data, '--port', new URL(rig.site.base).port, '--no-browser'];
    const child = spawn(process.execPath, ['--conditions=countersign-source', main, ...args, ...at], {
      env: { ...process.env, COUNTERSIGN_CREDENTIALS: join(home, 'credentials.json') },
    });
    programs.push(child);
    let [out, err] = ['', ''];
    child.stdout.on('data', (chunk) => (out += chunk));
    const address = new Promise<string>((resolve, reject) => {
      child.stderr.on('data', (chunk) => {
        err += chunk;
        const found = /(http:\/\/\S+\/authorize\S+)\n/.exec(err)?.[1];
        if (found) resolve(found);
      });
      child.once('exit', () => reject(new Error(`it ended: ${err}`)));
    });
    const ended = new Promise<{ code: number | null; out: string; err: string }>((resolve) =>
      child.once('close', (code) => resolve({ code, out, err })),
    );
    return { address, ended };
  }
  const words = async () => String(await page.textContent('main')).replaceAll(/\s+/g, ' ');
  const press = async (answer: 'accept' | 'deny') => {
    await page.click(`button[value=${answer}]`);
    await page.waitForURL(/^http:\/\/127\.0\.0\.1:\d+\/callback/);
  };
  const credential = async () =>
    JSON.parse(await readFile(join(home, 'credentials.json'), 'utf8'))[rig.site.issuer].accessToken as string;
  const scopeOf = (token: string) =>
    JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()).scope as string;

  test('asks for consent the first time, for what its commands need and no more', async () => {
    const { address, ended } = begun(['login']);
    await page.goto(await address);
    assert.match(await words(), /Allow Countersign command line\?.*In Management API:.*Logs: read your logs/);
    assert.doesNotMatch(await words(), /change|delete|Clients|Users/);
    await press('accept');
    assert.match(String(await page.textContent('body')), /^Done\./);
    const { code, err } = await ended;
    assert.equal(code, 0, err);
    assert.equal(scopeOf(await credential()), 'openid read:logs read:token_explanations');
  });

  test('asks whether it is the user, and says what it may do, each time after; whoever says no keeps the old credential', async () => {
    const before = await credential();
    const first = begun(['login']);
    await page.goto(await first.address);
    const asked = /Is this you\?.*Countersign command line on this device.*ada@example\.com.*Logs: read your logs/;
    assert.match(await words(), asked);
    assert.match(await words(), /You will be sent to ?127\.0\.0\.1:\d+/);
    await press('deny');
    assert.match(String(await page.textContent('body')), /^You were not logged in\./);
    const refused = await first.ended;
    assert.equal(refused.code, 1);
    assert.match(refused.err, /access_denied/);
    assert.equal(await credential(), before);

    const second = begun(['login']);
    await page.goto(await second.address);
    assert.match(await words(), asked);
    await press('accept');
    assert.equal((await second.ended).code, 0);
    assert.notEqual(await credential(), before);
  });

  test('of another program with its client gets nothing silently, and never a scope that writes', async () => {
    const answers: URLSearchParams[] = [];
    const listener = createServer((request, response) => {
      const url = new URL(request.url ?? '/', 'http://127.0.0.1');
      if (url.pathname === '/callback') answers.push(url.searchParams);
      response.end('Yours');
    });
    await new Promise<void>((resolve) => void listener.listen(0, '127.0.0.1', resolve));
    try {
      const redirect_uri = `http://127.0.0.1:${(listener.address() as AddressInfo).port}/callback`;
      const { verifier, challenge } = pkce();
      const ask = (more: Record<string, string>) =>
        page.goto(
          `${rig.site.base}/authorize?${new URLSearchParams({
            client_id: 'countersign-cli',
            response_type: 'code',
            redirect_uri,
            scope: 'openid read:logs update:users create:client_grants',
            audience: `https://${rig.site.host}/api/v2/`,
            code_challenge: challenge,
            code_challenge_method: 'S256',
            ...more,
          })}`,
        );
      await ask({ prompt: 'none' });
      assert.deepEqual(
        answers.map((answer) => [answer.get('error'), answer.get('code')]),
        [['interaction_required', null]],
      );
      await ask({});
      assert.match(await words(), /Is this you\?.*Countersign command line/);
      assert.equal(answers.length, 1, 'nothing came before the user said yes');
      await press('accept');
      const code = answers[1]?.get('code') ?? '';
      const client = { client_id: 'countersign-cli', redirect_uri, code, code_verifier: verifier };
      const { body } = await rig.site.token({ grant_type: 'authorization_code', ...client });
      assert.equal(scopeOf(body.access_token), 'openid read:logs');
    } finally {
      listener.close();
    }
  });

  test('for a try (test login) asks too, and prints the tokens', async () => {
    const { address, ended } = begun(['test', 'login']);
    await page.goto(await address);
    assert.match(await words(), /Is this you\?.*will be able to:.*See your email address/);
    await press('accept');
    const { code, out, err } = await ended;
    assert.equal(code, 0, err);
    assert.ok(JSON.parse(out).id_token);
    assert.match(err, new RegExp(administrator.email));
  });
});
