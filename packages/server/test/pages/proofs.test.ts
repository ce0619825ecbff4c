// What every page of a login checks before its step is asked: whose login it is, whose form it is, and whether it still lives
// (security-cases CSR-01 to CSR-03, HDR-01 to HDR-04, XSS-01, XSS-02).

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type PageName, takePending } from '../../src/domain/pending/steps.ts';
import { sessions } from '../../src/domain/sessions/session.ts';
import { serveHere } from '../support/running.ts';
import { assertResumes, begin, callback, makeClient, makeUser, password, storeOf, textOf } from './visitor.ts';

let here: Awaited<ReturnType<typeof serveHere>>;
let clientId: string;
const right = { username: 'jane@example.com', password };
before(async () => {
  here = await serveHere();
  clientId = await makeClient(here);
  await makeUser(here, { email: 'jane@example.com' });
});
after(() => here.stop());

const pages: readonly PageName[] = ['login', 'signup', 'consent', 'confirm', 'select_account'];
const countSessions = async () => (await storeOf(here).all(sessions)).length;

test('a login of another browser is refused on every page, to look at and to answer', async () => {
  const before = await countSessions();
  for (const name of pages) {
    for (const cookies of [new Map(), new Map([['countersign_did', 'another-browser']])]) {
      const visitor = await begin(here, clientId);
      visitor.cookies.clear();
      for (const [cookie, value] of cookies) visitor.cookies.set(cookie, value);
      for (const reply of [await visitor.get(name), await visitor.post(name, { ...right, action: 'accept' })]) {
        assert.equal(reply.status, 403, name);
        assert.equal(reply.headers.get('set-cookie'), null);
        assert.match(textOf(reply), /belongs to another browser/);
      }
      assert.deepEqual(await visitor.now(), visitor.pending);
    }
  }
  assert.equal(await countSessions(), before);
});

const forged: readonly (readonly [what: string, fields: Record<string, string>, headers: Record<string, string>])[] = [
  ['no token', { csrf: '' }, {}],
  ['a wrong token', { csrf: 'x'.repeat(43) }, {}],
  ['a token that is longer', { csrf: 'x'.repeat(44) }, {}],
  ['another origin', {}, { origin: 'https://evil.test' }],
  ['no origin that it would name', {}, { origin: 'null' }],
  ['another site', {}, { 'sec-fetch-site': 'cross-site' }],
  ['a sister site', {}, { 'sec-fetch-site': 'same-site' }],
  ['a body that is no form', {}, { 'content-type': 'text/plain' }],
];
for (const [what, fields, headers] of forged) {
  test(`a form with ${what} is refused on every page and nothing happens`, async () => {
    for (const name of pages) {
      const visitor = await begin(here, clientId);
      const reply = await visitor.post(
        name,
        { ...right, email: 'x@example.com', action: 'accept', ...fields },
        headers,
      );
      assert.equal(reply.status, 403, name);
      assert.equal(reply.headers.get('set-cookie'), null);
      assert.deepEqual(await visitor.now(), visitor.pending);
    }
  });
}

test('the token of one login is no token of another, even in the same browser', async () => {
  const one = await begin(here, clientId);
  const two = await begin(here, clientId, {}, {}, one.cookies);
  const reply = await two.post('login', { ...right, csrf: one.pending.csrf });
  assert.equal(reply.status, 403);
});

test('a form from our own page is taken: the headers that browsers send with it', async () => {
  const visitor = await begin(here, clientId);
  const reply = await visitor.post('login', right, { origin: here.base, 'sec-fetch-site': 'same-origin' });
  assertResumes(reply, visitor);
});

test('two tabs do not disturb each other', async () => {
  const one = await begin(here, clientId);
  const two = await begin(here, clientId, {}, {}, one.cookies);
  assertResumes(await one.post('login', right), one);
  assertResumes(await two.post('login', right), two);
  assert.deepEqual([(await one.now())?.login?.fresh, (await two.now())?.login?.fresh], [true, true]);
});

test('a login that is over tells so, or leads to where a new one starts', async () => {
  const visitor = await begin(here, clientId);
  await storeOf(here).transact((tx) => takePending(tx, visitor.pending));
  for (const reply of [await visitor.get('login'), await visitor.post('login', right)]) {
    assert.equal(reply.status, 400);
    assert.match(textOf(reply), /This page has expired/);
    assert.equal(reply.headers.get('set-cookie'), null);
  }
  const id = await makeClient(here, { initiate_login_uri: 'https://app.example.com/start' });
  const other = await begin(here, id);
  await storeOf(here).transact((tx) => takePending(tx, other.pending));
  const looked = await other.get('login');
  assert.equal(looked.status, 303);
  assert.match(looked.headers.get('location') ?? '', /^https:\/\/app\.example\.com\/start\?/);
  const answered = await other.post('login', right);
  assert.equal(answered.status, 400);
  assert.match(answered.text, /href="https:\/\/app\.example\.com\/start\?/);
});

const handles = [
  '',
  '?state=',
  '?state=nothing',
  '?state=a&state=b',
  '?state=%00',
  '?state=%ff',
  `?state=${'x'.repeat(5000)}`,
];
for (const query of handles) {
  test(`a page without a login that lives is a page with an error: ${JSON.stringify(query.slice(0, 20))}`, async () => {
    const reply = await here.send('GET', `/u/login${query}`);
    assert.equal(reply.status, 400);
    assert.match(reply.headers.get('content-type') ?? '', /text\/html/);
    assert.match(textOf(reply), /This page has expired/);
  });
}

test('every page has the headers that keep scripts, frames and caches out', async () => {
  const visitor = await begin(here, clientId);
  const replies = [await visitor.get('login'), await visitor.get('signup'), await here.send('GET', '/u/login')];
  for (const { headers, text } of replies) {
    const policy = new Map(
      (headers.get('content-security-policy') ?? '').split('; ').map((line) => {
        const [name = '', ...values] = line.split(' ');
        return [name, values.join(' ')] as const;
      }),
    );
    assert.equal(policy.get('default-src'), "'none'");
    assert.equal(policy.get('script-src'), "'none'");
    assert.equal(policy.get('frame-ancestors'), "'none'");
    assert.equal(policy.get('base-uri'), "'none'");
    assert.match(policy.get('style-src') ?? '', /^'sha256-[A-Za-z0-9+/]{43}='$/);
    assert.match(policy.get('form-action') ?? '', /^'self'/);
    assert.equal(headers.get('x-frame-options'), 'DENY');
    assert.equal(headers.get('cache-control'), 'no-store');
    assert.equal(headers.get('x-content-type-options'), 'nosniff');
    assert.equal(headers.get('referrer-policy'), 'same-origin');
    assert.doesNotMatch(text, /<script|\son\w+=|javascript:/i);
  }
  assert.match(
    replies[0]?.headers.get('content-security-policy') ?? '',
    /form-action 'self' https:\/\/app\.example\.com/,
  );
});

test('what the router refuses is a page here too', async () => {
  const visitor = await begin(here, clientId);
  const large = await visitor.post('login', { ...right, padding: 'x'.repeat(20_000) });
  const put = await here.send('PUT', '/u/login');
  for (const [reply, status] of [
    [large, 413],
    [put, 405],
  ] as const) {
    assert.equal(reply.status, status);
    assert.match(reply.headers.get('content-type') ?? '', /text\/html/);
    assert.match(reply.headers.get('content-security-policy') ?? '', /script-src 'none'/);
    assert.match(textOf(reply), /Something went wrong/);
  }
});

const payloads = [
  '"><script>x</script>',
  "'-x-'",
  '</title><svg onload=x>',
  '${' + 'x}',
  '{{7*7}}',
  'javascript:x',
  '"><img src=x onerror=x>',
];
test('what a request, a client or a tenant is called is text on every page', async () => {
  // Neither name takes < or >; attributes and templates are what remains to be tried.
  const name = payloads.join(' ').replaceAll(/[<>]/g, '');
  const id = await makeClient(here, { name, logo_uri: 'https://app.example.com/logo.png' });
  const settings = await here.manage('PATCH', '/tenants/settings', { friendly_name: name.slice(0, 60) });
  assert.equal(settings.status, 200, settings.text);
  try {
    for (const payload of payloads) {
      const visitor = await begin(here, id, {
        login_hint: payload,
        ui_locales: payload,
        state: payload,
        acr_values: payload,
      });
      const replies = [
        await visitor.get('login'),
        await visitor.get('signup'),
        await visitor.post('login', { username: payload, password: payload }),
        await visitor.post('signup', { email: payload, password: payload }),
        await here.send('GET', `/u/login?state=${encodeURIComponent(payload)}`),
      ];
      for (const { text } of replies) {
        assert.doesNotMatch(text, /<script|<svg|<img|onload=x>|href="javascript/i);
        assert.doesNotMatch(text.replaceAll(/<[^>]*>/g, ''), /49/);
      }
    }
  } finally {
    await here.manage('PATCH', '/tenants/settings', { friendly_name: 'Acme' });
  }
});

const wishes: readonly (readonly [
  what: string,
  ui_locales: string | undefined,
  accept: string | undefined,
  language: string,
])[] = [
  ['nothing: the default of the tenant', undefined, undefined, 'en'],
  ['the browser', undefined, 'de-AT,de;q=0.9,en;q=0.8', 'de'],
  ['the browser, by weight', undefined, 'en;q=0.4, fr;q=0.9, de;q=0.1', 'fr'],
  ['a language that is refused', undefined, 'de;q=0, es', 'es'],
  ['the client before the browser', 'fr-CA', 'de', 'fr'],
  ['the first that is known', 'ja es', 'de', 'es'],
  ['nothing that is known', 'ja', 'zh,ko', 'en'],
  ['a header that is none', undefined, ';;;,q=,,constructor', 'en'],
];
for (const [what, ui_locales, accept, language] of wishes) {
  test(`language: ${what}`, async () => {
    const visitor = await begin(here, clientId, ui_locales === undefined ? {} : { ui_locales });
    const reply = await visitor.get('login', accept === undefined ? {} : { 'accept-language': accept });
    assert.match(reply.text, new RegExp(`<html lang="${language}" dir="ltr">`));
  });
}

test('branding colours the pages, and only colours and web addresses get through', async () => {
  await here.manage('PATCH', '/branding', {
    colors: { primary: '#ff6600', page_background: '#fafafa' },
    logo_url: 'https://cdn.example.com/logo.png',
  });
  try {
    const { text, headers } = await (await begin(here, clientId)).get('login');
    assert.match(text, /--primary:#ff6600/);
    assert.match(text, /--ground:#fafafa/);
    assert.match(text, /<img src="https:\/\/cdn\.example\.com\/logo\.png"/);
    assert.match(headers.get('content-security-policy') ?? '', /img-src https:\/\/cdn\.example\.com;/);
  } finally {
    await here.manage('PATCH', '/branding', { colors: null, logo_url: null });
  }
});

test('the callback of the login may be reached after the form, also an app', async () => {
  const targets = async (redirect_uri: string) => {
    const visitor = await begin(here, clientId, { redirect_uri });
    const { headers } = await visitor.get('login');
    return /form-action ([^;]*)/.exec(headers.get('content-security-policy') ?? '')?.[1]?.split(' ');
  };
  assert.deepEqual(await targets(callback), [
    "'self'",
    'https://app.example.com',
    'https://example.com',
    'https://*.example.com',
  ]);
  assert.ok((await targets('com.example.app:/callback'))?.includes('com.example.app:'));
  assert.ok((await targets('http://127.0.0.1:49152/cb'))?.includes('http://127.0.0.1:49152'));
});
