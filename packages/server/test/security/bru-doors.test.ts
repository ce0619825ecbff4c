// BRU-05 and ATT-5: a user whom an administrator blocked is refused on every path that hands out tokens; a lock by guesses closes the
// doors that take passwords, and no more. And whose address counts, with and without a proxy in front.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Client, connection, type PeopledSite, type Person, peopled } from '../support/people.ts';
import { authorizeUrl, exchange, login, userinfo, walk } from '../support/relying-party.ts';
import { serveHere } from '../support/running.ts';
import { userAgent } from '../support/user-agent.ts';

const realm = 'http://auth0.com/oauth/grant-type/password-realm';
const grant_types = ['authorization_code', 'refresh_token', 'password', realm];

describe('a user who is blocked, and one who is locked', () => {
  let here: Awaited<ReturnType<typeof serveHere>>;
  let site: PeopledSite;
  let client: Client;
  before(async () => {
    here = await serveHere();
    site = peopled(here);
    client = await site.webClient({ grant_types });
    await site.tenant({ default_directory: connection });
  });
  after(() => here.stop());

  const secret = () => ({ client_id: client.id, client_secret: client.secret ?? '' });
  const byPassword = (person: Person, password = person.password) =>
    site.token({ ...secret(), grant_type: 'password', username: person.email, password });
  /** A browser with a session, a refresh token, and a code that waits. */
  const settled = async () => {
    const person = await site.user();
    const browser = userAgent();
    const first = await login(site, client, { scope: 'openid offline_access' }, { browser, person });
    const tokens = (await exchange(site, client, first.params.code ?? '')).body;
    assert.ok(tokens.refresh_token, JSON.stringify(tokens));
    const code = (await login(site, client, { prompt: 'none' }, { browser })).params.code ?? '';
    assert.ok(code);
    return { person, browser, tokens, code };
  };
  const refresh = (token: string) => site.token({ ...secret(), grant_type: 'refresh_token', refresh_token: token });

  test('BRU-05: who is blocked gets nothing by any path', async () => {
    const { person, browser, tokens, code } = await settled();
    const blocked = await site.manage('PATCH', `/users/${person.userId}`, { blocked: true });
    assert.equal(blocked.status, 200);
    assert.ok([401, 403].includes((await exchange(site, client, code)).status), 'a code that waits');
    assert.ok([401, 403].includes((await refresh(tokens.refresh_token)).status), 'a refresh token');
    assert.equal((await byPassword(person)).status, 401, 'a password');
    assert.equal(
      (
        await site.token({
          ...secret(),
          grant_type: realm,
          realm: connection,
          username: person.email,
          password: person.password,
        })
      ).status,
      401,
    );
    for (let time = 0; time < 12; time++) assert.equal((await byPassword(person)).status, 401, 'and that is no guess');
    const silent = await walk(browser, authorizeUrl(site, client, { prompt: 'none' }));
    assert.ok(silent.kind === 'client' && silent.params.error && !silent.params.code, 'a session');
    assert.ok([401, 403].includes((await userinfo(site, tokens.access_token)).status), 'a token that was issued');
  });

  test('BRU-05: a lock by guesses closes the doors that take passwords, on all of them alike, and ends nothing', async () => {
    const { person, browser, tokens, code } = await settled();
    for (let time = 0; time < 10; time++) assert.equal((await byPassword(person, 'wrong')).status, 403);
    assert.equal((await byPassword(person)).status, 429);
    const named = { ...secret(), grant_type: realm, realm: connection, username: person.email };
    assert.equal((await site.token({ ...named, password: person.password })).status, 429);
    const other = userAgent();
    const form = await other.settle(await other.load(authorizeUrl(site, client)));
    assert.equal((await other.submit(form, { username: person.email, password: person.password })).status, 429);
    assert.equal((await exchange(site, client, code)).status, 200);
    assert.equal((await refresh(tokens.refresh_token)).status, 200);
    const silent = await login(site, client, { prompt: 'none' }, { browser });
    assert.ok(silent.params.code, 'who is logged in stays so');
  });
});

describe('whose address counts', () => {
  const guess = (site: PeopledSite, client: Client, email: string, password: string, forwarded: string) =>
    site.token(
      {
        grant_type: realm,
        client_id: client.id,
        client_secret: client.secret ?? '',
        realm: connection,
        username: email,
        password,
      },
      {
        'x-forwarded-for': forwarded,
        forwarded: `for=${forwarded}`,
        'x-real-ip': forwarded,
        'auth0-forwarded-for': forwarded,
      },
    );

  test('without a proxy that is trusted, no header changes it', async () => {
    const here = await serveHere();
    try {
      const site = peopled(here);
      const [client, person] = await Promise.all([site.webClient({ grant_types }), site.user()]);
      for (let time = 0; time < 10; time++)
        assert.equal((await guess(site, client, person.email, 'wrong', `192.0.2.${time}`)).status, 403);
      assert.equal((await guess(site, client, person.email, person.password, '192.0.2.99')).status, 429);
    } finally {
      await here.stop();
    }
  });

  test('behind a trusted proxy the address that it saw counts, whatever the visitor wrote before it', async () => {
    const here = await serveHere('sqlite', { flags: ['--trusted-proxies', '127.0.0.1,::1'] });
    try {
      const site = peopled(here);
      const [client, person] = await Promise.all([site.webClient({ grant_types }), site.user()]);
      const from = (written: string, seen: string, password: string) =>
        guess(site, client, person.email, password, `${written}, ${seen}`);
      for (let time = 0; time < 10; time++)
        assert.equal((await from(`198.51.100.${time}`, '192.0.2.1', 'wrong')).status, 403);
      assert.equal((await from('203.0.113.5', '192.0.2.1', person.password)).status, 429);
      assert.equal((await from('192.0.2.1', '192.0.2.2', person.password)).status, 200, 'another visitor');
    } finally {
      await here.stop();
    }
  });
});
