// SES: a session is a new secret after every proof, dies on the server, and lives no longer than it may.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Client, type PeopledSite, type Person, peopled } from '../support/people.ts';
import { answerIn, authorizeUrl, claimsOf, exchange, login, pageKind, walk } from '../support/relying-party.ts';
import { engines, serveHere } from '../support/running.ts';
import { type UserAgent, userAgent } from '../support/user-agent.ts';

const cookie = 'countersign';

for (const engine of engines) {
  describe(`sessions on ${engine}`, () => {
    let here: Awaited<ReturnType<typeof serveHere>>;
    let site: PeopledSite;
    let client: Client;
    let person: Person;
    let ahead = 0;
    before(async () => {
      here = await serveHere(engine, { now: () => Date.now() + ahead });
      site = peopled(here);
      [client, person] = await Promise.all([site.webClient(), site.user()]);
    });
    after(() => here.stop());

    const silent = async (browser: UserAgent): Promise<string> => {
      const { params } = await login(site, client, { prompt: 'none' }, { browser });
      return params.error ?? 'signed in';
    };
    /** A browser that holds nothing but this value as its session. */
    const holding = (value: string) => {
      const browser = userAgent();
      browser.setCookie('localhost', cookie, value);
      return browser;
    };
    const value = (browser: UserAgent) => browser.cookies('localhost')[cookie] ?? '';
    const minutes = async (session: number, idle: number) =>
      site.tenant({ session_lifetime: session / 60, idle_session_lifetime: idle / 60 });

    test('SES-01: the cookie changes with every proof, and the old one is dead', async () => {
      const browser = userAgent();
      await browser.settle(await browser.load(authorizeUrl(site, client)));
      const anonymous = browser.cookies('localhost');
      assert.equal(anonymous[cookie], undefined, 'no session before a proof');
      await login(site, client, {}, { person, browser });
      const first = value(browser);
      assert.ok(first.length >= 43, 'at least 256 bits');
      for (const other of Object.values(anonymous)) assert.notEqual(first, other);
      await login(site, client, { prompt: 'login' }, { person, browser });
      const second = value(browser);
      assert.notEqual(second, first);
      assert.equal(await silent(holding(first)), 'login_required', 'the one from before');
      assert.equal(await silent(holding(second)), 'signed in');
    });

    test('SES-02: a planted cookie is worth nothing after the login', async () => {
      const evil = userAgent();
      const attacker = await site.user();
      await login(site, client, {}, { person: attacker, browser: evil });
      const visitor = userAgent();
      await visitor.load(authorizeUrl(site, client));
      for (const planted of [evil.cookies('localhost'), visitor.cookies('localhost'), { [cookie]: 'x'.repeat(43) }]) {
        const victim = userAgent();
        for (const [name, text] of Object.entries(planted)) victim.setCookie('localhost', name, text);
        const { params } = await login(site, client, { prompt: 'login' }, { person, browser: victim });
        const { body } = await exchange(site, client, params.code ?? '');
        assert.equal(claimsOf(body.id_token).sub, person.userId);
        assert.notEqual(value(victim), planted[cookie]);
        const thief = userAgent();
        for (const [name, text] of Object.entries(planted)) thief.setCookie('localhost', name, text);
        const seen = await login(site, client, { prompt: 'none' }, { browser: thief });
        if (seen.params.code !== undefined) {
          const tokens = await exchange(site, client, seen.params.code);
          assert.notEqual(claimsOf(tokens.body.id_token).sub, person.userId, 'never as the victim');
        }
      }
    });

    test('another person in the same browser ends the session of the first, with another sid', async () => {
      const browser = userAgent();
      const other = await site.user();
      const sidOf = async (who: Person, params: Record<string, string>) => {
        const ending = await login(site, client, params, { person: who, browser });
        const claims = claimsOf((await exchange(site, client, ending.params.code ?? '')).body.id_token);
        assert.equal(claims.sub, who.userId);
        return claims.sid;
      };
      const first = await sidOf(person, {});
      const copy = browser.twin();
      const second = await sidOf(other, { prompt: 'login' });
      assert.notEqual(second, first);
      assert.equal(await silent(copy), 'login_required');
    });

    test('SES-03: a logout ends the session on the server, whoever kept the cookie', async () => {
      const browser = userAgent();
      await login(site, client, {}, { person, browser });
      const copy = browser.twin();
      const out = await browser.load(`${site.base}/v2/logout`);
      assert.equal(out.status, 200);
      assert.equal(value(browser), '', 'the cookie is taken back');
      assert.equal(await silent(copy), 'login_required');
      const page = await copy.settle(await copy.load(authorizeUrl(site, client)));
      assert.equal(pageKind(page), 'login');
    });

    test('SES-04: forced logins want the password, and older addresses do not spare it', async () => {
      const browser = userAgent();
      const addresses = async (params: Record<string, string>) => {
        const from = browser.seen.length;
        const ending = await login(site, client, params, { person, browser });
        const { body } = await exchange(site, client, ending.params.code ?? '');
        const seen = browser.seen.slice(from);
        return { claims: claimsOf(body.id_token), paths: seen.map(({ url }) => url) };
      };
      const first = await addresses({ max_age: '1000' });
      ahead += 5_000;
      for (const params of [{ prompt: 'login' }, { max_age: '0' }, { max_age: '1' }]) {
        const again = await addresses(params);
        assert.ok(
          again.paths.some((path) => path.includes('/u/login')),
          JSON.stringify(params),
        );
        assert.ok(Number(again.claims.auth_time) >= Number(first.claims.auth_time) + 5, JSON.stringify(params));
        ahead += 3_000;
      }
      const forced = await browser.load(authorizeUrl(site, client, { prompt: 'login' }));
      const state = new URL(forced.location ?? '').searchParams.get('state') ?? '';
      const skipped = await browser.settle(await browser.load(`${site.base}/authorize/resume?state=${state}`));
      assert.equal(answerIn(skipped), undefined, 'the session that was there is not the proof that was asked for');
      assert.equal(pageKind(skipped), 'login');
      for (const path of first.paths.filter((path) => path.includes('/authorize/resume'))) {
        assert.equal(answerIn(await browser.settle(await browser.load(path))), undefined, 'an old address');
      }
    });

    test('SES-06: a session ends when it was idle for too long, and at last however busy it was', async () => {
      await minutes(3, 1);
      try {
        const idle = userAgent();
        await login(site, client, {}, { person, browser: idle });
        ahead += 59_000;
        assert.equal(await silent(idle), 'signed in', 'within the idle time');
        ahead += 61_000;
        assert.equal(await silent(idle), 'login_required', 'after it');

        const busy = userAgent();
        await login(site, client, {}, { person, browser: busy });
        const kept = busy.twin();
        for (let passed = 50; passed < 180; passed += 50) {
          ahead += 50_000;
          assert.equal(await silent(busy), 'signed in', `after ${passed} s of use`);
        }
        ahead += 40_000;
        assert.equal(await silent(busy), 'login_required', 'the absolute end');
        assert.equal(await silent(kept), 'login_required', 'whatever the browser thinks of its cookie');
      } finally {
        await minutes(168 * 60, 72 * 60);
      }
    });

    test('SES-06: shortened settings hold at once for sessions that exist', async () => {
      const browser = userAgent();
      await login(site, client, {}, { person, browser });
      ahead += 120_000;
      assert.equal(await silent(browser), 'signed in');
      ahead += 120_000;
      await minutes(1, 1);
      try {
        assert.equal(await silent(browser), 'login_required');
      } finally {
        await minutes(168 * 60, 72 * 60);
      }
    });

    test('SES-08: a tampered cookie is nobody, and never an error of ours', async () => {
      const [one, two] = [userAgent(), userAgent()];
      await login(site, client, {}, { person, browser: one });
      await login(site, client, {}, { person: await site.user(), browser: two });
      const [a, b] = [value(one), value(two)];
      const half = Math.floor(a.length / 2);
      const flipped = Array.from({ length: a.length }, (_, at) => {
        const other = a[at] === 'A' ? 'B' : 'A';
        return `${a.slice(0, at)}${other}${a.slice(at + 1)}`;
      });
      for (const forged of [
        ...flipped,
        ...[1, 2, 8, 16, 32].map((bytes) => a.slice(0, -bytes)),
        a.slice(0, half) + b.slice(half),
        `${a}x`,
        `${a}=`,
        a.toUpperCase(),
        '',
        '0',
        'null',
        '%00',
        '__proto__',
        'x'.repeat(4_000),
        "' OR '1'='1",
      ]) {
        // The bytes of the last character beyond the value's bits would decode to the same; text is compared, not bytes.
        assert.equal(await silent(holding(forged)), 'login_required', JSON.stringify(forged.slice(0, 60)));
      }
      assert.equal(await silent(holding(a)), 'signed in', 'the real one');
      const twice = userAgent();
      const view = await twice.load(authorizeUrl(site, client, { prompt: 'none' }), {
        headers: { cookie: `${cookie}=${b}; ${cookie}=${a}` },
      });
      assert.equal(answerIn(view)?.params.error, 'login_required', 'two sessions at once are none');
    });

    test('SES-10: the sessions of a user are listed, and ended one by one or all', async () => {
      const somebody = await site.user();
      const browsers = [userAgent(), userAgent(), userAgent()] as const;
      const sids: unknown[] = [];
      for (const browser of browsers) {
        const { params } = await login(site, client, {}, { person: somebody, browser });
        sids.push(claimsOf((await exchange(site, client, params.code ?? '')).body.id_token).sid);
      }
      const path = `/users/${encodeURIComponent(somebody.userId)}/sessions`;
      const listed = await site.manage('GET', path);
      assert.equal(listed.status, 200, listed.text);
      const ids = listed.body.sessions.map(({ id }: { id: string }) => id);
      assert.deepEqual(ids.toSorted(), sids.toSorted(), 'sid is the id of the session');
      assert.doesNotMatch(listed.text, new RegExp(value(browsers[0])), 'no secret in the list');
      assert.equal((await site.manage('DELETE', `/sessions/${sids[0]}`)).status, 202);
      assert.deepEqual(await Promise.all(browsers.map(silent)), ['login_required', 'signed in', 'signed in']);
      assert.equal((await site.manage('DELETE', path)).status, 202);
      assert.deepEqual(await Promise.all(browsers.map(silent)), Array(3).fill('login_required'));
      assert.deepEqual((await site.manage('GET', path)).body.sessions, []);
    });

    test('a user who is blocked or removed has no session any more', async () => {
      for (const [method, body] of [
        ['PATCH', { blocked: true }],
        ['DELETE', undefined],
      ] as const) {
        const somebody = await site.user();
        const browser = userAgent();
        const { params } = await login(site, client, { scope: 'openid profile' }, { person: somebody, browser });
        const { body: tokens } = await exchange(site, client, params.code ?? '');
        const reply = await site.manage(method, `/users/${encodeURIComponent(somebody.userId)}`, body);
        assert.ok(reply.status < 300, reply.text);
        const again = await walk(browser, authorizeUrl(site, client, { prompt: 'none' }));
        assert.ok(again.kind === 'page' || again.params.error !== undefined, `${method}: still signed in`);
        const fresh = await walk(userAgent(), authorizeUrl(site, client), { person: somebody });
        assert.ok(fresh.kind === 'page' || fresh.params.error !== undefined, `${method}: may sign in`);
        const info = await site.send('GET', '/userinfo', {
          headers: { authorization: `Bearer ${tokens.access_token}` },
        });
        if (method === 'DELETE') assert.equal(info.status, 401, 'nobody is there to tell about');
      }
    });
  });
}
