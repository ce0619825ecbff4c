// Every refused token gets the one right cause, and no answer or log gives away what it must not.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { causes } from '../src/causes/index.ts';
import { explainRefusal, type Refusal, refusalResponse } from '../src/index.ts';
import { apiWith, audience, idTokenClaims, tokenOf } from './rig.ts';
import { claimsRows } from './rows/claims.ts';
import { kindRows } from './rows/kind.ts';
import type { Row } from './rows/row.ts';
import { signatureRows } from './rows/signature.ts';
import { transportRows } from './rows/transport.ts';

const rows: readonly Row[] = [...transportRows, ...kindRows, ...signatureRows, ...claimsRows];

async function refusalOfRow(row: Row): Promise<{ refusal: Refusal; logged: readonly Refusal[] }> {
  const logged: Refusal[] = [];
  const api = apiWith({ ...row.options, onRefusal: (refusal) => logged.push(refusal) });
  const verdict =
    row.incoming === undefined
      ? await api.verify(row.token ?? '', row.requirement)
      : await api.check(row.incoming, row.requirement);
  assert.equal(verdict.kind, 'refused', 'the token was accepted');
  assert.ok(verdict.kind === 'refused');
  return { refusal: verdict.refusal, logged };
}

for (const row of rows) {
  test(`${row.name}: ${row.code}`, async () => {
    const { refusal, logged } = await refusalOfRow(row);
    assert.equal(refusal.cause.code, row.code, refusal.cause.message);
    assert.match(refusal.cause.message, row.says);
    assert.equal(refusal.status, row.status ?? 401);
    assert.deepEqual(logged, [refusal], 'each refusal is reported once');
    assertWellFormed(refusal);
    assertDiscreet(refusal, row);
  });
}

/** What RFC 6750 §3 and RFC 9110 §11.2 ask of the answer. */
function assertWellFormed(refusal: Refusal): void {
  const { status, headers, body } = refusalResponse(refusal);
  assert.equal(headers['cache-control'], 'no-store');
  assert.deepEqual(JSON.parse(body), { error: refusal.error, error_description: refusal.description });
  assert.match(refusal.description, /^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/);
  const challenge = headers['www-authenticate'];
  if (status === 503) {
    assert.equal(challenge, undefined);
    assert.match(headers['retry-after'] ?? '', /^[1-9]\d*$/);
    return;
  }
  assert.match(
    challenge ?? '',
    /^Bearer (?:[a-z_]+="(?:[\x20-\x21\x23-\x5b\x5d-\x7e]|\\["\\])*")(?:, [a-z_]+="(?:[\x20-\x21\x23-\x5b\x5d-\x7e]|\\["\\])*")*$/,
  );
  assert.equal(
    challenge?.includes('error='),
    refusal.error !== 'unauthorized',
    'no error code without a token (RFC 6750 section 3.1)',
  );
  assert.equal(
    challenge?.includes(' scope="'),
    refusal.error === 'insufficient_scope' && refusal.cause.code === 'missing_scope',
  );
}

/** The client learns nothing that the token claims, the log learns everything but the token. */
function assertDiscreet(refusal: Refusal, row: Row): void {
  const { message, fix, evidence } = refusal.cause;
  const log = explainRefusal(refusal);
  assert.equal(log.split('\n').length, 2, 'two lines');
  assert.match(log.replace('\n', ''), /^[\x20-\x7e]+$/);
  assert.doesNotMatch(message + fix, /undefined(?!")|NaN (?!s)|\[object (?!Object\]")/);
  assert.doesNotMatch(message, /[.]$/, 'messages are clauses that can be put into a line');
  const everything = JSON.stringify(refusal) + log;
  const tokens = [row.token, ...Object.values(row.incoming?.headers ?? {}).flat()].filter(
    (value) => typeof value === 'string',
  );
  for (const token of tokens.flatMap((value) => value.split(' '))) {
    if (token.length > 40) assert.ok(!everything.includes(token.slice(0, 40)), 'the token is in the refusal');
  }
  assert.doesNotMatch(everything, /eyJ[\w-]{17}/, 'a token is in the refusal');
  assert.doesNotMatch(everything, /Ada|ada@example/, 'a profile is in the log');
  const { body, headers } = refusalResponse(refusal);
  const told = body + JSON.stringify(headers);
  for (const value of [evidence.iss, evidence.client, evidence.kid, evidence.sub].flat()) {
    if (typeof value === 'string' && value.length > 2 && !audience.includes(value))
      assert.ok(!told.includes(value), `the answer repeats ${value}`);
  }
  if (row.token !== undefined && row.token !== '') assert.match(String(evidence.tokenSha256), /^[0-9a-f]{16}$/);
}

test('the rows reach every cause of the table', () => {
  const reached = new Set(rows.map((row) => row.code));
  assert.deepEqual(
    Object.keys(causes).filter((code) => !reached.has(code as keyof typeof causes)),
    [],
  );
  assert.ok(rows.length >= 45);
});

test('a hostile value is cut, escaped and unmasked as a token before it reaches a log', async () => {
  const iss = `https://evil.example/\n2026-01-01 INFO all is well \u202e${tokenOf()}${'x'.repeat(5000)}`;
  const verdict = await apiWith().verify(tokenOf({ iss }));
  assert.ok(verdict.kind === 'refused');
  const { message } = verdict.refusal.cause;
  assert.ok(message.length < 500);
  assert.ok(message.includes('\\u000a2026-01-01'), message);
  assert.ok(message.includes('\\u202e[token]'), message);
});

test('a configured name with quotes and letters outside of ASCII makes a well-formed challenge', async () => {
  const api = apiWith({ audience: 'urn:"müller"\\x', realm: 'say "hi" \\ é' });
  const verdict = await api.verify(tokenOf());
  assert.ok(verdict.kind === 'refused');
  assertWellFormed(verdict.refusal);
  assert.ok(verdict.refusal.challenge?.startsWith('Bearer realm="say \\"hi\\" \\\\ ?", error="invalid_token"'));
});

test('a missing scope names the needed scopes and the metadata of the API', async () => {
  const api = apiWith({ resourceMetadata: 'https://api.example.com/.well-known/oauth-protected-resource' });
  const verdict = await api.verify(tokenOf(), { scopes: ['read:admin', 'write:admin'] });
  assert.ok(verdict.kind === 'refused');
  assert.equal(
    verdict.refusal.challenge,
    'Bearer realm="https://api.example.com/", error="insufficient_scope", error_description="The token lacks a scope that this call needs.", ' +
      'scope="read:admin write:admin", resource_metadata="https://api.example.com/.well-known/oauth-protected-resource"',
  );
});

test('an ID token is told to the client in the challenge, without its claims', async () => {
  const verdict = await apiWith().verify(tokenOf({ ...idTokenClaims, scope: undefined, azp: undefined }));
  assert.ok(verdict.kind === 'refused');
  assert.equal(
    verdict.refusal.challenge,
    'Bearer realm="https://api.example.com/", error="invalid_token", error_description="An ID token is not accepted. Only access tokens for the audience https://api.example.com/ are accepted."',
  );
  assert.match(
    verdict.refusal.cause.fix,
    /call \/authorize with audience=https:\/\/api\.example\.com\/ and send the `access_token`/,
  );
});

test('a log that throws changes nothing', async () => {
  const api = apiWith({
    onRefusal: () => {
      throw new Error('disk full');
    },
  });
  assert.equal((await api.verify('x')).kind, 'refused');
});

test('the log is told method and path, never the query', async () => {
  const contexts: unknown[] = [];
  const api = apiWith({ onRefusal: (_, context) => contexts.push(context) });
  await api.check({ headers: {}, method: 'GET', url: '/patients/7?access_token=secret#x' });
  await api.check({ headers: {}, method: 'GET', url: 'https://api.example.com/patients?access_token=secret' });
  assert.deepEqual(contexts, [
    { method: 'GET', path: '/patients/7' },
    { method: 'GET', path: '/patients' },
  ]);
});
