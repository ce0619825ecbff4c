// The option `explainRefusals`: a refused token is handed to the issuer on this machine, and only there.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createApi, refusalResponse } from '../src/index.ts';

const keys = () => undefined;
const base = { issuer: 'http://localhost:4000/', audience: 'https://api.example.com/', keys };
const token = `${Buffer.from('{"alg":"RS256"}').toString('base64url')}.${Buffer.from('{"aud":"x","nonce":"n"}').toString('base64url')}.AAAA`;

/** A fetch that remembers what it was asked. */
function listener(answer: () => Promise<Response> = async () => new Response()) {
  const asked: { url: string; body: Record<string, string> }[] = [];
  const fetch = async (url: unknown, init?: { body?: unknown }) => {
    asked.push({ url: String(url), body: JSON.parse(String(init?.body)) });
    return answer();
  };
  return { asked, fetch: fetch as typeof globalThis.fetch };
}

test('a refusal leads to its explanation, by a reference without the token', async () => {
  const { asked, fetch } = listener();
  const api = createApi({ ...base, fetch, explainRefusals: true });
  const verdict = await api.check({ headers: { authorization: `Bearer ${token}` } }, { scopes: ['read:x'] });
  assert.equal(verdict.kind, 'refused');
  if (verdict.kind !== 'refused') return;
  const { errorUri = '', challenge = '' } = verdict.refusal;
  assert.match(errorUri, /^http:\/\/localhost:4000\/dev\/explain\/[\w-]{24}$/);
  assert.ok(challenge.includes(`error_uri="${errorUri}"`));
  assert.equal(JSON.parse(refusalResponse(verdict.refusal).body).error_uri, errorUri);
  const [sent] = asked;
  assert.equal(sent?.url, 'http://localhost:4000/dev/refusals');
  assert.deepEqual(sent?.body, {
    reference: errorUri.split('/').at(-1),
    token,
    audience: base.audience,
    scope: 'read:x',
  });
});

test('without the option nothing is sent anywhere, and without a token neither', async () => {
  const { asked, fetch } = listener();
  const quiet = await createApi({ ...base, fetch }).verify(token);
  assert.ok(quiet.kind === 'refused' && !('errorUri' in quiet.refusal));
  const none = await createApi({ ...base, fetch, explainRefusals: true }).check({ headers: {} });
  assert.ok(none.kind === 'refused' && !('errorUri' in none.refusal));
  assert.equal(asked.length, 0);
});

test('an issuer that is away changes nothing about the refusal', async () => {
  const { fetch } = listener(() => Promise.reject(new Error('away')));
  const verdict = await createApi({ ...base, fetch, explainRefusals: true }).verify(token);
  assert.ok(verdict.kind === 'refused' && verdict.refusal.status === 401);
});

test('a token is never handed to an issuer that is not on this machine', () => {
  for (const issuer of ['https://tenant.example.com/', 'https://localhost.example.com/', 'http://127.0.0.1.nip.io/'])
    assert.throws(
      () => createApi({ ...base, issuer, explainRefusals: true, dangerouslyAllowHttpIssuer: true }),
      /explainRefusals.*on this machine/,
    );
});
