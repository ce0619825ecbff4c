// Addresses to return to after a logout (security-cases OPR-02, auth0-behaviour LO-5).

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { registeredLogoutUrl } from './redirect-uri.ts';

const app = 'https://app.example.test';

describe('OPR-02, LO-5: returnTo', () => {
  const allowed = [`${app}/bye`, 'https://*.example.org/out', 'https://bare.example.test', 'com.app://bye'];
  const taken: readonly (readonly [sent: string, sentTo: string])[] = [
    [`${app}/bye`, `${app}/bye`],
    ['HTTPS://APP.Example.Test/bye', 'HTTPS://APP.Example.Test/bye'],
    [`${app}/bye?x=1&y=%20`, `${app}/bye?x=1&y=%20`],
    [`${app}/bye#part`, `${app}/bye`],
    ['https://a.example.org/out', 'https://a.example.org/out'],
    ['https://bare.example.test', 'https://bare.example.test'],
    ['https://bare.example.test/', 'https://bare.example.test/'],
    ['com.app://bye', 'com.app://bye'],
  ];
  for (const [sent, to] of taken) test(`taken: ${sent}`, () => assert.equal(registeredLogoutUrl(sent, allowed), to));
  const refused = [
    `${app}/`,
    `${app}/BYE`,
    `${app}/bye/`,
    `${app}:8443/bye`,
    'http://app.example.test/bye',
    '//evil.test',
    '/\\evil.test',
    'https:evil.test',
    'https://app.example.test@evil.test/bye',
    'https://app.example.test.evil.test/bye',
    'https://evil.test?https://app.example.test/bye',
    'https://evil.test#https://app.example.test/bye',
    '\t//evil.test',
    'javascript:alert(1)',
    'https://a.b.example.org/out',
    '/bye',
    '',
  ];
  for (const url of refused)
    test(`refused: ${JSON.stringify(url)}`, () => assert.equal(registeredLogoutUrl(url, allowed), undefined));
});
