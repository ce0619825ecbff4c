// How identifiers that are nearly equal are told apart, in words.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { looksLikeSiblingTenant, nearMiss } from '../src/near-miss.ts';

const near: readonly [string, string, string | undefined][] = [
  ['https://a.example/', 'https://a.example/', undefined],
  ['https://a.example', 'https://a.example/', 'trailing slash'],
  ['https://a.example//', 'https://a.example/', 'trailing slash'],
  ['https://a.example/x', 'https://a.example/x/', 'trailing slash'],
  ['http://a.example/', 'https://a.example/', 'http:// instead of https://'],
  ['HTTPS://a.example/', 'https://a.example/', 'case of the scheme'],
  ['https://A.example/', 'https://a.example/', 'case of the host'],
  ['https://a.example/X', 'https://a.example/x', 'case of the path'],
  ['https://a.example/x', 'https://a.example/y', 'path /x instead of /y'],
  ['https://a.example:8443/', 'https://a.example/', 'port 8443 instead of 443'],
  ['https://a.example:443/', 'https://a.example/', 'port 443 written out'],
  ['http://localhost:4000/', 'https://localhost:4443/', 'http:// instead of https://, port 4000 instead of 4443'],
  ['http://127.0.0.1:4000/', 'http://localhost:4000/', '127.0.0.1 instead of localhost'],
  ['https://www.a.example/', 'https://a.example/', 'www.'],
  ['a.example', 'https://a.example/', 'https:// in front'],
  ['https://api', 'api', 'https:// in front'],
  [' https://a.example/', 'https://a.example/', 'white space around it'],
  ['"https://a.example/"', 'https://a.example/', 'quotation marks around it'],
  ["'health-api'", 'health-api', 'quotation marks around it'],
  ['https%3A%2F%2Fa.example%2F', 'https://a.example/', 'percent-encoding'],
  ['%', '%%', undefined],
  ['Health-API', 'health-api', 'case'],
  ['health-api/', 'health-api', 'trailing slash'],
  ['https://a.example.evil/', 'https://a.example/', undefined],
  ['https://b.example/', 'https://a.example/', undefined],
  ['billing', 'health-api', undefined],
  ['', 'health-api', undefined],
];
for (const [got, wanted, words] of near) {
  test(`"${got}" for "${wanted}": ${words ?? 'no near miss'}`, () => {
    assert.equal(nearMiss(got, wanted), words);
  });
}

const tenants: readonly [string, string, boolean][] = [
  ['https://b.example.com/', 'https://a.example.com/', true],
  ['https://b.eu.auth0.com/', 'https://a.us.auth0.com/', true],
  ['http://b.localhost:4000/', 'http://a.localhost:4000/', true],
  ['https://id.example.com/realms/b', 'https://id.example.com/realms/a', true],
  ['https://id.example.com/realms/a/', 'https://id.example.com/realms/a', false],
  ['https://evil.com/', 'https://example.com/', false],
  ['https://10.0.0.1/', 'https://10.1.0.1/', false],
  ['tenant-b', 'tenant-a', false],
];
for (const [got, wanted, isSibling] of tenants) {
  test(`${got} and ${wanted} are ${isSibling ? '' : 'not '}tenants of one server`, () => {
    assert.equal(looksLikeSiblingTenant(got, wanted), isSibling);
  });
}
