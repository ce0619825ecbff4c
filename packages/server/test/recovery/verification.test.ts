// Addresses are confirmed by a mail: after a sign-up, when an administrator says so, and by links that administrators make.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { mailsTo, mailTo } from '../support/mailbox.ts';
import { type Client, connection, goodPassword, type PeopledSite, peopled } from '../support/people.ts';
import { choose, linkOf, ticket } from '../support/recovery.ts';
import { authorizeUrl } from '../support/relying-party.ts';
import { serveHere } from '../support/running.ts';
import { userAgent } from '../support/user-agent.ts';

describe('verification of addresses', () => {
  let here: Awaited<ReturnType<typeof serveHere>>;
  let site: PeopledSite;
  let client: Client;
  before(async () => {
    here = await serveHere();
    site = peopled(here);
    client = await site.webClient({ initiate_login_uri: 'https://app.example.com/login' });
  });
  after(() => here.stop());

  const verified = async (email: string): Promise<boolean> => {
    const { body } = await site.manage('GET', `/users-by-email?email=${encodeURIComponent(email)}`);
    return body[0].email_verified;
  };
  const types = async (userId: string): Promise<string[]> => {
    await here.house.logs.flush();
    const { body } = await site.manage('GET', `/users/${encodeURIComponent(userId)}/logs`);
    return body.map(({ type }: { type: string }) => type);
  };

  test('who signs up at the endpoint gets a mail, and its button confirms the address once', async () => {
    const email = 'signs-up@people.example.com';
    const body = JSON.stringify({ client_id: client.id, connection, email, password: goodPassword });
    const headers = { 'content-type': 'application/json', 'accept-language': 'de' };
    const made = await site.send('POST', '/dbconnections/signup', { headers, body });
    assert.equal(made.status, 200, made.text);
    const mail = await mailTo(site, email, { template: 'verify_email' });
    assert.equal(mail.language, 'de');
    const link = linkOf(mail.links);
    assert.ok(link.startsWith(`${site.base}/u/email-verification?ticket=`));
    const browser = userAgent();
    const open = await browser.load(link);
    assert.equal(open.status, 200);
    assert.ok(!(await verified(email)), 'looking confirms nothing');
    const done = await browser.submit(open);
    assert.equal(done.status, 200, done.text);
    assert.ok(await verified(email));
    assert.ok(
      done.links.some((one) => one.startsWith('https://app.example.com/login')),
      'with a way back',
    );
    assert.ok(!('countersign' in browser.cookies('localhost')), 'nobody is logged in by it');
    assert.equal((await userAgent().load(link)).status, 400);
    const [user] = (await site.manage('GET', `/users-by-email?email=${email}`)).body;
    const told = await types(user.user_id);
    for (const type of ['ss', 'svr', 'sv']) assert.ok(told.includes(type), `${type} of ${told}`);
  });

  test('who signs up on the page gets a mail, in the language of the page', async () => {
    const email = 'on-the-page@people.example.com';
    const browser = userAgent();
    const start = await browser.load(authorizeUrl(site, client, { screen_hint: 'signup', ui_locales: 'fr' }));
    const view = await browser.settle(start);
    const sent = await browser.submit(view, { email, password: goodPassword });
    assert.ok(sent.status === 303, sent.text);
    const mail = await mailTo(site, email, { template: 'verify_email' });
    assert.equal(mail.language, 'fr');
  });

  test('ENU-04: who signs up with an address that is taken is told nothing, and its owner is, once an hour', async () => {
    const person = await site.user();
    const body = JSON.stringify({ client_id: client.id, connection, email: person.email, password: goodPassword });
    const post = () =>
      site.send('POST', '/dbconnections/signup', { headers: { 'content-type': 'application/json' }, body });
    for (let times = 0; times < 3; times++) assert.equal((await post()).body.code, 'invalid_signup');
    const browser = userAgent();
    const view = await browser.settle(await browser.load(authorizeUrl(site, client, { screen_hint: 'signup' })));
    const sent = await browser.submit(view, { email: person.email, password: goodPassword });
    assert.equal(sent.status, 400);
    const notice = await mailTo(site, person.email, { template: 'signup_attempt' });
    assert.match(notice.text, /so nothing was created/);
    assert.deepEqual(notice.links, [], 'a notice brings no link');
    // A mail that is decided on later is there: so nothing of the others is on its way any more.
    await site.manage('POST', '/jobs/verification-email', { user_id: person.userId });
    await site.manage('PATCH', `/users/${person.userId}`, { email_verified: false });
    await site.manage('POST', '/jobs/verification-email', { user_id: person.userId });
    await mailTo(site, person.email, { template: 'verify_email' });
    const mails = await mailsTo(site, person.email);
    assert.equal(mails.filter(({ template }) => template === 'signup_attempt').length, 1);
  });

  test('an administrator decides about the mail, and by default it asks about what nobody vouched for', async () => {
    const quiet = await site.user({ email_verified: false, verify_email: false });
    const vouched = await site.user({ email_verified: true });
    const asked = await site.user({ email_verified: false });
    await mailTo(site, asked.email, { template: 'verify_email' });
    assert.equal((await mailsTo(site, quiet.email)).length + (await mailsTo(site, vouched.email)).length, 0);
    const email = `moved-${vouched.email}`;
    const moved = await site.manage('PATCH', `/users/${vouched.userId}`, { email, verify_email: true });
    assert.equal(moved.status, 200, moved.text);
    await mailTo(site, email, { template: 'verify_email' });
  });

  test('a link confirms the address that it was made for, and no later one', async () => {
    const person = await site.user({ email_verified: false, verify_email: false });
    const link = await ticket(site, 'email-verification', { user_id: person.userId });
    await site.manage('PATCH', `/users/${person.userId}`, { email: `other-${person.email}` });
    assert.equal((await userAgent().load(link)).status, 400);
    assert.ok(!(await verified(`other-${person.email}`)));
  });

  test('CP-5: after a link the browser goes where its maker said, with what came of it in the query', async () => {
    const person = await site.user({ email_verified: false, verify_email: false });
    const common = {
      user_id: person.userId,
      result_url: 'https://app.example.com/done?keep=1',
      includeEmailInRedirect: true,
    };
    const browser = userAgent();
    const open = await browser.load(await ticket(site, 'email-verification', common));
    const policy = open.headers.get('content-security-policy') ?? '';
    assert.match(policy, /form-action 'self' https:\/\/app\.example\.com(?:;|$)/);
    const sent = await browser.submit(open);
    const target = new URL(sent.location ?? '');
    assert.equal(target.origin + target.pathname, 'https://app.example.com/done');
    assert.deepEqual(Object.fromEntries(target.searchParams), {
      keep: '1',
      supportSignUp: 'true',
      supportForgotPassword: 'true',
      email: person.email,
      success: 'true',
      code: 'success',
      message: 'Your email was verified. You can continue using the application.',
    });
    const organization = (await site.manage('POST', '/organizations', { name: 'acme' })).body;
    const more = { ...common, includeEmailInRedirect: false, organization_id: organization.id };
    const reset = await choose(await ticket(site, 'password-change', more), `${goodPassword}-2`);
    const query = new URL(reset.location ?? '').searchParams;
    assert.equal(query.get('email'), null);
    assert.deepEqual([query.get('organization_id'), query.get('organization_name')], [organization.id, 'acme']);
    assert.equal(query.get('message'), 'You can now login to the application with the new password.');
  });

  test('a reset by mail confirms the address; one by a link of an administrator only if that was said', async () => {
    for (const [said, comes] of [
      [undefined, false],
      [true, true],
    ] as const) {
      const person = await site.user({ email_verified: false, verify_email: false });
      const body = { user_id: person.userId, ...(said === undefined ? {} : { mark_email_as_verified: said }) };
      const done = await choose(await ticket(site, 'password-change', body), `${goodPassword}-2`);
      assert.equal(done.status, 200, done.text);
      assert.equal(await verified(person.email), comes);
    }
  });

  test('the welcome comes after the address was confirmed, where an operator switched it on', async () => {
    const template = { template: 'welcome_email', subject: 'Hi', body: '<p>Hi {{ user.email }}</p>', syntax: 'liquid' };
    assert.equal((await site.manage('POST', '/email-templates', { ...template, enabled: true })).status, 200);
    const person = await site.user({ email_verified: false, verify_email: false });
    const browser = userAgent();
    await browser.submit(await browser.load(await ticket(site, 'email-verification', { user_id: person.userId })));
    assert.equal((await mailTo(site, person.email, { template: 'welcome_email' })).text, `Hi ${person.email}\n`);
  });

  test('a template that is switched off sends nothing, and one with a lifetime and a target has its way', async () => {
    const template = {
      template: 'verify_email',
      subject: 'Confirm',
      body: '<a href="{{ url }}">Go</a> within {{ lifetime }} s',
      syntax: 'liquid',
      enabled: false,
      resultUrl: '{{ application.callback_domain }}/welcome',
      urlLifetimeInSeconds: 3600,
      includeEmailInRedirect: true,
    };
    assert.equal((await site.manage('POST', '/email-templates', template)).status, 200);
    const off = await site.user({ email_verified: false });
    await site.manage('POST', '/jobs/verification-email', { user_id: off.userId });
    for (;;) if ((await types(off.userId)).filter((type) => type === 'fvr').length === 2) break;
    assert.equal((await mailsTo(site, off.email)).length, 0);
    await site.manage('PATCH', '/email-templates/verify_email', { enabled: true });
    await site.manage('POST', '/jobs/verification-email', { user_id: off.userId, client_id: client.id });
    const mail = await mailTo(site, off.email);
    assert.match(mail.text, /within 3600 s/);
    const browser = userAgent();
    const sent = await browser.submit(await browser.load(linkOf(mail.links)));
    const target = new URL(sent.location ?? '');
    assert.equal(target.origin + target.pathname, `${new URL(client.callback).origin}/welcome`);
    assert.equal(target.searchParams.get('email'), off.email);
  });
});
