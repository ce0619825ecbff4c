// emails/provider, email-templates, tickets and jobs/verification-email, answered as recorded.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { emailProviders } from '../../src/domain/messages/provider.ts';
import { mailsTo, mailTo } from '../support/mailbox.ts';
import { type PeopledSite, peopled } from '../support/people.ts';
import { serveHere } from '../support/running.ts';

describe('what mails are sent by, and what they say', () => {
  let here: Awaited<ReturnType<typeof serveHere>>;
  let site: PeopledSite;
  before(async () => {
    here = await serveHere();
    site = peopled(here);
  });
  after(() => here.stop());

  const smtp = { smtp_host: 'smtp.example.com', smtp_port: 587, smtp_user: 'user', smtp_pass: 'pass-that-is-secret' };
  const shown = { smtp_host: 'smtp.example.com', smtp_port: 587, smtp_user: 'user' };
  const provider = { name: 'smtp', enabled: true, default_from_address: 'no-reply@example.com', credentials: smtp };
  const all = '?fields=name,enabled,default_from_address,credentials,settings&include_fields=true';

  test('a provider is set, read, changed and taken away, and its password is never answered', async () => {
    const none = await site.manage('GET', '/emails/provider');
    assert.equal(none.status, 404);
    assert.equal(none.body.message, 'There is not a configured email provider');
    assert.equal(none.body.errorCode, 'inexistent_email_provider');
    assert.equal((await site.manage('PATCH', '/emails/provider', { enabled: false })).status, 404);

    const made = await site.manage('POST', '/emails/provider', provider);
    assert.equal(made.status, 201, made.text);
    assert.deepEqual(made.body, { ...provider, credentials: shown });
    assert.equal((await site.manage('POST', '/emails/provider', provider)).status, 409);
    assert.deepEqual((await site.manage('GET', '/emails/provider')).body, { name: 'smtp', enabled: true });
    assert.deepEqual((await site.manage('GET', `/emails/provider${all}`)).body, { ...provider, credentials: shown });

    // A PATCH that names no password keeps the one before.
    const changed = await site.manage('PATCH', '/emails/provider', { credentials: { smtp_port: 465 }, enabled: false });
    assert.deepEqual(changed.body, { ...provider, enabled: false, credentials: { ...shown, smtp_port: 465 } });
    const stored = await here.house.database.store('default' as never).get(emailProviders, 'provider');
    assert.equal(stored?.credentials.smtp_pass, smtp.smtp_pass);

    // Nobody gets the password by naming a server of their own.
    const stray = { credentials: { smtp_host: 'smtp.evil.example' } };
    const strayed = await site.manage('PATCH', '/emails/provider', stray);
    assert.equal(strayed.status, 400);
    assert.match(strayed.body.message, /smtp_host changes, so smtp_pass must be sent with it/);
    const moved = { smtp_host: 'smtp2.example.com', smtp_pass: 'known' };
    assert.equal((await site.manage('PATCH', '/emails/provider', { credentials: moved })).status, 200);

    // Another provider keeps nothing of it.
    const other = await site.manage('PATCH', '/emails/provider', { name: 'mandrill', credentials: { api_key: 'k' } });
    assert.deepEqual(other.body.credentials, {});
    assert.match(other.headers.get('warning') ?? '', /mandrill is kept but cannot send/);
    assert.equal((await site.manage('DELETE', '/emails/provider')).status, 204);
    assert.equal((await site.manage('GET', '/emails/provider')).status, 404);

    await here.house.logs.flush();
    const logs = await site.manage('GET', '/logs?q=type:sapi&per_page=100');
    assert.ok(!logs.text.includes(smtp.smtp_pass), 'no password in a log');
  });

  test('what of other providers is no secret is answered, as recorded', async () => {
    const credentials = { accessKeyId: 'AKIAXXXX', secretAccessKey: '7e8c2148xxxx', region: 'us-east-1' };
    const body = { name: 'ses', enabled: true, default_from_address: 'accounts@example.com', credentials };
    const made = await site.manage('POST', '/emails/provider', body);
    assert.equal(made.status, 201, made.text);
    assert.deepEqual(made.body, { ...body, credentials: { region: 'us-east-1' } });
    await site.manage('DELETE', '/emails/provider');
  });

  const bad: readonly [about: string, body: object, message: RegExp][] = [
    ['an unknown provider', { name: 'pigeon', credentials: {} }, /on property name/],
    [
      'settings that nobody knows',
      { name: 'mandrill', credentials: { api_key: 'x' }, settings: { first_setting: 'x', second_setting: 'y' } },
      /^Payload validation error: 'Additional properties not allowed: .*first_setting.*' on property settings \(Specific provider setting\)\.$/,
    ],
    ['credentials of another provider', { name: 'smtp', credentials: { api_key: 'x' } }, /api_key/],
    ['no host', { name: 'smtp', credentials: { smtp_port: 25 } }, /smtp_host/],
    ['a host with a line end', { name: 'smtp', credentials: { smtp_host: 'a\r\nb' } }, /smtp_host/],
    ['a port that is text', { name: 'smtp', credentials: { smtp_host: 'a', smtp_port: '25' } }, /smtp_port/],
    ['a sender that is none', { ...provider, default_from_address: 'x\r\nBcc: y@z.test' }, /default_from_address/],
  ];
  for (const [about, body, message] of bad) {
    test(`a provider with ${about} is refused`, async () => {
      const reply = await site.manage('POST', '/emails/provider', body);
      assert.equal(reply.status, 400, reply.text);
      assert.equal(reply.body.errorCode, 'invalid_body');
      assert.match(reply.body.message, message);
    });
  }

  const template = {
    template: 'verify_email',
    body: '<html><body><h1>Verify your email</h1></body></html>',
    from: 'me@example.com',
    resultUrl: 'https://www.example.com/verify-email',
    subject: 'Verify your email',
    syntax: 'liquid',
    enabled: true,
    includeEmailInRedirect: true,
  };

  test('a template is written, read, replaced and changed, as recorded', async () => {
    const none = await site.manage('GET', '/email-templates/verify_email');
    assert.equal(none.status, 404);
    assert.deepEqual(none.body, {
      statusCode: 404,
      error: 'Not Found',
      message: 'The template does not exist.',
      errorCode: 'inexistent_email_template',
    });
    assert.equal((await site.manage('PATCH', '/email-templates/verify_email', { enabled: false })).status, 404);
    const made = await site.manage('POST', '/email-templates', template);
    assert.equal(made.status, 200, made.text);
    assert.deepEqual(made.body, template);
    const again = await site.manage('POST', '/email-templates', template);
    assert.deepEqual([again.status, again.body.message], [409, 'Template verify_email already exists.']);
    const whole = { ...template, subject: "Let's get you verified!" };
    assert.deepEqual((await site.manage('PUT', '/email-templates/verify_email', whole)).body, whole);
    const off = await site.manage('PATCH', '/email-templates/verify_email', { enabled: false });
    assert.deepEqual(off.body, { ...whole, enabled: false });
    assert.deepEqual((await site.manage('GET', '/email-templates/verify_email')).body, off.body);
    const wrong = await site.manage('PATCH', '/email-templates/verify_email', { template: 'reset_email' });
    assert.equal(wrong.status, 400);
    assert.equal((await site.manage('PATCH', '/email-templates/verify_email', { enabled: true })).status, 200);
  });

  const broken: readonly [about: string, change: object, message: RegExp][] = [
    [
      'a tag that is not closed',
      { body: '<p>\n{% if user.name %}</p>' },
      /^Payload validation error: 'Liquid: .*line:2.*' on property body\.$/,
    ],
    ['an unknown filter', { body: '{{ user.name | sparkle }}' }, /undefined filter: sparkle/],
    ['the filter that would not escape', { body: '{{ user.name | raw }}' }, /undefined filter: raw/],
    ['a file', { body: "{% include '/etc/passwd' %}" }, /include/],
    ['another template', { body: "{% render 'x' %}" }, /render/],
    ['a layout', { body: "{% layout 'x' %}" }, /layout/],
    ['a subject that cannot be read', { subject: '{{ user.name' }, /on property subject/],
    ['another syntax', { syntax: 'jsx' }, /syntax/],
  ];
  for (const [about, change, message] of broken) {
    test(`a template with ${about} is refused when it is saved`, async () => {
      for (const [method, path, body] of [
        ['POST', '/email-templates', { ...template, template: 'welcome_email', ...change }],
        ['PUT', '/email-templates/verify_email', { ...template, ...change }],
        ['PATCH', '/email-templates/verify_email', change],
      ] as const) {
        const reply = await site.manage(method, path, body);
        assert.equal(reply.status, 400, `${method} ${reply.text}`);
        assert.match(reply.body.message, message);
      }
    });
  }

  test('tickets are links of 32 letters at our own host, and both kinds name what is missing', async () => {
    const person = await site.user();
    const body = { user_id: person.userId, result_url: 'https://example.com/done', ttl_sec: 3600 };
    const more = { mark_email_as_verified: true, includeEmailInRedirect: true };
    const reset = await site.manage('POST', '/tickets/password-change', { ...body, ...more });
    assert.equal(reset.status, 201, reset.text);
    assert.deepEqual(Object.keys(reset.body), ['ticket']);
    assert.match(reset.body.ticket, /^http:\/\/localhost:\d+\/u\/reset-password\?ticket=[A-Za-z0-9]{32}#$/);
    const verify = await site.manage('POST', '/tickets/email-verification', body);
    assert.match(verify.body.ticket, /\/u\/email-verification\?ticket=[A-Za-z0-9]{32}#$/);
    const [{ id }] = (await site.manage('GET', '/connections?strategy=auth0')).body;
    const byAddress = await site.manage('POST', '/tickets/password-change', { connection_id: id, email: person.email });
    assert.equal(byAddress.status, 201, byAddress.text);

    const refusals: readonly [path: string, body: object, status: number, code: string][] = [
      ['password-change', { user_id: 'auth0|nobody' }, 404, 'inexistent_user'],
      ['password-change', { connection_id: id, email: 'nobody@example.com' }, 404, 'inexistent_user'],
      ['password-change', { connection_id: 'con_nothing', email: person.email }, 404, 'inexistent_connection'],
      ['password-change', {}, 400, 'invalid_body'],
      ['password-change', { connection_id: id }, 400, 'invalid_body'],
      ['password-change', { user_id: person.userId, connection_id: id, email: person.email }, 400, 'invalid_body'],
      ['password-change', { ...body, result_url: 'javascript:alert(1)' }, 400, 'invalid_body'],
      ['password-change', { ...body, result_url: 'https://a:b@example.com/' }, 400, 'invalid_body'],
      ['password-change', { ...body, client_id: 'nobody' }, 404, 'inexistent_client'],
      ['password-change', { ...body, ttl_sec: -1 }, 400, 'invalid_body'],
      ['password-change', { ...body, surprise: 1 }, 400, 'invalid_body'],
      ['email-verification', {}, 400, 'invalid_body'],
      ['email-verification', { user_id: 'auth0|nobody' }, 404, 'inexistent_user'],
    ];
    for (const [path, wrong, status, code] of refusals) {
      const reply = await site.manage('POST', `/tickets/${path}`, wrong);
      assert.deepEqual([reply.status, reply.body.errorCode], [status, code], `${JSON.stringify(wrong)} ${reply.text}`);
    }
    await here.house.logs.flush();
    const logs = await site.manage('GET', '/logs?q=type:sapi&per_page=100');
    assert.ok(!/ticket=[A-Za-z0-9]{32}/.test(logs.text), 'no link in a log');
  });

  test('a verification mail is a job that can be looked at', async () => {
    const person = await site.user({ email_verified: false, verify_email: false });
    const taken = await site.manage('POST', '/jobs/verification-email', { user_id: person.userId });
    assert.equal(taken.status, 201, taken.text);
    assert.match(taken.body.id, /^job_[A-Za-z0-9]{16}$/);
    assert.deepEqual([taken.body.type, taken.body.status], ['verification_email', 'pending']);
    await mailTo(site, person.email, { template: 'verify_email' });
    for (;;) {
      const { body, status } = await site.manage('GET', `/jobs/${taken.body.id}`);
      assert.equal(status, 200);
      if (body.status === 'completed') break;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    const missing = await site.manage('GET', '/jobs/job_0000000000000000');
    assert.deepEqual([missing.status, missing.body.errorCode], [404, 'inexistent_job']);
    const bad = await site.manage('POST', '/jobs/verification-email', { user_id: person.userId, client_id: '#<x>' });
    assert.equal(bad.status, 400);
    assert.match(
      bad.body.message,
      /^Payload validation error: 'Object didn't pass validation for format client-id: #<x>' on property client_id \(client_id of the client/,
    );
    assert.equal((await mailsTo(site, person.email)).length, 1);
  });
});
