// A login that one process began and another goes on with: over a restart, and on two nodes (security-cases TWO-01, TWO-02).

import assert from 'node:assert/strict';
import { request } from 'node:http';
import { describe, test } from 'node:test';
import { engines, freshPlace, type Reply, type Site, spawnServer } from '../support/running.ts';
import { Browser, cb, connection, responseOf } from './site.ts';

const where = (reply: Reply) => reply.headers.get('location') ?? `${reply.status} ${reply.text.slice(0, 200)}`;
const email = 'ada@example.com';
const password = 'Correct horse battery staple 7';

async function prepare(site: Site): Promise<string> {
  const client = await site.manage('POST', '/clients', { name: 'App', app_type: 'regular_web', callbacks: [cb] });
  assert.equal(client.status, 201, client.text);
  const user = await site.manage('POST', '/users', { connection, email, password });
  assert.equal(user.status, 201, user.text);
  return client.body.client_id;
}

const host = 'auth.example.test';
const spawn = (at: Awaited<ReturnType<typeof freshPlace>>) =>
  spawnServer(at, { flags: ['--domain', `localhost,${host}`] });

/** The node under the name that all nodes share; `fetch` would send its port with it. */
function underName(node: Site): Pick<Site, 'send'> {
  return {
    send: (method, path, init = {}) =>
      new Promise((resolve, reject) => {
        const headers = { host, ...init.headers };
        const sent = request(`${node.base}${path}`, { method, headers, agent: false }, (answer) => {
          const chunks: Buffer[] = [];
          answer.on('data', (chunk) => chunks.push(chunk));
          answer.on('error', reject).on('end', () => {
            const all = new Headers();
            for (const [name, values] of Object.entries(answer.headersDistinct))
              for (const value of values ?? []) all.append(name, value);
            const text = Buffer.concat(chunks).toString();
            resolve({ status: answer.statusCode ?? 0, headers: all, text, body: undefined });
          });
        });
        sent.on('error', reject).end(init.body);
      }),
  };
}

const csrfOf = (page: Reply) => /name="csrf" value="([^"]+)"/.exec(page.text)?.[1] ?? '';

for (const engine of engines) {
  describe(`a login on ${engine}`, () => {
    test('goes on after a restart', async () => {
      const at = await freshPlace(engine);
      const first = await spawn(at);
      const ask = {
        client_id: await prepare(first),
        redirect_uri: cb,
        response_type: 'code',
        state: 's',
        scope: 'openid',
      };
      const begun = new Browser(underName(first));
      const page = where(await begun.get('/authorize', ask));
      assert.match(page, /^\/u\/login\?/);
      await first.end();

      const second = await spawn(at);
      try {
        const browser = new Browser(underName(second));
        for (const [name, value] of begun.cookies) browser.cookies.set(name, value);
        const form = await browser.get(page);
        const resume = where(await browser.send('POST', page, { csrf: csrfOf(form), username: email, password }));
        assert.match(resume, /^\/authorize\/resume\?/);
        assert.ok(responseOf(await browser.get(resume))?.get('code'));
      } finally {
        await second.end();
        await at.clear();
      }
    });

    test('TWO-01: goes from one node to the other with every request, and a session that one ends is dead on the other', async () => {
      const at = await freshPlace(engine);
      const nodes = [await spawn(at), await spawn(at)] as const;
      try {
        const ask = { client_id: await prepare(nodes[0]), redirect_uri: cb, response_type: 'code', state: 's' };
        const [one, two] = [new Browser(underName(nodes[0])), new Browser(underName(nodes[1]))];
        const share = (from: Browser, to: Browser) => {
          to.cookies.clear();
          for (const [name, value] of from.cookies) to.cookies.set(name, value);
        };
        // The client was made a moment ago on the first node; the other finds it without having heard of it.
        const page = where(await two.get('/authorize', ask));
        share(two, one);
        const form = await one.get(page);
        share(one, two);
        const resume = where(await two.send('POST', page, { csrf: csrfOf(form), username: email, password }));
        share(two, one);
        assert.ok(responseOf(await one.get(resume))?.get('code'), resume);
        assert.ok(responseOf(await two.get('/authorize', { ...ask, prompt: 'none' }))?.get('code'));
        const old = one.cookies.get('countersign') ?? '';
        await one.get('/v2/logout');
        two.cookies.set('countersign', old);
        const after = responseOf(await two.get('/authorize', { ...ask, prompt: 'none' }));
        assert.equal(after?.get('error'), 'login_required');
      } finally {
        await Promise.all(nodes.map((node) => node.end()));
        await at.clear();
      }
    });
  });
}
