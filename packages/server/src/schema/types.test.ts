// The formats of addresses: what may be registered, and what would run code or match too much (RED-04, §4.3).

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  callbackUrl,
  displayName,
  emailOrEmpty,
  idOf,
  instant,
  originUrl,
  secureUrlOrEmpty,
  webUrl,
  webUrlOrEmpty,
} from './types.ts';

type Row = readonly [value: string, taken: boolean];
const tables: readonly [
  name: string,
  schema: { safeParse(value: unknown): { success: boolean } },
  rows: readonly Row[],
][] = [
  [
    'name for people',
    displayName(50),
    [
      ['Shop', true],
      ['متجر', true],
      ['Ünïcode & Söhne 🛒', true],
      ['<b>', false],
      ['', false],
      ['  ', false],
      ['\u200b', false],
      ['a\nb', false],
      ['moc.evil\u202e', false],
      ['\u2066x', false],
    ],
  ],
  [
    'callback',
    callbackUrl,
    [
      ['https://app.example.com/cb', true],
      ['http://localhost:3000', true],
      ['http://127.0.0.1:3000/cb?x=1', true],
      ['com.example.app://callback', true],
      ['com.example.app:/callback', true],
      ['https://*.example.com/cb', true],
      ['https://{organization_name}.example.com/cb', true],
      ['https://*.a.b.example.com:8443/cb', true],
      ['', false],
      ['/cb', false],
      ['example.com/cb', false],
      ['https://', false],
      ['https:///cb', false],
      ['https://app.example.com/cb#x', false],
      ['https://*/cb', false],
      ['https://*.com/cb', false],
      ['https://app.*.com/cb', false],
      ['https://x*.example.com/cb', true],
      ['https://*.*.example.com/cb', false],
      ['https://app.example.com/*', false],
      ['javascript:alert(1)', false],
      ['JavaScript:alert(1)', false],
      ['data:text/html,x', false],
      ['vbscript:x', false],
      ['file:///etc/passwd', false],
      ['https://app.example.com/\r\nX: y', false],
      ['https://app.example.com/a b', false],
      ['https://app.example.com/"><script>', false],
      ['https://exämple.com/', false],
      [`https://app.example.com/${'x'.repeat(3000)}`, false],
    ],
  ],
  [
    'origin',
    originUrl,
    [
      ['https://app.example.com', true],
      ['https://*.example.com', true],
      ['capacitor://localhost', true],
      ['https://app.example.com/path', true],
      ['https://*', false],
      ['*', false],
      ['null', false],
      ['javascript:alert(1)', false],
    ],
  ],
  [
    'web',
    webUrl,
    [
      ['https://a.example/x#y', true],
      ['http://a.example', true],
      ['', false],
      ['ftp://a.example', false],
      ['https://a b', false],
    ],
  ],
  [
    'web or empty',
    webUrlOrEmpty,
    [
      ['', true],
      ['https://a.example', true],
      ['x', false],
    ],
  ],
  [
    'secure or empty',
    secureUrlOrEmpty,
    [
      ['', true],
      ['https://a.example/login', true],
      ['http://a.example', false],
      ['https://a.example/#x', false],
      ['https://*.a.example', false],
    ],
  ],
  [
    'e-mail or empty',
    emailOrEmpty,
    [
      ['', true],
      ['a@b.example', true],
      ['a@b', false],
      ['<a@b.example>', false],
      ['a b@c.example', false],
    ],
  ],
  [
    'instant',
    instant,
    [
      ['2030-01-01T00:00:00Z', true],
      ['2030-01-01T00:00:00.123+02:00', true],
      ['2030-01-01', false],
      ['2030-13-01T00:00:00Z', false],
      ['9999999-01-01T00:00:00Z', false],
      ['tomorrow', false],
    ],
  ],
  [
    'id',
    idOf('org_', 4),
    [
      ['org_aB3d', true],
      ['org_aB3', false],
      ['org_aB3dd', false],
      ['org_aB3-', false],
      ['ORG_aB3d', false],
    ],
  ],
];
for (const [name, schema, rows] of tables) {
  for (const [value, taken] of rows) {
    test(`as ${name}, ${JSON.stringify(value.slice(0, 60))} is ${taken ? 'taken' : 'refused'}`, () => {
      assert.equal(schema.safeParse(value).success, taken);
    });
  }
}
