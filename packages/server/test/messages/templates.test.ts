// Operators' templates: what they say is used, what they print is text, and one that fails costs nothing but itself.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { User } from '../../src/domain/accounts/user.ts';
import { composeMessage, type MessageFacts } from '../../src/domain/messages/compose.ts';
import { headerText, readMailbox } from '../../src/domain/messages/header-text.ts';
import { textOfHtml } from '../../src/domain/messages/layout.ts';
import { renderLiquid } from '../../src/domain/messages/liquid.ts';
import { sentTemplates } from '../../src/domain/messages/message.ts';
import { durationIn, type MailLanguage, mailTexts } from '../../src/domain/messages/texts/index.ts';
import { resultOf, resultRedirect } from '../../src/domain/recovery/links.ts';
import { type EmailTemplate, tenantSettings } from '../../src/resources/index.ts';

const evil = '</p><script>alert(1)</script>"\'\r\nBcc: victim@evil.test\u2028\u202e{{ url }}{% raw %}';

const user: User = {
  user_id: 'auth0|1',
  connection: 'Username-Password-Authentication',
  email: 'jane@example.com',
  name: evil,
  given_name: evil,
  created_at: '',
  updated_at: '',
  identities: [],
  user_metadata: { nick: evil, host: 'evil.test', link: 'javascript:alert(1)' },
};

function facts(template: Partial<EmailTemplate> | undefined, more: Partial<MessageFacts> = {}): MessageFacts {
  return {
    message: {
      template: 'reset_email',
      user_id: user.user_id,
      to: 'jane@example.com',
      url: 'https://idp.example/u/reset-password?ticket=x&y=1#',
      lifetime: 3600,
    },
    user,
    client: { clientId: 'c', name: evil, callbacks: ['https://app.example/cb'] },
    look: {
      tenantName: evil,
      logoUrl: 'javascript:alert(1)',
      faviconUrl: undefined,
      primary: '#f00;} body{display:none',
      pageBackground: undefined,
      support: 'javascript:alert(1)',
      languages: [],
    },
    settings: tenantSettings.initial,
    template: template && {
      template: 'reset_email',
      body: '<p>{{ user.name }}</p>',
      subject: 'Hello',
      syntax: 'liquid',
      enabled: true,
      ...template,
    },
    ...more,
  };
}

const isHarmless = (html: string) => {
  assert.doesNotMatch(html, /<script|javascript:|"'|\u202e/);
  assert.doesNotMatch(html, /<[^>]*alert/);
};

for (const name of sentTemplates) {
  for (const language of Object.keys(mailTexts) as MailLanguage[]) {
    test(`our own ${name} in ${language} is whole, and shows names as text`, () => {
      const { message, ...rest } = facts(undefined);
      const { mail, faults } = composeMessage({
        ...rest,
        message: { ...message, template: name, language, ip: '192.0.2.1' },
      });
      assert.deepEqual(faults, []);
      assert.equal(mail.language, language);
      isHarmless(mail.html.replaceAll('\u202e', ''));
      assert.doesNotMatch(mail.subject, /[\r\n\u2028\u202e]/);
      assert.ok(mail.subject.length > 10 && mail.text.length > 80 && !mail.text.includes('undefined'));
      const button = mailTexts[language][name]({ tenant: 't', email: 'e', lifetime: 'l', ip: 'i' }).button;
      assert.equal(mail.html.includes('ticket=x&amp;y=1#'), button !== undefined);
      assert.equal(mail.text.includes('ticket=x&y=1#'), button !== undefined);
    });
  }
}

for (const body of [
  '<p>{{ user.name }}</p>',
  '<p>{{ user.name | escape }}</p>',
  '<p>{{ user.user_metadata.nick | upcase }}</p>',
  '<p>{% echo user.name %}</p>',
  '<p>{% cycle user.name, "b" %}</p>',
  '<p>{% capture x %}{{ user.name }}{% endcapture %}{{ x }}</p>',
  '<p>{{ user.name | newline_to_br }}</p>',
  '<p>{{ user | json }}</p>',
  '<p>{% assign x = user.name | append: "<b>" %}{{ x }}</p>',
  '<p>{{ "<" | append: "script>" }}</p>',
  '<a href="{{ application.name }}">{{ tenant }}</a>',
  '<p>{% for one in user.user_metadata %}{{ one }}{% endfor %}</p>',
]) {
  test(`XSS in mails: ${body} prints text`, () => {
    const { mail, faults } = composeMessage(facts({ body }));
    assert.deepEqual(faults, []);
    assert.doesNotMatch(mail.html, /<script|<b>|"'/i);
    assert.ok(!mail.html.includes('ticket=x'), 'what a user is called is no template');
  });
}

test('a template that escapes by hand escapes once', () => {
  const { mail } = composeMessage(facts({ body: '{{ "a & b" | escape }} {{ "a & b" }}' }));
  assert.equal(mail.html, 'a &amp; b a &amp; b');
});

test('subject and sender come from the template, as one line each', () => {
  const { mail, faults } = composeMessage(
    facts({ subject: 'For {{ user.name }}', from: '{{ application.name }} <me@example.com>', body: '<p>x</p>' }),
  );
  assert.deepEqual(faults, []);
  assert.doesNotMatch(mail.subject, /[\r\n\u2028\u202e]/);
  assert.match(mail.subject, /^For <\/p><script>/);
  assert.equal(mail.from?.address, 'me@example.com');
  assert.doesNotMatch(mail.from?.name ?? '', /[\r\n<>"\\]/);
  const lost = composeMessage(facts({ from: 'nobody\r\nBcc: x@evil.test' }));
  assert.equal(lost.mail.from, undefined);
  assert.match(lost.faults[0] ?? '', /no mail address/);
});

const attacks: readonly [about: string, body: string][] = [
  ['loops without end', '{% for a in (1..100000) %}{% for b in (1..100000) %}{{ a }}{% endfor %}{% endfor %}'],
  ['a list of a billion', '{% for a in (1..1000000000) %}{{ a }}{% endfor %}'],
  ['text that doubles', `{% assign x = "xxxxxxxxxxxxxxxx" %}${'{% assign x = x | append: x %}'.repeat(40)}{{ x }}`],
  ['more than a mail can hold', `{% for a in (1..9000) %}${'x'.repeat(400)}{% endfor %}`],
  [
    'a division by nothing',
    '{{ 1 | divided_by: 0 | append: "x" | times: "y" }}{% for a in (1..10000000) %}x{% endfor %}',
  ],
  ['deep nesting', '{% if true %}'.repeat(20_000)],
  ['a member of a member of nothing', '{{ user.constructor.constructor }}{{ user.__proto__.polluted }}'],
];
for (const [about, body] of attacks) {
  test(`a template with ${about} ends soon, and our own words are sent instead`, () => {
    const { mail, faults } = composeMessage(facts({ body }));
    if (faults.length === 0) assert.equal(mail.html.replaceAll(/[<>]/g, ''), '');
    else {
      assert.match(faults[0] ?? '', /^the body of the template reset_email cannot be used: /);
      assert.match(mail.html, /^<!DOCTYPE html>/);
      assert.match(mail.text, /ticket=x/);
    }
  });
}

test('a template sees the profile and nothing else', () => {
  const dump = renderLiquid('{{ user | json }}', { user: {} }, 'text');
  assert.deepEqual(dump, { kind: 'rendered', text: '{}' });
  const { mail } = composeMessage(facts({ body: '{{ user.identities }}{{ user.updated_at }}{{ user.last_ip }}' }));
  assert.equal(mail.html, '');
});

test('what an operator wrote as HTML is text too, with the addresses of its links', () => {
  const html =
    '<html><head><title>T</title><style>p{}</style></head><body><p>Hi&nbsp;Jane &amp; Joe</p><p><a href="https://a.example/?b=1&amp;c=2">Go</a></p><script>x</script>';
  assert.equal(textOfHtml(html), 'Hi Jane & Joe\n\nGo (https://a.example/?b=1&c=2)\n');
  assert.equal(textOfHtml('<'.repeat(100_000)), '\n');
});

test('where people go afterwards is the template’s to say, and no user can choose the host', () => {
  const rest = facts(undefined);
  const at = (resultUrl: string) => resultOf({ ...(facts({ resultUrl }).template as EmailTemplate) }, rest).result_url;
  assert.equal(at('https://app.example/done?u={{ user.user_id }}'), 'https://app.example/done?u=auth0|1');
  assert.equal(at('{{ application.callback_domain }}/done'), 'https://app.example/done');
  assert.equal(at('https://{{ user.user_metadata.host }}/done'), undefined);
  assert.equal(at('{{ user.user_metadata.link }}'), undefined);
  assert.equal(at('javascript:alert(1)'), undefined);
  const url = resultRedirect(
    { result_url: 'https://app.example/done?a=1&success=false', include_email: true },
    'j@x.test',
    'm',
    {
      signUp: true,
      forgotPassword: true,
    },
  );
  assert.equal(
    url,
    'https://app.example/done?a=1&success=true&supportSignUp=true&supportForgotPassword=true&email=j%40x.test&code=success&message=m',
  );
});

test('senders and lines are read strictly', () => {
  assert.deepEqual(readMailbox('Jane "J" <Jane@Example.com>'), { name: 'Jane J', address: 'jane@example.com' });
  assert.deepEqual(readMailbox('jane@example.com'), { name: '', address: 'jane@example.com' });
  for (const bad of ['', 'Jane', '<jane>', 'a@b.test, c@d.test', 'a@b.test\r\nBcc: c@d.test', 'x <a@b.test> <c@d'])
    assert.equal(readMailbox(bad), undefined, bad);
  assert.equal(headerText('a\r\nb\u2028c\0d'), 'a b c d');
  assert.equal([...headerText('😀'.repeat(500))].length, 200);
});

test('a time is told in the largest unit that divides it', () => {
  assert.equal(durationIn('en', 432_000), '5 days');
  assert.equal(durationIn('de', 3_600), '1 Stunde');
  assert.equal(durationIn('fr', 90).replace(/\s/g, ' '), '90 secondes');
  assert.equal(durationIn('es', 1_800), '30 minutos');
});
