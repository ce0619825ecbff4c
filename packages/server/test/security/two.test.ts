// TWO: two nodes that share nothing but the database. TWO-08 (two processes, one SQLite file) is every test here on SQLite.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Nodes, twoNodes } from '../support/nodes.ts';
import type { Person } from '../support/people.ts';
import { walk } from '../support/relying-party.ts';
import { engines } from '../support/running.ts';

/** The published bound for what another node knows, and some patience for a busy machine. */
const boundMs = 1_000;
const patienceMs = 4_000;

for (const engine of engines) {
  describe(`two nodes on ${engine}`, () => {
    let nodes: Nodes;
    let person: Person;
    before(async () => {
      nodes = await twoNodes(engine);
      person = await nodes.first.user();
    });
    after(() => nodes.stop());

    /** Asks until it holds; tells how long that took, in ms. */
    async function within(what: string, holds: () => Promise<boolean>): Promise<number> {
      const began = performance.now();
      while (!(await holds())) {
        if (performance.now() - began > boundMs + patienceMs) assert.fail(`${what} does not hold on the other node`);
        await sleep(20);
      }
      return performance.now() - began;
    }

    test('TWO-01: a login with consent works when every request goes to the other node', async () => {
      const client = await nodes.first.webClient();
      const api = await nodes.first.api({ skip_consent_for_verifiable_first_party_clients: false });
      const params = { scope: 'openid read:patients', audience: api.audience, state: 's' };
      for (const first of [0, 1] as const) {
        const browser = nodes.browser();
        if (first === 1) await browser.load(`${nodes.base}/.well-known/openid-configuration`);
        const pages: string[] = [];
        const ending = await walk(browser, nodes.url(client, { ...params, prompt: 'consent' }), {
          person,
          onPage: (_view, kind) => void pages.push(kind) as undefined,
        });
        assert.ok(ending.kind === 'client', ending.view.text);
        assert.deepEqual(pages, ['login', 'consent']);
        assert.equal(ending.params.state, 's');
        const reply = await nodes.call(first, '/oauth/token', {
          grant_type: 'authorization_code',
          client_id: client.id,
          client_secret: client.secret ?? '',
          code: ending.params.code ?? '',
          redirect_uri: client.callback,
        });
        assert.equal(reply.status, 200, reply.html);
        const { access_token } = JSON.parse(reply.html);
        const info = await nodes.call(1 - first, '/userinfo', undefined, { authorization: `Bearer ${access_token}` });
        assert.equal(info.status, 200);
        const silent = await walk(browser, nodes.url(client, { ...params, prompt: 'none' }));
        assert.ok(silent.kind === 'client' && silent.params.code);
      }
    });

    test('TWO-02: what is ended at one node is ended at the other within a second', async () => {
      const client = await nodes.first.webClient();
      const browser = nodes.browserOf(1);
      const silent = async (of = browser) => {
        const ending = await walk(of, nodes.url(client, { prompt: 'none' }));
        assert.ok(ending.kind === 'client', ending.view.text);
        return ending.params.error;
      };
      const signIn = () =>
        within('a new client', async () => {
          const ending = await walk(browser, nodes.url(client), { person });
          return ending.kind === 'client' && ending.params.code !== undefined;
        });
      await signIn();
      assert.equal(await silent(), undefined);
      const listed = await nodes.first.manage('GET', `/users/${encodeURIComponent(person.userId)}/sessions`);
      assert.equal(listed.status, 200, listed.text);
      for (const { id } of listed.body.sessions) await nodes.first.manage('DELETE', `/sessions/${id}`);
      await within('a deleted session', async () => (await silent()) === 'login_required');

      await signIn();
      assert.equal(await silent(), undefined);
      const blocked = await nodes.first.manage('PATCH', `/users/${encodeURIComponent(person.userId)}`, {
        blocked: true,
      });
      assert.equal(blocked.status, 200, blocked.text);
      await within('a blocked user', async () => (await silent()) !== undefined);
      await nodes.first.manage('PATCH', `/users/${encodeURIComponent(person.userId)}`, { blocked: false });

      const shown = async () => (await nodes.browserOf(1).load(nodes.url(client))).status;
      assert.equal(await shown(), 302);
      await nodes.first.manage('PATCH', `/clients/${client.id}`, { callbacks: ['https://elsewhere.example.com/'] });
      await within('a removed callback', async () => (await shown()) >= 400);
      await nodes.first.manage('DELETE', `/clients/${client.id}`);
      await within('a deleted client', async () =>
        /unknown client/i.test((await nodes.browserOf(1).load(nodes.url(client))).text),
      );
    });

    test('TWO-03: of twenty sign-ups with one address in any case, one succeeds', async () => {
      const client = await nodes.first.webClient();
      const email = 'twenty@people.example.com';
      const replies = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          nodes.call(index % 2, '/dbconnections/signup', {
            client_id: client.id,
            connection: 'Username-Password-Authentication',
            email: index % 3 === 0 ? email.toUpperCase() : email,
            password: 'Correct-Horse-9-Battery',
          }),
        ),
      );
      assert.deepEqual(
        replies.map(({ status }) => status).toSorted(),
        [200, ...Array.from({ length: 19 }, () => 400)],
        replies.map(({ html }) => html).join('\n'),
      );
      const found = await nodes.second.manage('GET', `/users-by-email?email=${encodeURIComponent(email)}`);
      assert.equal(found.body.length, 1);
    });

    test('TWO-03: of twenty roles or connections with one name, one is made', async () => {
      const both = [nodes.first, nodes.second];
      for (const [path, body, made] of [
        ['/roles', { name: 'The only doctor' }, [200, 201]],
        ['/connections', { name: 'only-one', strategy: 'auth0' }, [201]],
      ] as const) {
        const replies = await Promise.all(
          Array.from({ length: 20 }, (_, index) => both[index % 2]?.manage('POST', path, body)),
        );
        const statuses = replies.map((reply) => reply?.status ?? 0);
        const good: readonly number[] = made;
        assert.equal(statuses.filter((status) => good.includes(status)).length, 1, `${path}: ${statuses}`);
        assert.ok(
          statuses.every((status) => good.includes(status) || status === 409),
          `${path}: ${statuses}`,
        );
      }
    });

    test('TWO-05: a client and a user made at one node are good at the other', async () => {
      const unknown = await nodes.browserOf(1).load(`${nodes.base}/authorize?client_id=not-yet&response_type=code`);
      assert.ok(unknown.status >= 400, 'the other node has looked for a client that is not there');
      const [client, fresh] = await Promise.all([nodes.first.webClient(), nodes.first.user()]);
      let params: Readonly<Record<string, string>> = {};
      await within('a new client', async () => {
        const ending = await walk(nodes.browserOf(1), nodes.url(client), { person: fresh });
        if (ending.kind === 'client') params = ending.params;
        return ending.kind === 'client';
      });
      assert.ok(params.code);
    });
  });
}
