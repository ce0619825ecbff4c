// Rates of endpoints (auth0-behaviour §38.4, ATT-8): on where others are served, off for a developer; headers, 429s, and
// whose requests count together.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { isDevelopment, ratesOf, readConfig } from '../../src/config.ts';
import { type Client, connection, type PeopledSite, peopled } from '../support/people.ts';
import { type Reply, serveHere } from '../support/running.ts';
import { userAgent } from '../support/user-agent.ts';

const realm = 'http://auth0.com/oauth/grant-type/password-realm';

test('rates are off for a developer, on for everybody else, and as the operator says', () => {
  const on = (...args: string[]) => ratesOf(readConfig(args, {})).length > 0;
  assert.equal(on(), false);
  assert.ok(isDevelopment(readConfig([], {})));
  assert.equal(on('--domain', 'auth.example.com'), true);
  assert.equal(on('--host', '0.0.0.0'), true);
  assert.equal(on('--rate-limits', 'on'), true);
  assert.equal(on('--rate-limits', 'off', '--domain', 'auth.example.com'), false);
  assert.throws(() => readConfig(['--rate-limit', 'tokens=1/s'], {}), {
    message: /^--rate-limit must be like token=30/,
  });
});

describe('rates', () => {
  let here: Awaited<ReturnType<typeof serveHere>>;
  let site: PeopledSite;
  let client: Client;
  let clock = 0;
  before(async () => {
    const rates = 'token=60:1/min,userinfo=3:1/min,management=200:1/min,jwks=4:1/h,login=4:1/min,reset=2:1/min';
    here = await serveHere('sqlite', {
      flags: ['--rate-limits', 'on', '--rate-limit', rates],
      now: () => Date.now() + clock,
    });
    site = peopled(here);
    client = await site.webClient({ grant_types: [realm], is_token_endpoint_ip_header_trusted: true });
  });
  after(() => here.stop());

  const logIn = (email: string, password: string, ip: string) =>
    site.token(
      {
        grant_type: realm,
        client_id: client.id,
        client_secret: client.secret ?? '',
        realm: connection,
        username: email,
        password,
      },
      { 'auth0-forwarded-for': ip },
    );

  test('every answer tells how much is left, and 429 when to come back, in the shape of its family', async () => {
    for (const left of ['1', '0']) {
      const reply = await site.send('GET', '/.well-known/jwks.json');
      assert.equal(reply.status, 200);
      assert.equal(reply.headers.get('x-ratelimit-limit'), '2');
      assert.equal(reply.headers.get('x-ratelimit-remaining'), left);
      assert.ok(Number(reply.headers.get('x-ratelimit-reset')) > Date.now() / 1000);
    }
    const refused = await site.send('GET', '/.well-known/jwks.json');
    assert.equal(refused.status, 429);
    assert.equal(refused.headers.get('x-ratelimit-remaining'), '0');
    assert.ok(Number(refused.headers.get('retry-after')) > 0);

    const many = await Promise.all(Array.from({ length: 210 }, () => site.manage('GET', '/branding')));
    const management = many.find(({ status }) => status === 429);
    assert.equal(management?.body.message, 'Global limit has been reached');
    assert.equal(management?.body.errorCode, 'too_many_requests');
    assert.equal(management?.body.statusCode, 429);

    await here.house.logs.flush();
    const { records } = await here.house.database
      .store(here.house.hosts.tenantOf(site.host) ?? ('' as never))
      .logs.page({
        filter: { equals: [{ column: 'type', anyOf: ['api_limit'] }] },
        newestFirst: true,
        offset: 0,
        limit: 50,
      });
    assert.equal(records.length, 2, 'one event for each row, however many were refused');
  });

  test('what is refused counts for the network that asked, and of what is open one gets half: nobody uses up what others need', async () => {
    const rates = 'token=6:1/h,management=8:1/h,jwks=6:1/h';
    const flags = ['--rate-limits', 'on', '--rate-limit', rates, '--trusted-proxies', '127.0.0.1,::1'];
    const there = await serveHere('sqlite', { flags });
    try {
      const from = (ip: string, authorization?: string) => ({
        headers: { 'x-forwarded-for': ip, ...(authorization ? { authorization } : {}) },
      });
      const statuses = async (count: number, ask: () => Promise<Reply>) =>
        (await Promise.all(Array.from({ length: count }, ask))).map(({ status }) => status);
      const strange = await statuses(20, () => there.send('GET', '/api/v2/clients', from('203.0.113.9')));
      assert.equal(strange.filter((status) => status === 401).length, 4);
      assert.equal(strange.filter((status) => status === 429).length, 16);
      const tokens = await statuses(20, () =>
        there.send('POST', '/oauth/token', {
          ...from('203.0.113.9'),
          body: new URLSearchParams({ grant_type: 'client_credentials', client_id: 'nobody' }).toString(),
        }),
      );
      assert.ok(tokens.includes(429));
      const elsewhere = await there.send('GET', '/api/v2/clients', from('198.51.100.7', 'Bearer x'));
      assert.equal(elsewhere.status, 401, 'another network is answered');
      assert.equal((await there.manage('GET', '/branding')).status, 200, 'and who has a token');
      const described = await statuses(8, () => there.send('GET', '/api/v2/openapi.json', from('203.0.113.9')));
      assert.deepEqual(new Set(described), new Set([200]));
      assert.equal((await there.manage('GET', '/branding')).status, 200);
      const keys = (ip: string) => statuses(6, () => there.send('GET', '/.well-known/jwks.json', from(ip)));
      const answered = async (ip: string) => (await keys(ip)).filter((status) => status === 200).length;
      assert.equal(await answered('203.0.113.9'), 3, 'half of what is open to all');
      assert.equal(await answered('198.51.100.7'), 3, 'is left for others');
    } finally {
      await there.stop();
    }
  });

  test('/userinfo counts by the token that is shown', async () => {
    const ask = (token: string) => site.send('GET', '/userinfo', { headers: { authorization: `Bearer ${token}` } });
    for (let time = 0; time < 3; time++) assert.equal((await ask('one')).status, 401);
    const refused = await ask('one');
    assert.equal(refused.status, 429);
    assert.deepEqual(refused.body, {
      error: 'too_many_requests',
      error_description: 'Global limit has been reached',
    });
    assert.equal((await ask('another')).status, 401);
  });

  test('one user at one address logs in so often a minute, right or wrong, whatever the node', async () => {
    const store = here.house.database.store(here.house.hosts.tenantOf(site.host) ?? ('' as never));
    assert.ok(store);
    const nobody = 'nobody-in-a-hurry@people.example.com';
    for (let time = 0; time < 4; time++) assert.equal((await logIn(nobody, 'wrong', '192.0.2.1')).status, 403);
    const quick = await logIn(nobody, 'wrong', '192.0.2.1');
    assert.equal(quick.status, 429);
    assert.equal(quick.body.error, 'too_many_logins');
    assert.ok(Number(quick.headers.get('retry-after')) <= 60);
    assert.equal((await logIn(nobody, 'wrong', '192.0.2.2')).status, 403, 'from elsewhere');
    clock += 60_000;
    assert.equal((await logIn(nobody, 'wrong', '192.0.2.1')).status, 403);
    assert.equal((await logIn(nobody, 'wrong', '192.0.2.1')).status, 429);
  });

  test('mails to one address are asked for so often, by page and by request', async () => {
    const ask = (email: string) =>
      site.send('POST', '/dbconnections/change_password', {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ client_id: client.id, connection, email }),
      });
    for (const email of ['mailbox@people.example.com', 'MAILBOX@people.example.com'])
      assert.equal((await ask(email)).status, 200);
    const refused = await ask('mailbox@people.example.com');
    assert.equal(refused.status, 429);
    assert.equal(refused.body.error, 'too_many_requests');
    assert.ok(Number(refused.headers.get('retry-after')) > 0);
    assert.equal((await ask('another-mailbox@people.example.com')).status, 200);
    const browser = userAgent();
    const form = await browser.load(`${site.base}/u/reset-password/request`);
    const page = await browser.submit(form, { email: 'mailbox@people.example.com' });
    assert.equal(page.status, 429, page.text);
    assert.ok(page.headers.get('retry-after'));
  });
});

test('a script on a page sees a 429 and when to come back, like any answer', async (t) => {
  const rates = 'token=4:1/h,userinfo=1:1/h,management=20:1/h,jwks=1:1/h,authentication=1:1/h';
  const site = await serveHere('sqlite', { flags: ['--rate-limits', 'on', '--rate-limit', rates] });
  t.after(() => site.stop());
  const origin = 'https://spa.example';
  const spa = await peopled(site).publicClient({ callbacks: [`${origin}/callback`] });
  const form = { 'content-type': 'application/x-www-form-urlencoded', origin };
  const body = new URLSearchParams({ grant_type: 'authorization_code', client_id: spa.id, code: 'x' }).toString();
  const asked: readonly (readonly [string, () => Promise<Reply>])[] = [
    ['token', () => site.send('POST', '/oauth/token', { headers: form, body })],
    ['userinfo', () => site.send('GET', '/userinfo', { headers: { origin, authorization: 'Bearer of-a-page' } })],
    ['management', () => site.send('GET', '/api/v2/users', { headers: { origin, authorization: 'Bearer x' } })],
    ['revoke', () => site.send('POST', '/oauth/revoke', { headers: form, body })],
    ['jwks', () => site.send('GET', '/.well-known/jwks.json', { headers: { origin } })],
  ];
  for (const [name, ask] of asked) {
    let reply = await ask();
    for (let time = 0; reply.status !== 429 && time < 30; time++) reply = await ask();
    assert.equal(reply.status, 429, name);
    const { headers } = reply;
    assert.ok([origin, '*'].includes(headers.get('access-control-allow-origin') ?? ''), name);
    assert.match(headers.get('access-control-expose-headers') ?? '', /retry-after/, name);
    assert.equal(headers.get('access-control-allow-credentials'), null, name);
  }
});
