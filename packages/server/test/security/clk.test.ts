// CLK: the clock jumps, forwards and back, or two nodes disagree on it. Nothing that was spent or ended is good again because
// of it, what ends by time ends by it, and the server goes on. The clock is the one that the server is started with.

import assert from 'node:assert/strict';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { signedWith } from '../support/forgery.ts';
import { type Client, type PeopledSite, type Person, peopled } from '../support/people.ts';
import {
  answerIn,
  authorizeUrl,
  claimsOf,
  exchange,
  login,
  type Params,
  userinfo,
  walk,
} from '../support/relying-party.ts';
import { engines, freshPlace, type Reply, type Site, serveHere } from '../support/running.ts';
import { ask, userAgent } from '../support/user-agent.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
/** How long a limit may refuse whoever did nothing, after the clock was set back. */
const fillsWithin = 20 * minute;
const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });

/** A client with a key; its assertion is made at a moment of the server's clock. */
async function assertiveOf(site: Site, now: () => number) {
  const pem = keys.publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const credentials = [{ credential_type: 'public_key', name: 'key', pem }];
  const { clientId, audience } = await site.machine({
    client: { client_authentication_methods: { private_key_jwt: { credentials } } },
  });
  const assertion = (livesMs: number) => {
    const iat = Math.floor(now() / 1000);
    const claims = {
      iss: clientId,
      sub: clientId,
      aud: site.issuer,
      jti: randomUUID(),
      iat,
      exp: iat + livesMs / 1000,
    };
    return signedWith(keys.privateKey, { alg: 'RS256' }, claims);
  };
  const use = (client_assertion: string): Promise<Reply> =>
    site.token({
      grant_type: 'client_credentials',
      audience,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion,
    });
  return { assertion, use };
}

describe('the clock of a server jumps', () => {
  let offset = 0;
  const now = () => Date.now() + offset;
  let here: Awaited<ReturnType<typeof serveHere>>;
  let site: PeopledSite;
  let client: Client;
  let person: Person;
  before(async () => {
    here = await serveHere('sqlite', { now });
    site = peopled(here);
    [client, person] = await Promise.all([site.webClient(), site.user()]);
  });
  after(() => here.stop());

  /** Signs in anew in a fresh browser, and buys tokens. */
  const signIn = async (scope = 'openid') => {
    const browser = userAgent();
    const began = offset;
    let ending = await walk(browser, authorizeUrl(site, client, { scope }), { person });
    // A limit whose clock lay ahead is as if all had been used, and fills up by itself from then.
    while (ending.view.status === 429 && offset - began < fillsWithin) {
      offset += 2 * minute;
      ending = await walk(browser, authorizeUrl(site, client, { scope }), { person });
    }
    const params = ending.kind === 'client' ? ending.params : assert.fail(ending.view.text);
    const code = params.code ?? '';
    const reply = await exchange(site, client, code);
    assert.equal(reply.status, 200, reply.text);
    return { browser, code, ...(reply.body as { access_token: string; id_token: string; refresh_token?: string }) };
  };
  const silent = async (browser: ReturnType<typeof userAgent>): Promise<Params> =>
    answerIn(await browser.load(authorizeUrl(site, client, { prompt: 'none' })))?.params ?? {};
  const machineToken = async (machine: Awaited<ReturnType<Site['machine']>>) =>
    site.token({
      grant_type: 'client_credentials',
      client_id: machine.clientId,
      client_secret: machine.clientSecret,
      audience: machine.audience,
    });
  const kids = async () =>
    ((await site.send('GET', '/.well-known/jwks.json')).body.keys as { kid: string }[])
      .map(({ kid }) => kid)
      .toSorted();

  test('CLK-01: an hour and 400 days ahead things end as they should, and back again everything works', async () => {
    const machine = await site.machine();
    const keysBefore = await kids();
    const here0 = await signIn();
    const { params: unused } = await login(site, client, {}, { person });
    try {
      offset = hour;
      assert.equal((await userinfo(site, here0.access_token)).status, 200, 'good for a day');
      assert.ok((await silent(here0.browser)).code, 'the session lives');
      const late = await exchange(site, client, unused.code ?? '');
      assert.equal(late.body.error, 'invalid_grant', 'a code lives for minutes');

      offset = 400 * day;
      assert.equal((await userinfo(site, here0.access_token)).status, 401);
      assert.equal((await silent(here0.browser)).error, 'login_required');
      assert.equal((await machineToken(machine)).status, 200);
      const there = await signIn();
      assert.equal((await userinfo(site, there.access_token)).status, 200);
      assert.deepEqual(await kids(), keysBefore, 'keys are not rotated by a clock');

      offset = 0;
      assert.equal((await machineToken(machine)).status, 200);
      const again = await signIn();
      assert.equal((await userinfo(site, again.access_token)).status, 200);
      assert.ok((await silent(again.browser)).code);
      // What was minted in a future that did not come is judged, whichever way, and breaks nothing.
      assert.ok([200, 401].includes((await userinfo(site, there.access_token)).status));
      const { code, error } = await silent(there.browser);
      assert.ok(code !== undefined || error === 'login_required', `${error}`);
      assert.deepEqual(await kids(), keysBefore);
      assert.equal((await site.send('GET', '/ready')).status, 200);
      const logs = await site.manage('GET', '/logs?per_page=5&sort=date:-1');
      assert.equal(logs.status, 200, logs.text);
    } finally {
      offset = 0;
    }
  });

  test('CLK-02: going back, ten minutes or a day, revives nothing that was spent or ended', async () => {
    const { assertion, use } = await assertiveOf(site, now);
    const jwt = assertion(5 * minute);
    assert.equal((await use(jwt)).status, 200);
    const bought = await signIn();
    const ended = await signIn();
    await ended.browser.twin().load(`${site.base}/v2/logout`);
    assert.equal((await silent(ended.browser)).error, 'login_required');
    const revived: string[] = [];
    const note = (what: string, isDead: boolean) => {
      if (!isDead) revived.push(`${what} at ${offset / minute} minutes`);
    };
    try {
      for (const back of [0, -10 * minute, -day]) {
        offset = back;
        note('an assertion', (await use(jwt)).status === 401);
        note('a session', (await silent(ended.browser)).error === 'login_required');
        // Sessions and tokens of what is now the future are no danger: they were earned.
        assert.equal((await site.send('GET', '/ready')).status, 200);
        const fresh = await signIn();
        assert.equal((await userinfo(site, fresh.access_token)).status, 200);
      }
      note('a code', (await exchange(site, client, bought.code)).body.error === 'invalid_grant');
      offset = 0;
      note('a code', (await exchange(site, client, bought.code)).body.error === 'invalid_grant');
      assert.equal((await userinfo(site, bought.access_token)).status, 401, 'and its replay ended what it bought');
    } finally {
      offset = 0;
    }
    assert.deepEqual(revived, []);
  });

  test('CLK-03: a token that was made five minutes ahead is refused, and the log says why', async () => {
    offset = 5 * minute;
    const { body } = await site.token({
      grant_type: 'client_credentials',
      client_id: site.admin.clientId,
      client_secret: site.admin.clientSecret,
      audience: `https://${site.host}/api/v2/`,
    });
    offset = 0;
    const headers = { authorization: `Bearer ${body.access_token}` };
    const refused = await site.send('GET', '/api/v2/clients', { headers });
    assert.equal(refused.status, 401, refused.text);
    let told = '';
    for (let tries = 0; tries < 100 && !/clock/i.test(told); tries++) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      told = (await site.manage('GET', '/logs?per_page=20&sort=date:-1')).text;
    }
    assert.match(told, /clock/i);
  });

  test('CLK-02: what was removed for its age is not there again when the clock goes back', async () => {
    const one = await signIn();
    try {
      offset = 40 * day;
      assert.equal((await silent(one.browser)).error, 'login_required');
      assert.equal((await userinfo(site, one.access_token)).status, 401);
      offset = 0;
      const { code, error } = await silent(one.browser);
      assert.ok(code !== undefined || error === 'login_required', 'the session was not ended by anybody');
    } finally {
      offset = 0;
    }
  });
});

for (const engine of engines) {
  test(`CLK-03: two nodes on ${engine} whose clocks differ by 45 seconds work as one`, async () => {
    const place = await freshPlace(engine);
    const flags = ['--domain', 'localhost,auth.example.test'];
    const exact = await serveHere(engine, { at: place, flags });
    const fast = await serveHere(engine, { at: place, flags, now: () => Date.now() + 45_000 });
    try {
      const admin = peopled(exact);
      const [client, person] = await Promise.all([admin.webClient(), admin.user()]);
      const ports = [exact, fast].map(({ base }) => Number(new URL(base).port));
      const host = 'auth.example.test';
      const post = async (node: number, path: string, params: Record<string, string>) => {
        const body = new URLSearchParams(params).toString();
        const framed = {
          'content-type': 'application/x-www-form-urlencoded',
          'content-length': String(Buffer.byteLength(body)),
        };
        const reply = await ask(ports[node] ?? 0, 'POST', path, { host, ...framed }, body);
        return { status: reply.status, body: JSON.parse(reply.html) };
      };
      const get = (node: number, path: string, token: string) =>
        ask(ports[node] ?? 0, 'GET', path, { host, authorization: `Bearer ${token}` });
      const url = (params?: Record<string, string>) => authorizeUrl({ base: `http://${host}` }, client, params);
      for (const [from, to] of [
        [0, 1],
        [1, 0],
      ] as const) {
        let node: number = from;
        const browser = userAgent({ port: () => ports[node] ?? 0 });
        const form = await browser.settle(await browser.load(url()));
        // The page of one clock is sent to the other, and the code is redeemed by the first.
        node = to;
        const values = { username: person.email, password: person.password };
        const view = await browser.settle(await browser.submit(form, values));
        const code = answerIn(view)?.params.code;
        assert.ok(code, view.text);
        const bought = await post(from, '/oauth/token', {
          grant_type: 'authorization_code',
          client_id: client.id,
          client_secret: client.secret ?? '',
          code,
          redirect_uri: client.callback,
        });
        assert.equal(bought.status, 200, JSON.stringify(bought.body));
        for (const at of [0, 1]) {
          const info = await get(at, '/userinfo', bought.body.access_token);
          assert.equal(info.status, 200, `/userinfo by clock ${at}: ${info.html}`);
        }
        for (node of [0, 1]) {
          const silent = await browser.load(url({ prompt: 'none' }));
          assert.ok(answerIn(silent)?.params.code, `the session by clock ${node}`);
        }
      }
      // A machine's token with an `iat` that lies ahead, at our own API of the other node.
      const { body } = await post(1, '/oauth/token', {
        grant_type: 'client_credentials',
        client_id: exact.admin.clientId,
        client_secret: exact.admin.clientSecret,
        audience: `https://${host}/api/v2/`,
      });
      assert.ok(Number(claimsOf(body.access_token).iat) * 1000 > Date.now() + 30_000);
      const listed = await get(0, '/api/v2/clients', body.access_token);
      assert.equal(listed.status, 200, listed.html);
    } finally {
      await fast.stop();
      await exact.stop();
      await place.clear();
    }
  });
}
