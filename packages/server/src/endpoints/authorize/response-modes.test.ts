// What each response mode puts on the wire (auth0-behaviour §5).

import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { test } from 'node:test';
import type { ResponseMode } from '../../oauth/authorization-request.ts';
import type { RegisteredRedirect } from '../../oauth/redirect-uri.ts';
import { deliver } from './response-modes.ts';
import type { Target } from './target.ts';

const params = { code: 'a b', state: '"><script>&+%é' };
const to = (redirect: string, mode: ResponseMode): Target => ({
  redirect: redirect as RegisteredRedirect,
  redirectSent: true,
  mode,
  state: undefined,
  origin: mode === 'web_message' ? 'https://app.example.com' : undefined,
});
const cb = 'https://app.example.com/cb';
const wire = 'code=a%20b&state=%22%3E%3Cscript%3E%26%2B%25%C3%A9';

const redirects: readonly [name: string, redirect: string, mode: ResponseMode, location: string][] = [
  ['query', cb, 'query', `${cb}?${wire}`],
  ['query after a query', `${cb}?bar=foo`, 'query', `${cb}?bar=foo&${wire}`],
  ['query after an empty query', `${cb}?`, 'query', `${cb}?${wire}`],
  ['query of a custom scheme', 'com.app:/cb', 'query', `com.app:/cb?${wire}`],
  ['query of a bare host', 'https://app.example.com', 'query', `https://app.example.com?${wire}`],
  ['fragment', cb, 'fragment', `${cb}#${wire}`],
  ['fragment after a query', `${cb}?bar=foo`, 'fragment', `${cb}?bar=foo#${wire}`],
];

for (const [name, redirect, mode, location] of redirects) {
  test(`${name} goes to ${location}`, () => {
    const answer = deliver(to(redirect, mode), params);
    assert.equal(answer.status, 302);
    assert.equal(answer.headers?.location, location);
    assert.equal(answer.headers?.['cache-control'], 'no-store');
    assert.equal(answer.headers?.['referrer-policy'], 'no-referrer');
    assert.deepEqual(
      Object.fromEntries(new URLSearchParams(location.slice(location.indexOf('code=')))),
      params,
      'a form decoder reads what was sent',
    );
  });
}

test('OPR-06: after a POST the redirect is a 303', () => {
  assert.equal(deliver(to(cb, 'query'), params, undefined, true).status, 303);
});

function scriptAllowed(body: string, policy: string): boolean {
  const script = /<script>([\s\S]*?)<\/script>/.exec(body)?.[1] ?? '';
  return policy.includes(`script-src 'sha256-${hash('sha256', script, 'base64')}'`);
}

test('form_post is a form that sends itself, escaped, with a button for those without JavaScript', () => {
  const { status, headers, body = '' } = deliver(to(`${cb}?a=1&b=2`, 'form_post'), params);
  const policy = String(headers?.['content-security-policy']);
  assert.equal(status, 200);
  assert.match(body, /<form method="post" action="https:\/\/app\.example\.com\/cb\?a=1&amp;b=2">/);
  assert.match(body, /<input type="hidden" name="code" value="a b">/);
  assert.match(body, /<input type="hidden" name="state" value="&quot;&gt;&lt;script&gt;&amp;\+%é">/);
  assert.match(body, /<noscript>.*<button type="submit">Continue<\/button><\/noscript>/s);
  assert.equal(body.match(/<script/g)?.length, 1);
  assert.ok(scriptAllowed(body, policy));
  assert.match(policy, /form-action https:\/\/app\.example\.com(;|$)/);
  assert.match(policy, /frame-ancestors 'none'/);
  assert.match(policy, /default-src 'none'.*object-src 'none'.*base-uri 'none'/);
  assert.equal(headers?.['x-frame-options'], 'DENY');
  assert.equal(headers?.['cache-control'], 'no-store');
});

test('form_post to what CSP cannot name may send to its scheme only', () => {
  const { headers } = deliver(to('com.app:/cb', 'form_post'), params);
  assert.match(String(headers?.['content-security-policy']), /form-action com\.app:(;|$)/);
  const loopback = deliver(to('http://[::1]:3000/cb', 'form_post'), params);
  assert.match(String(loopback.headers?.['content-security-policy']), /form-action http:(;|$)/);
});

test('OPR-10: web_message posts to the registered origin, and only that may frame it', () => {
  const { status, headers, body = '' } = deliver(to(cb, 'web_message'), params);
  const policy = String(headers?.['content-security-policy']);
  assert.equal(status, 200);
  assert.match(body, /data-origin="https:\/\/app\.example\.com"/);
  const message = /data-message="([^"]*)"/.exec(body)?.[1] ?? '';
  const plain = message
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&#39;', "'")
    .replaceAll('&#96;', '`')
    .replaceAll('&amp;', '&');
  assert.deepEqual(JSON.parse(plain), { type: 'authorization_response', response: params });
  assert.ok(!body.includes("'*'") && !body.includes('"*"'));
  assert.ok(scriptAllowed(body, policy));
  assert.match(policy, /frame-ancestors https:\/\/app\.example\.com(;|$)/);
  assert.equal(headers?.['x-frame-options'], undefined);
});

test('web_message without a registered origin is a bug, not an answer', () => {
  assert.throws(() => deliver({ ...to(cb, 'web_message'), origin: undefined }, params), /registered origin/);
});
