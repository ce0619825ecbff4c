// ENU: who has an account is not told, neither by text nor by header nor by what it costs.
// ENU-02's timing is measured by hand (COUNTERSIGN_ROUNDS); the suite holds that both ways hash one password.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Client, type PeopledSite, type Person, peopled } from '../support/people.ts';
import { authorizeUrl, login } from '../support/relying-party.ts';
import { type Reply, serveHere } from '../support/running.ts';
import { type UserAgent, userAgent, type View } from '../support/user-agent.ts';

describe('account enumeration', () => {
  let here: Awaited<ReturnType<typeof serveHere>>;
  let site: PeopledSite;
  let client: Client;
  let person: Person;
  before(async () => {
    here = await serveHere();
    site = peopled(here);
    [client, person] = await Promise.all([site.webClient(), site.user()]);
  });
  after(() => here.stop());

  const form = async (browser: UserAgent) => browser.settle(await browser.load(authorizeUrl(site, client)));
  /** What differs by chance (handles, tokens) or by what was typed is masked. */
  const masked = (view: View, typed: string) => ({
    status: view.status,
    location: view.location?.replace(/state=[^&]*/, 'state=*'),
    headers: [...view.headers]
      .filter(([name]) => !['date', 'content-length', 'x-request-id', 'etag'].includes(name))
      .map(([name, value]) => `${name}: ${value}`),
    cookies: view.setCookies.map((line) => line.split('=')[0]),
    html: view.html
      .replaceAll(typed, 'TYPED')
      .replace(/state=[A-Za-z0-9_-]+/g, 'state=*')
      .replace(/req-[0-9a-z]+/g, 'req-*')
      .replace(/value="[A-Za-z0-9_-]{32,}"/g, 'value="*"'),
  });

  test('ENU-01: a wrong password and an unknown user are answered alike', async () => {
    const blocked = await site.user({ blocked: true });
    const passwordless = 'nobody-at-all@people.example.com';
    const answers = [];
    for (const [username, password] of [
      [person.email, 'a wrong password'],
      [passwordless, 'a wrong password'],
      [passwordless, person.password],
      [blocked.email, 'a wrong password'],
      [person.email.toUpperCase(), 'a wrong password'],
    ] as const) {
      const browser = userAgent();
      const sent = await browser.submit(await form(browser), { username, password });
      answers.push(masked(sent, username));
    }
    for (const answer of answers) {
      assert.deepEqual(answer, answers[0]);
      assert.equal(answer.location, undefined, 'the form again');
    }
    assert.match(answers[0]?.html ?? '', /role="alert"|aria-live|error/i, 'an error that is seen');
  });

  test('ENU-01: an empty or an overlong password tells nothing either', async () => {
    const nobody = 'nobody-at-all@people.example.com';
    for (const password of ['', 'x'.repeat(5_000), ' ', '\u0000', '🔑'.repeat(30)]) {
      const answers = [];
      for (const username of [person.email, nobody]) {
        const browser = userAgent();
        const sent = await browser.submit(await form(browser), { username, password });
        assert.ok(sent.status < 500, JSON.stringify(password.slice(0, 9)));
        assert.equal(sent.location, undefined);
        answers.push(masked(sent, username));
      }
      assert.deepEqual(answers[1], answers[0], JSON.stringify(password.slice(0, 9)));
    }
  });

  test('ENU-02: an unknown user costs as much as a wrong password', async () => {
    // Counted as always, but many samples of one account close nothing.
    const shields = { enabled: true, shields: [] };
    for (const name of ['brute-force-protection', 'suspicious-ip-throttling']) {
      assert.equal((await site.manage('PATCH', `/attack-protection/${name}`, shields)).status, 200);
    }
    const samples = Number(process.env.COUNTERSIGN_ROUNDS ?? 8);
    const times: { known: number[]; unknown: number[] } = { known: [], unknown: [] };
    const browser = userAgent();
    let view = await form(browser);
    for (let sample = -2; sample < samples; sample++) {
      for (const kind of sample % 2 === 0 ? (['known', 'unknown'] as const) : (['unknown', 'known'] as const)) {
        const username = kind === 'known' ? person.email : `nobody-${sample}@people.example.com`;
        const began = process.cpuUsage();
        view = await browser.submit(view, { username, password: 'a wrong password' });
        const { user, system } = process.cpuUsage(began);
        if (sample >= 0) times[kind].push((user + system) / 1000);
      }
    }
    const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
    const [known, unknown] = [median(times.known), median(times.unknown)];
    // CPU time and not the clock's: a busy machine changes it little. A hash that is left out is a factor of ten.
    assert.ok(unknown > known / 2 && known > unknown / 2, `known ${known} ms, unknown ${unknown} ms of CPU time`);
    assert.ok(known > 5, `a password is hashed: ${known} ms`);
  });

  test('ENU-03: asking for a link answers alike to the byte, in header and cookie too, whoever is asked for', async () => {
    const [blocked, unverified] = await Promise.all([
      site.user({ blocked: true }),
      site.user({ email_verified: false }),
    ]);
    const nobody = 'nobody-at-all@people.example.com';
    const answers = [];
    for (const email of [person.email, nobody, blocked.email, unverified.email, person.email.toUpperCase()]) {
      const browser = userAgent();
      const page = await browser.load(`${site.base}/u/reset-password/request`);
      const sent = await browser.submit(page, { email });
      answers.push({ ...masked(sent, email), asked: masked(page, email) });
      assert.equal(sent.status, 200);
    }
    for (const answer of answers) assert.deepEqual(answer, answers[0]);
  });

  test('ENU-03: asking for a link costs the same time, since nobody is looked for', async () => {
    const samples = Number(process.env.COUNTERSIGN_ROUNDS ?? 20);
    const times: { known: number[]; unknown: number[] } = { known: [], unknown: [] };
    const forgot = (email: string) =>
      site.send('POST', '/dbconnections/change_password', {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ email, connection: 'Username-Password-Authentication' }),
      });
    for (let sample = -2; sample < samples; sample++) {
      for (const kind of sample % 2 === 0 ? (['known', 'unknown'] as const) : (['unknown', 'known'] as const)) {
        const began = performance.now();
        await forgot(kind === 'known' ? person.email : `nobody-${sample}@people.example.com`);
        if (sample >= 0) times[kind].push(performance.now() - began);
        // What the mail itself costs is no part of the next answer.
        await new Promise((resolve) => setTimeout(resolve, 15));
      }
    }
    // Compared by rank, so that pauses of the machine do not count: how often the known one is the slower of a pair.
    const slower = times.known.filter((time, index) => time > (times.unknown[index] ?? 0)).length / samples;
    assert.ok(slower > 0.1 && slower < 0.9, `the known one is slower in ${slower * 100} % of ${samples} pairs`);
  });

  test('ENU-04: a sign-up with an address that is taken is answered generically', async () => {
    const signup = (email: string, password = person.password): Promise<Reply> =>
      site.send('POST', '/dbconnections/signup', {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          client_id: client.id,
          connection: 'Username-Password-Authentication',
          email,
          password,
        }),
      });
    const fresh = await signup('a-new-person@people.example.com');
    assert.equal(fresh.status, 200, fresh.text);
    for (const email of [person.email, person.email.toUpperCase(), 'a-new-person@people.example.com']) {
      const taken = await signup(email);
      assert.equal(taken.status, 400);
      assert.equal(taken.body.code, 'invalid_signup');
      assert.doesNotMatch(taken.text, /exist|taken|already/i);
    }
    const weakTaken = await signup(person.email, 'x');
    const weakFresh = await signup('another-new-person@people.example.com', 'x');
    assert.equal(weakTaken.status, weakFresh.status);
    assert.equal(weakTaken.body.code, weakFresh.body.code);
  });

  test('ENU-04: the sign-up page does not say that an address is taken', async () => {
    const browser = userAgent();
    const open = async () => browser.settle(await browser.load(authorizeUrl(site, client, { screen_hint: 'signup' })));
    const view = await open();
    const fields = view.forms.flatMap((one) => one.fields.map(({ name }) => name));
    const identifier = fields.includes('email') ? 'email' : 'username';
    const sent = await browser.submit(view, { [identifier]: person.email, password: person.password });
    assert.ok(sent.status < 500);
    assert.doesNotMatch(sent.text, /there is an account|exists|taken/i);
    assert.ok(!('countersign' in browser.cookies('localhost')), 'and nobody is signed in by it');
    const { params } = await login(site, client, { prompt: 'none' }, { browser });
    assert.equal(params.error, 'login_required');
  });
});
