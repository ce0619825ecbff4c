// Tokens that no issuer would make: parts are encoded as they are given, and signed with any key or none.

import { createHmac, type KeyObject, sign } from 'node:crypto';

/** One part of a JWT: an object as JSON, or text as it is. */
export function part(value: unknown): string {
  return Buffer.from(typeof value === 'string' ? value : (JSON.stringify(value) ?? '')).toString('base64url');
}

/** A compact JWS with an RS256 signature over these parts, whatever the header says. */
export function signedWith(key: KeyObject, header: unknown, claims: unknown): string {
  const text = `${part(header)}.${part(claims)}`;
  return `${text}.${sign('sha256', Buffer.from(text), key).toString('base64url')}`;
}

/** The same with an HMAC. */
export function hmacWith(secret: string | Buffer, header: unknown, claims: unknown, hash = 'sha256'): string {
  const text = `${part(header)}.${part(claims)}`;
  return `${text}.${createHmac(hash, secret).update(text).digest('base64url')}`;
}

/** Every shape in which a public key may be taken for a shared secret (TOK-06). */
export function asSecrets(key: KeyObject, jwk: object): (string | Buffer)[] {
  const spki = key.export({ type: 'spki', format: 'pem' }).toString();
  const pkcs1 = key.export({ type: 'pkcs1', format: 'pem' }).toString();
  const der = key.export({ type: 'spki', format: 'der' });
  const texts = [
    spki,
    pkcs1,
    der.toString('base64'),
    JSON.stringify(jwk),
    JSON.stringify(key.export({ format: 'jwk' })),
  ];
  const certificate = 'x5c' in jwk && Array.isArray(jwk.x5c) ? [String(jwk.x5c[0])] : [];
  return [...[...texts, ...certificate].flatMap((text) => [text, text.trim(), `${text}\n`]), der];
}

/** Headers that name no signature algorithm (TOK-05). `undefined` leaves `alg` out. */
export const noAlgorithms: readonly unknown[] = [
  'none',
  'None',
  'NONE',
  'nOnE',
  'none ',
  '',
  undefined,
  null,
  ['none'],
  ['RS256'],
  {},
  0,
  true,
  '__proto__',
  'rs256',
];

/** `kid`s that want to be a path, a query, a command or an object (TOK-08). Headers end at 16 kB. */
export const hostileKids: readonly unknown[] = [
  '../../../../dev/null',
  '/dev/null',
  "' OR '1'='1",
  "x' UNION SELECT 'a",
  ';ls',
  '$(id)',
  '\u0000',
  'a\u0000b',
  '\ud800',
  '',
  'k'.repeat(9_000),
  '__proto__',
  'constructor',
  'toString',
  'http://127.0.0.1:1/jwks',
  { $gt: '' },
  ['x'],
  1,
  true,
  null,
];

/** Extensions that nobody understands, under a good signature (TOK-10). */
export const extensions: readonly object[] = [
  { crit: ['x-unknown'], 'x-unknown': 1 },
  { crit: [] },
  { crit: ['exp'], exp: 9_999_999_999 },
  { crit: ['exp', 'exp'], exp: 9_999_999_999 },
  { crit: ['absent'] },
  { crit: null },
  { crit: 'b64' },
  { crit: ['b64'], b64: true },
  { crit: ['b64', 'b64'], b64: true },
  { crit: ['b64'], b64: false },
  { b64: false },
  { b64: true },
];

/** Pieces of SQL, of other languages of stores, and text that engines treat in ways of their own (SQL-01). */
export const sqlPieces: readonly string[] = [
  "'",
  '"',
  '\\',
  '`',
  ';',
  '--',
  "' OR '1'='1",
  "' OR 1=1--",
  '" OR ""="',
  "';SELECT pg_sleep(5)--",
  "'||pg_sleep(5)||'",
  "1);ATTACH DATABASE '/tmp/x' AS y;--",
  "x' UNION SELECT doc FROM clients--",
  '%27',
  '%',
  '_',
  '*',
  '?',
  '$1',
  ':1',
  '@a',
  `$${'{x}'}`,
  '{{x}}',
  '\u02bc OR 1=1',
  '\u2019',
  '\uff07',
  '\u0027\u0027',
  "\\' OR 1=1--",
  '/**/OR/**/1=1',
  "'; DROP TABLE clients; --",
  '$$x$$',
  "E'\\x27'",
  '0x27',
  "x'||(select 1/0)||'",
  'null',
  'true',
  '[]',
  '{}',
  '{"$ne":null}',
  '\u{10ffff}',
  '\u{10ffff}x',
  'a'.repeat(700),
];
