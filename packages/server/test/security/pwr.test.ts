// PWR: getting back in is a login with the weakest proof, a mail. Who does not have the mail gets nowhere, and a mail is good once.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { mailsTo, mailTo } from '../support/mailbox.ts';
import { type Client, goodPassword, type PeopledSite, type Person, peopled } from '../support/people.ts';
import { choose, forgot, linkOf, mailedLink, mailSent, otherPassword, ticket } from '../support/recovery.ts';
import { authorizeUrl, login, walk } from '../support/relying-party.ts';
import { serveHere } from '../support/running.ts';
import { talk } from '../support/sockets.ts';
import { ask, userAgent } from '../support/user-agent.ts';

describe('password reset', () => {
  let here: Awaited<ReturnType<typeof serveHere>>;
  let site: PeopledSite;
  let client: Client;
  let ahead = 0;
  before(async () => {
    here = await serveHere('sqlite', { now: () => Date.now() + ahead });
    site = peopled(here);
    client = await site.webClient();
  });
  after(() => here.stop());

  const logsIn = async (person: Pick<Person, 'email'>, password: string): Promise<boolean> => {
    const who = { userId: '', email: person.email, password };
    const ending = await walk(userAgent(), authorizeUrl(site, client), { person: who });
    return ending.kind === 'client' && ending.params.code !== undefined;
  };

  test('PWR-01: the link is built from the configuration, whatever a request says of its host', async () => {
    const person = await site.user();
    const body = JSON.stringify({ connection: 'Username-Password-Authentication', email: person.email });
    const ways = [
      ['X-Forwarded-Host: evil.test'],
      ['X-Forwarded-Proto: https', 'X-Forwarded-Host: evil.test'],
      ['Forwarded: host=evil.test;proto=http'],
      ['X-Original-Host: evil.test', 'X-Host: evil.test', 'X-Forwarded-Server: evil.test'],
    ];
    let mails = 0;
    for (const [host, ...more] of [
      ...ways.map((way) => [`Host: ${site.host}`, ...way]),
      ['Host: evil.test'],
      ['Host: 127.0.0.1:1'],
      [`Host: ${site.host}:80@evil.test`],
      [`Host: ${site.host}`, 'Host: evil.test'],
    ]) {
      const head = [
        host,
        ...more,
        'Content-Type: application/json',
        `Content-Length: ${body.length}`,
        'Connection: close',
      ];
      const text = `POST /dbconnections/change_password HTTP/1.1\r\n${head.join('\r\n')}\r\n\r\n${body}`;
      const { replies } = await talk(Number(new URL(site.base).port), text);
      if (replies[0]?.status !== 200) continue;
      const mail = await mailTo(site, person.email, { count: ++mails });
      ahead += 720_000;
      assert.ok(linkOf(mail.links).startsWith(`${site.base}/u/reset-password?ticket=`), `${head}: ${mail.links}`);
      assert.ok(!`${mail.html}${mail.text}${mail.subject}${mail.from}`.includes('evil.test'), String(head));
    }
    assert.ok(mails >= ways.length, `${mails} of the requests were taken`);
  });

  test('PWR-02: a link changes the password once', async () => {
    const person = await site.user();
    const link = await mailedLink(site, person.email);
    const first = await choose(link, otherPassword);
    assert.equal(first.status, 200, first.text);
    assert.ok(await logsIn(person, otherPassword));
    const again = await choose(link, goodPassword);
    assert.equal(again.status, 400);
    assert.match(again.text, /cannot be used/);
    assert.ok(await logsIn(person, otherPassword), 'the password of the first use stays');
    assert.ok(!(await logsIn(person, person.password)));
  });

  test('PWR-02: programs that open a link spend nothing, however often and in whatever way', async () => {
    const person = await site.user();
    const link = new URL(await mailedLink(site, person.email));
    for (const method of ['GET', 'HEAD', 'GET', 'OPTIONS', 'PUT', 'DELETE', 'GET'])
      await site.send(method, `${link.pathname}${link.search}`);
    const done = await choose(link.href, otherPassword);
    assert.equal(done.status, 200, done.text);
  });

  test('PWR-03: a link works until its time is over, and then leads to a new one', async () => {
    const person = await site.user();
    const soon = () => ticket(site, 'password-change', { user_id: person.userId, ttl_sec: 60 });
    const link = await soon();
    ahead += 58_000;
    assert.equal((await choose(link, otherPassword)).status, 200);
    const late = await soon();
    ahead += 62_000;
    const refused = await choose(late, goodPassword);
    assert.equal(refused.status, 400);
    assert.ok(
      refused.links.some((one) => one.endsWith('/u/reset-password/request')),
      'with a way to ask again',
    );
    assert.ok(await logsIn(person, otherPassword));
  });

  test('PWR-03: a link that nobody set a time for works for five days', async () => {
    const person = await site.user();
    const link = await mailedLink(site, person.email);
    ahead += 5 * 86_400_000 - 5_000;
    assert.equal((await userAgent().load(link)).status, 200);
    ahead += 10_000;
    assert.equal((await userAgent().load(link)).status, 400);
  });

  test('PWR-04: a newer request ends the older link', async () => {
    const person = await site.user();
    const older = await mailedLink(site, person.email);
    ahead += 61_000;
    const newer = await mailedLink(site, person.email, 2);
    assert.notEqual(older, newer);
    assert.equal((await choose(older, otherPassword)).status, 400);
    assert.equal((await choose(newer, otherPassword)).status, 200);
  });

  const changes: readonly [what: string, change: (person: Person) => Promise<unknown>][] = [
    ['the e-mail address', (one) => site.manage('PATCH', `/users/${one.userId}`, { email: `new-${one.email}` })],
    ['the password', (one) => site.manage('PATCH', `/users/${one.userId}`, { password: `${goodPassword}-changed` })],
    ['blocked', (one) => site.manage('PATCH', `/users/${one.userId}`, { blocked: true })],
    ['nothing left of the user', (one) => site.manage('DELETE', `/users/${one.userId}`)],
  ];
  for (const [what, change] of changes) {
    test(`PWR-04: a link is worth nothing once it is about somebody with other things: ${what}`, async () => {
      const person = await site.user();
      const link = await mailedLink(site, person.email);
      const browser = userAgent();
      const open = await browser.load(link);
      assert.equal(open.status, 200);
      await change(person);
      // The form that was open already, too.
      const sent = await browser.submit(open, { password: otherPassword, repeated: otherPassword });
      assert.equal(sent.status, 400, sent.text);
      assert.equal((await choose(link, otherPassword)).status, 400);
      assert.ok(!(await logsIn(person, otherPassword)));
    });
  }

  test('PWR-05: a link is about its user, whatever a form says', async () => {
    const [one, two] = await Promise.all([site.user(), site.user()]);
    const link = await mailedLink(site, one.email);
    const browser = userAgent();
    const open = await browser.load(link);
    const csrf = open.forms[0]?.fields.find(({ name }) => name === 'csrf')?.value ?? '';
    const form = {
      csrf,
      password: otherPassword,
      repeated: otherPassword,
      email: two.email,
      username: two.email,
      user_id: two.userId,
      connection: 'Username-Password-Authentication',
      tenant: 'other',
    };
    const { pathname, search } = new URL(link);
    const sent = await site.send('POST', `${pathname}${search}&user_id=${encodeURIComponent(two.userId)}`, {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(form).toString(),
    });
    assert.equal(sent.status, 200, sent.text);
    assert.ok(await logsIn(one, otherPassword));
    assert.ok(await logsIn(two, two.password), 'nobody else changed');
  });

  test('PWR-05: a ticket of one purpose or tenant is unknown to every other', async () => {
    const person = await site.user({ email_verified: false });
    const reset = new URL(await ticket(site, 'password-change', { user_id: person.userId }));
    const verify = new URL(await ticket(site, 'email-verification', { user_id: person.userId }));
    assert.equal((await userAgent().load(`${site.base}/u/email-verification${reset.search}`)).status, 400);
    assert.equal((await userAgent().load(`${site.base}/u/reset-password${verify.search}`)).status, 400);
    await here.house.database.addTenant({ id: 'two' as never, name: 'Two', hosts: ['two.localhost'] });
    await here.house.hosts.refresh();
    const port = Number(new URL(site.base).port);
    const elsewhere = await ask(port, 'GET', `${reset.pathname}${reset.search}`, { host: 'two.localhost' });
    assert.equal(elsewhere.status, 400);
    assert.match(elsewhere.html, /cannot be used/);
    // COD-09: and it is no code.
    const text = reset.searchParams.get('ticket') ?? '';
    const token = await site.token({
      grant_type: 'authorization_code',
      client_id: client.id,
      client_secret: client.secret ?? '',
      code: text,
      redirect_uri: client.callback,
    });
    assert.equal(token.body.error, 'invalid_grant');
    assert.equal((await userAgent().load(reset.href)).status, 200, 'and it is still good for what it is');
  });

  test('PWR-06: without the mail nobody gets to a page that takes a password', async () => {
    const person = await site.user();
    const browser = userAgent();
    const asking = await browser.load(`${site.base}/u/reset-password/request`);
    const sent = await browser.submit(asking, { email: person.email });
    assert.equal(sent.status, 200);
    const paths = [
      '',
      '?ticket=',
      '?ticket=undefined',
      `?ticket=${'A'.repeat(32)}`,
      `?state=x&ticket=${person.userId}`,
    ];
    for (const path of [...sent.links, ...paths.map((query) => `${site.base}/u/reset-password${query}`)]) {
      if (!path.startsWith(site.base)) continue;
      const view = await browser.load(path);
      assert.ok(!view.forms.some(({ fields }) => fields.some(({ name }) => name === 'repeated')), path);
      for (const token of [asking, sent].flatMap(({ forms }) => forms[0]?.fields ?? [])) {
        const body = {
          [token.name]: token.value ?? '',
          email: person.email,
          password: otherPassword,
          repeated: otherPassword,
        };
        const posted = await browser.load(path, {
          method: 'POST',
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
          body: new URLSearchParams(body).toString(),
        });
        assert.ok(posted.status >= 400 || path.includes('/request'), `${path}: ${posted.status}`);
      }
    }
    assert.ok(await logsIn(person, person.password), 'the password is what it was');
  });

  test('PWR-07: a reset logs nobody in, and logs out whoever was', async () => {
    const person = await site.user();
    const before = userAgent();
    const first = await login(site, client, {}, { person, browser: before });
    assert.ok(first.params.code);
    const browser = userAgent();
    const done = await choose(await mailedLink(site, person.email), otherPassword, browser);
    assert.equal(done.status, 200);
    assert.ok(!('countersign' in browser.cookies('localhost')), 'no session came of it');
    for (const one of [browser, before]) {
      const silent = await login(site, client, { prompt: 'none' }, { browser: one });
      assert.equal(silent.params.error, 'login_required');
    }
    const told = await mailTo(site, person.email, { template: 'password_changed' });
    assert.match(told.subject, /was changed/);
  });

  test('PWR-11: a password is taken whole or not at all', async () => {
    const person = await site.user();
    const link = await mailedLink(site, person.email);
    const longest = `${'Aa1!'.repeat(18)}`;
    for (const bad of [`${longest}x`, 'é'.repeat(60), `${goodPassword}\0tail`, '']) {
      const view = await choose(link, bad);
      assert.ok(view.status === 400 || view.status === 403, `${bad.length}: ${view.status}`);
    }
    assert.equal((await choose(link, longest)).status, 200);
    assert.ok(await logsIn(person, longest));
    assert.ok(!(await logsIn(person, longest.slice(0, 71))));
  });

  test('PWR-13: somebody without a password can choose a first one by mail, and cannot log in before', async () => {
    const hash = '$2b$04$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK';
    const made = await here.house.database.store('default' as never).transact(async (tx) => {
      const { createUser } = await import('../../src/domain/accounts/create.ts');
      return createUser(
        tx,
        { connection: 'Username-Password-Authentication', email: 'none@people.example.com' },
        Date.now(),
      );
    });
    assert.equal(made.kind, 'created');
    const person = { email: 'none@people.example.com' };
    for (const password of ['undefined', 'null', ' ', hash, person.email]) assert.ok(!(await logsIn(person, password)));
    assert.equal((await choose(await mailedLink(site, person.email), otherPassword)).status, 200);
    assert.ok(await logsIn(person, otherPassword));
  });

  test('ENU-03: whoever is asked for, the answer is the same, and only who can use it gets a mail', async () => {
    const known = await site.user();
    const blocked = await site.user({ blocked: true });
    const answers = [];
    for (const email of [known.email, 'nobody-here@people.example.com', blocked.email, known.email.toUpperCase()]) {
      const { status, text, headers } = await forgot(site, email);
      const shown = [...headers].filter(([name]) => name !== 'date');
      answers.push({ status, text, shown });
      ahead += 61_000;
    }
    for (const answer of answers) assert.deepEqual(answer, answers[0]);
    assert.deepEqual([answers[0]?.status, answers[0]?.text], [200, mailSent]);
    assert.equal(answers[0]?.shown.find(([name]) => name === 'content-type')?.[1], 'text/html; charset=utf-8');
    await mailTo(site, known.email, { count: 2 });
    assert.equal((await mailsTo(site, blocked.email)).length, 0);
  });

  test('ENU-03: the page that asks for a link says the same about everybody', async () => {
    const known = await site.user();
    const views = [];
    for (const email of [known.email, 'nobody-at-all@people.example.com']) {
      const browser = userAgent();
      const sent = await browser.submit(await browser.load(`${site.base}/u/reset-password/request`), { email });
      views.push({ status: sent.status, text: sent.text.replaceAll(email, 'TYPED') });
    }
    assert.deepEqual(views[0], views[1]);
    assert.match(views[0]?.text ?? '', /If there is an account for TYPED/);
  });

  test('one account is sent five links an hour, none within a minute of the last, whoever asks and from wherever', async () => {
    const username = `many-${Date.now()}`;
    const [{ id, options }] = (await site.manage('GET', '/connections?strategy=auth0')).body;
    const named = { ...options, requires_username: true };
    assert.equal((await site.manage('PATCH', `/connections/${id}`, { options: named })).status, 200);
    const person = await site.user({ username });
    const told: Record<string, unknown>[] = [];
    const asks = async () => {
      const answers = await Promise.all([
        forgot(site, person.email),
        forgot(site, 'nobody-of-many@people.example.com'),
      ]);
      told.push(...answers.map(({ status, text }) => ({ status, text })));
      const browser = userAgent();
      const page = await browser.load(`${site.base}/u/reset-password/request`);
      assert.equal((await browser.submit(page, { email: username })).status, 200);
    };
    const reasons = async (count: number): Promise<string[]> => {
      for (;;) {
        await here.house.logs.flush();
        const { body } = await site.manage('GET', '/logs?q=type:(scpr OR fcpr)&per_page=100&sort=date:-1');
        const events: { user_id?: string; type: string; details: { error?: { because: string } } }[] = body;
        const found = events
          .filter(({ user_id }) => user_id === person.userId)
          .map(({ type, details }) => (type === 'scpr' ? 'sent' : (details.error?.because ?? '')));
        if (found.length >= count) return found;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    };
    const count = (all: readonly string[], what: RegExp) => all.filter((one) => what.test(one)).length;
    for (let minute = 0; minute < 7; minute++) {
      await asks();
      // Of the two that asked in this minute one at most was sent a link, by whatever name.
      const all = await reasons(2 * (minute + 1));
      assert.equal(count(all, /^sent$/), Math.min(minute + 1, 5), all.join('; '));
      ahead += 61_000;
    }
    const all = await reasons(14);
    assert.equal(count(all, /within the last minute/), 4);
    assert.equal(count(all, /as many links as it may get/), 5);
    assert.equal((await mailsTo(site, person.email)).length, 5);
    for (const answer of told) assert.deepEqual(answer, told[0], 'nobody is told');
    const last = (await mailsTo(site, person.email)).map(({ links }) => linkOf(links));
    const pages = await Promise.all(last.map((link) => userAgent().load(link)));
    assert.equal(pages.filter(({ status }) => status === 200).length, 1, 'the last that was sent is good still');
    ahead += 720_000;
    await mailedLink(site, person.email, 6);
  });

  test('UNI-02: the mail goes to the address that is stored, and never to one that only looks like it', async () => {
    const stored = await site.user({ email: 'mike@x.example.com' });
    await forgot(site, 'MIKE@X.example.com');
    await mailTo(site, stored.email);
    for (const typed of [
      'mi\u212Ae@x.example.com',
      'mıke@x.example.com',
      'mike＠x.example.com',
      'mike@x.example.com@evil.test',
    ]) {
      const { status } = await forgot(site, typed);
      assert.ok(status === 200 || status === 400, typed);
    }
    ahead += 61_000;
    await forgot(site, stored.email);
    await mailTo(site, stored.email, { count: 2 });
    const everything = await site.send('GET', '/dev/mailbox.json');
    assert.ok(!everything.text.includes('evil.test'));
    assert.equal((await mailsTo(site, stored.email)).length, 2);
  });
});
