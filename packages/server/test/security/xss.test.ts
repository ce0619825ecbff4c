// XSS: what comes from outside is text, on every page and in every response mode. The browser's own part, that the
// policy stops what slips through, is in the browser tests of the examples and in hdr.test.ts.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { tagsOf } from '../support/forms.ts';
import { type Client, type PeopledSite, type Person, peopled } from '../support/people.ts';
import { answerIn, authorizeUrl, login, pageKind } from '../support/relying-party.ts';
import { serveHere } from '../support/running.ts';
import { userAgent, type View } from '../support/user-agent.ts';

const payloads = [
  '"><script>canary()</script>',
  "'-canary()-'",
  "' onmouseover='canary()",
  '</title><svg onload=canary()>',
  '</script><script>canary()</script>',
  '<img src=x onerror=canary()>',
  `$${'{canary()}'}`,
  '{{7*7}}',
  'javascript:canary()',
  '\u2028canary()\u2029',
  ']]><canary>',
  '<!--<canary>',
  '&lt;canary&gt;',
];

describe('cross-site scripting', () => {
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

  /** Nothing of ours carries an event handler, a canary tag, a script with the canary in code, or a script address. */
  function isHarmless(view: View, what: string): void {
    assert.ok(view.status < 500, `${what}: ${view.status}`);
    if (!view.headers.get('content-type')?.startsWith('text/html')) return;
    for (const { name, closing, attributes, end } of tagsOf(view.html)) {
      if (closing) continue;
      const shown = `${what}: <${name} ${JSON.stringify(attributes)}>`;
      assert.ok(
        !['svg', 'canary', 'iframe', 'object', 'embed', 'base'].includes(name) || 'aria-hidden' in attributes,
        shown,
      );
      if (name === 'img') assert.notEqual(attributes.src, 'x', shown);
      for (const [key, value] of Object.entries(attributes)) {
        assert.ok(!key.startsWith('on'), shown);
        if (['href', 'src', 'action', 'formaction'].includes(key))
          assert.doesNotMatch(value.trim(), /^(javascript|vbscript|data):/i, shown);
      }
      if (name === 'script') {
        const code = view.html.slice(end, view.html.toLowerCase().indexOf('</script', end));
        // As a string in JSON it is data; as anything else it would run.
        const withoutStrings = code.replace(/"(?:[^"\\\n\u2028\u2029]|\\.)*"/g, '""');
        assert.doesNotMatch(withoutStrings, /canary/, shown);
      }
    }
    assert.doesNotMatch(view.text, /(^|[^0-9])49([^0-9]|$)/, `${what}: a template was evaluated`);
  }

  test('XSS-01: whatever stands in a parameter is text on every page', async () => {
    const names = [
      'state',
      'login_hint',
      'ui_locales',
      'connection',
      'screen_hint',
      'client_id',
      'redirect_uri',
      'organization',
      'invitation',
      'error',
      'error_description',
      'scope',
      'audience',
      'prompt',
      'nonce',
      'response_mode',
      'acr_values',
      'id_token_hint',
    ];
    for (const payload of payloads) {
      for (const name of names) {
        const browser = userAgent();
        const what = `${name}=${payload}`;
        isHarmless(await browser.settle(await browser.load(authorizeUrl(site, client, { [name]: payload }))), what);
      }
      const query = new URLSearchParams({ returnTo: payload, client_id: payload, state: payload, error: payload });
      for (const path of ['/v2/logout', '/u/login', '/u/consent', '/u/signup', '/authorize/resume', '/nowhere'])
        isHarmless(await userAgent().load(`${site.base}${path}?${query}`), `${path} ${payload}`);
    }
  });

  test('XSS-01: a hint and what was typed come back as text in the form', async () => {
    for (const payload of payloads) {
      const browser = userAgent();
      const view = await browser.settle(await browser.load(authorizeUrl(site, client, { login_hint: payload })));
      assert.equal(pageKind(view), 'login');
      isHarmless(view, payload);
      const sent = await browser.submit(view, { username: payload, password: 'wrong' });
      isHarmless(sent, payload);
      const [field] = sent.forms.flatMap(({ fields }) => fields.filter(({ name }) => name === 'username'));
      assert.ok(field !== undefined && (field.value === payload || field.value === payload.trim()), `${field?.value}`);
    }
  });

  test('XSS-02: stored names and addresses are text, and only web addresses become links and images', async () => {
    const api = await site.api({
      skip_consent_for_verifiable_first_party_clients: false,
      scopes: [{ value: 'read:<b>', description: '<script>canary()</script><img src=x onerror=canary()>' }],
    });
    const database = await site.manage('GET', '/connections?name=Username-Password-Authentication');
    await site.manage('PATCH', `/connections/${database.body[0].id}`, { is_domain_connection: true });
    const evil = '"\' onerror=canary() {{7*7}}';
    for (const logo_uri of [
      'javascript:canary()',
      'https://x.example.com/" onerror="canary()',
      'data:image/svg+xml,x',
    ]) {
      const reply = await site.manage('PATCH', `/clients/${client.id}`, { name: evil, logo_uri });
      if (reply.status === 400) await site.manage('PATCH', `/clients/${client.id}`, { name: evil });
      await site.manage('PATCH', '/tenants/settings', {
        friendly_name: evil,
        support_url: 'https://help.example.com/?"onerror=canary()',
        picture_url: 'https://x.example.com/"onerror=canary()',
        flags: { use_scope_descriptions_for_consent: true },
      });
      const browser = userAgent();
      await login(
        site,
        client,
        { scope: 'openid read:<b>', audience: api.audience, prompt: 'consent' },
        {
          person,
          browser,
          onPage(view, kind) {
            isHarmless(view, `${kind} ${logo_uri}`);
            return undefined;
          },
        },
      );
      isHarmless(await browser.load(`${site.base}/authorize?client_id=nobody`), 'error page');
    }
  });

  test('XSS-03: form_post and web_message carry any state unchanged and run nothing of it', async () => {
    const browser = userAgent();
    await login(site, client, {}, { person, browser });
    for (const payload of payloads) {
      for (const response_mode of ['form_post', 'web_message', 'query', 'fragment']) {
        for (const prompt of ['none', undefined]) {
          const ending = await login(site, client, { response_mode, state: payload, prompt }, { browser });
          assert.equal(ending.mode, response_mode);
          assert.equal(ending.params.state, payload, response_mode);
          isHarmless(ending.view, `${response_mode} ${payload}`);
          const policy = ending.view.headers.get('content-security-policy');
          if (response_mode.endsWith('t') || response_mode === 'web_message')
            if (ending.view.status === 200) assert.match(policy ?? '', /script-src[^;]*'(nonce|sha256)-/);
        }
      }
      const failed = await login(
        site,
        client,
        { response_mode: 'form_post', state: payload, audience: `https://x/${payload}` },
        { browser },
      );
      assert.equal(failed.params.state, payload);
      isHarmless(failed.view, `error ${payload}`);
    }
  });

  test('XSS-10: JSON is sent as JSON, and an ending like .html finds nothing', async () => {
    for (const [method, path] of [
      ['GET', '/.well-known/openid-configuration'],
      ['GET', '/.well-known/jwks.json'],
      ['POST', '/oauth/token'],
      ['POST', '/dbconnections/signup'],
    ] as const) {
      const reply = await site.send(method, path, {
        headers: { accept: 'text/html', 'content-type': 'application/json' },
        ...(method === 'POST' ? { body: JSON.stringify({ grant_type: payloads[0], email: payloads[0] }) } : {}),
      });
      assert.match(reply.headers.get('content-type') ?? '', /^application\/json/, path);
      assert.equal(reply.headers.get('x-content-type-options'), 'nosniff', path);
    }
    const html = await site.send('GET', '/userinfo', { headers: { accept: 'text/html' } });
    assert.equal(html.status, 401);
    assert.doesNotMatch(html.headers.get('content-type') ?? '', /html/);
    assert.equal((await site.send('GET', '/userinfo.html')).status, 404);
    assert.equal((await site.send('GET', '/.well-known/jwks.json.html')).status, 404);
    assert.equal(answerIn(await userAgent().load(`${site.base}/authorize.html`)), undefined);
  });
});
