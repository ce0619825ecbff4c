// BRU-01, the ways out: by the Management API, by a link in a mail that is good once, and for a whole address.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { mailsTo, mailTo } from '../support/mailbox.ts';
import { type Client, connection, type PeopledSite, type Person, peopled } from '../support/people.ts';
import { authorizeUrl } from '../support/relying-party.ts';
import { serveHere } from '../support/running.ts';
import { userAgent } from '../support/user-agent.ts';

const realm = 'http://auth0.com/oauth/grant-type/password-realm';

describe('unblocking', () => {
  let here: Awaited<ReturnType<typeof serveHere>>;
  let site: PeopledSite;
  let client: Client;
  let clock = 0;
  before(async () => {
    here = await serveHere('sqlite', { now: () => Date.now() + clock });
    site = peopled(here);
    client = await site.webClient({
      grant_types: [realm, 'authorization_code'],
      is_token_endpoint_ip_header_trusted: true,
    });
    const stage = { 'pre-login': { max_attempts: 100_000 } };
    const changed = await site.manage('PATCH', '/attack-protection/suspicious-ip-throttling', { stage });
    assert.equal(changed.status, 200, changed.text);
  });
  after(() => here.stop());

  const guess = async (person: Pick<Person, 'email'>, password: string, ip = '192.0.2.1') => {
    const form = { grant_type: realm, client_id: client.id, client_secret: client.secret ?? '', realm: connection };
    const headers = { 'auth0-forwarded-for': ip };
    return (await site.token({ ...form, username: person.email, password }, headers)).status;
  };
  const close = async (person: Pick<Person, 'email'>, ip = '192.0.2.1') => {
    for (let time = 0; time < 10; time++) assert.equal(await guess(person, `wrong ${time}`, ip), 403);
    assert.equal(await guess(person, 'wrong', ip), 429);
  };
  const logged = async (type: string, person: Person) => {
    await here.house.logs.flush();
    const q = encodeURIComponent(`type:${type} AND user_id:"${person.userId}"`);
    return (await site.manage('GET', `/logs?q=${q}`)).body as unknown[];
  };

  test('the blocks of a user are listed and lifted by id and by every identifier', async () => {
    const person = await site.user();
    assert.deepEqual((await site.manage('GET', `/user-blocks/${person.userId}`)).body, { blocked_for: [] });
    await close(person);
    await close(person, '2001:db8::1');
    const expected = [
      { identifier: person.email, ip: '192.0.2.1', connection },
      { identifier: person.email, ip: '2001:db8:0:0::/64', connection },
    ];
    const byId = await site.manage('GET', `/user-blocks/${encodeURIComponent(person.userId)}`);
    assert.equal(byId.status, 200);
    assert.deepEqual(byId.body.blocked_for, expected);
    const byName = await site.manage('GET', `/user-blocks?identifier=${encodeURIComponent(person.email)}`);
    assert.deepEqual(byName.body.blocked_for, expected);
    assert.equal((await site.manage('DELETE', `/user-blocks/${person.userId}`)).status, 204);
    assert.deepEqual((await site.manage('GET', `/user-blocks/${person.userId}`)).body, { blocked_for: [] });
    assert.equal(await guess(person, person.password), 200);
    assert.equal((await logged('ublkdu', person)).length, 1);

    await close(person, '192.0.2.9');
    const lifted = await site.manage('DELETE', `/user-blocks?identifier=${encodeURIComponent(person.email)}`);
    assert.equal(lifted.status, 204);
    assert.equal(await guess(person, person.password, '192.0.2.9'), 200);
  });

  test('so are those of an identifier that nobody has', async () => {
    const nobody = { email: 'nobody-to-unblock@people.example.com' };
    await close(nobody);
    const path = `/user-blocks?identifier=${encodeURIComponent(nobody.email.toUpperCase())}`;
    const listed = await site.manage('GET', path);
    assert.deepEqual(listed.body.blocked_for, [
      { identifier: nobody.email.toUpperCase(), ip: '192.0.2.1', connection },
    ]);
    assert.equal((await site.manage('DELETE', path)).status, 204);
    assert.deepEqual((await site.manage('GET', path)).body, { blocked_for: [] });
    assert.equal(await guess(nobody, 'wrong'), 403);
  });

  test('requests that make no sense are refused', async () => {
    assert.equal((await site.manage('GET', '/user-blocks/auth0%7Cnobody')).status, 404);
    assert.equal((await site.manage('DELETE', '/user-blocks/auth0%7Cnobody')).status, 404);
    assert.equal((await site.manage('GET', '/user-blocks')).status, 400);
    assert.equal((await site.manage('DELETE', '/user-blocks')).status, 400);
    assert.equal((await site.manage('GET', '/user-blocks?identifier=a&consider_brute_force_enablement=x')).status, 400);
    assert.equal((await site.manage('GET', '/anomaly/blocks/ips/no-address')).status, 400);
    assert.equal((await site.manage('DELETE', '/anomaly/blocks/ips/no-address')).status, 400);
  });

  test('what is switched off or counted otherwise blocks nobody', async () => {
    const person = await site.user();
    await close(person);
    const change = (patch: object) => site.manage('PATCH', '/attack-protection/brute-force-protection', patch);
    const listed = async (query = '') =>
      (await site.manage('GET', `/user-blocks/${person.userId}${query}`)).body.blocked_for.length;
    await change({ mode: 'count_per_identifier' });
    assert.equal(await listed(), 0);
    await close(person, '192.0.2.50');
    assert.equal(await guess(person, person.password, '198.51.100.7'), 429, 'closed to everybody');
    const { body } = await site.manage('GET', `/user-blocks/${person.userId}`);
    assert.deepEqual(body.blocked_for, [{ identifier: person.email, connection }]);
    await change({ enabled: false });
    assert.equal(await listed('?consider_brute_force_enablement=true'), 0);
    await change({ enabled: true, mode: 'count_per_identifier_and_ip' });
    assert.equal(await listed(), 1);
  });

  test('the user gets one mail an hour, whose link opens the account once, and not by being looked at', async () => {
    const person = await site.user();
    await close(person);
    const mail = await mailTo(site, person.email, { template: 'blocked_account' });
    assert.match(mail.text, /192\.0\.2\.1/, 'from where');
    const link = mail.links.find((one) => one.includes('/u/unblock?ticket='));
    assert.ok(link, mail.text);
    await close(person, '192.0.2.2');
    assert.equal((await mailsTo(site, person.email)).length, 1, 'within the hour');

    const browser = userAgent();
    const page = await browser.load(link);
    assert.equal(page.status, 200, page.text);
    assert.match(page.text, /unblock/i);
    assert.equal((await browser.load(link)).status, 200);
    assert.equal(await guess(person, person.password), 429, 'a GET spends nothing');
    const done = await browser.submit(page);
    assert.equal(done.status, 200, done.text);
    assert.match(done.text, /open again/i);
    assert.equal(await guess(person, person.password), 200);
    assert.equal(await guess(person, person.password, '192.0.2.2'), 200, 'open to every address');
    assert.equal((await logged('ublkdu', person)).length, 1);
    assert.equal((await browser.submit(page)).status, 400, 'once');
    assert.equal((await browser.load(link)).status, 400);

    clock += 3_600_000;
    await close(person);
    await mailTo(site, person.email, { template: 'blocked_account', count: 2 });
  });

  const changes: readonly [what: string, change: (person: Person) => object][] = [
    ['address', (person) => ({ email: `new-${person.email}`, email_verified: true })],
    ['password', (person) => ({ password: `${person.password}-changed` })],
  ];
  for (const [what, change] of changes) {
    test(`a link is worth nothing once the ${what} of the user has changed`, async () => {
      const person = await site.user();
      await close(person);
      const mail = await mailTo(site, person.email, { template: 'blocked_account' });
      const browser = userAgent();
      const link = mail.links.find((one) => one.includes('/u/unblock')) ?? '';
      const page = await browser.load(link);
      assert.equal(page.status, 200);
      const changed = await site.manage('PATCH', `/users/${person.userId}`, { connection, ...change(person) });
      assert.equal(changed.status, 200, changed.text);
      assert.equal((await browser.load(link)).status, 400);
      assert.equal((await browser.submit(page)).status, 400, 'nor the form that was open already');
    });
  }

  test('a form without its token, or from another site, opens nothing', async () => {
    const person = await site.user();
    await close(person);
    const mail = await mailTo(site, person.email, { template: 'blocked_account' });
    const link = new URL(mail.links.find((one) => one.includes('/u/unblock?ticket=')) ?? '');
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const post = (body: string, more: Record<string, string> = {}) =>
      site.send('POST', `${link.pathname}${link.search}`, { headers: { ...headers, ...more }, body });
    assert.equal((await post('action=default')).status, 403);
    assert.equal((await post('csrf=x', { origin: 'https://evil.example' })).status, 403);
    assert.equal(await guess(person, person.password), 429);
    for (const ticket of ['', 'x', 'A'.repeat(32), '%00']) {
      assert.equal((await site.send('GET', `/u/unblock?ticket=${ticket}`)).status, 400, ticket);
    }
  });

  test('parallel uses of one link open the account once', async () => {
    const person = await site.user();
    await close(person);
    const mail = await mailTo(site, person.email, { template: 'blocked_account' });
    const browser = userAgent();
    const page = await browser.load(mail.links.find((one) => one.includes('/u/unblock')) ?? '');
    const views = await Promise.all(Array.from({ length: 12 }, () => browser.submit(page)));
    assert.equal(views.filter(({ status }) => status === 200).length, 1);
  });

  test('nobody and who has no address get no mail, and a tenant that wants none sends none', async () => {
    const nobody = { email: 'nobody-gets-mail@people.example.com' };
    await close(nobody);
    assert.deepEqual(await mailsTo(site, nobody.email), []);
    const person = await site.user();
    const change = (shields: string[]) =>
      site.manage('PATCH', '/attack-protection/brute-force-protection', { shields });
    await change(['block']);
    await close(person);
    await change(['block', 'user_notification']);
    assert.deepEqual(await mailsTo(site, person.email), []);
  });

  test('an address that tried too much is told of, and let in again', async () => {
    const stage = { 'pre-login': { max_attempts: 2, rate: 600_000 } };
    await site.manage('PATCH', '/attack-protection/suspicious-ip-throttling', { stage });
    const ip = '2001:db8:77::1';
    const path = `/anomaly/blocks/ips/${encodeURIComponent(ip)}`;
    const free = await site.manage('GET', path);
    assert.equal(free.status, 404);
    assert.deepEqual(free.body, { statusCode: 404, error: 'Not Found', message: 'Not Found' });
    for (const name of ['one', 'two']) await guess({ email: `${name}@people.example.com` }, 'wrong', ip);
    assert.equal(await guess({ email: 'three@people.example.com' }, 'wrong', ip), 429);
    assert.equal((await site.manage('GET', path)).status, 200);
    assert.equal((await site.manage('DELETE', path)).status, 204);
    assert.equal((await site.manage('GET', path)).status, 404);
    assert.equal((await site.manage('DELETE', path)).status, 204, 'also when there is nothing to lift');
    assert.equal(await guess({ email: 'three@people.example.com' }, 'wrong', ip), 403);
    const before = { 'pre-login': { max_attempts: 100_000 } };
    await site.manage('PATCH', '/attack-protection/suspicious-ip-throttling', { stage: before });
  });

  test('the page that says no is in the language of the browser', async () => {
    const person = await site.user();
    for (let time = 0; time < 10; time++) await guess(person, 'wrong', '127.0.0.1');
    await site.tenant({ enabled_locales: ['en', 'de', 'es', 'fr'] });
    for (const [language, says] of [
      ['de', /zu viele falsche passwörter/i],
      ['es', /demasiadas contraseñas/i],
      ['fr', /trop de mots de passe/i],
    ] as const) {
      const browser = userAgent();
      const form = await browser.settle(await browser.load(authorizeUrl(site, client, { ui_locales: language })));
      const view = await browser.submit(form, { username: person.email, password: person.password });
      assert.equal(view.status, 429);
      assert.match(view.text, says);
    }
  });
});
