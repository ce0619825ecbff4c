// Random input: never accepted, never an exception, always a well-formed refusal; and what is accepted, another library accepts too.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { jwtVerify } from 'jose';
import { explainRefusal, type Incoming, type Verdict } from '../src/index.ts';
import {
  apiWith,
  audience,
  base64url,
  goodClaims,
  goodHeader,
  idTokenClaims,
  instant,
  issuer,
  json,
  otherRsa,
  rsa,
  secret,
  signRaw,
  tokenOf,
} from './rig.ts';

const runs = { numRuns: 300 };
const apis = [apiWith(), apiWith({ secret }), apiWith({ algorithms: ['ES256', 'EdDSA', 'RS256'], dialect: 'rfc9068' })];
const api = apiWith();

function assertRefusal(verdict: Verdict): void {
  assert.equal(verdict.kind, 'refused');
  assert.ok(verdict.kind === 'refused');
  const { refusal } = verdict;
  assert.notEqual(refusal.cause.code, 'check_failed', refusal.cause.message);
  assert.match(refusal.challenge ?? '', /^Bearer [\x20-\x7e]+$/);
  assert.match(explainRefusal(refusal), /^[\x20-\x7e]+\n[\x20-\x7e]+$/);
}

test('random text and bytes are never accepted', async () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
    fc.array(fc.string({ maxLength: 60 }).map(base64url), { maxLength: 6 }).map((parts) => parts.join('.')),
  );
  await fc.assert(
    fc.asyncProperty(text, async (token) => {
      for (const each of apis) assertRefusal(await each.verify(token));
    }),
    runs,
  );
});

test('values that are no text at all are refused too', async () => {
  await fc.assert(
    fc.asyncProperty(fc.anything(), async (value) => {
      assertRefusal(await api.verify(value as string));
    }),
    runs,
  );
});

test('a good token with one character changed, added or taken away is never accepted', async () => {
  const token = tokenOf();
  const position = fc.nat(token.length - 1);
  const character = fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ ');
  await fc.assert(
    fc.asyncProperty(position, character, fc.constantFrom('change', 'add', 'take'), async (at, by, how) => {
      const changed = token.slice(0, at) + (how === 'take' ? '' : by) + token.slice(how === 'add' ? at : at + 1);
      if (changed !== token) assertRefusal(await api.verify(changed));
    }),
    runs,
  );
});

const anyJson = fc.dictionary(
  fc.constantFrom(
    'alg',
    'typ',
    'kid',
    'crit',
    'b64',
    'iss',
    'sub',
    'aud',
    'exp',
    'iat',
    'nbf',
    'azp',
    'client_id',
    'scope',
    'nonce',
    'permissions',
    'events',
    'cnf',
    '__proto__',
    'constructor',
  ),
  fc.oneof(
    fc.jsonValue(),
    fc.constantFrom(issuer, audience, 'RS256', 'HS256', 'ES256', 'JWT', 'at+jwt', 'rsa', instant, instant + 60),
  ),
);

test('random headers and claims with a signature of somebody else are never accepted', async () => {
  await fc.assert(
    fc.asyncProperty(anyJson, anyJson, async (header, claims) => {
      assertRefusal(
        await api.verify(
          signRaw(json({ ...goodHeader, ...header }), json({ ...goodClaims, ...claims }), otherRsa.privateKey),
        ),
      );
    }),
    runs,
  );
});

test('random claims with a good signature are accepted only if they are right, and then jose accepts them too', async () => {
  let accepted = 0;
  await fc.assert(
    fc.asyncProperty(
      anyJson,
      fc.constantFrom<object>(goodHeader, { ...goodHeader, typ: 'at+jwt' }),
      fc.boolean(),
      async (claims, header, isIdToken) => {
        const { alg: _, ...changes } = claims;
        const payload = { ...(isIdToken ? idTokenClaims : goodClaims), ...changes };
        const token = signRaw(json(header), json(payload));
        const verdict = await api.verify(token);
        if (verdict.kind === 'refused') return assertRefusal(verdict);
        accepted++;
        const { claims: seen } = verdict.token;
        assert.equal(seen.iss, issuer);
        assert.ok([seen.aud].flat().includes(audience));
        assert.ok(seen.exp > instant - 5);
        assert.equal(typeof verdict.token.subject, 'string');
        await jwtVerify(token, rsa.publicKey, {
          issuer,
          audience,
          algorithms: ['RS256'],
          clockTolerance: 5,
          currentDate: new Date(instant * 1000),
        });
      },
    ),
    { numRuns: 600 },
  );
  assert.ok(accepted > 10, `only ${accepted} were accepted, so this shows nothing`);
});

test('random Authorization headers and URLs are never accepted', async () => {
  const header = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 100 }),
    fc
      .tuple(fc.constantFrom('Bearer', 'bearer', 'Basic', 'DPoP', 'Token', ''), fc.string({ maxLength: 60 }))
      .map(([scheme, rest]) => `${scheme} ${rest}`),
  );
  const incoming: fc.Arbitrary<Incoming> = fc.record({
    headers: fc.oneof(
      fc.record({ authorization: fc.oneof(header, fc.array(header, { maxLength: 3 })) }),
      fc.constant({}),
    ),
    url: fc.oneof(fc.constant(undefined), fc.webUrl({ withQueryParameters: true }), fc.string()),
    method: fc.constantFrom('GET', 'OPTIONS', undefined),
  });
  const loose = apiWith({ dangerouslyAllowTokenInQuery: true, allowTokenInForm: true });
  await fc.assert(
    fc.asyncProperty(incoming, async (request) => {
      assertRefusal(await api.check(request));
      assertRefusal(await loose.check(request));
    }),
    runs,
  );
});
