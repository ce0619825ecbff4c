// Options that cannot be meant stop the start, with a sentence that says which and why.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ApiOptions, createApi } from '../src/index.ts';
import { audience, issuer, rsa, secret } from './rig.ts';

const pem = rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString();

const wrong: readonly [string, Record<string, unknown>, RegExp][] = [
  ['no issuer', { issuer: undefined }, /"issuer" is missing/],
  [
    'a domain as issuer',
    { issuer: 'tenant.example.com' },
    /"issuer" must be a URL such as https:\/\/tenant\.example\.com\//,
  ],
  ['an http issuer elsewhere', { issuer: 'http://tenant.example.com/' }, /dangerouslyAllowHttpIssuer/],
  ['an issuer with a query', { issuer: 'https://tenant.example.com/?a' }, /no query/],
  ['an issuer with a password', { issuer: 'https://u:p@tenant.example.com/' }, /password/],
  ['an empty list of issuers', { issuer: [] }, /"issuer" must be/],
  ['no audience', { audience: undefined }, /"audience" is missing/],
  ['an empty audience', { audience: '' }, /"audience" must be/],
  ['an audience with white space', { audience: ' x' }, /white space/],
  ['aud for audience', { aud: audience }, /"aud" is not known; there are .*audience/],
  ['algorithms as text', { algorithms: 'RS256' }, /"algorithms" must be a list of RS256/],
  ['algorithm none', { algorithms: ['none'] }, /"algorithms" must be/],
  ['no algorithm', { algorithms: [] }, /"algorithms" must be/],
  ['HS256 without a secret', { algorithms: ['RS256', 'HS256'] }, /HS256, which needs the option "secret"/],
  ['RS256 with a secret', { algorithms: ['RS256'], secret }, /cannot be checked with a "secret"/],
  ['a short secret', { secret: 'short' }, /at least 32 bytes/],
  ['a public key as secret', { secret: pem }, /public key as a secret/],
  [
    'a JWK as secret',
    { secret: Buffer.from(JSON.stringify(rsa.publicKey.export({ format: 'jwk' }))) },
    /public key as a secret/,
  ],
  ['a secret for two issuers', { secret, issuer: [issuer, 'https://b.example/'] }, /there are several/],
  ['a secret and keys', { secret, keys: () => undefined }, /one kind of key/],
  ['keys and jwksUri', { keys: () => undefined, jwksUri: issuer }, /exclude each other/],
  ['keys that are no function', { keys: { keys: [] } }, /"keys" must be a function/],
  ['a jwksUri over http', { jwksUri: 'http://tenant.example.com/jwks' }, /"jwksUri" is http/],
  ['a jwksUri for two issuers', { jwksUri: `${issuer}jwks`, issuer: [issuer, 'https://b.example/'] }, /one issuer/],
  ['an unknown dialect', { dialect: 'okta' }, /'any', 'auth0' or 'rfc9068'/],
  ['an hour of tolerance', { clockToleranceSeconds: 3600 }, /from 0 to 300/],
  ['a tolerance that is no number', { clockToleranceSeconds: '5' }, /from 0 to 300/],
  ['a danger that is not a yes or no', { dangerouslyAllowTokenInQuery: 'no' }, /true or false/],
];
for (const [name, options, says] of wrong) {
  test(`${name} is a TypeError`, () => {
    const given = { issuer, audience, ...options } as ApiOptions;
    assert.throws(
      () => createApi(given),
      (error) => error instanceof TypeError && says.test(error.message),
    );
  });
}

test('what can be meant is taken, without I/O', () => {
  const fine: readonly Partial<ApiOptions>[] = [
    {},
    { issuer: 'http://localhost:4000/' },
    { issuer: 'http://tenant.localhost:4000/' },
    { issuer: 'http://127.0.0.1/' },
    { issuer: 'http://[::1]:4000/' },
    { issuer: 'http://tenant.example.com/', dangerouslyAllowHttpIssuer: true },
    { issuer: 'https://id.example.com/realms/a' },
    { audience: ['a', 'b'] },
    { algorithms: ['ES256', 'EdDSA'] },
    { secret: Buffer.from(secret), algorithms: ['HS256'] },
  ];
  for (const options of fine) {
    const unreached: typeof fetch = () => assert.fail('fetched');
    const api = createApi({ issuer, audience, ...('secret' in options ? {} : { fetch: unreached }), ...options });
    assert.equal(api.audiences.length > 0, true);
  }
});
