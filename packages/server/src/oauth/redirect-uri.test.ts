// Redirect URIs: what is near a registered address and is not it (security-cases RED, OPR).

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  isVerifiable,
  messageOrigin,
  onlyRedirect,
  type RedirectRules,
  type RegisteredRedirect,
  registeredRedirect,
} from './redirect-uri.ts';

const web = (...callbacks: string[]): RedirectRules => ({ callbacks, wildcards: true, anyLoopbackPort: false });
const native = (...callbacks: string[]): RedirectRules => ({ callbacks, wildcards: true, anyLoopbackPort: true });
const app = 'https://app.example.test';

interface Group {
  readonly title: string;
  readonly rules: RedirectRules;
  readonly taken: readonly string[];
  readonly refused: readonly string[];
}

const groups: readonly Group[] = [
  {
    title: 'RED-01: near-miss paths and components',
    rules: web(`${app}/cb`),
    taken: [`${app}/cb`],
    refused: [
      `${app}/cb/`,
      `${app}/cb/x`,
      `${app}/cb2`,
      `${app}/CB`,
      `${app}/cb?x=1`,
      `${app}/cb?`,
      `${app}/cb#f`,
      `${app}/cb#`,
      `${app}/cb;x`,
      `${app}//cb`,
      `${app}/%63b`,
      'http://app.example.test/cb',
      `${app}:8443/cb`,
      `${app}:443/cb`,
      'https://app.example.test./cb',
      'https://APP.example.test/cb',
      ` ${app}/cb`,
      `${app}/cb\n`,
      '/cb',
      '//app.example.test/cb',
      '',
    ],
  },
  {
    title: 'RED-02: userinfo confusion, even when registered',
    rules: web(`${app}/cb`, 'https://user:pw@app.example.test/cb'),
    taken: [`${app}/cb`],
    refused: [
      'https://app.example.test@evil.test/cb',
      'https://a@b@app.example.test/cb',
      'https://app.example.test%2f@evil.test/cb',
      'https://evil.test\\@app.example.test/cb',
      'https://user:pw@app.example.test/cb',
    ],
  },
  {
    title: 'a host that would speak in a Content-Security-Policy, even when registered',
    rules: web('https://a;script-src.example.test/cb', "https://a'b.example.test/cb", 'https://a,b.example.test/cb'),
    taken: [],
    refused: [
      'https://a;script-src.example.test/cb',
      "https://a'b.example.test/cb",
      'https://a,b.example.test/cb',
      'https://app.example.test:/cb',
      'https://[::1/cb',
    ],
  },
  {
    title: 'RED-04: host suffix and missing slash',
    rules: web(app),
    taken: [app],
    refused: [
      `${app}.evil.test/`,
      `${app}evil.test/`,
      `${app}%00.evil.test/`,
      `${app}\0.evil.test/`,
      `${app}/`,
      `${app}:pw@evil.test`,
    ],
  },
  {
    title: 'RED-06: dangerous schemes, even when the list has them',
    rules: web(
      'javascript:alert(1)',
      'JaVaScRiPt:alert(1)',
      'data:text/html,x',
      'vbscript:x',
      'file:///etc/passwd',
      'about:blank',
      'blob:x',
    ),
    taken: [],
    refused: [
      'javascript:alert(1)',
      'JaVaScRiPt:alert(1)',
      'data:text/html,x',
      'vbscript:x',
      'file:///etc/passwd',
      'about:blank',
      'blob:x',
    ],
  },
  {
    title: 'RED-07: dot segments and encoded separators',
    rules: web(`${app}/cb`, 'https://*.example.test/cb'),
    taken: [],
    refused: [
      `${app}/cb/..;/evil`,
      `${app}/cb/%2e%2e/evil`,
      `${app}/cb/..%2fevil`,
      `${app}/cb/%252e%252e/evil`,
      `${app}/cb\\..\\evil`,
      `${app}/x/../cb`,
    ],
  },
  {
    title: 'RED-08: a wildcard is one label',
    rules: web('https://*.example.test/cb'),
    taken: ['https://a.example.test/cb', 'https://a-1.example.test/cb'],
    refused: [
      'https://a.b.example.test/cb',
      'https://example.test/cb',
      'https://.example.test/cb',
      'https://a.example.test.evil.test/cb',
      'https://a.example.test:8443/cb',
      'https://evil.test/.example.test/cb',
      'https://evil.test#.example.test/cb',
      'https://evil.test?.example.test/cb',
      'https://a@evil.test/.example.test/cb',
      'https://-.example.test/cb',
      'https://-a.example.test/cb',
      'https://a-.example.test/cb',
      'https://%61.example.test/cb',
      'https://*.example.test/cb',
      'https://a_b.example.test/cb',
      'https://ä.example.test/cb',
      `https://${'a'.repeat(64)}.example.test/cb`,
      'http://a.example.test/cb',
      'https://a.example.test/cb2',
    ],
  },
  {
    title: 'CB-3: a wildcard may have a prefix and a suffix',
    rules: web('https://pre-*-post.example.com/cb?x=1'),
    taken: ['https://pre-1-post.example.com/cb?x=1'],
    refused: [
      'https://pre--post.example.com/cb?x=1',
      'https://pre-1.2-post.example.com/cb?x=1',
      'https://pre-1-post.example.com/cb',
      'https://pre-1-post.example.com/cb?x=1&y',
    ],
  },
  {
    title: 'CB-3, CB-4: patterns that are none match nothing',
    rules: web(
      'https://*.com/cb',
      'https://a.*.example.test/cb',
      'https://*.*.example.test/cb',
      'com.app://*.example.test/cb',
      'https://{organization_name}.example.test/cb',
      'https://*',
    ),
    taken: [],
    refused: [
      'https://a.com/cb',
      'https://a.b.example.test/cb',
      'com.app://a.example.test/cb',
      'https://{organization_name}.example.test/cb',
      'https://acme.example.test/cb',
      'https://evil.test',
    ],
  },
  {
    title: 'CB-6: a strict third-party client has no wildcards',
    rules: { ...web('https://*.example.test/cb'), wildcards: false },
    taken: [],
    refused: ['https://a.example.test/cb', 'https://*.example.test/cb'],
  },
  {
    title: 'RED-10: a native application may use any port of a loopback address',
    rules: native('http://127.0.0.1/cb', 'http://[::1]/cb'),
    taken: [
      'http://127.0.0.1/cb',
      'http://127.0.0.1:1/cb',
      'http://127.0.0.1:3000/cb',
      'http://127.0.0.1:65535/cb',
      'http://[::1]:3000/cb',
    ],
    refused: [
      'http://127.0.0.1:3000/cb?bar=foo',
      'http://127.0.0.1:3000/cb2',
      'http://127.0.0.1@evil.test/cb',
      'http://127.0.0.1:3000@evil.test/cb',
      'http://127.0.0.1.evil.test/cb',
      'http://localhost:3000/cb',
      'http://127.1/cb',
      'http://127.0.0.2/cb',
      'https://127.0.0.1:3000/cb',
      'http://127.0.0.1:/cb',
      'http://127.0.0.1:0/cb',
      'http://127.0.0.1:65536/cb',
      'http://127.0.0.1:3000',
    ],
  },
  {
    title: 'CB-8: elsewhere the port of loopback is compared, and custom schemes are compared whole',
    rules: web('http://127.0.0.1:3000/cb', 'com.app://host/cb', 'com.app:/cb'),
    taken: ['http://127.0.0.1:3000/cb', 'com.app://host/cb', 'com.app:/cb'],
    refused: ['http://127.0.0.1:3001/cb', 'http://127.0.0.1/cb', 'com.app://HOST/cb', 'com.app2://host/cb'],
  },
  {
    title: 'a registered query is part of the address',
    rules: web(`${app}/cb?bar=foo`),
    taken: [`${app}/cb?bar=foo`],
    refused: [`${app}/cb`, `${app}/cb?bar=fo`, `${app}/cb?bar=foo&x=1`],
  },
];

for (const { title, rules, taken, refused } of groups) {
  describe(title, () => {
    for (const uri of taken) test(`taken: ${uri}`, () => assert.equal(registeredRedirect(uri, rules), uri));
    for (const uri of refused)
      test(`refused: ${JSON.stringify(uri)}`, () => assert.equal(registeredRedirect(uri, rules), undefined));
  });
}

test('RED-12: only a single literal callback can be left out', () => {
  assert.equal(onlyRedirect(web(`${app}/cb`)), `${app}/cb`);
  assert.equal(onlyRedirect(web(`${app}/cb`, `${app}/cb2`)), undefined);
  assert.equal(onlyRedirect(web()), undefined);
  assert.equal(onlyRedirect(web('https://*.example.test/cb')), undefined);
});

test('CNF-1: loopback hosts and custom schemes cannot be verified', () => {
  for (const uri of [
    'http://localhost:3000/cb',
    'http://127.0.0.1/cb',
    'http://127.9.9.9/cb',
    'http://[::1]:1/cb',
    'https://LOCALHOST/cb',
    'http://app.localhost/cb',
    'com.app://host/cb',
    'com.app:/cb',
  ])
    assert.equal(isVerifiable(uri), false, uri);
  for (const uri of [
    'https://app.example.test/cb',
    'https://localhost.example.test/cb',
    'https://127.0.0.1.evil.test/cb',
  ])
    assert.equal(isVerifiable(uri), true, uri);
});

test('OPR-10: a message goes to the origin of the redirect, if it is among the web origins', () => {
  const to = (uri: string, ...origins: string[]) => messageOrigin(uri as RegisteredRedirect, origins, true);
  assert.equal(to(`${app}/cb`, app), app);
  assert.equal(to(`${app}/cb`, `${app}/path?x`), app);
  assert.equal(to(`${app}:443/cb`, app), app);
  assert.equal(to('https://a.example.test', 'https://*.example.test'), 'https://a.example.test');
  assert.equal(to('http://localhost:3000/', 'http://localhost:3000'), 'http://localhost:3000');
  assert.equal(to(`${app}/cb`), undefined);
  assert.equal(to(`${app}/cb`, 'https://app.example.test.evil.test'), undefined);
  assert.equal(to(`${app}/cb`, 'http://app.example.test'), undefined);
  assert.equal(to(`${app}/cb`, `${app}:8443`), undefined);
  assert.equal(to('https://a.b.example.test/cb', 'https://*.example.test'), undefined);
  assert.equal(to('com.app://host/cb', 'com.app://host'), undefined);
  assert.equal(
    messageOrigin('https://a.example.test/' as RegisteredRedirect, ['https://*.example.test'], false),
    undefined,
  );
});
