// SHU: a server that is told to stop says so first, finishes what it began, and another node goes on with the rest.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { peopled } from '../support/people.ts';
import { answerIn, authorizeUrl, login, pkce, walk } from '../support/relying-party.ts';
import { engines, freshPlace, spawnServer } from '../support/running.ts';
import { ask, userAgent } from '../support/user-agent.ts';

const host = 'auth.example.test';
const drainMs = 3_000;

for (const engine of engines) {
  describe(`a graceful end on ${engine}`, () => {
    test('SHU-01: under load nothing that was accepted fails, readiness goes first, and the end is clean', async () => {
      const place = await freshPlace(engine);
      const server = await spawnServer(place, { flags: ['--drain-ms', String(drainMs)] });
      const site = peopled(server);
      const [machine, client, person] = await Promise.all([site.machine(), site.webClient(), site.user()]);
      const browser = userAgent();
      await login(site, client, {}, { browser, person });
      const port = Number(new URL(server.base).port);
      let ready = true;
      const counts = { before: 0, during: 0, closing: 0 };
      const failures: string[] = [];
      let told = false;

      const load = async (what: string, once: () => Promise<{ status: number; headers: Headers }>) => {
        while (ready) {
          const answer = await once().catch((error: unknown) => String(error));
          if (typeof answer === 'string' || answer.status >= 400) {
            failures.push(`${what}: ${typeof answer === 'string' ? answer : answer.status}`);
            return;
          }
          counts[told ? 'during' : 'before']++;
          if (answer.headers.get('connection') === 'close') counts.closing++;
        }
      };
      const loads = Promise.all([
        ...[1, 2].map(() =>
          load('a token', () =>
            site.token({
              grant_type: 'client_credentials',
              client_id: machine.clientId,
              client_secret: machine.clientSecret,
              audience: machine.audience,
            }),
          ),
        ),
        load('silent authentication', () => browser.load(authorizeUrl(site, client, { prompt: 'none' }))),
        load('a list', () => site.manage('GET', '/clients')),
        // A connection of its own each time, as those of new visitors.
        load('a new connection', () =>
          ask(port, 'GET', '/.well-known/jwks.json', { host: site.host, connection: 'close' }),
        ),
      ]);
      // A load balancer, that stops sending once it was told to.
      const balancer = (async () => {
        while (ready) {
          const probe = await ask(port, 'GET', '/ready', { host: site.host });
          if (probe.status === 503) ready = false;
          else await sleep(20);
        }
      })();
      await sleep(700);
      told = true;
      const ended = server.end('SIGTERM');
      await Promise.all([balancer, loads]);
      assert.deepEqual(failures, []);
      assert.ok(counts.before > 20, JSON.stringify(counts));
      // Whoever has not heard of it yet is still served, and is told to come back over another connection.
      const late = await ask(port, 'GET', '/.well-known/jwks.json', { host: site.host });
      assert.equal(late.status, 200);
      assert.equal(late.headers.get('connection'), 'close');
      assert.equal(await ended, 0, server.output());
      await assert.rejects(ask(port, 'GET', '/ready', { host: site.host }), /ECONNREFUSED|ECONNRESET|socket hang up/);
      await place.clear();
    });

    test('SHU-02: a login goes on at the other node while each is restarted in turn', async () => {
      const place = await freshPlace(engine);
      const start = () => spawnServer(place, { flags: ['--domain', `localhost,${host}`] });
      let one = await start();
      const two = await start();
      const site = peopled(one);
      const [client, api, person] = await Promise.all([
        site.publicClient(),
        site.api({ skip_consent_for_verifiable_first_party_clients: false }),
        site.user(),
      ]);
      let port = Number(new URL(one.base).port);
      const browser = userAgent({ port: () => port });
      const { verifier, challenge } = pkce();
      const params = {
        scope: 'openid read:patients',
        audience: api.audience,
        code_challenge: challenge,
        code_challenge_method: 'S256',
      };
      const form = await browser.settle(await browser.load(authorizeUrl({ base: `http://${host}` }, client, params)));
      assert.equal(await one.end('SIGTERM'), 0, one.output());
      // The page was shown by a node that is gone; the password is sent to the other one.
      port = Number(new URL(two.base).port);
      const values = { username: person.email, password: person.password };
      const consent = await browser.settle(await browser.submit(form, values));
      assert.equal(new URL(consent.url).pathname, '/u/consent', consent.text);
      one = await start();
      assert.equal(await two.end('SIGTERM'), 0, two.output());
      port = Number(new URL(one.base).port);
      const ending = await walk(browser, await browser.submit(consent, {}, { press: 'accept' }));
      assert.ok(ending.kind === 'client' && ending.params.code, ending.view.text);
      const body = new URLSearchParams({
        grant_type: 'authorization_code',
        client_id: client.id,
        code: ending.params.code,
        redirect_uri: client.callback,
        code_verifier: verifier,
      }).toString();
      const headers = { host, 'content-type': 'application/x-www-form-urlencoded', 'content-length': `${body.length}` };
      const bought = await ask(port, 'POST', '/oauth/token', headers, body);
      assert.equal(bought.status, 200, bought.html);
      // And the session is there as well.
      const silent = await browser.load(
        authorizeUrl({ base: `http://${host}` }, client, { ...params, prompt: 'none' }),
      );
      assert.ok(answerIn(silent)?.params.code, silent.text);
      await one.end();
      await place.clear();
    });
  });
}
