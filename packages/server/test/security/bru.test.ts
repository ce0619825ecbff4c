// BRU-01, BRU-03, BRU-04, BRU-08: how often a password may be guessed, and who is shut out when it was guessed too often.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Client, connection, goodPassword, type PeopledSite, type Person, peopled } from '../support/people.ts';
import { authorizeUrl } from '../support/relying-party.ts';
import { engines, serveHere } from '../support/running.ts';
import { userAgent, type View } from '../support/user-agent.ts';

const day = 86_400_000;

for (const engine of engines) {
  describe(`brute force on ${engine}`, () => {
    let here: Awaited<ReturnType<typeof serveHere>>;
    let site: PeopledSite;
    let client: Client;
    let clock = 0;
    before(async () => {
      here = await serveHere(engine, { now: () => Date.now() + clock });
      site = peopled(here);
      client = await site.webClient();
    });
    after(() => here.stop());

    /** One attempt on the log-in page, in a browser of its own. */
    const attempt = async (username: string, password: string): Promise<View> => {
      const browser = userAgent();
      const form = await browser.settle(await browser.load(authorizeUrl(site, client)));
      return browser.submit(form, { username, password });
    };
    const wrong = async (username: string, times: number) => {
      for (let time = 0; time < times; time++) {
        const view = await attempt(username, `wrong ${time}`);
        assert.equal(view.status, 400, `attempt ${time + 1} of ${username}: ${view.text}`);
      }
    };
    const protect = async (patch: object, what = 'brute-force-protection') => {
      const reply = await site.manage('PATCH', `/attack-protection/${what}`, patch);
      assert.equal(reply.status, 200, reply.text);
    };
    const settled = async () => {
      await protect({ enabled: true, shields: ['block', 'user_notification'], allowlist: [], max_attempts: 10 });
      await protect({ mode: 'count_per_identifier_and_ip' });
      const stage = { 'pre-login': { max_attempts: 100_000 }, 'pre-user-registration': { max_attempts: 100_000 } };
      await protect({ enabled: true, shields: ['block'], allowlist: [], stage }, 'suspicious-ip-throttling');
    };
    const logged = async (type: string, person?: Person) => {
      await here.house.logs.flush();
      const q = encodeURIComponent(`type:${type}${person ? ` AND user_id:"${person.userId}"` : ''}`);
      return (await site.manage('GET', `/logs?q=${q}&sort=date:-1`)).body as { type: string; ip: string }[];
    };

    test('BRU-01: ten wrong passwords close the account to that address, also for the right one', async () => {
      await settled();
      const [person, other] = await Promise.all([site.user(), site.user()]);
      await wrong(person.email, 10);
      assert.equal((await logged('limit_wc', person)).length, 1, 'the attempt that met the limit');
      const closed = await attempt(person.email, person.password);
      assert.equal(closed.status, 429);
      assert.equal(Number(closed.headers.get('retry-after')), 86_400, 'what is told of an identifier of nobody, too');
      assert.match(closed.text, /too many wrong passwords/i);
      assert.equal((await logged('limit_wc', person)).length, 2, 'each that is refused');
      assert.equal((await attempt(other.email, other.password)).status, 303, 'nobody else');
    });

    test('BRU-01: a success forgives the failures before it', async () => {
      await settled();
      const person = await site.user();
      for (let round = 0; round < 2; round++) {
        await wrong(person.email, 9);
        assert.equal((await attempt(person.email, person.password)).status, 303);
        clock += 6_000;
      }
      await wrong(person.email, 10);
      assert.equal((await attempt(person.email, person.password)).status, 429);
    });

    test('BRU-01: a new password, a raised threshold and thirty days open it again', async () => {
      await settled();
      const close = async () => {
        const person = await site.user();
        await wrong(person.email, 10);
        assert.equal((await attempt(person.email, person.password)).status, 429);
        return person;
      };
      const changed = await close();
      const password = `${goodPassword}-2`;
      assert.equal((await site.manage('PATCH', `/users/${changed.userId}`, { password, connection })).status, 200);
      assert.equal((await attempt(changed.email, password)).status, 303);

      const raised = await close();
      await protect({ max_attempts: 12 });
      await wrong(raised.email, 1);
      assert.equal((await attempt(raised.email, raised.password)).status, 303);
      await settled();

      const patient = await close();
      clock += 30 * day - 60_000;
      assert.equal((await attempt(patient.email, patient.password)).status, 429);
      clock += 120_000;
      assert.equal((await attempt(patient.email, patient.password)).status, 303);
    });

    test('CLK-02: a clock that is set back neither opens an account nor closes it for longer', async () => {
      await settled();
      const person = await site.user();
      await wrong(person.email, 10);
      clock -= day;
      const closed = await attempt(person.email, person.password);
      assert.equal(closed.status, 429);
      assert.ok(Number(closed.headers.get('retry-after')) <= 86_400);
      clock += 30 * day + 1_000;
      assert.equal((await attempt(person.email, person.password)).status, 303);
    });

    test('BRU-03: one person has one counter, however it is spelled', async () => {
      await settled();
      const made = await site.manage('PATCH', `/connections/${await connectionId()}`, {
        options: {
          attributes: {
            email: { identifier: { active: true }, signup: { status: 'required' } },
            username: { identifier: { active: true }, signup: { status: 'optional' } },
            phone_number: { identifier: { active: true }, signup: { status: 'optional' } },
          },
        },
      });
      assert.equal(made.status, 200, made.text);
      const person = await site.user({ username: 'spelled', phone_number: '+4915112345678' });
      const spellings = [
        person.email,
        person.email.toUpperCase(),
        ` ${person.email} `,
        'spelled',
        'SPELLED',
        '+4915112345678',
      ];
      for (let time = 0; time < 10; time++) await wrong(spellings[time % spellings.length] ?? '', 1);
      for (const spelling of spellings) assert.equal((await attempt(spelling, person.password)).status, 429, spelling);
    });

    test('an account that nobody has is closed like any other', async () => {
      await settled();
      const person = await site.user();
      const views = [];
      for (const username of [person.email, 'nobody-at-all@people.example.com']) {
        await wrong(username, 5);
        await wrong(username.toUpperCase(), 5);
        views.push(await attempt(username, person.password));
      }
      const [known, unknown] = views.map(({ status, text, headers }) => ({
        status,
        text,
        headers: [...headers.keys()],
        wait: Math.round(Number(headers.get('retry-after')) / 600),
      }));
      assert.equal(known?.status, 429);
      assert.deepEqual(unknown, known);
    });

    test('ENU-01: failures at an account that nobody has are kept for a day, and the answer says nothing of it', async () => {
      await settled();
      const person = await site.user();
      const nobody = 'nobody-for-a-day@people.example.com';
      for (const email of [person.email, nobody]) await wrong(email, 10);
      const answers = async () => {
        const views = await Promise.all([person.email, nobody].map((email) => attempt(email, 'wrong')));
        return views.map(({ status, headers, text }, index) => [
          status,
          headers.get('retry-after'),
          text.replaceAll(index === 0 ? person.email : nobody, 'TYPED'),
        ]);
      };
      for (const passes of [0, 3_600_000, 22 * 3_600_000]) {
        clock += passes;
        const [known, unknown] = await answers();
        assert.equal(known?.[0], 429);
        assert.deepEqual(known, unknown, `${passes} ms later`);
      }
      clock += 3_601_000;
      assert.equal((await attempt(nobody, 'wrong')).status, 400, 'a day later');
      assert.equal((await attempt(person.email, 'wrong')).status, 429);
      await here.house.database.store('default' as never).transact(async (tx) => {
        const { guessesAt } = await import('../../src/domain/accounts/change.ts');
        assert.equal(await tx.removeTallies(guessesAt(person.userId)), 1);
      });
    });

    test('an address that is allowed is never counted, and a connection that wants no protection has none', async () => {
      await settled();
      const person = await site.user();
      await protect({ allowlist: ['127.0.0.0/8', '::1'] });
      await wrong(person.email, 12);
      await protect({ allowlist: [] });
      await wrong(person.email, 9);
      const id = await connectionId();
      const { options } = (await site.manage('GET', `/connections/${id}`)).body;
      const off = { options: { ...options, brute_force_protection: false } };
      assert.equal((await site.manage('PATCH', `/connections/${id}`, off)).status, 200);
      await wrong(person.email, 5);
      const on = { options: { ...options, brute_force_protection: true } };
      assert.equal((await site.manage('PATCH', `/connections/${id}`, on)).status, 200);
      await wrong(person.email, 1);
      assert.equal((await attempt(person.email, person.password)).status, 429);
    });

    test('without the shield that blocks, failures are counted and told, and close nothing', async () => {
      await settled();
      await protect({ shields: ['user_notification'] });
      const person = await site.user();
      await wrong(person.email, 12);
      assert.equal((await logged('limit_wc', person)).length, 1);
      assert.equal((await attempt(person.email, person.password)).status, 303);
    });

    test('a crowd of right passwords is no attack', async () => {
      await settled();
      const person = await site.user();
      const views = await Promise.all(Array.from({ length: 25 }, () => attempt(person.email, person.password)));
      assert.deepEqual(new Set(views.map(({ status }) => status)), new Set([303]));
    });

    test('BRU-08: one address may fail at so many accounts, and then at none', async () => {
      await settled();
      // What failed so far is made good by then.
      clock += 10 * day;
      const stage = { 'pre-login': { max_attempts: 5, rate: 600_000 } };
      await protect({ stage }, 'suspicious-ip-throttling');
      const person = await site.user();
      for (let account = 0; account < 5; account++) {
        assert.equal((await attempt(person.email, person.password)).status, 303, 'who succeeds is not counted');
        await wrong(`stuffed-${account}@people.example.com`, 1);
      }
      const closed = await attempt(person.email, person.password);
      assert.equal(closed.status, 429);
      const wait = Number(closed.headers.get('retry-after'));
      assert.ok(wait > 0 && wait <= 600, String(wait));
      assert.equal((await logged('limit_mu')).length, 1);
      clock += 600_000;
      assert.equal((await attempt(person.email, person.password)).status, 303);
      await wrong('stuffed-6@people.example.com', 1);
      assert.equal((await attempt('stuffed-7@people.example.com', 'wrong')).status, 429);
      await protect({ shields: [] }, 'suspicious-ip-throttling');
      await wrong('stuffed-8@people.example.com', 1);
    });

    test('BRU-08: sign-ups have a limit of their own, and malformed ones do not count', async () => {
      await settled();
      const stage = { 'pre-user-registration': { max_attempts: 3, rate: 60_000 } };
      await protect({ stage }, 'suspicious-ip-throttling');
      const signup = (email: string, password = goodPassword) =>
        site.send('POST', '/dbconnections/signup', {
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ client_id: client.id, connection, email, password }),
        });
      for (let time = 0; time < 5; time++) assert.equal((await signup('no address')).status, 400);
      for (let time = 0; time < 5; time++) assert.equal((await signup('weak@people.example.com', 'x')).status, 400);
      for (let time = 0; time < 3; time++) {
        const reply = await signup(`limited-${engine}-${time}@people.example.com`);
        assert.equal(reply.status, 200, reply.text);
      }
      const closed = await signup('one-too-many@people.example.com');
      assert.equal(closed.status, 429);
      assert.equal(closed.body.code, 'too_many_attempts');
      assert.ok(Number(closed.headers.get('retry-after')) <= 60);
      const browser = userAgent();
      const url = authorizeUrl(site, client, { screen_hint: 'signup' });
      const form = await browser.settle(await browser.load(url));
      const page = await browser.submit(form, { email: 'on-a-page@people.example.com', password: goodPassword });
      assert.equal(page.status, 429);
      assert.ok(page.headers.get('retry-after'));
      const person = await site.user();
      assert.equal((await attempt(person.email, person.password)).status, 303, 'logging in is another matter');
    });

    async function connectionId(): Promise<string> {
      const { body } = await site.manage('GET', `/connections?name=${connection}`);
      return body[0].id;
    }
  });
}
