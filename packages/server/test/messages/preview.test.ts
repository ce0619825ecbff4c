// How a mail would look: what is sent now, what an operator writes, our own text to begin with, and the document that shows it.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ownTemplate } from '../../src/domain/messages/compose.ts';
import { textOfHtml } from '../../src/domain/messages/layout.ts';
import { liquidFault, renderLiquid } from '../../src/domain/messages/liquid.ts';
import { sentTemplates } from '../../src/domain/messages/message.ts';
import { previewMail } from '../../src/domain/messages/preview.ts';
import { isSent } from '../../src/domain/messages/send.ts';
import { type MailLanguage, mailTexts } from '../../src/domain/messages/texts/index.ts';
import { type EffectiveTemplate, templateEffects, tenantSettings } from '../../src/resources/index.ts';
import { peopled } from '../support/people.ts';
import { serveHere } from '../support/running.ts';

const look = {
  tenantName: 'Rose & Crown <Ltd>',
  logoUrl: undefined,
  faviconUrl: undefined,
  primary: '#3d46c2',
  pageBackground: undefined,
  support: 'https://help.example.com/',
  languages: [],
};
const names = Object.keys(templateEffects) as EffectiveTemplate[];

test('what has an effect is what is sent: of every mail but that about stolen passwords, which nothing finds yet', () => {
  assert.deepEqual(names.toSorted(), sentTemplates.filter((name) => name !== 'stolen_credentials').toSorted());
  for (const name of names) assert.equal(isSent(name, undefined), templateEffects[name].unasked, name);
});

test('our own text as a template says, printed, what our own mail says, in every language', () => {
  for (const language of Object.keys(mailTexts) as MailLanguage[]) {
    for (const name of names) {
      const settings = tenantSettings.initial;
      const facts = { name, template: undefined, language, look, settings, origin: 'https://idp.example/' };
      const { own, subject, text } = previewMail(facts);
      assert.equal(liquidFault(own.body, 'html'), undefined);
      const template = { ...own, template: name, syntax: 'liquid', enabled: true, urlLifetimeInSeconds: 7200 } as const;
      const again = previewMail({ ...facts, template });
      assert.deepEqual(again.faults, []);
      assert.equal(again.subject, subject);
      // The lifetime is told in hours there.
      const words = (whole: string) => textOfHtml(whole).replace(/\s+/g, ' ');
      const mine = previewMail({ ...facts, template: { ...template, body: '', subject: '' } });
      assert.equal(words(again.html), words(mine.html), `${language} ${name}`);
      assert.equal(text.includes('{{'), false);
    }
  }
  const { body } = ownTemplate('reset_email', true, 'en', look);
  const rendered = renderLiquid(body, { url: 'javascript:"><b>', friendly_name: '<i>' }, 'html');
  assert.equal(rendered.kind, 'rendered');
  assert.doesNotMatch(rendered.kind === 'rendered' ? rendered.text : '', /<b>|<i>/);
});

describe('previews at the Management API', () => {
  let here: Awaited<ReturnType<typeof serveHere>>;
  let site: ReturnType<typeof peopled<typeof here>>;
  before(async () => {
    here = await serveHere('sqlite', { flags: ['--dashboard'] });
    site = peopled(here);
  });
  after(() => here.stop());
  const at = '/email-templates/reset_email';
  const preview = (body: object, name = 'reset_email') => site.manage('POST', `/email-templates/${name}/preview`, body);

  test('show what is sent now, in the language that is asked for', async () => {
    const ours = await preview({ language: 'de' });
    assert.equal(ours.status, 200, ours.text);
    assert.equal(ours.body.language, 'de');
    assert.match(ours.body.html, /<html lang="de">/);
    assert.deepEqual(ours.body.faults, []);
    assert.equal((await site.manage('GET', '/email-templates')).text, '[]');
    const template = { template: 'reset_email', syntax: 'liquid', enabled: true, subject: 'Mine', body: '<p>Mine</p>' };
    assert.equal((await site.manage('POST', '/email-templates', template)).status, 200);
    assert.deepEqual((await site.manage('GET', '/email-templates')).body, [template]);
    const mine = (await preview({})).body;
    assert.deepEqual([mine.subject, mine.html], ['Mine', '<p>Mine</p>']);
  });

  test('show what is not saved, and keep nothing of it', async () => {
    const written = {
      subject: 'To {{ user.name }}',
      from: '{{ friendly_name }} <a@example.com>',
      body: '{{ url_lifetime }} {{ "<b>" }}',
      urlLifetimeInSeconds: 60,
    };
    const { body } = await preview(written);
    assert.deepEqual(
      [body.subject, body.from, body.html],
      ['To Ada Example', 'Countersign <a@example.com>', '60 &lt;b&gt;'],
    );
    assert.equal((await site.manage('GET', at)).body.subject, 'Mine');
  });

  test('name the member that cannot be read, and say what would be passed over when it is sent', async () => {
    const broken = await preview({ body: '<p>\n{% if %}' });
    assert.equal(broken.status, 400);
    assert.match(broken.body.message, /'Liquid: .*line:2.*' on property body/);
    const { body } = await preview({ from: 'nobody', body: '{% for i in (1..10000000) %}x{% endfor %}' });
    assert.equal(body.faults.length, 2, body.faults.join());
    assert.match(body.html, /Choose a new password/);
  });

  test('of mails that nothing sends there are none', async () => {
    for (const name of ['stolen_credentials', 'mfa_oob_code', 'constructor'])
      assert.equal((await preview({}, name)).status, 404, name);
    assert.equal((await here.send('POST', `/api/v2${at}/preview`, { body: '{}' })).status, 401);
  });

  test('a template that is deleted leaves our own text; deleted again it is not there', async () => {
    assert.equal((await site.manage('DELETE', at)).status, 204);
    assert.equal((await site.manage('DELETE', at)).status, 404);
    assert.match((await preview({})).body.subject, /^Reset your password for /);
  });

  test('run out: a tenant cannot keep the node busy with them', async () => {
    const replies = await Promise.all(Array.from({ length: 40 }, () => preview({ language: 'en' })));
    const refused = replies.find(({ status }) => status === 429);
    assert.ok(refused);
    assert.match(refused.headers.get('retry-after') ?? '', /^\d+$/);
  });

  test('the document that shows one has no powers, and only a page of this origin gets it', async () => {
    const html = '<html><head><title>x</title></head><body><script>1</script></body></html>';
    const show = (headers: Record<string, string>) =>
      here.send('POST', '/dashboard/mail', {
        headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
        body: new URLSearchParams({ html }).toString(),
      });
    const own = { origin: here.base, 'sec-fetch-site': 'same-origin' };
    const shown = await show(own);
    assert.equal(shown.status, 200, shown.text);
    const policy = (shown.headers.get('content-security-policy') ?? '').split('; ');
    assert.deepEqual(policy, [
      'sandbox',
      "default-src 'none'",
      "style-src 'unsafe-inline'",
      'img-src data:',
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'self'",
    ]);
    assert.equal(shown.headers.get('x-frame-options'), 'SAMEORIGIN');
    assert.match(shown.headers.get('cache-control') ?? '', /no-store/);
    for (const headers of [
      {},
      { origin: here.base },
      { 'sec-fetch-site': 'same-origin' },
      { ...own, 'sec-fetch-site': 'cross-site' },
      { ...own, 'sec-fetch-site': 'same-site' },
      { ...own, origin: 'https://evil.test' },
      { ...own, origin: 'null' },
    ]) {
      const refused = await show(headers as Record<string, string>);
      assert.equal(refused.status, 403, JSON.stringify(headers));
      assert.doesNotMatch(refused.text, /script/);
    }
    assert.equal(
      (await here.send('GET', '/dashboard/mail', {})).headers
        .get('content-security-policy')
        ?.includes("'unsafe-inline'"),
      false,
    );
  });
});
