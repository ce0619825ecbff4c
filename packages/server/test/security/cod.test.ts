// COD: authorization codes. Used once, by the client and the browser they are for, and replays end what was bought.
// COD-02 and COD-03, the races, are in cod-race.test.ts.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Client, type PeopledSite, type Person, peopled } from '../support/people.ts';
import { isRefusalPage } from '../support/refusal-page.ts';
import { answerIn, authorizeUrl, exchange, login, pkce, userinfo } from '../support/relying-party.ts';
import { engines, type Reply, serveHere } from '../support/running.ts';
import { type UserAgent, userAgent } from '../support/user-agent.ts';

for (const engine of engines) {
  describe(`authorization codes on ${engine}`, () => {
    let here: Awaited<ReturnType<typeof serveHere>>;
    let site: PeopledSite;
    let client: Client;
    let person: Person;
    let browser: UserAgent;
    let ahead = 0;
    before(async () => {
      here = await serveHere(engine, { now: () => Date.now() + ahead });
      site = peopled(here);
      [client, person] = await Promise.all([site.webClient(), site.user()]);
      browser = userAgent();
      await login(site, client, {}, { person, browser });
    });
    after(() => here.stop());

    const code = async (of = client, params: Record<string, string | undefined> = {}) =>
      (await login(site, of, params, { browser })).params.code ?? '';
    const refused = (reply: Reply, what: string) => {
      assert.equal(reply.status, 403, `${what}: ${reply.status} ${reply.text}`);
      assert.deepEqual(Object.keys(reply.body).toSorted(), ['error', 'error_description'], what);
      assert.equal(reply.body.error, 'invalid_grant', what);
      assert.match(reply.headers.get('cache-control') ?? '', /no-store/, what);
    };

    test('COD-01: a replay is refused and ends what the code bought, JWT or opaque', async () => {
      const api = await site.api();
      for (const audience of [undefined, api.audience]) {
        const one = await code(client, { scope: 'openid profile', audience });
        const bought = await exchange(site, client, one);
        assert.equal(bought.status, 200, bought.text);
        assert.equal((await userinfo(site, bought.body.access_token)).status, 200);
        refused(await exchange(site, client, one), 'the replay');
        const dead = await userinfo(site, bought.body.access_token);
        assert.equal(dead.status, 401, audience ?? 'opaque');
        assert.match(dead.headers.get('www-authenticate') ?? '', /invalid_token/);
        refused(await exchange(site, client, one), 'again');
      }
    });

    test('COD-04: whoever lacks the proofs cannot use a code, spend it, or end what it bought', async () => {
      const other = await site.webClient();
      const { challenge, verifier } = pkce();
      const params = { code_challenge: challenge, code_challenge_method: 'S256' };
      const mine = { code_verifier: verifier };
      const attacks = async (one: string) => {
        refused(await exchange(site, client, one, { code_verifier: pkce().verifier }), 'a wrong verifier');
        const wrong = await exchange(site, { ...client, secret: 'x'.repeat(64) }, one, mine);
        assert.equal(wrong.status, 401, 'a wrong secret');
        refused(await exchange(site, other, one, mine), 'another client');
        const elsewhere = await exchange(site, client, one, { ...mine, redirect_uri: `${client.callback}2` });
        assert.ok(elsewhere.status >= 400 && elsewhere.body.access_token === undefined, 'another redirect URI');
      };
      const before = await code(client, params);
      await attacks(before);
      const bought = await exchange(site, client, before, mine);
      assert.equal(bought.status, 200, 'the owner after the attacks');
      await attacks(before);
      assert.equal((await userinfo(site, bought.body.access_token)).status, 200, 'attacks afterwards end nothing');
    });

    test('COD-06: a code is for its client, whatever credentials another one has', async () => {
      const [other, open] = await Promise.all([site.webClient(), site.publicClient()]);
      const { challenge, verifier } = pkce();
      const one = await code(client, { code_challenge: challenge, code_challenge_method: 'S256' });
      refused(await exchange(site, other, one, { code_verifier: verifier }), 'a confidential client');
      refused(await exchange(site, open, one, { code_verifier: verifier }), 'a public client with the verifier');
      assert.equal((await exchange(site, client, one, { code_verifier: verifier })).status, 200);
    });

    test('COD-08: a code lives for its lifetime and no longer', async () => {
      try {
        // Documented: 300 s.
        const young = await code();
        ahead += 298_000;
        assert.equal((await exchange(site, client, young)).status, 200);
        const old = await code();
        ahead += 302_000;
        refused(await exchange(site, client, old), 'after its end');
      } finally {
        ahead = 0;
      }
    });

    test('COD-09: nothing else passes for a code', async () => {
      const visitor = userAgent();
      const started = await visitor.load(authorizeUrl(site, client));
      const state = new URL(started.location ?? '').searchParams.get('state') ?? '';
      const bought = (await exchange(site, client, await code())).body;
      const cookies = Object.values(browser.cookies('localhost'));
      for (const one of [
        state,
        bought.access_token,
        bought.id_token,
        ...cookies,
        person.userId,
        client.id,
        '',
        ' ',
        'x',
        'null',
        '%',
        'a'.repeat(5_000),
        "' OR 1=1--",
      ]) {
        const reply = await exchange(site, client, one);
        if (one === '') assert.equal(reply.status, 400, reply.text);
        else refused(reply, one.slice(0, 30));
      }
      const page = await visitor.load(started.location ?? '');
      assert.equal(page.status, 200, 'the login goes on');
      assert.equal((await userinfo(site, bought.access_token)).status, 200, 'the token is good');
      assert.ok(await code(), 'the session is good');
    });

    test('COD-11: codes are long, distinct, evenly spread and in no order', async () => {
      const codes: string[] = [];
      for (let number = 0; number < 60; number++) codes.push(await code(client, { prompt: 'none' }));
      assert.equal(new Set(codes).size, codes.length);
      const [length = 0] = codes.map((one) => one.length);
      assert.ok(length * 6 >= 160, `${length} characters`);
      for (const one of codes) assert.match(one, /^[A-Za-z0-9_-]+$/);
      assert.notDeepEqual(codes.toSorted(), codes);
      let common = 0;
      while (common < length && codes.every((one) => one[common] === codes[0]?.[common])) common++;
      assert.ok(common <= 4, `all begin with ${codes[0]?.slice(0, common)}`);
      const bits = codes
        .flatMap((one) => [...Buffer.from(one.slice(common), 'base64url').subarray(0, 24)])
        .flatMap((byte) => [...byte.toString(2).padStart(8, '0')].map(Number));
      const share = bits.filter((bit) => bit === 1).length / bits.length;
      // Five standard deviations of a fair coin.
      assert.ok(Math.abs(share - 0.5) < 2.5 / Math.sqrt(bits.length), `${share} of ${bits.length} bits are 1`);
    });

    test('COD-13: the addresses of a login belong to one browser, before and after it has finished', async () => {
      const api = await site.api({ skip_consent_for_verifiable_first_party_clients: false });
      const owner = userAgent();
      const url = authorizeUrl(site, client, { scope: 'openid read:patients', audience: api.audience });
      let view = await owner.load(url);
      const addresses: string[] = [];
      for (let step = 0; step < 12 && !answerIn(view); step++) {
        if (view.location !== undefined) {
          addresses.push(view.location);
          await stolen(view.location);
          view = await owner.load(view.location);
        } else if (view.forms.some(({ fields }) => fields.some(({ name }) => name === 'password')))
          view = await owner.submit(view, { username: person.email, password: person.password });
        else view = await owner.submit(view, {}, { press: 'accept' });
      }
      assert.ok(answerIn(view)?.params.code, 'the owner gets the code');
      for (const kind of ['/u/login', '/u/consent', '/authorize/resume'])
        assert.ok(
          addresses.some((address) => address.includes(kind)),
          `${kind} was among ${addresses}`,
        );
      for (const address of addresses) {
        await stolen(address);
        const again = await owner.load(address);
        assert.equal(answerIn(again)?.params.code, undefined, 'a finished login gives no second code');
        assert.ok(again.status < 500);
      }
    });

    /** Opens an address of a login in another browser, with no cookies and with a session of its own. */
    async function stolen(address: string) {
      for (const thief of [userAgent(), browser.twin()]) {
        const seen = await thief.load(address);
        assert.equal(answerIn(seen), undefined, address);
        isRefusalPage(seen, address, [new URL(client.callback).host]);
      }
    }
  });
}
