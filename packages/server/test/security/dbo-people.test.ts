// DBO-01 and DBO-04 for what people have open: while the database is gone, nothing is acknowledged that was not done. A refresh, a
// revocation, a logout and a reset say 503, and afterwards the token, the session, the link and the password are as they were.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Person, peopled } from '../support/people.ts';
import { startPostgres } from '../support/postgres.ts';
import { ticket } from '../support/recovery.ts';
import { answerIn, authorizeUrl, exchange, login, walk } from '../support/relying-party.ts';
import { freshPlace, type Reply, spawnServer } from '../support/running.ts';
import { userAgent, type View } from '../support/user-agent.ts';

const rotating = {
  rotation_type: 'rotating',
  expiration_type: 'expiring',
  leeway: 0,
  token_lifetime: 86_400,
  idle_token_lifetime: 43_200,
  infinite_token_lifetime: false,
  infinite_idle_token_lifetime: false,
};

test('DBO-04: during an outage no refresh, revocation, logout or reset is acknowledged, and none was done', async () => {
  await using database = await startPostgres();
  const place = await freshPlace('sqlite');
  const server = await spawnServer({ data: place.data, url: database.url });
  try {
    const site = peopled(server);
    const [client, person] = await Promise.all([site.webClient({ refresh_token: rotating }), site.user()]);
    const browser = userAgent();
    const { params } = await login(site, client, { scope: 'openid offline_access' }, { browser, person });
    const bought = await exchange(site, client, params.code ?? '');
    const token: string = bought.body.refresh_token;
    assert.ok(token, bought.text);
    const link = await ticket(site, 'password-change', { user_id: person.userId });
    const page = await browser.load(link);
    const secret = { client_id: client.id, client_secret: client.secret ?? '' };
    const refresh = (refresh_token = token) => site.token({ grant_type: 'refresh_token', ...secret, refresh_token });
    const revoke = () =>
      site.send('POST', '/oauth/revoke', {
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ ...secret, token }).toString(),
      });
    const logout = () => browser.load(`${site.base}/v2/logout`);
    const password = 'Another-Horse-7-Staple';
    const reset = () => browser.submit(page, { password, repeated: password });
    const forgot = () =>
      site.send('POST', '/dbconnections/change_password', {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ email: person.email, connection: 'Username-Password-Authentication' }),
      });

    await database.stop('immediate');
    for (let round = 0; round < 3; round++) {
      const replies: readonly [string, Reply | View][] = [
        ['a refresh', await refresh()],
        ['a revocation', await revoke()],
        ['a logout', await logout()],
        ['a logout with a question', await browser.load(`${site.base}/oidc/logout`)],
        ['a reset', await reset()],
        ['the page of a link', await browser.load(link)],
        ['a request for a link', await forgot()],
      ];
      for (const [what, reply] of replies) {
        const text = 'html' in reply ? reply.html : reply.text;
        assert.equal(reply.status, 503, `${what}: ${reply.status} ${text}`);
        assert.ok(Number(reply.headers.get('retry-after')) > 0, what);
      }
      assert.ok('countersign' in browser.cookies('localhost'), 'the browser keeps the session that was not ended');
      await sleep(300);
    }

    await database.start();
    for (let tries = 0; (await site.send('GET', '/ready')).status !== 200; tries++) {
      assert.ok(tries < 400, 'ready again');
      await sleep(50);
    }
    const silent = async () => answerIn(await browser.load(authorizeUrl(site, client, { prompt: 'none' })))?.params;
    assert.ok((await silent())?.code, 'the session was not ended');
    const next = await refresh();
    assert.equal(next.status, 200, `the refresh token was neither spent nor revoked: ${next.text}`);
    const logsIn = async (who: Person) => (await walk(userAgent(), authorizeUrl(site, client), { person: who })).kind;
    assert.equal(await logsIn(person), 'client', 'the password was not changed');
    // And each retry works.
    assert.equal((await reset()).status, 200, 'the link was not spent');
    assert.equal(await logsIn({ ...person, password }), 'client');
    assert.equal((await silent())?.error, 'login_required');
    assert.equal((await revoke()).status, 200);
    assert.equal((await refresh(next.body.refresh_token)).status, 403);
    assert.equal((await logout()).status, 200);
  } finally {
    await server.end();
    await place.clear();
  }
});
